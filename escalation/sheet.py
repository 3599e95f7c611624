"""The rows of a matrix as a sheet that a spreadsheet takes and `escalation.paste` reads back.  No database."""

from collections.abc import Sequence

from escalation.matrix import cells
from escalation.matrix.cells import COLUMNS, Names
from escalation.matrix.document import Row
from helpdesk.lib.csv_safe import safe_cell


def sheet_of(rows: Sequence[Row], names: Names) -> str:
    """The rows from the top, tabs between their cells, heads above; pasted back they are the same rows."""
    shown = [cells.show(row, names) for row in rows]
    lines = [[cells.label(column) for column in COLUMNS], *([cell[column] for column in COLUMNS] for cell in shown)]
    return "".join("\t".join(map(_cell, line)) + "\n" for line in lines)


def _cell(text: str) -> str:
    safe = str(safe_cell(text))
    return '"' + safe.replace('"', '""') + '"' if any(mark in safe for mark in '\t\n\r"') else safe

"""CSV that a spreadsheet can open without running what strangers wrote into it."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

# What spreadsheets take for the beginning of a formula, or skip before one; the wide forms are for
# those of East Asia.
FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
CHUNK = 1 << 16


def safe_cell(value: Any) -> str | int | float | Decimal:
    """The value as it may stand in a cell.

    Text that could be taken for a formula gets a "'" before it. Finite numbers stay numbers, so that
    -5 can be added up; None and numbers that aren't finite are empty.
    """
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value if isfinite(value) else ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def stream(rows: Iterable[Iterable[Any]], *, bom: bool = True) -> Iterator[str]:
    """The rows as CSV (RFC 4180, commas, all text quoted) in chunks of some 64 KB.

    `bom` begins with a byte order mark, without which Excel reads UTF-8 as something else.
    """
    line = _Line()
    # Quotes around all text keep a ";" in it from beginning a new cell where ";" is the separator.
    writer = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    chunk, size = ["\ufeff"] if bom else [], 0
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        chunk.append(line.text)
        size += len(line.text)
        if size >= CHUNK:
            yield "".join(chunk)
            chunk, size = [], 0
    if chunk:
        yield "".join(chunk)


class _Line:
    """Keeps what the writer wrote last."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)

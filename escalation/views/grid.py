"""The rows of a draft while they are edited: what the form holds, moved, added to and read without being stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from escalation.matrix import cells
from escalation.matrix.cells import COLUMNS, Names
from escalation.matrix.document import MOST_ROWS, Document, Path, Row
from escalation.matrix.stored import LONGEST_NAME

LONGEST_CELL = 2_000


@dataclass
class GridCell:
    """One field, as written."""

    column: str
    label: str
    value: str = ""
    error: str = ""


@dataclass
class GridRow:
    """One row of the form, as written; `key` names its fields."""

    key: str
    cells: dict[str, GridCell]

    @property
    def has_errors(self) -> bool:
        """Whether a cell can't be read."""
        return any(cell.error for cell in self.cells.values())


@dataclass
class Grid:
    """All rows of the form in their order, and the revision of the draft that the editor began with."""

    rows: list[GridRow]
    revision: int
    problems: list[str] = field(default_factory=list)


def of_document(document: Document, names: Names, revision: int) -> Grid:
    """A draft, ready to be edited."""
    rows = [_row(str(number), cells.show(row, names)) for number, row in enumerate(document.rows, start=1)]
    return Grid(rows, revision)


def of_post(data: QueryDict) -> Grid:
    """What the form sent; too many rows are cut off, which is then refused."""
    keys = list(dict.fromkeys(key for key in data.getlist("order") if _is_key(key)))
    revision = data.get("revision", "")
    return Grid(
        [
            _row(key, {column: data.get(f"{key}-{column}", "")[:LONGEST_CELL] for column in COLUMNS})
            for key in keys[: MOST_ROWS + 1]
        ],
        int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0,
    )


def apply(grid: Grid, do: str) -> None:
    """Do what a button of the form says: add, up, down or remove a row."""
    verb, _colon, key = do.partition(":")
    at = next((i for i, row in enumerate(grid.rows) if row.key == key), None)
    if verb == "add":
        numbers = [int(row.key) for row in grid.rows if row.key.isdigit()]
        grid.rows.append(_row(str(max(numbers, default=0) + 1), {}))
    elif at is None:
        return
    elif verb == "remove":
        del grid.rows[at]
    elif verb in ("up", "down"):
        to = at + (-1 if verb == "up" else 1)
        if 0 <= to < len(grid.rows):
            grid.rows.insert(to, grid.rows.pop(at))


def read(grid: Grid, document: Document, names: Names) -> Document | None:
    """The document with the rows of the form, a path that they name first with no steps yet.

    None where something can't be read, which is then told at its cell and by row and column.
    """
    paths = (*document.paths, *(Path(name, ()) for name in _new_paths(grid, names)))
    known = Names(names.categories, names.services, [path.name for path in paths])
    rows: list[Row] = []
    for number, row in enumerate(grid.rows, start=1):
        found, wrong = cells.read({column: cell.value for column, cell in row.cells.items()}, known)
        for column, reason in wrong.items():
            row.cells[column].error = reason
            where = _("Row %(row)s, %(column)s:") % {"row": number, "column": cells.label(column).lower()}
            grid.problems.append(f"{where} {reason}")
        if found is not None:
            rows.append(found)
    if len(grid.rows) > MOST_ROWS:
        grid.problems.insert(0, _("A matrix has at most %(most)s rows.") % {"most": MOST_ROWS})
    return None if grid.problems else Document(tuple(rows), paths)


def _new_paths(grid: Grid, names: Names) -> Iterable[str]:
    typed = (" ".join(row.cells["path"].value.split()) for row in grid.rows)
    new = [name for name in typed if name and name.isprintable() and cells.find(names.path_names, name) is None]
    folded: dict[str, str] = {}
    for name in new:
        folded.setdefault(name.casefold(), name[:LONGEST_NAME])
    return folded.values()


def _row(key: str, values: dict[str, str]) -> GridRow:
    return GridRow(key, {column: GridCell(column, cells.label(column), values.get(column, "")) for column in COLUMNS})


def _is_key(text: str) -> bool:
    """Whether a row of our own form may be called so; the digits of a longer one are no number."""
    return text.isascii() and text.isalnum() and len(text) < 9

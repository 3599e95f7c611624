"""A matrix while it is edited: what the form holds, moved, added to and checked without being stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from access.rights import VENDOR_ROLES
from escalation.delays import BadDelay, minutes_of, words_of
from escalation.paste import MOST_ROWS, MOST_STEPS
from escalation.plain import Row, Step

ROLE, CONTACT = "role:", "contact:"


@dataclass
class DraftStep:
    """One pair of fields, as written."""

    after: str = ""
    who: str = ""
    error: str = ""


@dataclass
class DraftRow:
    """One row of the form, as written; `key` names its fields."""

    key: str
    category: str = ""
    first: str = "1"
    last: str = "4"
    steps: list[DraftStep] = field(default_factory=list)
    error: str = ""

    @property
    def shown_steps(self) -> list[DraftStep]:
        """The steps, and one empty pair to add another."""
        return self.steps if len(self.steps) >= MOST_STEPS else [*self.steps, DraftStep()]


@dataclass
class Draft:
    """All rows of the form in their order, and the version that the editor began with."""

    rows: list[DraftRow]
    version: int | None

    @property
    def has_errors(self) -> bool:
        """Whether a row can't be taken as it is."""
        return any(row.error or any(step.error for step in row.steps) for row in self.rows)


def of_rows(rows: Sequence[Row], version: int | None) -> Draft:
    """The matrix in force, ready to be edited."""
    return Draft([_draft(row, str(number)) for number, row in enumerate(rows, start=1)], version)


def of_post(data: QueryDict) -> Draft:
    """What the form sent; too many rows are cut off, which publishing then refuses."""
    keys = list(dict.fromkeys(key for key in data.getlist("order") if _is_key(key)))
    version = data.get("version", "")
    return Draft(
        [_read(data, key) for key in keys[: MOST_ROWS + 1]],
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
    )


def _is_key(text: str) -> bool:
    """Whether a row of our own form may be called so; the digits of a longer one are no number."""
    return text.isascii() and text.isalnum() and len(text) < 9


def apply(draft: Draft, do: str) -> None:
    """Do what a button of the form says: add, up, down or remove a row."""
    verb, _colon, key = do.partition(":")
    at = next((i for i, row in enumerate(draft.rows) if row.key == key), None)
    if verb == "add":
        numbers = [int(row.key) for row in draft.rows if row.key.isdigit()]
        draft.rows.append(DraftRow(str(max(numbers, default=0) + 1)))
    elif at is None:
        return
    elif verb == "remove":
        del draft.rows[at]
    elif verb in ("up", "down"):
        to = at + (-1 if verb == "up" else 1)
        if 0 <= to < len(draft.rows):
            draft.rows.insert(to, draft.rows.pop(at))


def rows_of(draft: Draft, *, categories: Collection[int], contacts: Collection[int]) -> list[Row]:
    """The rows that the draft says; what can't be read is told on its row and left out."""
    rows = []
    for position, row in enumerate(draft.rows, start=1):
        category = int(row.category) if row.category.isascii() and row.category.isdigit() else None
        if row.category and category not in categories:
            row.error = _("There is no such category.")
        first, last = _priority(row.first), _priority(row.last)
        if first > last:
            row.error = _("The first priority is above the last.")
        steps = [found for step in row.steps if (found := _step(step, contacts)) is not None]
        if not row.steps:
            row.error = row.error or _("Say who is told, at least once.")
        if not row.error and len(steps) == len(row.steps):
            ordered = tuple(sorted(steps, key=lambda step: step.after_minutes))
            rows.append(Row(position, category, first, last, ordered))
    return rows


def _draft(row: Row, key: str) -> DraftRow:
    steps = [
        DraftStep(words_of(s.after_minutes), f"{CONTACT}{s.contact_id}" if s.is_clients else f"{ROLE}{s.vendor_role}")
        for s in row.steps
    ]
    category = str(row.category_id) if row.category_id else ""
    return DraftRow(key, category, str(row.priority_from), str(row.priority_to), steps)


def _read(data: QueryDict, key: str) -> DraftRow:
    pairs = zip(data.getlist(f"{key}-after"), data.getlist(f"{key}-who"), strict=False)
    steps = [DraftStep(after[:40], who[:40]) for after, who in pairs if who]
    return DraftRow(
        key,
        data.get(f"{key}-category", "")[:20],
        data.get(f"{key}-from", "1")[:2],
        data.get(f"{key}-to", "4")[:2],
        steps[: MOST_STEPS + 1],
    )


def _priority(text: str) -> int:
    return int(text) if text in {"1", "2", "3", "4"} else 1


def _step(step: DraftStep, contacts: Collection[int]) -> Step | None:
    try:
        minutes = minutes_of(step.after or "0")
    except BadDelay as error:
        step.error = str(error)
        return None
    kind, _colon, value = step.who.partition(":")
    if kind == "role" and value in {role.value for role in VENDOR_ROLES}:
        return Step(minutes, vendor_role=value)
    if kind == "contact" and value.isascii() and value.isdigit() and int(value) in contacts:
        return Step(minutes, contact_id=int(value))
    step.error = _("Choose who is told.")
    return None

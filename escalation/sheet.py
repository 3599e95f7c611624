"""The matrix as a sheet that a spreadsheet takes and `escalation.paste` reads back.  No database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from escalation.delays import words_of
from escalation.paste import ANY
from escalation.plain import PRIORITIES, Row, Step
from escalation.recipients import role_label
from helpdesk.lib.csv_safe import safe_cell


def sheet_of(rows: Sequence[Row], categories: Mapping[int, str], contacts: Mapping[int, str]) -> str:
    """The rows from the top, tabs between their cells, heads above; pasted back they are the same rows."""
    longest = max((len(row.steps) for row in rows), default=1)
    heads = [_("Category"), _("Priority"), *[_("After"), _("Who")] * longest]
    any_word = _any_word(categories)
    lines = [[*_what(row, categories, any_word), *_path(row, contacts)] for row in rows]
    return "".join("\t".join(map(_cell, line)) + "\n" for line in [heads, *lines])


def _any_word(categories: Mapping[int, str]) -> str:
    """How "any" is written where a client may have called a category so."""
    taken = {name.casefold() for name in categories.values()}
    words = [pgettext("in a pasted sheet", "any"), *sorted(ANY, reverse=True)]
    return next(word for word in words if word not in taken)


def _what(row: Row, categories: Mapping[int, str], any_word: str) -> list[str]:
    category = categories[row.category_id] if row.category_id else any_word
    return [category, _priority(row.priority_from, row.priority_to) or any_word]


def _priority(first: int, last: int) -> str:
    if (first, last) == (PRIORITIES[0], PRIORITIES[-1]):
        return ""
    # A spreadsheet takes "1, 2" for a number and "1-2" for a date.
    return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def _path(row: Row, contacts: Mapping[int, str]) -> list[str]:
    return [text for step in row.steps for text in (words_of(step.after_minutes), _who(step, contacts))]


def _who(step: Step, contacts: Mapping[int, str]) -> str:
    if step.contact_id is not None:
        return contacts[step.contact_id]
    vendor = pgettext("in a pasted sheet", "vendor")
    return f"{vendor}: {role_label(step.vendor_role)}"


def _cell(text: str) -> str:
    safe = str(safe_cell(text))
    return '"' + safe.replace('"', '""') + '"' if any(mark in safe for mark in '\t\n\r"') else safe


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing does to the rows in force: how many stay, go and come, and whether those that stay move."""

    stays: int
    goes: int
    comes: int
    moves: bool

    @property
    def is_none(self) -> bool:
        """Whether the rows in force would be the same."""
        return not (self.goes or self.comes or self.moves)


def difference(before: Sequence[Row], after: Sequence[Row]) -> Difference:
    """What becomes of the rows of `before` where those of `after` stand instead; rows alike are the same row."""
    old, new = ([replace(row, position=0) for row in rows] for rows in (before, after))
    same = Counter(old) & Counter(new)
    stays = same.total()
    return Difference(stays, len(old) - stays, len(new) - stays, _only(old, same) != _only(new, same))


def _only(rows: Sequence[Row], wanted: Counter[Row]) -> list[Row]:
    """The rows that are wanted, in their order, each as often as it is wanted."""
    left = Counter(wanted)
    found = []
    for row in rows:
        if left[row]:
            left[row] -= 1
            found.append(row)
    return found

"""The matrix as a page shows it: rows with chips on one shared axis of time, findings as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalation import plain
from escalation.delays import words_of
from escalation.matrix import climbing
from escalation.matrix.document import Document, Path, Target, Who
from escalation.models import Contact
from escalation.plain import Finding, Problem, Row
from escalation.recipients import role_label

# The columns of the shared axis: up to so many minutes; the last takes everything later.
AXIS = (0, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One chip: `column` on the axis, the delay in words, who, and whether the ticket waits on the client there."""

    column: int
    after: str
    name: str
    is_clients: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the table; `never` says which rows take all of its tickets."""

    position: int
    category: str
    priority: str
    steps: tuple[ShownStep, ...]
    never: str = ""
    is_new: bool = False
    notes: tuple[str, ...] = field(default=())


def shown_rows(
    rows: Sequence[Row],
    categories: Mapping[int, str],
    contacts: Mapping[int, Contact],
    findings: Sequence[Finding] = (),
    new: Sequence[int] = (),
) -> list[ShownRow]:
    """The rows as the table shows them; `new` are positions that are not in force yet."""
    never = {finding.row: _numbers(finding.others) for finding in findings if finding.problem is Problem.NEVER}
    return [
        ShownRow(
            row.position,
            categories.get(row.category_id, "?") if row.category_id else "",
            priority_words(row.priority_from, row.priority_to),
            tuple(shown_steps(row, contacts)),
            never.get(row.position, ""),
            row.position in new,
        )
        for row in rows
    ]


def shown_steps(row: Row, contacts: Mapping[int, Contact], *, start: datetime | None = None) -> list[ShownStep]:
    """The chips of one row; with `start` also the moments."""
    moments = [at for at, _step in plain.simulate(row, start)] if start else [None] * len(row.steps)
    return [
        ShownStep(
            next((i for i, most in enumerate(AXIS) if step.after_minutes <= most), len(AXIS)),
            words_of(step.after_minutes),
            name_of(step, contacts),
            step.is_clients,
            at,
        )
        for step, at in zip(row.steps, moments, strict=True)
    ]


def steps_of_way(path: Path, names: Mapping[Who, str], start: datetime) -> list[ShownStep]:
    """The chips of a path, as it is told if nobody takes it on; steps whose moment nobody knows are left out."""
    found = []
    for told in climbing.simulate(Document(), path, start):
        step, minutes = path.steps[told.step], int((told.at - start).total_seconds()) // 60
        if told.again or told.path != path.name:
            continue
        shown = ", ".join(role_label(who.key) if who.kind is Target.ROLE else names[who] for who in step.to)
        column = next((i for i, most in enumerate(AXIS) if minutes <= most), len(AXIS))
        found.append(ShownStep(column, words_of(minutes), shown, any(who.is_clients for who in step.to), told.at))
    return found


def name_of(step: plain.Step, contacts: Mapping[int, Contact]) -> str:
    """Who is told, in the reader's words."""
    if step.contact_id is None:
        return role_label(step.vendor_role)
    contact = contacts.get(step.contact_id)
    return contact.name if contact else "?"


def priority_words(first: int, last: int) -> str:
    """ "1", "1, 2", "1 to 3", or the empty string for any."""
    if (first, last) == (1, 4):
        return ""
    if first == last:
        return str(first)
    return f"{first}, {last}" if last == first + 1 else _("%(first)s to %(last)s") % {"first": first, "last": last}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words: what, and why."""

    what: str
    why: str
    row: int | None


def sentences(
    findings: Sequence[Finding], categories: Mapping[int, str], contacts: Mapping[int, Contact]
) -> list[Sentence]:
    """The findings in the reader's words."""
    return [_sentence(finding, categories, contacts) for finding in findings]


def _sentence(finding: Finding, categories: Mapping[int, str], contacts: Mapping[int, Contact]) -> Sentence:
    row = {"row": finding.row}
    numbers = _numbers(finding.priorities)
    match finding.problem:
        case Problem.NEVER:
            why = ngettext(
                "Row %(others)s already takes every ticket that it asks for.",
                "Rows %(others)s already take every ticket that it asks for.",
                len(finding.others),
            ) % {"others": _numbers(finding.others)}
            return Sentence(_("Row %(row)s can never match.") % row, why, finding.row)
        case Problem.GONE | Problem.NOBODY:
            contact = contacts.get(finding.contact_id or 0)
            name = {"name": contact.name if contact else "?"}
            if finding.problem is Problem.GONE:
                what, why = _("%(name)s is no contact any more."), _("The step is passed over.")
            else:
                what, why = _("%(name)s can’t be reached."), _("It has no address, and none of you may answer.")
            return Sentence(_("Row %(row)s:") % row + " " + what % name, why, finding.row)
        case Problem.UNSORTED:
            what = _("Tickets without a category, priority %(numbers)s, fit no row.") % {"numbers": numbers}
        case _:
            category = categories.get(finding.category_id or 0, "")
            if category:
                what = _("%(category)s, priority %(numbers)s, fits no row.") % {
                    "category": category,
                    "numbers": numbers,
                }
            else:
                what = _("Priority %(numbers)s fits no row.") % {"numbers": numbers}
    return Sentence(what, _("Your first contact is asked at once instead."), None)


def _numbers(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))


def told_when(steps: Sequence[ShownStep], zone_now: datetime) -> str:
    """Who is told when, as one sentence: "Petra Lund at 23:55, Team lead at 00:25"."""
    parts = [
        _("%(name)s at %(time)s") % {"name": step.name, "time": date_format(step.at.astimezone(zone_now.tzinfo), "H:i")}
        for step in steps
        if step.at is not None
    ]
    return ", ".join(parts)

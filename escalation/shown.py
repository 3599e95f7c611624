"""A matrix as pages show it: rows with chips on one shared axis of time, findings and changes as sentences."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from escalation import path_chart
from escalation.delays import words_of
from escalation.known import Place
from escalation.matrix import cells, climbing
from escalation.matrix.cells import COLUMNS, Names
from escalation.matrix.changes import Change, Changes, PathChange, RowChange, StepChange
from escalation.matrix.checking import Finding, Problem
from escalation.matrix.climbing import Told
from escalation.matrix.document import Channel, Document, Path, Step, Target, Trigger, When, Who
from escalation.models import Metric
from escalation.recipients import role_label

# The columns of the shared axis: up to so many minutes; the last takes everything later.
AXIS = (0, 15, 30, 60)
_BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
# The columns of a row in the document that stand in one cell.
_CELL_OF = {
    "categories": "category",
    "priority_from": "priority",
    "priority_to": "priority",
    "tiers": "tier",
    "languages": "language",
    "tags": "tag",
    "services": "service",
    "hours": "hours",
    "begins": "begins",
    "path": "path",
}


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
    """One row of the table; `more` are its further conditions, `never` says which rows take all its tickets."""

    position: int
    category: str
    priority: str
    more: tuple[tuple[str, str], ...]
    path: str
    steps: tuple[ShownStep, ...]
    never: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words: what, why, whether it keeps the matrix from being put in force, and where it is mended."""

    what: str
    why: str
    row: int | None = None
    path: int | None = None
    blocks: bool = False


def axis() -> list[str]:
    """The heads of the shared axis."""
    return [_("At once"), _("to 15 min"), _("to 30 min"), _("to 1 h"), _("later")]


def shown_rows(
    document: Document, names: Names, place: Place, findings: Sequence[Finding] = (), new: Collection[int] = ()
) -> list[ShownRow]:
    """The rows as the table shows them; `new` are positions that are marked."""
    never = {finding.row: _numbers(finding.others) for finding in findings if finding.problem is Problem.NEVER}
    steps = {path.name: tuple(shown_steps(path, place)) for path in document.paths}
    found = []
    for number, row in enumerate(document.rows, start=1):
        said = cells.show(row, names)
        more = tuple((cells.label(c), said[c]) for c in COLUMNS[2:-2] if said[c])
        if row.begins.value == "opened":
            more = (*more, (cells.label("begins"), said["begins"]))
        path = steps.get(row.path, ())
        found.append(
            ShownRow(
                number, said["category"], said["priority"], more, row.path, path, never.get(number, ""), number in new
            )
        )
    return found


def shown_steps(path: Path, place: Place) -> list[ShownStep]:
    """The chips of a path in its order; a step whose moment nobody knows before stands last."""
    told = {one.step: one.at for one in reversed(climbing.simulate(Document(), path, _BEGIN))}
    found = []
    for number, step in enumerate(path.steps):
        at = told.get(number)
        minutes = int((at - _BEGIN).total_seconds()) // 60 if at is not None else None
        name = ", ".join(place.name_of(who) for who in step.to)
        is_clients = any(who.is_clients for who in step.to)
        found.append(ShownStep(_column(minutes), when_words(step.when), name, is_clients))
    return found


def drawn(path: Path, told: Sequence[Told], at: datetime) -> list[path_chart.Drawing]:
    """A path as a picture, for wide pages and for phones; `told` is what is, or would be, told since it began."""
    waits_for = [when_words(step.when) for step in path.steps]
    return [path_chart.draw(path, told, at, frame, waits_for) for frame in (path_chart.WIDE, path_chart.PHONE)]


def steps_of_way(path: Path, names: Mapping[Who, str], start: datetime) -> list[ShownStep]:
    """The chips of a path, as it is told if nobody takes it on; steps whose moment nobody knows are left out."""
    found = []
    for told in climbing.simulate(Document(), path, start):
        step, minutes = path.steps[told.step], int((told.at - start).total_seconds()) // 60
        if told.again or told.path != path.name:
            continue
        shown = ", ".join(role_label(who.key) if who.kind is Target.ROLE else names[who] for who in step.to)
        clients = any(who.is_clients for who in step.to)
        found.append(ShownStep(_column(minutes), words_of(minutes), shown, clients, told.at))
    return found


def _column(minutes: int | None) -> int:
    if minutes is None:
        return len(AXIS)
    return next((i for i, most in enumerate(AXIS) if minutes <= most), len(AXIS))


def when_words(when: When) -> str:
    """What a step waits for, in words."""
    delay = words_of(when.minutes)
    match when.trigger:
        case Trigger.START:
            return delay
        case Trigger.SILENCE:
            return _("%(delay)s without a yes") % {"delay": delay}
        case Trigger.QUIET:
            return _("%(delay)s of silence") % {"delay": delay}
        case Trigger.SHARE:
            return _("%(clock)s, %(percent)s %% used") % {"percent": when.percent, "clock": metric_label(when.metric)}
    return _("by hand")


def metric_label(metric: str) -> str:
    """A clock in the reader's words."""
    return str(Metric(metric).label) if metric in Metric.values else metric


def channel_label(channel: Channel) -> str:
    """By what somebody is told, in the reader's words."""
    return {
        Channel.APP: pgettext("by what a person is told", "in the app"),
        Channel.MAIL: pgettext("by what a person is told", "mail"),
        Channel.WEBHOOK: pgettext("by what a person is told", "webhook"),
        Channel.SMS: pgettext("by what a person is told", "SMS"),
        Channel.PHONE: pgettext("by what a person is told", "phone"),
    }[channel]


def step_words(step: Step) -> list[str]:
    """What else is to be said of a step: who stands in is left to the caller."""
    found = [", ".join(channel_label(channel) for channel in step.channels)]
    if step.again_times and step.needs_yes:
        found.append(
            ngettext("again after %(delay)s", "%(count)s times more, every %(delay)s", step.again_times)
            % {"count": step.again_times, "delay": words_of(step.again_minutes)}
        )
    if not step.needs_yes:
        found.append(_("only informs"))
    if step.hands_over:
        found.append(_("the ticket goes to the client"))
    return found


def sentences(findings: Sequence[Finding], document: Document, names: Names, place: Place) -> list[Sentence]:
    """The findings in the reader's words, those first that keep the matrix from being put in force."""
    paths = {path.name: number for number, path in enumerate(document.paths, start=1)}
    ordered = sorted(findings, key=lambda finding: not finding.blocks)
    return [_sentence(finding, names, place, paths.get(finding.path)) for finding in ordered]


def _sentence(finding: Finding, names: Names, place: Place, path: int | None) -> Sentence:
    what, why = _words(finding, names, place)
    if finding.path:
        where = (_("Path “%(path)s”, step %(step)s:") if finding.step is not None else _("Path “%(path)s”:")) % {
            "path": finding.path,
            "step": finding.step,
        }
        return Sentence(f"{where} {what}", why, None, path, finding.blocks)
    return Sentence(what, why, finding.row, None, finding.blocks)


def _words(finding: Finding, names: Names, place: Place) -> tuple[str, str]:
    row, numbers = {"row": finding.row}, {"numbers": _numbers(finding.priorities)}
    name = {"name": place.name_of(finding.who) if finding.who is not None else finding.name}
    match finding.problem:
        case Problem.NEVER:
            why = ngettext(
                "Row %(others)s already takes every ticket that it asks for.",
                "Rows %(others)s already take every ticket that it asks for.",
                len(finding.others),
            ) % {"others": _numbers(finding.others)}
            return _("Row %(row)s can never match.") % row, why
        case Problem.UNSURE:
            return (
                _("Row %(row)s was not looked at to the end.") % row,
                _("There are too many combinations to say whether it can match."),
            )
        case Problem.UNSORTED:
            what = _("Tickets without a category, priority %(numbers)s, fit no row.") % numbers
            return what, _("Your first contact is asked at once instead.")
        case Problem.UNCOVERED:
            category = names.categories.get(finding.category, finding.category)
            if category:
                what = _("%(category)s, priority %(numbers)s, fits no row.") % {"category": category, **numbers}
            else:
                what = _("Priority %(numbers)s fits no row.") % numbers
            return what, _("Your first contact is asked at once instead.")
        case Problem.NO_PATH if finding.row is not None:
            return _("Row %(row)s names a path that there is not.") % row, _("Write it, or choose another one.")
        case Problem.NO_PATH:
            return _("it goes on as “%(name)s”, which there is not.") % name, _("Write it, or choose another one.")
        case Problem.UNKNOWN if finding.row is not None:
            return (
                _("Row %(row)s names “%(name)s”, which there is not.") % {**row, **name},
                _("It was taken away, or is called otherwise by now."),
            )
    return _step_words(finding, name)


def _step_words(finding: Finding, name: Mapping[str, str]) -> tuple[str, str]:
    at = {"time": date_format(localtime(finding.at), "j M H:i")} if finding.at is not None else {}
    match finding.problem:
        case Problem.UNKNOWN:
            return _("it tells somebody whom there is not."), _("Choose who is told instead.")
        case Problem.LOOP:
            return _("it leads back to itself."), _("Nobody would ever be told of its end.")
        case Problem.EMPTY:
            return _("it has no steps."), _("Say who is told, at least once.")
        case Problem.ORDER:
            return _("it waits for a yes to the step before, and there is none."), _("Let it wait since the start.")
        case Problem.GONE:
            return _("%(name)s is no contact any more.") % name, _("The step is passed over.")
        case Problem.NOBODY:
            why = _("It has no address, or nobody of the role is there.")
            return _("%(name)s can’t be reached.") % name, why
        case Problem.ALONE:
            return _("%(name)s is one person alone.") % name, _("Name somebody who stands in, or a group.")
        case Problem.GAP if finding.who is not None and finding.who.kind in (Target.ROLE, Target.TEAM):
            why = _("Write down their hours, or name somebody who stands in.")
            return _("whoever it tells is not at work from %(time)s, while something is promised: %(name)s.") % {
                **name,
                **at,
            }, why
        case Problem.GAP:
            why = _("Plan the hours, or name somebody who stands in.")
            return _("nobody is on call by %(name)s from %(time)s.") % {**name, **at}, why
        case Problem.LATE:
            return _late_words(finding)
    return _("no row names it."), _("Take it away, or name it in a row.")


def _late_words(finding: Finding) -> tuple[str, str]:
    clock = {"clock": metric_label(finding.name)}
    if finding.row is None:
        return (
            _("it is told after this is due: %(clock)s.") % clock,
            _("It waits for more than the whole of that time. Tell somebody while there is some left."),
        )
    told = {"row": finding.row, "priority": _numbers(finding.priorities), "time": words_of(finding.minutes)}
    what = _("if nobody answers it is told after this is due: %(clock)s.") % clock
    if finding.at is None:
        return what, _("Row %(row)s takes tickets of priority %(priority)s, promised within %(time)s.") % told
    told["begun"] = date_format(finding.at, "l H:i")
    return (
        what,
        _(
            "Row %(row)s takes tickets of priority %(priority)s, promised within %(time)s of support hours: "
            "what begins on a %(begun)s is too late."
        )
        % told,
    )


@dataclass(frozen=True, slots=True)
class Versions:
    """Two documents that are held against each other, for whoever has neither before their eyes."""

    before: Document
    after: Document
    place: Place


def changed(changes: Changes, versions: Versions | None = None) -> list[str]:
    """What differs, a sentence each; with `versions` also what each said before, and what it says now."""
    rows = [_with_detail(_row_changed(row), _row_detail(row, versions)) for row in changes.rows]
    paths = [text for path in changes.paths for text in _path_changed(path, versions)]
    return [*rows, *paths]


def _with_detail(sentence: str, detail: str) -> str:
    return f"{sentence} {detail}" if detail else sentence


def _row_detail(row: RowChange, versions: Versions | None) -> str:
    if versions is None or row.change is Change.MOVED:
        return ""
    before = versions.before.rows[row.before - 1] if row.before is not None else None
    after = versions.after.rows[row.after - 1] if row.after is not None else None
    wanted = {_CELL_OF[column] for column in row.columns} or {*COLUMNS}
    told = []
    for each, document in ((before, versions.before), (after, versions.after)):
        if each is not None:
            said = cells.show(each, versions.place.names(document))
            parts = [
                f"{cells.label(c)} {said[c] or _('any')}" for c in COLUMNS if c in wanted and (said[c] or row.columns)
            ]
            told.append(", ".join(parts))
    return _before_and_now(told)


def _step_detail(name: str, step: StepChange, versions: Versions | None) -> str:
    if versions is None:
        return ""
    told = []
    for number, document in ((step.before, versions.before), (step.after, versions.after)):
        path = document.path(name)
        if number is not None and path is not None:
            chip = shown_steps(path, versions.place)[number - 1]
            told.append(f"{chip.after}, {chip.name} ({'; '.join(step_words(path.steps[number - 1]))})")
    return _before_and_now(told)


def _before_and_now(told: Sequence[str]) -> str:
    if len(told) == 2:
        return _("Before: %(before)s. Now: %(after)s.") % {"before": told[0], "after": told[1]}
    return f"{told[0]}." if told else ""


def _row_changed(row: RowChange) -> str:
    told = {"before": row.before, "after": row.after}
    match row.change:
        case Change.ADDED:
            return _("Row %(after)s is new.") % told
        case Change.REMOVED:
            return _("Row %(before)s of the version in force goes away.") % told
        case Change.MOVED:
            return _("Row %(before)s of the version in force is row %(after)s.") % told
    columns = dict.fromkeys(cells.label(_CELL_OF[column]) for column in row.columns)
    return _("Row %(after)s differs from row %(before)s of the version in force: %(columns)s.") % {
        **told,
        "columns": ", ".join(columns),
    }


def _path_changed(path: PathChange, versions: Versions | None = None) -> list[str]:
    told = {"name": path.name}
    if path.change is Change.ADDED:
        return [_("Path “%(name)s” is new.") % told]
    if path.change is Change.REMOVED:
        return [_("Path “%(name)s” goes away.") % told]
    found = []
    for step in path.steps:
        numbers = {**told, "before": step.before, "after": step.after}
        if step.change is Change.ADDED:
            text = _("Path “%(name)s”: step %(after)s is new.") % numbers
        elif step.change is Change.REMOVED:
            text = _("Path “%(name)s”: step %(before)s goes away.") % numbers
        else:
            text = _("Path “%(name)s”: step %(after)s differs.") % numbers
        found.append(_with_detail(text, _step_detail(path.name, step, versions)))
    return [*found, _("Path “%(name)s”: what it asks, or how it ends, differs.") % told] if path.rest else found


def _numbers(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))

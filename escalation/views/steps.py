"""A path while it is edited: what the form holds, steps moved, added to and read without being stored."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from escalation.delays import BadDelay, minutes_of, words_of
from escalation.matrix.document import (
    MOST_ASKED,
    MOST_STEPS,
    MOST_TARGETS,
    Channel,
    Path,
    Step,
    Target,
    Trigger,
    When,
    Who,
)
from escalation.matrix.stored import LONGEST_ASKED, LONGEST_NAME, MOST_AGAIN
from escalation.models import Metric

DELAYED = (Trigger.START, Trigger.SILENCE, Trigger.QUIET)


@dataclass
class StepDraft:
    """One step of the form, as written; `key` names its fields."""

    key: str
    trigger: str = Trigger.START.value
    minutes: str = ""
    percent: str = ""
    metric: str = ""
    to: list[str] = field(default_factory=list)
    instead: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=lambda: [Channel.APP.value, Channel.MAIL.value])
    again_times: str = ""
    again_minutes: str = ""
    needs_yes: bool = True
    hands_over: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def shown_to(self) -> list[str]:
        """Whom it tells, and room for one more."""
        return [*self.to, ""][:MOST_TARGETS]

    @property
    def shown_instead(self) -> list[str]:
        """Who stands in, and room for one more."""
        return [*self.instead, ""][:MOST_TARGETS]


@dataclass
class PathDraft:
    """One path of the form, as written, and the revision of the draft that the editor began with."""

    name: str
    steps: list[StepDraft]
    revision: int
    asks: str = ""
    idle: str = ""
    then: str = ""
    then_after: str = ""
    ends: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether something can't be read."""
        return bool(self.errors) or any(step.errors for step in self.steps)


def of_path(path: Path, revision: int) -> PathDraft:
    """A path, ready to be edited."""
    return PathDraft(
        path.name,
        [_of_step(step, str(number)) for number, step in enumerate(path.steps, start=1)],
        revision,
        "\n".join(path.asks),
        _delay(path.idle_minutes),
        path.then,
        _delay(path.then_minutes),
        _delay(path.ends_minutes),
    )


def of_post(data: QueryDict) -> PathDraft:
    """What the form sent; too many steps are cut off, which is then refused."""
    keys = [key for key in dict.fromkeys(data.getlist("order")) if key.isascii() and key.isalnum() and len(key) < 9]
    revision = data.get("revision", "")
    return PathDraft(
        data.get("name", "")[: LONGEST_NAME * 2],
        [_posted(data, key) for key in keys[: MOST_STEPS + 1]],
        int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0,
        data.get("asks", "")[: MOST_ASKED * LONGEST_ASKED * 2],
        data.get("idle", "")[:40],
        data.get("then", "")[:LONGEST_NAME],
        data.get("then_after", "")[:40],
        data.get("ends", "")[:40],
    )


def apply(draft: PathDraft, do: str) -> None:
    """Do what a button of the form says: add, up, down or remove a step."""
    verb, _colon, key = do.partition(":")
    at = next((i for i, step in enumerate(draft.steps) if step.key == key), None)
    if verb == "add":
        numbers = [int(step.key) for step in draft.steps if step.key.isdigit()]
        draft.steps.append(StepDraft(str(max(numbers, default=0) + 1)))
    elif at is None:
        return
    elif verb == "remove":
        del draft.steps[at]
    elif verb in ("up", "down"):
        to = at + (-1 if verb == "up" else 1)
        if 0 <= to < len(draft.steps):
            draft.steps.insert(to, draft.steps.pop(at))


def read(draft: PathDraft, *, others: Collection[str], choices: Collection[Who]) -> Path | None:
    """The path that the form says, or None with what is wrong told at its field.

    `others` are the names of the other paths, `choices` who can be told.
    """
    name = " ".join(draft.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        draft.errors["name"] = _("Give the path a name of up to %(most)s characters.") % {"most": LONGEST_NAME}
    elif name.casefold() in {other.casefold() for other in others}:
        draft.errors["name"] = _("There is a path of that name already.")
    asks = tuple(" ".join(line.split()) for line in draft.asks.splitlines() if line.strip())
    if len(asks) > MOST_ASKED or any(len(ask) > LONGEST_ASKED or not ask.isprintable() for ask in asks):
        told = {"most": MOST_ASKED, "longest": LONGEST_ASKED}
        draft.errors["asks"] = _("At most %(most)s lines of up to %(longest)s characters.") % told
    idle, after, ends = (_optional(draft, key, getattr(draft, key)) for key in ("idle", "then_after", "ends"))
    if draft.then and draft.then not in others:
        draft.errors["then"] = _("There is no such path.")
    if draft.then and not after:
        draft.errors.setdefault("then_after", _("Say after how long, at least 1 min."))
    if len(draft.steps) > MOST_STEPS:
        draft.errors["steps"] = _("A path has at most %(most)s steps.") % {"most": MOST_STEPS}
    steps = [found for step in draft.steps if (found := _step(step, choices)) is not None]
    if draft.has_errors:
        return None
    return Path(name, tuple(steps), asks, idle, draft.then, after if draft.then else 0, ends)


def _of_step(step: Step, key: str) -> StepDraft:
    when = step.when
    return StepDraft(
        key,
        when.trigger.value,
        words_of(when.minutes) if when.trigger in DELAYED else "",
        str(when.percent or ""),
        when.metric,
        [token(who) for who in step.to],
        [token(who) for who in step.instead],
        [channel.value for channel in step.channels],
        str(step.again_times or ""),
        _delay(step.again_minutes),
        step.needs_yes,
        step.hands_over,
    )


def _posted(data: QueryDict, key: str) -> StepDraft:
    def text(name: str) -> str:
        return data.get(f"{key}-{name}", "")[:40]

    def texts(name: str) -> list[str]:
        return [value[:140] for value in data.getlist(f"{key}-{name}") if value][: MOST_TARGETS + 1]

    return StepDraft(
        key,
        text("trigger") or Trigger.START.value,
        text("minutes"),
        text("percent"),
        text("metric"),
        texts("to"),
        texts("instead"),
        texts("channels"),
        text("again_times"),
        text("again_minutes"),
        f"{key}-needs_yes" in data,
        f"{key}-hands_over" in data,
    )


def token(who: Who) -> str:
    """A target as a field of the form holds it."""
    return f"{who.kind.value}:{who.key}"


def _step(draft: StepDraft, choices: Collection[Who]) -> Step | None:
    when = _when(draft)
    to, instead = (_whos(draft, tokens, choices) for tokens in (draft.to, draft.instead))
    if not draft.to:
        draft.errors.append(_("Say who is told, at least once."))
    channels = tuple(dict.fromkeys(Channel(value) for value in draft.channels if value in set(Channel)))
    if not channels:
        draft.errors.append(_("Choose by what they are told."))
    times = _number(draft, draft.again_times or "0", 0, MOST_AGAIN)
    again = _minutes(draft, draft.again_minutes or "0") if times else 0
    if times and not again:
        draft.errors.append(_("Say after how long it is told again, at least 1 min."))
    if times and not draft.needs_yes:
        draft.errors.append(_("What only informs is told once: have somebody say yes, or take the repeats away."))
    if draft.errors or when is None:
        return None
    return Step(when, to, instead, channels, again, times, draft.needs_yes, draft.hands_over)


def _when(draft: StepDraft) -> When | None:
    if draft.trigger not in set(Trigger):
        draft.errors.append(_("Choose what it waits for."))
        return None
    trigger = Trigger(draft.trigger)
    if trigger is Trigger.SHARE:
        if draft.metric not in Metric.values:
            draft.errors.append(_("Choose a clock."))
        return When(trigger, percent=_number(draft, draft.percent, 1, 1000), metric=draft.metric)
    if trigger is Trigger.MANUAL:
        return When(trigger)
    minutes = _minutes(draft, draft.minutes or "0")
    if not minutes and trigger is not Trigger.START and not draft.errors:
        draft.errors.append(_("Say after how long, at least 1 min."))
    return When(trigger, minutes)


def _whos(draft: StepDraft, tokens: Collection[str], choices: Collection[Who]) -> tuple[Who, ...]:
    found = []
    for text in tokens:
        kind, _colon, key = text.partition(":")
        who = Who(Target(kind), key) if kind in set(Target) else None
        if who is None or who not in choices:
            draft.errors.append(_("Choose who is told: somebody chosen is not there."))
        else:
            found.append(who)
    if len(found) > MOST_TARGETS:
        draft.errors.append(_("A step tells at most %(most)s.") % {"most": MOST_TARGETS})
    return tuple(dict.fromkeys(found))


def _minutes(draft: StepDraft, text: str) -> int:
    try:
        return minutes_of(text)
    except BadDelay as error:
        draft.errors.append(str(error))
        return 0


def _number(draft: StepDraft, text: str, least: int, most: int) -> int:
    text = text.strip().removesuffix("%").strip()
    if text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most:
        return int(text)
    draft.errors.append(
        _("“%(text)s” is no number from %(least)s to %(most)s.") % {"text": text[:20], "least": least, "most": most}
    )
    return least


def _optional(draft: PathDraft, key: str, text: str) -> int:
    """A delay that may be left out, as minutes; 0 for none."""
    if not text.strip():
        return 0
    try:
        return minutes_of(text)
    except BadDelay as error:
        draft.errors[key] = str(error)
        return 0


def _delay(minutes: int) -> str:
    return words_of(minutes) if minutes else ""

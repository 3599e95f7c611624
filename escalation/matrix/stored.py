"""A matrix document as JSON, and back; a document that is not well formed is refused with its place.  No database."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from escalation.matrix.document import (
    LONGEST,
    MOST_ASKED,
    MOST_PATHS,
    MOST_ROWS,
    MOST_STEPS,
    MOST_TARGETS,
    PRIORITIES,
    WEEK_MINUTES,
    Begins,
    Channel,
    Document,
    Hours,
    Path,
    Row,
    Span,
    Step,
    Target,
    Trigger,
    When,
    Who,
)

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
FORMAT = 1
LONGEST_NAME, LONGEST_ASKED, MOST_NAMES, MOST_AGAIN, MOST_WINDOWS = 80, 200, 50, 20, 28


class BadDocument(ValueError):
    """It is no matrix: `place` says where, as "rows/3/priority_to"."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def write(document: Document) -> dict[str, Any]:
    """The document as JSON takes it."""
    return {
        "format": FORMAT,
        "rows": [write_row(row) for row in document.rows],
        "paths": [_path_out(path) for path in document.paths],
    }


def read(data: Any) -> Document:
    """The document that `write` wrote; raises `BadDocument` for anything else, whatever it is."""
    whole = _Place("", data)
    if whole.number("format", 1, FORMAT) != FORMAT:
        raise BadDocument("format")
    paths = whole.each("paths", MOST_PATHS, _path_in)
    if len({path.name for path in paths}) < len(paths):
        raise BadDocument("paths")
    return Document(whole.each("rows", MOST_ROWS, _row_in), paths)


def write_step(step: Step) -> dict[str, Any]:
    """One step, as a running climb keeps it."""
    when = step.when
    return {
        "trigger": when.trigger.value,
        "minutes": when.minutes,
        "percent": when.percent,
        "metric": when.metric,
        "to": _whos_out(step.to),
        "instead": _whos_out(step.instead),
        "channels": [channel.value for channel in step.channels],
        "again_minutes": step.again_minutes,
        "again_times": step.again_times,
        "needs_yes": step.needs_yes,
        "hands_over": step.hands_over,
    }


def write_path(path: Path) -> dict[str, Any]:
    """One path without its steps, as a running climb keeps it."""
    return {**_path_out(path), "steps": []}


def read_path(data: Any) -> Path:
    """The path that `write_path` wrote; raises `BadDocument`.  Where no row fitted, a climb's path has no name."""
    return _path_in(_Place("path", data), unnamed=True)


def read_step(data: Any) -> Step:
    """The step that `write_step` wrote; raises `BadDocument`."""
    return _step_in(_Place("step", data))


def write_row(row: Row) -> dict[str, Any]:
    """One row, as the history of a ticket keeps it."""
    return {
        "categories": list(row.categories),
        "priority_from": row.priority_from,
        "priority_to": row.priority_to,
        "tiers": list(row.tiers),
        "languages": list(row.languages),
        "tags": list(row.tags),
        "services": list(row.services),
        "hours": {"span": row.hours.span.value, "own": [list(span) for span in row.hours.own]},
        "begins": row.begins.value,
        "path": row.path,
    }


def read_row(data: Any) -> Row:
    """The row that `write_row` wrote; raises `BadDocument`."""
    return _row_in(_Place("row", data))


def _path_out(path: Path) -> dict[str, Any]:
    return {
        "name": path.name,
        "steps": [write_step(step) for step in path.steps],
        "asks": list(path.asks),
        "idle_minutes": path.idle_minutes,
        "then": path.then,
        "then_minutes": path.then_minutes,
        "ends_minutes": path.ends_minutes,
    }


def _whos_out(whos: Sequence[Who]) -> list[list[str]]:
    return [[who.kind.value, who.key] for who in whos]


class _Place:
    """One object of the JSON with its place, read strictly: nothing is guessed, nothing is left over."""

    def __init__(self, place: str, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise BadDocument(place)
        self.place, self.data = place, data

    def at(self, key: str) -> str:
        return f"{self.place}/{key}" if self.place else key

    def get(self, key: str) -> Any:
        if key not in self.data:
            raise BadDocument(self.at(key))
        return self.data[key]

    def number(self, key: str, least: int, most: int) -> int:
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadDocument(self.at(key))
        return value

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if not isinstance(value, bool):
            raise BadDocument(self.at(key))
        return value

    def text(self, key: str, longest: int, *, empty: bool = True) -> str:
        return _text(self.get(key), self.at(key), longest, empty=empty)

    def texts(self, key: str, most: int, longest: int) -> tuple[str, ...]:
        return tuple(_text(item, self.at(key), longest, empty=False) for item in self.items(key, most))

    def items(self, key: str, most: int) -> Sequence[Any]:
        value = self.get(key)
        if not isinstance(value, list | tuple) or len(value) > most:
            raise BadDocument(self.at(key))
        return value

    def one_of(self, key: str, kind: type[E]) -> E:
        return _member(kind, self.get(key), self.at(key))

    def each(self, key: str, most: int, make: "Callable[[_Place], T]") -> tuple[T, ...]:
        return tuple(make(_Place(f"{self.at(key)}/{n}", item)) for n, item in enumerate(self.items(key, most), start=1))


def _text(value: Any, place: str, longest: int, *, empty: bool) -> str:
    if not isinstance(value, str) or len(value) > longest or not (value.strip() or empty) or not value.isprintable():
        raise BadDocument(place)
    return value


def _member(kind: type[E], value: Any, place: str) -> E:
    if not isinstance(value, str) or value not in {member.value for member in kind}:
        raise BadDocument(place)
    return kind(value)


def _row_in(place: _Place) -> Row:
    first = place.number("priority_from", PRIORITIES[0], PRIORITIES[-1])
    return Row(
        path=place.text("path", LONGEST_NAME, empty=False),
        categories=place.texts("categories", MOST_NAMES, 100),
        priority_from=first,
        priority_to=place.number("priority_to", first, PRIORITIES[-1]),
        tiers=place.texts("tiers", MOST_NAMES, LONGEST_NAME),
        languages=place.texts("languages", MOST_NAMES, 8),
        tags=place.texts("tags", MOST_NAMES, LONGEST_NAME),
        services=place.texts("services", MOST_NAMES, LONGEST_NAME),
        hours=_hours_in(_Place(place.at("hours"), place.get("hours"))),
        begins=place.one_of("begins", Begins),
    )


def _hours_in(place: _Place) -> Hours:
    span = place.one_of("span", Span)
    own = tuple(_window(item, place.at("own")) for item in place.items("own", MOST_WINDOWS))
    if (span is Span.OWN) is not bool(own):
        raise BadDocument(place.at("own"))
    return Hours(span, tuple(sorted(own)))


def _window(item: Any, place: str) -> tuple[int, int]:
    match item:
        case [int(start), int(end)] if not isinstance(start, bool) and not isinstance(end, bool):
            if 0 <= start < WEEK_MINUTES and start < end <= start + WEEK_MINUTES:
                return start, end
    raise BadDocument(place)


def _path_in(place: _Place, *, unnamed: bool = False) -> Path:
    then = place.text("then", LONGEST_NAME)
    return Path(
        name=place.text("name", LONGEST_NAME, empty=unnamed),
        steps=place.each("steps", MOST_STEPS, _step_in),
        asks=place.texts("asks", MOST_ASKED, LONGEST_ASKED),
        idle_minutes=place.number("idle_minutes", 0, LONGEST),
        then=then,
        then_minutes=place.number("then_minutes", 1 if then else 0, LONGEST),
        ends_minutes=place.number("ends_minutes", 0, LONGEST),
    )


def _step_in(place: _Place) -> Step:
    trigger = place.one_of("trigger", Trigger)
    when = When(
        trigger,
        place.number("minutes", 1 if trigger in (Trigger.SILENCE, Trigger.QUIET) else 0, LONGEST),
        place.number("percent", 1 if trigger is Trigger.SHARE else 0, 1000),
        place.text("metric", 16, empty=trigger is not Trigger.SHARE),
    )
    to = _whos_in(place, "to")
    again = place.number("again_times", 0, MOST_AGAIN)
    channels = tuple(_member(Channel, item, place.at("channels")) for item in place.items("channels", len(Channel)))
    if not to or not channels:
        raise BadDocument(place.at("to" if not to else "channels"))
    return Step(
        when=when,
        to=to,
        instead=_whos_in(place, "instead"),
        channels=tuple(dict.fromkeys(channels)),
        again_minutes=place.number("again_minutes", 1 if again else 0, LONGEST),
        again_times=again,
        needs_yes=place.flag("needs_yes"),
        hands_over=place.flag("hands_over"),
    )


def _whos_in(place: _Place, key: str) -> tuple[Who, ...]:
    found = []
    for item in place.items(key, MOST_TARGETS):
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise BadDocument(place.at(key))
        name = _text(item[1], place.at(key), LONGEST_NAME, empty=False)
        found.append(Who(_member(Target, item[0], place.at(key)), name))
    return tuple(dict.fromkeys(found))

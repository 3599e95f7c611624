"""One version of a client's matrix as a document: its rows, the paths they name, and their steps.  No database.

Whom and what it names stands in it by keys that never change: a renamed contact stays the same contact.
Minutes are whole and real time; everything is immutable, so that a matcher can be kept for a version.
"""

from dataclasses import dataclass, field
from enum import StrEnum

PRIORITIES = (1, 2, 3, 4)
MOST_ROWS = 500
MOST_PATHS = 200
MOST_STEPS = 12
MOST_TARGETS = 6
MOST_ASKED = 10
LONGEST = 30 * 24 * 60
WEEK_MINUTES = 7 * 24 * 60


class Trigger(StrEnum):
    """What makes a step due."""

    START = "start"
    SILENCE = "silence"
    SHARE = "share"
    QUIET = "quiet"
    MANUAL = "manual"


class Target(StrEnum):
    """Whom a step tells."""

    ROLE = "vendor_role"
    TEAM = "vendor_team"
    VENDOR_CALL = "vendor_on_call"
    CLIENT_CALL = "client_on_call"
    GROUP = "group"
    CONTACT = "contact"


class Channel(StrEnum):
    """By what a person is told."""

    APP = "app"
    MAIL = "mail"
    WEBHOOK = "webhook"
    SMS = "sms"
    PHONE = "phone"


class Begins(StrEnum):
    """When a row's climb begins by itself: with the ticket, or only once somebody or a clock asks for it."""

    ASKED = "asked"
    OPENED = "opened"


class Span(StrEnum):
    """The hours in which a row fits: any, the support hours, those outside of them, or its own."""

    ANY = "any"
    OPEN = "open"
    SHUT = "shut"
    OWN = "own"


CLIENTS = frozenset({Target.CLIENT_CALL, Target.GROUP, Target.CONTACT})


@dataclass(frozen=True, slots=True, order=True)
class Who:
    """A target by its key: a role's value, a team's name, or the key of a schedule, a group or a contact."""

    kind: Target
    key: str

    @property
    def is_clients(self) -> bool:
        """Whether it is one of the client's own people."""
        return self.kind in CLIENTS


@dataclass(frozen=True, slots=True)
class When:
    """What a step waits for.

    START: `minutes` since the climb began.  SILENCE: `minutes` after the step before was told and
    nobody took it on.  SHARE: `percent` of the clock of `metric` has run.  QUIET: `minutes` without
    anything new on the ticket.  MANUAL: somebody presses the button.
    """

    trigger: Trigger = Trigger.START
    minutes: int = 0
    percent: int = 0
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, whom, by what, how often again, and whether the ticket waits on the client from here.

    `instead` are told where nobody of `to` can be reached.  It is told `again_times` more often, each
    `again_minutes` after the last, until somebody takes it on.  A step that `needs_yes` no acknowledgement
    only informs: it is told once, nobody is asked to take it on by it, and no silence is counted from it.
    """

    when: When
    to: tuple[Who, ...]
    instead: tuple[Who, ...] = ()
    channels: tuple[Channel, ...] = (Channel.APP, Channel.MAIL)
    again_minutes: int = 0
    again_times: int = 0
    needs_yes: bool = True
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """The steps of a climb in order, and what it asks of the agent.

    Taken on and then left alone for `idle_minutes`, it climbs on; with nobody on it `then_minutes`
    after its last step it goes on as the path `then`, or ends as expired after `ends_minutes`.
    Zero switches each of these off.
    """

    name: str
    steps: tuple[Step, ...]
    asks: tuple[str, ...] = ()
    idle_minutes: int = 0
    then: str = ""
    then_minutes: int = 0
    ends_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """A row's time window; `own` are spans of the week in minutes from Monday 00:00 of the client's day."""

    span: Span = Span.ANY
    own: tuple[tuple[int, int], ...] = ()

    def holds(self, *, is_open: bool, minute: int) -> bool:
        """Whether a moment lies in it: `is_open` by the support hours, `minute` of the client's week."""
        match self.span:
            case Span.ANY:
                return True
            case Span.OPEN:
                return is_open
            case Span.SHUT:
                return not is_open
        # What runs past Sunday's midnight goes on on Monday.
        return any(start <= minute < end or start <= minute + WEEK_MINUTES < end for start, end in self.own)


@dataclass(frozen=True, slots=True)
class Row:
    """Which tickets climb which path; an empty column takes any.

    A category takes those below it too; of tags one is enough.
    """

    path: str
    categories: tuple[str, ...] = ()
    priority_from: int = 1
    priority_to: int = 4
    tiers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    hours: Hours = Hours()
    begins: Begins = Begins.ASKED


@dataclass(frozen=True, slots=True)
class Document:
    """Rows from the top, and the paths by name in the order in which they are listed."""

    rows: tuple[Row, ...] = ()
    paths: tuple[Path, ...] = ()
    _by_name: dict[str, Path] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {path.name: path for path in self.paths})

    def path(self, name: str) -> Path | None:
        """The path of this name, or None."""
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a matrix looks at in a ticket.

    `categories` are its category's key with those above it; names of tiers, tags and languages are
    folded (`fold`); `is_open` and `minute` are those of the moment that is asked about.
    """

    categories: frozenset[str] = frozenset()
    priority: int = 3
    tier: str = ""
    language: str = ""
    tags: frozenset[str] = frozenset()
    service: str = ""
    is_open: bool = True
    minute: int = 0


def fold(text: str) -> str:
    """A name as it is compared: without case and surplus blanks."""
    return " ".join(text.casefold().split())


def language_of(code: str) -> str:
    """The language of a code, without its region: sv of sv-FI."""
    return fold(code).replace("_", "-").partition("-")[0]

"""What stands between a vendor's people and their clients, and who can take it away.  Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import clearance, gates
from access.actor import Actor, ClientFace
from access.clearance import PersonLine
from access.gates import Gate
from access.models import CertificationHeld, User
from access.rights import Right
from access.soft_gates import Missing, Soft
from access.states import State
from helpdesk.lib import clock

# A certificate can be extended from a week before its end on, as `access.actions.clearing` has it.
SOON = timedelta(days=7)
# For so long the board shows what was recorded; on the client's page it can be taken back later too.
UNDONE_WITHIN = timedelta(days=1)
_HELP: dict[Gate, Promise] = {
    Gate.CONTRACT: gettext_lazy("The office and the client: a contract must be in force."),
    Gate.SUSPENSION: gettext_lazy("The client alone lets them in again."),
    Gate.ASSIGNMENT: gettext_lazy("The office: give the assignment new dates."),
    Gate.NDA: gettext_lazy("The agent: read and accept it under My access."),
    Gate.SECOND_FACTOR: gettext_lazy("The agent adds a key or a device; a lead can make a code for one shift."),
    Gate.LOCATION: gettext_lazy("The office: the terms say which countries, the staffing from where somebody works."),
    Gate.NETWORK: gettext_lazy("The agent: connect through the agreed network."),
}


@dataclass(frozen=True, slots=True)
class Hurdle:
    """One thing that is missing: what, since when, whom it takes; and what one click of the reader's may do."""

    text: str
    since: datetime | None
    help: str
    is_hard: bool
    # Whether it shuts out already, or takes new tickets already; else it is due and will.
    is_closed: bool
    closes_at: datetime | None = None
    certification_id: int = 0
    may_record: bool = False
    may_extend: bool = False
    makes_code: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """One person at one client: everything that is missing."""

    client: ClientFace
    user_id: int
    name: str
    line: PersonLine
    hurdles: tuple[Hurdle, ...]

    @property
    def takes_new(self) -> bool:
        """Whether they may take this client's new tickets now."""
        return self.line.state is State.CLEARED

    @property
    def is_on_shift(self) -> bool:
        """Whether their roster has them at work now."""
        return self.line.on_shift is True


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people a client has, how many of them take new tickets, and how many of those are on shift."""

    client: ClientFace
    people: int
    taking: int
    on_shift: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """That somebody has passed lately, which the reader may take back."""

    post: Post
    held: CertificationHeld


@dataclass(frozen=True, slots=True)
class SkillsRow:
    """One person of the matrix, with their place at each client or None."""

    name: str
    posts: tuple[Post | None, ...]


@dataclass(frozen=True, slots=True)
class Skills:
    """Agents by clients."""

    clients: tuple[Headcount, ...]
    rows: tuple[SkillsRow, ...]


def posts(actor: Actor, client_ids: Sequence[int]) -> list[Post]:
    """Everybody whom the reader's vendor has on these clients today or later; whose time is over is left out."""
    now = clock.now()
    lines = [line for line in clearance.hired(client_ids, now=now) if actor.vendor_id in (None, line.vendor_id)]
    lines = [line for line in lines if line.until is None or line.until > now]
    held = {
        (row.client_id, row.user_id, row.certification_id): row
        for row in CertificationHeld.objects.filter(client_id__in=list(client_ids))
    }
    names = _names(actor, lines)
    best: dict[tuple[int, int], Post] = {}
    for line in lines:
        face = actor.standings[line.client_id].client
        post = Post(face, line.user_id, names[line.user_id], line, _hurdles(actor, line, held, now))
        known = best.get((line.client_id, line.user_id))
        # On two contracts with one client somebody is as ready as on the better one.
        if known is None or (len(post.line.closed), len(post.hurdles)) < (len(known.line.closed), len(known.hurdles)):
            best[line.client_id, line.user_id] = post
    return list(best.values())


def blocked(found: Sequence[Post]) -> list[Post]:
    """Those who lack something, whoever should be at work first, then who is shut out."""
    waiting = [post for post in found if post.hurdles]
    return sorted(
        waiting,
        key=lambda p: (not p.is_on_shift, p.takes_new, p.line.is_cleared, p.client.name.casefold(), p.name.casefold()),
    )


def recorded(actor: Actor, found: Sequence[Post]) -> list[Recorded]:
    """Who of these has passed something in the last day, the newest first, where the reader may take it back."""
    mine = {(post.client.id, post.user_id): post for post in found if _leads(actor, post.line)}
    rows = CertificationHeld.objects.filter(client_id__in={client_id for client_id, _user in mine})
    rows = rows.filter(passed_at__gt=clock.now() - UNDONE_WITHIN, certification__retired_at=None)
    rows = rows.select_related("certification").order_by("-passed_at", "pk")
    return [
        Recorded(mine[row.client_id, row.user_id], row)
        for row in rows
        if row.may_be_undone and (row.client_id, row.user_id) in mine
    ]


def skills(actor: Actor, found: Sequence[Post], client_ids: Sequence[int]) -> Skills:
    """The matrix of these posts, by name, with a column a client."""
    faces = sorted((actor.standings[i].client for i in client_ids), key=lambda face: face.name.casefold())
    at = {(post.user_id, post.client.id): post for post in found}
    people = sorted({(post.name, post.user_id) for post in found}, key=lambda each: (each[0].casefold(), each[1]))
    rows = (SkillsRow(name, tuple(at.get((user_id, face.id)) for face in faces)) for name, user_id in people)
    return Skills(tuple(_headcount(face, found) for face in faces), tuple(rows))


def _headcount(face: ClientFace, found: Sequence[Post]) -> Headcount:
    here = [post for post in found if post.client.id == face.id]
    taking = [post for post in here if post.takes_new]
    return Headcount(face, len(here), len(taking), sum(post.is_on_shift for post in taking))


def _names(actor: Actor, lines: Sequence[PersonLine]) -> Mapping[int, str]:
    """What the reader calls them: their own vendor by name, a client as its contract shows them."""
    if actor.vendor_id is None:
        return {line.user_id: line.name for line in lines}
    return dict(User.objects.filter(pk__in={line.user_id for line in lines}).values_list("pk", "name"))


def _leads(actor: Actor, line: PersonLine) -> bool:
    """Whether the reader records and extends for this person: never for themselves."""
    return line.user_id != actor.user_id and actor.may(Right.CLEARANCE_EXTEND, line.client_id)


def _hurdles(
    actor: Actor, line: PersonLine, held: Mapping[tuple[int, int, int], CertificationHeld], now: datetime
) -> tuple[Hurdle, ...]:
    is_lead = _leads(actor, line)
    hard = [
        Hurdle(
            _hard_text(gate, line, now),
            gates.closed_since(gate, line.facts, now),
            str(_HELP[gate]),
            is_hard=True,
            is_closed=True,
            makes_code=gate is Gate.SECOND_FACTOR and is_lead and actor.vendor_id is not None,
        )
        for gate in line.closed
    ]
    soft = [
        _soft(duty, held.get((line.client_id, line.user_id, duty.key)), now, is_lead=is_lead) for duty in line.missing
    ]
    return (*hard, *soft)


def _hard_text(gate: Gate, line: PersonLine, now: datetime) -> str:
    if gate is Gate.NDA:
        return _("NDA v%(number)s") % {"number": gates.current_version(line.facts.versions, now)}
    return str(gate.missing)


def _soft(duty: Missing, held: CertificationHeld | None, now: datetime, *, is_lead: bool) -> Hurdle:
    is_certificate = duty.kind is Soft.CERTIFICATION
    ends = held.expires_at if held is not None else None
    return Hurdle(
        duty.name,
        duty.due_at,
        _("A lead records it once they have passed, and can extend one that has ended once by 72 hours.")
        if is_certificate
        else _("The agent: open it and sign that it is read."),
        is_hard=False,
        is_closed=duty.is_closed(now),
        closes_at=duty.closes_at,
        certification_id=duty.key if is_certificate else 0,
        may_record=is_certificate and is_lead,
        may_extend=is_certificate
        and is_lead
        and ends is not None
        and ends <= now + SOON
        and held is not None
        and held.extended_until is None,
    )

"""Everything that a ticket's page shows, in one statement whatever the ticket's length."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Q, Subquery

from access import scope
from access.actor import Actor, ClientFace
from access.errors import NotFound
from access.models import ClientProfile, StaffCard
from access.queries import READ_FOR_A_LINE, Sight, sights
from access.rights import Side
from helpdesk.lib import clock
from helpdesk.lib.digests import digest_of
from helpdesk.lib.rows import Rows
from knowledgebase.models import Revision
from post.models import StoredFile
from tickets.models import (
    Attachment,
    Customer,
    Event,
    Message,
    RecordField,
    Service,
    Status,
    Ticket,
    TicketCategory,
)
from tickets.queries import reach, records, staff, undelivered
from tickets.queries.categories import paths
from tickets.queries.undelivered import Undelivered
from tickets.readiness import why_kept
from tickets.records import Record, Relation, name_in_list, specs
from tickets.records import record as record_of

LONGEST_THREAD = 200
EARLIER = 5
SEEN_MOST = 5


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket with what stands around it; `messages` and `events` the oldest first.

    `record` is the customer's, and `relation` what the reader is to them; `older` tells that messages before
    these were left out.
    """

    ticket: Ticket
    profile: ClientProfile
    messages: list[Message]
    events: list[Event]
    files: dict[int, list[Attachment]]
    record: Record
    relation: Relation
    earlier: list["Earlier"]
    draft: "KeptDraft | None"
    categories: list[tuple[int, str]] = field(default_factory=list)
    colleagues: list[tuple[int, str]] = field(default_factory=list)
    older: bool = False
    undelivered: list[Undelivered] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    waiting: list["Waiting"] = field(default_factory=list)
    draft_files: list["KeptFile"] = field(default_factory=list)
    let_in: list["LetIn"] = field(default_factory=list)
    services: list[tuple[int, str]] = field(default_factory=list)

    @property
    def customer_name(self) -> str:
        """What the reader may call the customer."""
        return name_in_list(self.record.shown("name", self.relation).text)

    @property
    def latest_message_id(self) -> int:
        """The newest message that the reader has seen, 0 where there is none."""
        return self.messages[-1].pk if self.messages else 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another ticket of the same customer."""

    number: int
    subject: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What the reader had begun to write, for whom, and when it was kept."""

    body: str
    audience: str
    revisions: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that its author may not send, and that the reader may send for them."""

    id: int
    user_id: int
    name: str
    body: str
    then: str
    why: str
    at: datetime
    # Whom its author was told of.
    for_user_id: int | None = None
    files: tuple["KeptFile", ...] = ()

    @property
    def digest(self) -> str:
        """As `WaitingReply.digest`: the buttons count for this text only."""
        return digest_of(self.body, self.then, self.at)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is kept with what was not sent: its number, name and bytes, and the SHA-256 of its content in hex."""

    id: int
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody who is in the ticket by emergency access, and until when; `vendor` is empty for an operator."""

    name: str
    vendor: str
    ends_at: datetime


_TICKET, _CUSTOMER, _CATEGORY, _CARD = Rows(Ticket), Rows(Customer), Rows(TicketCategory), Rows(StaffCard)
_SERVICE = Rows(Service)
_MESSAGE, _REVISION, _EVENT = Rows(Message), Rows(Revision), Rows(Event)
_ATTACHMENT, _FILE = Rows(Attachment), Rows(StoredFile)
_PROFILE, _FIELD = Rows(ClientProfile), Rows(RecordField)
_FIND_SQL = "SELECT tickets_ticket(%s, %s, %s, %s)"
_PAGE_SQL = "SELECT tickets_page(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def find_ticket(actor: Actor, client_id: int, number: int) -> Ticket:
    """The ticket with this number, with customer, category, service, assignee and `tag_names`; one statement.

    Raises `NotFound`.
    """
    return _ticket(_told(_FIND_SQL, _asked(actor, client_id, number)))


def _asked(actor: Actor, client_id: int, number: int) -> list[Any]:
    """Which ticket is asked for, and by whom.  Raises `NotFound` where the actor reads none of this client."""
    near = reach.at(actor, client_id)
    if not near.clients or number > BigIntegerField.MAX_BIGINT:
        raise NotFound
    own = near.own[0]
    if client_id in actor.lent:
        # The one ticket that emergency access is for, whoever has it.
        ticket_id_of(actor, client_id, number)
        own = None
    return [client_id, number, own, actor.user_id or 0]


def _told(sql: str, params: list[Any]) -> dict[str, Any]:
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        (told,) = cursor.fetchone()
    if told is None:
        raise NotFound
    found: dict[str, Any] = told
    return found


def _ticket(told: dict[str, Any]) -> Ticket:
    ticket: Any = _TICKET.made(told["ticket"])
    ticket.customer = _CUSTOMER.made(told["customer"])
    ticket.category = _CATEGORY.made_or_none(told["category"])
    ticket.service = _SERVICE.made_or_none(told["service"])
    ticket.assignee = _CARD.made_or_none(told["assignee"])
    ticket.tag_names = told["tags"]
    found: Ticket = ticket
    return found


def ticket_id_of(actor: Actor, client_id: int, number: int) -> int:
    """The id of the ticket with this number; one statement.  Raises `NotFound`."""
    found = Ticket.objects.visible_to(actor).filter(client_id=client_id, number=number).values_list("pk", flat=True)
    ticket_id = found.first()
    if ticket_id is None:
        raise NotFound
    return int(ticket_id)


def read(actor: Actor, client_id: int, number: int, *, whole: bool = False) -> TicketPage:
    """The page of one ticket; one statement of a fixed cost.  `whole` shows a thread of any length.

    Raises `NotFound`.
    """
    told = _told(
        _PAGE_SQL,
        [
            *_asked(actor, client_id, number),
            *(actor.side is Side.CLIENT, staff.WORKERS, clock.now()),
            *(None if whole else LONGEST_THREAD + 1, 2 * LONGEST_THREAD, EARLIER, SEEN_MOST * READ_FOR_A_LINE),
        ],
    )
    found = told["found"]
    ticket = _ticket(found)
    messages = [_message(*each) for each in told["messages"] or ()]
    older = not whole and len(messages) > LONGEST_THREAD
    messages = messages[-LONGEST_THREAD:] if older else messages
    events = [_EVENT.made(each) for each in told["events"] or ()]
    is_lent = client_id in actor.lent
    record = _record(actor.standings[client_id].client, ticket, told)
    relation = _relation(told, ticket, is_lent=is_lent)
    return TicketPage(
        ticket=ticket,
        profile=_PROFILE.made(told["profile"]),
        messages=messages,
        events=[each for each in events if not older or each.at >= messages[0].created_at],
        files=_files(told["files"] or ()),
        record=record,
        relation=relation,
        earlier=[
            Earlier(n, subject, Status(state), datetime.fromisoformat(at))
            for n, subject, state, at in (told["earlier"] or () if not is_lent else ())
        ],
        draft=_draft(found["draft"]),
        categories=paths([_CATEGORY.made(each) for each in told["categories"] or ()], kept_id=ticket.category_id),
        colleagues=[(pk, name) for pk, name in told["colleagues"] or ()],
        older=older,
        undelivered=undelivered.made(found["undelivered"], record, relation),
        sights=sights(
            told["sights"],
            SEEN_MOST,
            names_customers=record.tells("name", relation),
            only=None if reach.reads_all(actor, client_id) else {ticket.number},
        ),
        waiting=[_waiting(each) for each in found["waiting"]],
        draft_files=[KeptFile(**each) for each in found["draft_files"]],
        let_in=_let_in(found["let_in"]),
        services=[(pk, name) for pk, name in found["services"] or ()],
    )


def _record(face: ClientFace, ticket: Ticket, told: dict[str, Any]) -> Record:
    """The record of the ticket's customer."""
    own = [(records.own_spec(_FIELD.made(field)), value) for field, value in told["fields"] or ()]
    found = specs({**(told["classes"] or {}), "name": face.name_class}, [spec for spec, _value in own])
    return record_of(found, ticket.customer, {spec.key: value for spec, value in own})


def _relation(told: dict[str, Any], ticket: Ticket, *, is_lent: bool) -> Relation:
    """What the reader is to the ticket's customer; an open one that is lent to them counts as theirs."""
    return Relation.HOLDER if told["held"] or (is_lent and ticket.status == Status.OPEN) else Relation.OTHER


def _message(said: dict[str, Any], card: dict[str, Any] | None, revision: dict[str, Any] | None) -> Message:
    message: Any = _MESSAGE.made(said)
    message.card, message.revision = _CARD.made_or_none(card), _REVISION.made_or_none(revision)
    made: Message = message
    return made


def _files(told: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> dict[int, list[Attachment]]:
    files: dict[int, list[Attachment]] = {}
    for held, stored in told:
        attachment = _ATTACHMENT.made(held)
        attachment.file = _FILE.made(stored)
        files.setdefault(attachment.message_id, []).append(attachment)
    return files


def _draft(told: dict[str, Any] | None) -> KeptDraft | None:
    if told is None:
        return None
    return KeptDraft(told["body"], told["audience"], told["revisions"], datetime.fromisoformat(told["at"]))


def _waiting(told: dict[str, Any]) -> Waiting:
    why, at = why_kept(told["missing"]), datetime.fromisoformat(told["at"])
    files = tuple(KeptFile(**each) for each in told["files"])
    who = (told["id"], told["user_id"], told["name"])
    return Waiting(*who, told["body"], told["then"], why, at, told["for_user_id"], files)


def _let_in(told: Iterable[dict[str, Any]]) -> list[LetIn]:
    """Those whose emergency access has not ended by now."""
    found = [LetIn(each["name"], each["vendor"] or "", datetime.fromisoformat(each["ends_at"])) for each in told]
    return [each for each in found if each.ends_at > clock.now()]


def profile_of(client_id: int) -> ClientProfile:
    """How staff speak in the client's name; one statement."""
    return ClientProfile.objects.get(client_id=client_id)


def categories(client_id: int, number: int | None = None) -> list[tuple[int, str]]:
    """The client's categories in use as (id, path), with the one that the ticket has; in its order; one statement."""
    kept = Ticket.objects.filter(client_id=client_id, number=number).values("category_id")[:1]
    rows = TicketCategory.objects.filter(client_id=client_id).annotate(kept=Subquery(kept))
    found = list(rows)
    return paths(found, kept_id=found[0].kept if found else None)


def services(client_id: int, number: int) -> list[tuple[int, str]]:
    """The client's services in use as (id, name), with the one that the ticket of this number has; one statement."""
    kept = Ticket.objects.filter(client_id=client_id, number=number).values("service_id")[:1]
    found = Service.objects.filter(Q(is_retired=False) | Q(pk=Subquery(kept)), client_id=client_id)
    return list(found.order_by("name").values_list("pk", "name"))


def services_in_use(client_id: int) -> list[tuple[int, str]]:
    """The client's services that a new ticket can be about, as (id, name); one statement."""
    found = Service.objects.filter(client_id=client_id, is_retired=False)
    return list(found.order_by("name").values_list("pk", "name"))


def earlier_tickets(actor: Actor, customer: Customer, *, most: int = EARLIER) -> list[Ticket]:
    """The customer's tickets that the actor may read, the newest first; one statement."""
    found = Ticket.objects.visible_to(actor).filter(client_id=customer.client_id, customer=customer)
    return list(found.order_by("-created_at")[:most])

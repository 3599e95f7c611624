"""One thing of every kind at each client, for the routes to be asked about.

`build` runs once a worker; afterwards its rows are put back.  A page whose route names a new
kind of thing adds it here: make it in `_furnish` and name it as the route's argument is named.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from access import actions, links, log_keys, seal
from access.actions import clearing, contracts, systems
from access.actions.terms import Terms
from access.factors import Kind
from access.models import (
    ApiToken,
    Assignment,
    Changeover,
    Client,
    Contract,
    CoreRemoval,
    EmergencyAccess,
    LogFlag,
    OnboardingLine,
    SignedLink,
    User,
    Vendor,
)
from escalation.actions import climb
from escalation.models import Contact
from helpdesk.leaving import download
from helpdesk.leaving import places as exports
from helpdesk.leaving.models import HandOver, Job
from helpdesk.leaving.models import Kind as JobKind
from helpdesk.lib import clock, tokens, vault
from knowledgebase import actions as articles
from post import files
from post.models import OutboxMail, StoredFile
from post.views import file_address
from tests import factories
from tests.cast import Browser, World
from tickets.actions import handling, saved_views
from tickets.actions.history import import_conversations
from tickets.conversations import read_conversation
from tickets.desk import drafts
from tickets.models import (
    Attachment,
    Customer,
    DraftFile,
    Message,
    Ticket,
    TicketCategory,
    TicketCounter,
    WaitingReply,
)

# On no contract yet.
NEWCOMER = "newcomer@havnvik.example"
NOWHERE = 987_654_321
CAST = ("v1", "v12", "v1ro", "v1own", "lead", "office", "o1", "o2", "a1", "e1", "x", "operator", "r1", "r2")
# Days in forms: to come whenever the tests run.
SOME_DAY = "2199-06-01"


@dataclass
class Place:
    """A client and what stands there; `things` are by the names that routes give their arguments.

    Where two routes use one name for different things, the key is "view name/argument"; for the
    API the part of the name before the hyphen will do.
    """

    client: Client
    # A value that is a function is asked anew for each request.
    things: dict[str, Any] = field(default_factory=dict)
    # A customer who has opened nothing.
    stranger: Any = None

    def argument(self, view: str, name: str) -> Any:
        """What stands in the address for the argument `name` of this view."""
        if name == "client":
            return self.client.slug
        keys = (f"{view}/{name}", f"{view.split('-')[0]}/{name}", name)
        value = next(self.things[key] for key in keys if key in self.things)
        return value() if callable(value) else value

    def under(self, client: Client) -> "Place":
        """The same things, asked for in the name of another client."""
        return replace(self, client=client)

    def missing(self) -> "Place":
        """Things that do not exist."""
        gone = {name: NOWHERE if isinstance(value, int) else "nothing-here" for name, value in self.things.items()}
        return replace(self, things=gone)


@dataclass
class Places:
    """The places, and how each person comes in."""

    world: World
    c1: Place
    c2: Place
    # Who runs the office of another vendor.
    rival: User
    cookies: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def browser(self, person: str, door: str) -> Browser:
        """A browser, or a program where the door is the API's, of a person of the cast by name."""
        if door == "api":
            headers = {"authorization": f"Bearer {self.keys[person]}"} if person in self.keys else {}
            return Browser(headers=headers, raise_request_exception=False)
        browser = Browser(raise_request_exception=False)
        if person in self.cookies:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[person]
        return browser


def build(world: World) -> Places:
    """Furnish two clients and sign everybody in."""
    # So that no ticket's number exists at both.
    for client, last in ((world.c1, 100), (world.c2, 5000)):
        with world.enter(client):
            TicketCounter.objects.update(last=last)
    actions.create_user(email=NEWCOMER, name="Nils Newcomer", vendor=world.havnvik)
    places = Places(world, _furnish(world, world.c1, world.r1), _furnish(world, world.c2, world.r2), _rival(world))
    people = {name: getattr(world, name) for name in CAST} | {"rival": places.rival}
    for name, person in people.items():
        browser = world.browser(person)
        places.cookies[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    _let_see_opened(places, "r1", places.c1, world.r1)
    places.cookies["r1b"] = world.browser(places.c1.stranger).cookies[settings.SESSION_COOKIE_NAME].value
    for name in ("v1", "v12", "v1ro", "v1own", "lead", "o1", "a1", "e1"):
        places.keys[name] = actions.make_token(user=getattr(world, name), client=world.c1)
    places.keys["o2"] = actions.make_token(user=world.o2, client=world.c2)
    log_keys.begin()
    for place in (places.c1, places.c2):
        _remember(world, place)
        _seal(world, place)
    return places


def _rival(world: World) -> User:
    """Who runs the office of another vendor, with which the first client alone has a draft."""
    vendor = actions.create_vendor(slug="grannen", name="Grannen Support")
    user = actions.create_user(email="rival@grannen.example", name="Rut Granne", vendor=vendor)
    actions.run_office(user=user)
    with world.enter(world.o1) as actor:
        contracts.draft(actor, client_id=world.c1.pk, vendor=vendor, reference="G-1")
    return user


def _contracts(world: World, client: Client, admin: User) -> dict[str, Any]:
    """A contract in force, and a draft whose terms nobody has signed."""
    about = {"client_id": client.pk}
    with world.enter(admin) as actor:
        running = Contract.objects.get(client_id=client.pk, vendor=world.havnvik)
        draft = contracts.draft(actor, vendor=world.havnvik, reference=f"Next of {client.name}", **about)
        terms = Terms(valid_from=draft.valid_from, data_processing=f"Only what {client.name} says.")
        written = contracts.write_terms(actor, contract_id=draft.pk, terms=terms, **about)
        line = OnboardingLine.objects.filter(contract=draft).order_by("-position").first()
    assert line is not None
    in_force = {f"{side}:give_notice/contract_id": running.pk for side in ("office", "console")}
    people = (
        "person",
        "change_place",
        "set_shifts",
        "change_role",
        "set_alias",
        "set_location",
        "end_place",
        "plan_removal",
    )
    in_force |= {f"office:{view}/contract_id": running.pk for view in (*people, "staffing", "call_off_removal")}
    more = {"hireable": User.objects.get(email=NEWCOMER).pk, "removal_id": _removal(world, client, running).pk}
    other, row = _changeover(world, client, running)
    more |= {"other_contract": other.pk, "changeover_id": row.pk}
    return {"contract_id": draft.pk, "line_id": line.pk, "version": 1, "terms_read": written.digest, **in_force, **more}


def _changeover(world: World, client: Client, running: Contract) -> tuple[Contract, Changeover]:
    """A third vendor is to take over everything, a long time from now."""
    taker, _made = Vendor.objects.get_or_create(slug="efterat", defaults={"name": "Efteråt Support"})
    with world.enter(client):
        other = Contract.objects.create(
            client=client, vendor=taker, reference=f"E of {client.name}", state="draft", valid_from=running.valid_from
        )
        row = Changeover.objects.create(
            client=client,
            vendor=world.havnvik,
            contract=running,
            to_vendor=taker,
            to_contract=other,
            on_at=datetime(2199, 1, 1, tzinfo=UTC),
            planned_at=running.valid_from,
            planned_by="Olle",
        )
    return other, row


def _removal(world: World, client: Client, contract: Contract) -> CoreRemoval:
    """The lead is about to leave the core team, in which the agent of both clients stays."""
    with world.enter(client):
        places = {row.user_id: row for row in Assignment.objects.filter(contract=contract)}
        for person in (world.lead, world.v12):
            places[person.pk].is_core = True
            places[person.pk].save(update_fields=["is_core"])
        follower = places[world.v1ro.pk if client == world.c1 else world.v12.pk]
        return CoreRemoval.objects.create(
            client=client,
            vendor=world.havnvik,
            contract=contract,
            card_id=places[world.lead.pk].card_id,
            follower_id=follower.card_id,
            is_planned=True,
            notice_days=30,
            planned_at=contract.valid_from,
            planned_by="Ove Kontor",
            leaves_at=datetime(2199, 1, 1, tzinfo=UTC),
        )


def _remember(world: World, place: Place) -> None:
    """A hundred days of history from another system, with one conversation at either end."""
    conversations = []
    for number, days in enumerate((200, 100)):
        at = (clock.now() - timedelta(days=days)).isoformat()
        said = [{"author": author, "body": "The old shed.", "at": at} for author in ("customer", "agent")]
        person = {"email": place.things["email"]}
        record = {"id": f"shed-{number}", "subject": "Shed", "status": "closed", "customer": person, "created_at": at}
        conversations.append(read_conversation({**record, "messages": said}))
    with world.enter(place.client) as actor:
        import_conversations(actor, client_id=place.client.pk, conversations=conversations)


def _seal(world: World, place: Place) -> None:
    with world.enter(place.client) as actor:
        head = seal.seal(actor, place.client.pk)
    assert head is not None
    place.things |= {"size": head.size, "head": seal.head_of(head).text()}


def _let_see_opened(places: Places, name: str, place: Place, customer: Any) -> None:
    """As if this browser had opened the ticket a moment ago."""
    session = SessionStore(places.cookies[name])
    with places.world.enter(place.client):
        ticket = Ticket.objects.get(number=place.things["number"])
    session["opened"] = {str(place.client.pk): [[ticket.pk, customer.pk, ticket.number, tokens.digest(customer.email)]]}
    session.save()


def _furnish(world: World, client: Client, customer: Any) -> Place:
    """Five tickets in different states, with what hangs on them."""
    admin, agent = (world.o1, world.v12) if client == world.c1 else (world.o2, world.v12)
    stranger = factories.customer(world, client, phone="+46704440002")
    ticket, solved, closed, asked = (factories.ticket(world, customer) for _ in range(4))
    picture = files.check_uploads([SimpleUploadedFile("door.png", _picture())])
    answer = factories.reply(world, agent, ticket, uploads=picture)
    factories.note(world, agent, ticket, audience=Message.Audience.VENDOR)
    factories.note(world, admin, ticket, audience=Message.Audience.SHARED)
    actions.make_token(user=agent, client=client)
    with world.enter(agent, only=client) as actor:
        handling.solve(actor, client_id=client.pk, ticket_id=solved.pk)
        handling.close(actor, client_id=client.pk, ticket_id=closed.pk)
        question = {"reason": "decision", "question": "May they have a new door?"}
        escalation = climb.escalate(actor, client_id=client.pk, ticket_id=asked.pk, **question)
        file_id = Attachment.objects.get(message_id=answer.pk).file_id
        view = saved_views.keep_view(actor, name=f"Doors of {client.name}", query="q=door")
    fact = factories.fact(world, customer, "Key", "K-778812", "sensitive")
    article = factories.article(
        world, client, title=f"Why does the door of {client.name} stay shut?", body="The door is locked."
    )
    playbook = factories.article(
        world, client, title=f"Doors at {client.name}", body="Never open a door.", audience="agents"
    )
    with world.enter(admin) as actor:
        # Takes effect in a week, so that nobody is shut out yet.
        clearing.publish_nda(actor, client_id=client.pk, text=f"I keep to myself what I read at {client.name}.")
        certificate = clearing.require_certification(actor, client_id=client.pk, name="Doors")
        # Asked for no longer, so that it keeps new tickets from nobody.
        clearing.retire_certification(actor, client_id=client.pk, certification_id=certificate.pk)
        shop = systems.add_system(actor, client_id=client.pk, name=f"Shop of {client.name}", removed_by="The IT desk")
        empty = systems.add_system(actor, client_id=client.pk, name=f"Depot of {client.name}", removed_by="The IT desk")
        account = systems.register_account(
            actor, client_id=client.pk, system_id=shop.pk, user_id=agent.pk, login=f"viggo-{client.slug}"
        )
        # Due in a year, so that it keeps new tickets from nobody.
        due_at = clock.now() + timedelta(days=365)
        reading = articles.ask_to_read(
            actor, client_id=client.pk, article_id=article.pk, said="Which doors are which.", due_at=due_at
        )
    emergency = factories.asked_in(world, world.operator, ticket)
    unanswered = _unanswered(world, client, ticket)
    own = _agents_own(world, client, agent, ticket)
    gone = factories.suspend(world, admin, world.havnvik, user_id=agent.pk)
    factories.restore(world, admin)
    # The agent is the same at both clients, and has one of a kind.
    kind, name = (Kind.TOTP, "secret") if client == world.c1 else (Kind.RECOVERY_CODES, "seed")
    factor = Authenticator.objects.create(user=agent, type=kind, data={name: vault.lock("JBSWY3DP"), "used_mask": 0})
    elsewhere = UserSession.objects.create(user=agent, ip="10.1.2.3", session_key=f"elsewhere-{client.slug}")
    with world.enter(client):
        Customer.objects.filter(pk=customer.pk).update(
            phone="+46704440001", postal_address="Storgatan 12, Lund", external_id="K-1"
        )
        record = factories.client_record(client, customer)
        strangers = factories.client_record(client, stranger, f"B-{client.slug}-20418")
        contact = Contact.objects.create(client=client, name="Ida Norling", email=f"ida@{client.slug}.example")
        attachment = Attachment.objects.get(message_id=answer.pk)
        mail = OutboxMail.objects.order_by("pk").last()
        letter = OutboxMail.objects.get(unique=f"answer/{answer.pk}")
        OutboxMail.objects.filter(pk=letter.pk).update(state=OutboxMail.State.DEAD, last_error="550 no such user")
        erased = Job.objects.create(
            client=client, kind=JobKind.ERASURE, unique="erasure/0", customer_id=NOWHERE, state=Job.State.DONE,
            asked_at=ticket.created_at, ended_at=ticket.created_at, result={"customers": 1},
        )  # fmt: skip
        left = HandOver.objects.create(
            client=client, card_id=answer.card_id, name="Vera", made_at=ticket.created_at, tickets=[]
        )
        packed = Job.objects.create(
            client=client, kind=JobKind.PACKAGE, unique="package/0", state=Job.State.DONE,
            asked_at=ticket.created_at, ended_at=ticket.created_at, size=4, sha256="0" * 64,
        )  # fmt: skip
        flag = LogFlag.objects.create(
            client=client, kind=LogFlag.Kind.BULK, vendor=world.havnvik, user=agent, card_id=answer.card_id, count=60,
            threshold=50, starts_at=ticket.created_at, ends_at=ticket.created_at + timedelta(minutes=10),
            raised_at=ticket.created_at, shown_from=ticket.created_at,
        )  # fmt: skip
        category = TicketCategory.objects.order_by("pk").first()
        # Of somebody who answers no longer, so that each of the cast is a colleague.
        late = WaitingReply.objects.create(
            client=client, ticket=ticket, vendor=world.havnvik, user=world.office, card_id=answer.card_id,
            body="Hold the handle.", then="wait", missing="nda", at=ticket.created_at,
        )  # fmt: skip
        sketch = files.store(
            client_id=client.pk, incoming=files.check_uploads([SimpleUploadedFile("handle.txt", b"hold it")])[0],
            audience=StoredFile.OF_A_DRAFT, customer_id=customer.pk, vendor_id=None,
        )  # fmt: skip
        kept = DraftFile.objects.create(client=client, ticket=ticket, user=world.office, waiting=late, file=sketch)
        # Three days old, so that the customer can ask again.
        days_ago = clock.now() - timedelta(days=3)
        own = Job.objects.create(
            client=client, kind=JobKind.CUSTOMER_DATA, unique="own/0", state=Job.State.DONE, customer_id=customer.pk,
            by_customer=True, asked_at=days_ago, ended_at=days_ago, told_at=days_ago, size=4, sha256="0" * 64,
        )  # fmt: skip
    for job in (packed, own):
        exported = exports.finished(client.pk, job.pk)
        exports.make_private(exported.parent)
        with open(exported, "wb", opener=exports.private_opener) as file:
            file.write(b"done")
    return Place(
        client,
        {
            **_contracts(world, client, admin),
            "number": ticket.number,
            "desk:reopen/number": closed.number,
            "desk:escalate/number": ticket.number,
            "desk:escalation_strip/number": asked.number,
            "desk:take_back/number": asked.number,
            "desk:take_on/number": asked.number,
            "desk:close/number": solved.number,
            "portal:reopen/number": solved.number,
            "mailbox_letter/number": mail.pk,
            "mail": letter.pk,
            "mailbox_letter/slug": client.slug,
            "article": article.pk,
            "slug": article.slug,
            "desk:playbook/slug": playbook.slug,
            "must_read": reading.pk,
            "flag": flag.pk,
            "system_id": empty.pk,
            "shop": shop.pk,
            "account_id": account.pk,
            "waiting": late.pk,
            "waiting_read": late.digest,
            "desk:kept_file/id": kept.pk,
            "console:must_read_new/article": playbook.pk,
            "id": attachment.pk,
            "customer": customer.pk,
            "email": customer.email,
            "field": "email",
            "source_id": record.source_id,
            "source": record.source.slug,
            "external_id": record.external_id,
            # Somebody of whom V12 has no open ticket, so that the right itself is asked for.
            "desk:reveal/customer": stranger.pk,
            "desk:call/customer": stranger.pk,
            "desk:reveal_record/customer": stranger.pk,
            "desk:reveal_record/field": "card",
            "which": f"r{strangers.pk}",
            "field_id": fact.field_id,
            "contact_id": contact.pk,
            "at": client.slug,
            "name": "agent",
            "user_id": agent.pk,
            "target": f"{world.havnvik.pk}/user/{agent.pk}",
            # Nobody certifies themselves.
            "desk:certify/user_id": (world.v1 if client == world.c1 else world.lead).pk,
            "certification_id": certificate.pk,
            "suspension_id": gone.pk,
            "escalation_id": escalation.pk,
            "category": category.pk,
            "card": answer.card_id,
            "job": erased.pk,
            "export": packed.pk,
            "hand_over": left.pk,
            "console:export_file/token": lambda: download.token(packed),
            "token_id": ApiToken.objects.get(user=agent, client=client).pk,
            "api:customer/pk": customer.pk,
            "api:file/pk": attachment.pk,
            "api:article/pk": article.pk,
            "api:escalation/pk": escalation.pk,
            "view": view.pk,
            "factor_id": factor.pk,
            "session_id": elsewhere.pk,
            "kept": "nothing-kept",
            "key": f"c{client.pk}",
            "agent_id": (world.v1 if client == world.c1 else world.lead).pk,
            "member_id": (world.a1 if client == world.c1 else world.o2).pk,
            "mark": drafts.mark(client.pk, ticket.pk, agent.pk),
            "file_bytes/token": lambda: _file_token(world, client, agent, file_id),
            "emergency_id": emergency.pk,
            "console:stop_emergency/emergency_id": unanswered.pk,
            "console:review_emergency/emergency_id": unanswered.pk,
            "desk:end_emergency/emergency_id": own.pk,
            "emergency_letter/token": _link(client, SignedLink.Purpose.EMERGENCY, emergency.pk, contact.pk),
            "letter/token": _link(client, SignedLink.Purpose.ESCALATION, escalation.pk, contact.pk),
            "portal:enter/token": _link(client, SignedLink.Purpose.CUSTOMER, customer.pk),
        },
        stranger,
    )


def _unanswered(world: World, client: Client, ticket: Ticket) -> EmergencyAccess:
    """Emergency access that nobody had allowed, and that runs; of somebody who works for neither client."""
    standby = actions.create_user(email=f"standby@{client.slug}.example", name="Stina Jour", vendor=world.havnvik)
    request = factories.asked_in(world, standby, ticket)
    with world.enter(client):
        times = {"starts_at": request.asked_at, "ends_at": request.asked_at + timedelta(days=1)}
        state = EmergencyAccess.State.UNANSWERED
        EmergencyAccess.objects.filter(pk=request.pk).update(state=state, decided_at=request.asked_at, **times)
    return request


def _agents_own(world: World, client: Client, agent: Any, ticket: Ticket) -> EmergencyAccess:
    """A request that the agent made before they were put on the account."""
    with world.enter(client):
        return EmergencyAccess.objects.create(
            client=client, user=agent, vendor=world.havnvik, card_id=world.actor(agent).card_id(client.pk),
            reason="It burns", ticket_number=ticket.number, minutes=15, asked_at=ticket.created_at,
        )  # fmt: skip


def _link(client: Client, purpose: SignedLink.Purpose, subject: int, recipient: int | None = None) -> str:
    lasts = timedelta(hours=12)
    return links.make(purpose=purpose, client_id=client.pk, subject_id=subject, recipient_id=recipient, lasts=lasts)


def _file_token(world: World, client: Client, agent: Any, file_id: int) -> str:
    """The last part of the address of a file's bytes, good for a minute."""
    return file_address(world.actor(agent).only(client.pk), client.pk, file_id).rstrip("/").rsplit("/", 1)[1]


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "#336699").save(out, "PNG")
    return out.getvalue()

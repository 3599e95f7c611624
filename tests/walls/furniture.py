"""One thing of every kind at a client, piece by piece: each piece tells what it has made, by the names of the routes.

A page whose route names a new kind of thing adds it to the piece where it belongs.
"""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from access import actions, links
from access.actions import clearing, systems
from access.factors import Kind
from access.models import (
    ApiToken,
    Client,
    Contract,
    ContractTerms,
    EmergencyAccess,
    LogFlag,
    SignedLink,
    User,
)
from escalation import drafting
from escalation.actions import call_backs, climb, excuses
from escalation.incidents import announcing, leading
from escalation.incidents.parts import Nature
from escalation.matrix import stored
from escalation.matrix.document import Document, Step, Target, Trigger, When, Who
from escalation.models import (
    Calendar,
    Clock,
    Contact,
    ContactGroup,
    Escalation,
    EscalationStep,
    GroupMember,
    Notice,
    OnCallSchedule,
    PortalBanner,
    ScopeRequest,
    ScopeRules,
    ScopeStep,
    ScopeWords,
    WorkEntry,
)
from escalation.oncall import actions as on_call
from escalation.oncall import feeds, swaps
from escalation.oncall.plans import LayerPlan
from escalation.proposals import writing as proposals
from helpdesk.leaving import download
from helpdesk.leaving import places as exports
from helpdesk.leaving.models import HandOver, Job
from helpdesk.leaving.models import Kind as JobKind
from helpdesk.lib import clock, vault
from knowledgebase import actions as articles
from post import files, signing
from post.models import Endpoint, OutboxCall, OutboxMail, StoredFile
from post.views import file_address
from tests import factories
from tests.cast import World
from tests.walls.agreements import agreements
from tickets.actions import categories, handling, priorities, saved_views, services
from tickets.desk import drafts
from tickets.models import Attachment, Customer, DraftFile, Message, Ticket, TicketCategory, WaitingReply

NOWHERE = 987_654_321


@dataclass(frozen=True)
class _Here:
    """Where is furnished, and who does it."""

    world: World
    client: Client
    customer: Any
    admin: User
    agent: User

    @property
    def is_first(self) -> bool:
        """Whether it is the client where most of the cast work."""
        return self.client == self.world.c1


def furnish(world: World, client: Client, customer: Any) -> tuple[dict[str, Any], Customer]:
    """One thing of every kind by the names that routes give it, and a customer who has opened nothing."""
    here = _Here(world, client, customer, world.o1 if client == world.c1 else world.o2, world.v12)
    stranger = factories.customer(world, client, phone="+46704440002")
    ticket, answer, things = _tickets(here)
    things |= _articles(here)
    things |= _clearance(here)
    things |= _emergencies(here, ticket)
    things |= _account(here)
    things |= _records(here, stranger)
    things |= _services(here)
    things |= _incidents(here)
    with world.enter(client):
        things |= _letters(here, answer)
        things |= _left_behind(here, ticket, answer)
        things |= _jobs(here, ticket)
        things |= _endpoints(here, ticket)
    things |= agreements(world, client, here.admin)
    things |= _beyond(here, ticket)
    things |= _on_call(here)
    things |= _proposal(here)
    things |= _links(here, things)
    return things, stranger


def _tickets(here: _Here) -> tuple[Ticket, Message, dict[str, Any]]:
    """Four tickets, the first with an answer that carries a picture, the last with a question to the client."""
    world, client, agent = here.world, here.client, here.agent
    ticket, solved, closed, asked = (factories.ticket(world, here.customer) for _ in range(4))
    picture = files.check_uploads([SimpleUploadedFile("door.png", _picture())])
    answer = factories.reply(world, agent, ticket, uploads=picture)
    factories.note(world, agent, ticket, audience=Message.Audience.VENDOR)
    factories.note(world, here.admin, ticket, audience=Message.Audience.SHARED)
    actions.make_token(user=agent, client=client)
    with world.enter(agent, only=client) as actor:
        handling.solve(actor, client_id=client.pk, ticket_id=solved.pk)
        handling.close(actor, client_id=client.pk, ticket_id=closed.pk)
        question = {"reason": "decision", "question": "May they have a new door?"}
        escalation = climb.escalate(actor, client_id=client.pk, ticket_id=asked.pk, **question)
        attachment = Attachment.objects.get(message_id=answer.pk)
        hours = Calendar.objects.get(client_id=client.pk).pk
        view = saved_views.keep_view(actor, name=f"Doors of {client.name}", query="q=door")
        notices = _told_here(here, escalation)
        moment = {"at": clock.now() + timedelta(days=365), "zone": "Europe/Stockholm"}
        call = call_backs.promise_call(actor, client_id=client.pk, ticket_id=asked.pk, about="The hinge", **moment)
    things = {
        "number": ticket.number,
        "desk:reopen/number": closed.number,
        "desk:escalate/number": ticket.number,
        "desk:escalation_strip/number": asked.number,
        "desk:take_back/number": asked.number,
        "desk:take_on/number": asked.number,
        "desk:close/number": solved.number,
        "portal:reopen/number": solved.number,
        "id": attachment.pk,
        "api:file/pk": attachment.pk,
        "file_bytes/token": lambda: _file_token(world, client, agent, attachment.file_id),
        "escalation_id": escalation.pk,
        "calendar_id": hours,
        "api:escalation/pk": escalation.pk,
        **notices,
        **_broken(here, closed, solved),
        **{f"desk:{view}/number": asked.number for view in ("keep_call", "move_call", "withdraw_call")},
        **{f"desk:{view}/call_id": call.pk for view in ("keep_call", "move_call", "withdraw_call")},
        "view": view.pk,
        "card": answer.card_id,
        "mark": drafts.mark(client.pk, ticket.pk, agent.pk),
        "token_id": ApiToken.objects.get(user=agent, client=client).pk,
    }
    return ticket, answer, things


def _broken(here: _Here, ticket: Ticket, other: Ticket) -> dict[str, Any]:
    """A broken promise that nobody has excused, and one that the agent asks to have excused."""
    with here.world.enter(here.client):
        first, second = (Clock.objects.filter(ticket=each).order_by("pk")[0] for each in (ticket, other))
        late = {"stopped_at": clock.now(), "met": False, "running_since": None, "due_at": None}
        Clock.objects.filter(pk__in=[first.pk, second.pk]).update(**late)
    with here.world.enter(here.agent, only=here.client) as actor:
        about = {"client_id": here.client.pk, "ticket_id": other.pk, "clock_id": second.pk}
        excuse = excuses.propose_excuse(actor, reason="The power was out", **about)
    return {
        "desk:propose_excuse/number": ticket.number,
        "desk:propose_excuse/clock_id": first.pk,
        "desk:decide_excuse/number": other.number,
        "desk:decide_excuse/excuse_id": excuse.pk,
    }


def _told_here(here: _Here, escalation: Escalation) -> dict[str, Any]:
    """A notice to the client's admin, whom the question was asked, and one to the agent."""
    told = Notice.objects.filter(step__escalation=escalation, channel="app")
    to_agent = Notice.objects.create(
        client_id=here.client.pk,
        unique=f"agent/{escalation.pk}",
        step=escalation.steps.first(),
        ticket_id=escalation.ticket_id,
        channel="app",
        user_id=here.agent.pk,
        name=here.agent.name,
        due_at=clock.now(),
    )
    asks = [{"what": "Invoice number", "given": "", "by": "", "at": ""}]
    Escalation.objects.filter(pk=escalation.pk).update(checklist=asks)
    by_hand = stored.write_step(Step(When(Trigger.MANUAL), (Who(Target.ROLE, "team_lead"),)))
    step = EscalationStep.objects.create(
        client_id=here.client.pk, escalation=escalation, position=90, leg=escalation.leg, definition=by_hand
    )
    return {
        "step_id": step.pk,
        "desk:give/number": escalation.ticket.number,
        "desk:press_step/number": escalation.ticket.number,
        "desk:open_notice/notice_id": to_agent.pk,
        "console:open_notice/notice_id": told.get(user_id=here.admin.pk).pk,
    }


def _articles(here: _Here) -> dict[str, Any]:
    """An article, which has to be read, and a playbook."""
    world, client = here.world, here.client
    article = factories.article(
        world, client, title=f"Why does the door of {client.name} stay shut?", body="The door is locked."
    )
    playbook = factories.article(
        world, client, title=f"Doors at {client.name}", body="Never open a door.", audience="agents"
    )
    # Due in a year, so that it keeps new tickets from nobody.
    due_at = clock.now() + timedelta(days=365)
    with world.enter(here.admin) as actor:
        reading = articles.ask_to_read(
            actor, client_id=client.pk, article_id=article.pk, said="Which doors are which.", due_at=due_at
        )
    return {
        "article": article.pk,
        "slug": article.slug,
        "desk:playbook/slug": playbook.slug,
        "console:must_read_new/article": playbook.pk,
        "must_read": reading.pk,
        "api:article/pk": article.pk,
    }


def _clearance(here: _Here) -> dict[str, Any]:
    """What the client asks of agents, its own systems, and a suspension that is over."""
    world, client, agent = here.world, here.client, here.agent
    about = {"client_id": client.pk}
    with world.enter(here.admin) as actor:
        # Takes effect in a week, so that nobody is shut out yet.
        clearing.publish_nda(actor, text=f"I keep to myself what I read at {client.name}.", **about)
        certificate = clearing.require_certification(actor, name="Doors", **about)
        # Asked for no longer, so that it keeps new tickets from nobody.
        clearing.retire_certification(actor, certification_id=certificate.pk, **about)
        shop = systems.add_system(actor, name=f"Shop of {client.name}", removed_by="The IT desk", **about)
        empty = systems.add_system(actor, name=f"Depot of {client.name}", removed_by="The IT desk", **about)
        login = f"viggo-{client.slug}"
        account = systems.register_account(actor, system_id=shop.pk, user_id=agent.pk, login=login, **about)
    gone = factories.suspend(world, here.admin, world.havnvik, user_id=agent.pk)
    factories.restore(world, here.admin)
    return {
        "user_id": agent.pk,
        "target": f"{world.havnvik.pk}/user/{agent.pk}",
        # Nobody certifies themselves.
        "desk:certify/user_id": (world.v1 if here.is_first else world.lead).pk,
        "certification_id": certificate.pk,
        "suspension_id": gone.pk,
        "system_id": empty.pk,
        "shop": shop.pk,
        "account_id": account.pk,
        "name": "agent",
        "key": f"c{client.pk}",
        "agent_id": (world.v1 if here.is_first else world.lead).pk,
        "member_id": (world.a1 if here.is_first else world.o2).pk,
    }


def _emergencies(here: _Here, ticket: Ticket) -> dict[str, Any]:
    """Emergency access that waits, that runs without an answer, and that the agent asked for."""
    unanswered = _unanswered(here.world, here.client, ticket)
    return {
        "emergency_id": factories.asked_in(here.world, here.world.operator, ticket).pk,
        "console:stop_emergency/emergency_id": unanswered.pk,
        "console:review_emergency/emergency_id": unanswered.pk,
        "desk:end_emergency/emergency_id": _agents_own(here.world, here.client, here.agent, ticket).pk,
    }


def _account(here: _Here) -> dict[str, Any]:
    """What hangs on the agent's own account.  They are the same at both clients, and have one factor of a kind."""
    kind, name = (Kind.TOTP, "secret") if here.is_first else (Kind.RECOVERY_CODES, "seed")
    data = {name: vault.lock("JBSWY3DP"), "used_mask": 0}
    factor = Authenticator.objects.create(user=here.agent, type=kind, data=data)
    session_key = f"elsewhere-{here.client.slug}"
    elsewhere = UserSession.objects.create(user=here.agent, ip="10.1.2.3", session_key=session_key)
    return {"factor_id": factor.pk, "session_id": elsewhere.pk, "kept": "nothing-kept"}


def _records(here: _Here, stranger: Customer) -> dict[str, Any]:
    """What the client knows of its customers."""
    client, customer = here.client, here.customer
    with here.world.enter(client):
        Customer.objects.filter(pk=customer.pk).update(
            phone="+46704440001", postal_address="Storgatan 12, Lund", external_id="K-1"
        )
        record = factories.client_record(client, customer)
        strangers = factories.client_record(client, stranger, f"B-{client.slug}-20418")
    return {
        "customer": customer.pk,
        "api:customer/pk": customer.pk,
        "email": customer.email,
        "field": "email",
        "field_id": factories.fact(here.world, customer, "Key", "K-778812", "sensitive").field_id,
        "source_id": record.source_id,
        "source": record.source.slug,
        "external_id": record.external_id,
        # Somebody of whom V12 has no open ticket, so that the right itself is asked for.
        "desk:reveal/customer": stranger.pk,
        "desk:call/customer": stranger.pk,
        "desk:reveal_record/customer": stranger.pk,
        "desk:reveal_record/field": "card",
        "which": f"r{strangers.pk}",
    }


def _services(here: _Here) -> dict[str, Any]:
    """What the client offers its customers."""
    with here.world.enter(here.admin) as actor:
        given = services.Definition(
            name=f"Door service of {here.client.name}", owner="Dora Dean", busy="12-20 to 01-06"
        )
        service = services.add_service(actor, client_id=here.client.pk, given=given)
        doors = categories.Definition(name=f"Doors of {here.client.name}")
        category = categories.add_category(actor, client_id=here.client.pk, given=doors)
        table = {(impact, urgency): 2 for impact in (1, 2, 3) for urgency in (1, 2, 3)}
        priorities.set_priorities(actor, client_id=here.client.pk, table=table, weights={"vital": 1})
    return {"service_id": service.pk, "category_id": category.pk}


def _incidents(here: _Here) -> dict[str, Any]:
    """A known problem with a ticket, and a major incident that the portal tells of, with another; one more has none."""
    world, client = here.world, here.client
    linked, parent, free = (factories.ticket(world, here.customer) for _ in range(3))
    about = {"client_id": client.pk}
    with world.enter(here.admin, only=client) as actor:
        words = leading.Definition(f"Doors of {client.name} stick", "Damp wood.")
        problem = leading.begin(actor, nature=Nature.PROBLEM, given=words, ticket_id=linked.pk, **about)
        announcing.tell_all(
            actor, number=problem.number, body=f"All doors of {client.name} are planed.", once=client.slug, **about
        )
        words = leading.Definition(f"No door of {client.name} opens")
        major = leading.begin(actor, nature=Nature.MAJOR, given=words, ticket_id=parent.pk, **about)
        leading.put_banner(actor, number=major.number, text=f"No door of {client.name} opens.", **about)
        banner = PortalBanner.objects.get(client_id=client.pk)
    views = ("incident", "incident_progress", "edit_incident", "link_tickets", "unlink_ticket", "tell_incident")
    return {
        **{f"desk:{view}/number": problem.number for view in (*views, "fix_incident", "incident_step")},
        "desk:incident_banner/number": major.number,
        "desk:ticket_incidents/number": linked.number,
        "desk:merge/number": linked.number,
        "api:ticket-merge/number": linked.number,
        "desk:unlink_ticket/ticket_number": linked.number,
        "banner_id": banner.pk,
        "free_ticket_id": free.pk,
        "free_ticket": free.number,
        "incident_number": problem.number,
    }


def _letters(here: _Here, answer: Message) -> dict[str, Any]:
    """A letter, one that could not be delivered, and whom the client has for what climbs to it."""
    client = here.client
    mail = OutboxMail.objects.order_by("pk").last()
    letter = OutboxMail.objects.get(unique=f"answer/{answer.pk}")
    OutboxMail.objects.filter(pk=letter.pk).update(state=OutboxMail.State.DEAD, last_error="550 no such user")
    contact = Contact.objects.create(client=client, name="Ida Norling", email=f"ida@{client.slug}.example")
    return {
        "mailbox_letter/number": mail.pk,
        "mailbox_letter/slug": client.slug,
        "mail": letter.pk,
        "contact_id": contact.pk,
        "group_id": _group(here, contact),
        # A new client's matrix has one version, of four paths, numbered at each client by itself.
        **{
            f"console:{view}/number": 1
            for view in ("matrix_path", "matrix_version", "restore_matrix", "call_off_matrix")
        },
        "category": TicketCategory.objects.order_by("pk").first().pk,
        "at": client.slug,
    }


def _group(here: _Here, contact: Contact) -> int:
    group = ContactGroup.objects.create(client=here.client, name=f"Night of {here.client.name}")
    GroupMember.objects.create(client=here.client, group=group, contact=contact)
    return group.pk


def _left_behind(here: _Here, ticket: Ticket, answer: Message) -> dict[str, Any]:
    """Hand-over notes, a flag of the log, and an answer with a file that waits for a colleague."""
    about = {"client": here.client, "card_id": answer.card_id}
    left = HandOver.objects.create(name="Vera", made_at=ticket.created_at, tickets=[], **about)
    flag = LogFlag.objects.create(
        kind=LogFlag.Kind.BULK, vendor=here.world.havnvik, user=here.agent, count=60, threshold=50,
        starts_at=ticket.created_at, ends_at=ticket.created_at + timedelta(minutes=10),
        raised_at=ticket.created_at, shown_from=ticket.created_at, **about,
    )  # fmt: skip
    # Of somebody who answers no longer, so that each of the cast is a colleague.
    late = WaitingReply.objects.create(
        ticket=ticket, vendor=here.world.havnvik, user=here.world.office, body="Hold the handle.", then="wait",
        missing="nda", at=ticket.created_at, **about,
    )  # fmt: skip
    sketch = files.store(
        client_id=here.client.pk, incoming=files.check_uploads([SimpleUploadedFile("handle.txt", b"hold it")])[0],
        audience=StoredFile.OF_A_DRAFT, customer_id=here.customer.pk, vendor_id=None,
    )  # fmt: skip
    kept = DraftFile.objects.create(
        client=here.client, ticket=ticket, user=here.world.office, waiting=late, file=sketch
    )
    return {
        "hand_over": left.pk,
        "flag": flag.pk,
        "waiting": late.pk,
        "waiting_read": late.digest,
        "desk:kept_file/id": kept.pk,
    }


def put_export(client_id: int, job_id: int) -> None:
    """The file of a job that is done."""
    exported = exports.finished(client_id, job_id)
    exports.make_private(exported.parent)
    with open(exported, "wb", opener=exports.private_opener) as written:
        written.write(b"done")


def put_exports(raw: Any) -> None:
    """The files of all jobs that are done: a test that ran between may have cleared them away."""
    for client_id, job_id in raw.execute("SELECT client_id, id FROM leaving_job WHERE sha256 <> ''"):
        put_export(client_id, job_id)


def _jobs(here: _Here, ticket: Ticket) -> dict[str, Any]:
    """What the keeper has done: an erasure, the client's package, and a customer's own data."""
    client = here.client
    done = {"client": client, "state": Job.State.DONE}
    then = {"asked_at": ticket.created_at, "ended_at": ticket.created_at}
    file = {"size": 4, "sha256": "0" * 64}
    erased = Job.objects.create(
        kind=JobKind.ERASURE, unique="erasure/0", customer_id=NOWHERE, result={"customers": 1}, **done, **then
    )
    packed = Job.objects.create(kind=JobKind.PACKAGE, unique="package/0", **done, **then, **file)
    # Three days old, so that the customer can ask again.
    days_ago = clock.now() - timedelta(days=3)
    own = Job.objects.create(
        kind=JobKind.CUSTOMER_DATA, unique="own/0", customer_id=here.customer.pk, by_customer=True,
        asked_at=days_ago, ended_at=days_ago, told_at=days_ago, **done, **file,
    )  # fmt: skip
    for job in (packed, own):
        put_export(client.pk, job.pk)
    return {"job": erased.pk, "export": packed.pk, "console:export_file/token": lambda: download.token(packed)}


def _endpoints(here: _Here, ticket: Ticket) -> dict[str, Any]:
    """Where a program of the client's and one of the vendor's are told, each with a call that was given up."""
    (place, call), (theirs, their_call) = (
        _endpoint(here, ticket, "Pager", None),
        _endpoint(here, ticket, "Floor", here.world.havnvik),
    )
    of_office = {f"office:{view}/endpoint_id": theirs.pk for view in ("endpoint", "renew_endpoint_secret")}
    return {"endpoint_id": place.pk, "call_id": call.pk, "desk:retry_call/call_id": their_call.pk, **of_office}


def _endpoint(here: _Here, ticket: Ticket, name: str, vendor: Any) -> tuple[Endpoint, OutboxCall]:
    about = {"client": here.client, "vendor": vendor, "created_at": ticket.created_at}
    place = Endpoint.objects.create(
        key=name.lower(), name=name, address="https://1.1.1.1/hook", secret=vault.lock(signing.new_secret()), **about
    )
    call = OutboxCall.objects.create(
        endpoint=place, unique="pager/1", kind="escalation.asked", idempotency_key="msg_1", ticket_id=ticket.pk,
        state=OutboxCall.State.DEAD, last_error="500", **about,
    )  # fmt: skip
    return place, call


def _on_call(here: _Here) -> dict[str, Any]:
    """The client's schedule and the vendor's with an override each, a swap that V12 is asked, and V12's calendar."""
    other = here.world.v1 if here.is_first else here.world.lead
    things, _own = _scheduled(here, "console", here.admin, here.admin)
    more, row = _scheduled(here, "desk", here.world.lead, other)
    starts_at = clock.now() + timedelta(days=2)
    shift = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=8)}
    asked = {"schedule_id": row.pk, "other_card_id": here.world.actor(here.agent).card_id(here.client.pk)}
    with here.world.enter(other, only=here.client) as actor:
        swap = swaps.ask_swap(actor, client_id=here.client.pk, **asked, **shift)
    with here.world.enter(here.agent, only=here.client) as actor:
        token = feeds.make_feed(actor, client_id=here.client.pk)
    return {**things, **more, "swap_id": swap.pk, "on_call_feed/token": token}


def _scheduled(here: _Here, place: str, planner: User, person: User) -> tuple[dict[str, Any], OnCallSchedule]:
    """One person's schedule by the names that the routes of its side give it."""
    now = clock.now()
    card = here.world.actor(person).card_id(here.client.pk)
    who = ("card", card)
    plan = LayerPlan("Weeks", (who,), 1, "week", 9 * 60, now.date() - timedelta(days=7))
    about = {"client_id": here.client.pk}
    with here.world.enter(planner, only=here.client) as actor:
        row = on_call.save_schedule(
            actor, vendor_id=planner.vendor_id, name="Nights", zone="UTC", layers=[plan], **about
        )
        times = {"starts_at": now + timedelta(days=30), "ends_at": now + timedelta(days=31)}
        over = on_call.override(actor, schedule_id=row.pk, who=who, **times, **about)
    views = ("on_call_schedule", "edit_on_call", "override_on_call", "call_off_on_call", "retire_on_call")
    things: dict[str, Any] = {f"{place}:{view}/schedule_id": row.pk for view in views}
    things |= {f"{place}:call_off_on_call/override_id": over.pk, f"{place}:on_call_person": f"card-{card}"}
    return things, row


def _beyond(here: _Here, ticket: Ticket) -> dict[str, Any]:
    """Terms with a rate card, what the client allows under them, two requests that wait, and one that is worked on."""
    client, now = here.client, clock.now()
    about = {"client": client, "vendor": here.world.havnvik}
    with here.world.enter(client):
        contract = Contract.objects.get(state="in_force", **about)
        about["contract"] = contract
        card = {"currency": "EUR", "prices": {}, "work": [{"name": "New door", "unit": "piece", "price": 5_000}]}
        signed = {"vendor_signed_at": now, "client_signed_at": now}
        ContractTerms.objects.create(number=1, valid_from=contract.valid_from, rate_card=card, **signed, **about)
        ScopeRules.objects.create(approvers=[], budgets={}, changed_at=now, changed_by="Olle", **about)
        waits, other, runs = (_beyond_one(here, ticket, about, work) for work in ("Old door", "Lock", "Key"))
        ScopeRequest.objects.filter(pk=runs.pk).update(state=ScopeRequest.State.APPROVED, decided_at=now)
        on_it = {"client": client, "vendor": here.world.havnvik, "request": runs}
        WorkEntry.objects.create(
            ticket=ticket, hundredths=100, amount=5_000, card_id=runs.asked_by_id, note="Hung it", at=now, **on_it
        )
        ScopeRequest.objects.filter(pk=runs.pk).update(used_hundredths=100, used=5_000)
    amended = {f"{side}:amend_contract/contract_id": contract.pk for side in ("console", "office")}
    return {
        "console:scope_request/request_id": waits.pk,
        "desk:withdraw_scope/request_id": other.pk,
        "desk:record_work/request_id": runs.pk,
        "desk:finish_scope/request_id": runs.pk,
        "console:scope_rules/contract_id": contract.pk,
        "scope_request": waits.pk,
        "scope_category": waits.category,
        **amended,
    }


def _beyond_one(here: _Here, ticket: Ticket, about: dict[str, Any], work: str) -> ScopeRequest:
    now, key = clock.now(), work.lower().replace(" ", "-")
    row = ScopeRequest.objects.create(
        ticket=ticket, ticket_number=ticket.number, priority=ticket.priority, work_key=key, work=work, unit="piece",
        price=5_000, currency="EUR", hundredths=300, estimate=15_000, asked_at=now, month=now.date().replace(day=1),
        asked_by_id=here.world.actor(here.agent).card_id(here.client.pk), due_at=now + timedelta(hours=8), **about,
    )  # fmt: skip
    of_it = {"client": here.client, "vendor": here.world.havnvik, "request": row}
    ScopeWords.objects.create(ticket=ticket, why="The old one is gone.", otherwise="It stays open.", **of_it)
    ScopeStep.objects.create(position=1, is_reminder=False, due_at=now, told_at=now, **of_it)
    return row


def _proposal(here: _Here) -> dict[str, Any]:
    """Another matrix, with a row less, which the vendor's lead has proposed to the client's admin."""
    world, about = here.world, {"client_id": here.client.pk}
    with world.enter(world.lead, only=here.client) as actor:
        _number, document = drafting.in_force(here.client.pk)
        fewer = Document(document.rows[1:], document.paths)
        row = proposals.save_proposal(actor, document=fewer, revision=0, **about)
        proposals.send_proposal(actor, revision=row.revision, why=f"{here.client.name} is quicker by it.", **about)
    return {"proposal_id": row.pk, "owner": here.admin.pk, "desk:proposal_path/number": 1}


def _links(here: _Here, things: dict[str, Any]) -> dict[str, Any]:
    """The links of letters to the client's contact and to the customer."""
    client, contact = here.client, things["contact_id"]
    purpose = SignedLink.Purpose
    return {
        "emergency_letter/token": _link(client, purpose.EMERGENCY, things["emergency_id"], contact),
        "matrix_letter/token": _link(client, purpose.MATRIX, things["proposal_id"], things["owner"]),
        "scope_letter/token": _link(client, purpose.SCOPE, things["scope_request"], contact),
        "letter/token": _link(client, purpose.ESCALATION, things["escalation_id"], contact),
        "portal:enter/token": _link(client, purpose.CUSTOMER, here.customer.pk),
    }


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

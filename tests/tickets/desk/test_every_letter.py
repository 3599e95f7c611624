"""No kind of letter is given up unseen: each has its readers, and a way to be sent again or a reason for none."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from access import actions as accounts
from access import log, seal
from access.models import AccessLogContent, Assignment, Client, Membership, SignedLink, User
from access.rights import Role
from access.tasks import in_client
from escalation.matrix.document import Begins, Step, When
from escalation.models import Contact, Escalation, SlaPolicy
from escalation.proposals.deciding import decline_proposal
from helpdesk.leaving.models import Job
from helpdesk.leaving.models import Kind as JobKind
from helpdesk.leaving.tasks import tell_own_data
from helpdesk.lib import clock as clocks
from post import arrangement_letters, kinds, tasks
from post.kinds import Whose
from post.models import OutboxMail
from post.outbox import Letter, post_mail
from tests import factories
from tests.cast import World
from tests.escalation import test_nightly as nights
from tests.escalation.emergency.things import allow_unanswered
from tests.escalation.engine import test_digests as digests
from tests.escalation.engine import test_warnings as warnings
from tests.escalation.engine import things as engine
from tests.escalation.oncall import conftest as on_call
from tests.escalation.oncall import test_swaps as swaps
from tests.escalation.proposals import things as proposals
from tests.escalation.scope import things as scope
from tests.escalation.test_colleagues import ask as ask_colleague
from tickets.actions import handling
from tickets.models import Impact, Urgency
from tickets.queries.undelivered import undelivered

DEAD, DUE = OutboxMail.State.DEAD, OutboxMail.State.DUE
# Nobody sends these again, for a reason.
NEVER_AGAIN = {
    "sign_in": "whoever waits for the link asks for another",
    "nda": "its reader meets the same words at the door",
    "suspended": "its reader meets the same words at the door",
}
# Their links end, so each is made anew.
WITH_A_LINK = {
    "own_data", "escalation_ask", "escalation_digest", "scope_ask", "scope_remind", "proposal_ask", "emergency_ask",
    "emergency_unanswered",
}  # fmt: skip
# Who reads of a letter of no ticket that went to nobody of a vendor: our lead, a rival's, an admin of the client's.
READERS = {
    Whose.CUSTOMER: {"lead", "rival", "o1"},
    Whose.TICKET: set(),
    Whose.VENDOR: set(),
    Whose.CLIENT: {"o1"},
    Whose.SIDE: {"o1"},
    Whose.NOBODY: set(),
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(scope.MONDAY + timedelta(hours=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def rival(world: World) -> User:
    """The lead of a second vendor at the first client."""
    vendor = accounts.create_vendor(name="Nordhjälp", slug="nordhjalp")
    accounts.sign_contract(client=world.c1, vendor=vendor)
    person = accounts.create_user(email="nanna@nordhjalp.example", name="Nanna Holm", vendor=vendor)
    accounts.hire(client=world.c1, user=person, role=Role.TEAM_LEAD)
    return person


def dead_of(world: World, kind: str, **more: Any) -> OutboxMail:
    """A letter of this kind that was given up."""
    letter = Letter(
        unique=f"{kind}/1", kind=kind, to_address="a@mail.example", to_name="Ada", from_address="b@mail.example",
        subject="S", text="T", **more,
    )  # fmt: skip
    with world.enter(world.c1) as actor:
        mail = post_mail(actor, world.c1.pk, letter)
        assert mail is not None
        OutboxMail.objects.filter(pk=mail.pk).update(state=DEAD)
    return mail


def seen_by(world: World, mail: OutboxMail, people: dict[str, User]) -> set[str]:
    found = set()
    for name, person in people.items():
        with world.enter(person) as actor:
            if undelivered(actor).filter(pk=mail.pk).exists():
                found.add(name)
    return found


def everybody(world: World, rival: User) -> dict[str, User]:
    names = ("lead", "v1", "v1own", "v1ro", "o1", "o2", "e1")
    return {**{name: getattr(world, name) for name in names}, "rival": rival}


def test_a_letter_of_an_undeclared_kind_is_not_written(world: World) -> None:
    with pytest.raises(LookupError):
        dead_of(world, "news_nobody_declared")


@pytest.mark.parametrize("kind", [kind.name for kind in kinds.every()])
def test_a_letter_of_no_ticket_is_listed_for_its_readers_alone(world: World, rival: User, kind: str) -> None:
    mail = dead_of(world, kind)

    seen = seen_by(world, mail, everybody(world, rival)) - {"v1"}

    assert seen == READERS[kinds.known(kind).whose]


@pytest.mark.parametrize("kind", sorted(kinds.of(Whose.SIDE)))
def test_a_letter_to_a_vendors_person_is_listed_for_that_vendor_alone(world: World, rival: User, kind: str) -> None:
    mail = dead_of(world, kind, vendor_id=world.havnvik.pk)

    assert seen_by(world, mail, everybody(world, rival)) - {"v1"} == {"lead"}


@pytest.mark.parametrize("kind", sorted(kinds.of(Whose.TICKET, Whose.VENDOR, Whose.CUSTOMER)))
def test_a_letter_of_a_ticket_is_listed_for_who_reads_the_ticket(world: World, kind: str) -> None:
    ticket = factories.ticket(world, world.r1)
    mail = dead_of(world, kind, ticket_id=ticket.pk)

    seen = seen_by(world, mail, {name: getattr(world, name) for name in ("lead", "v1", "o1", "o2")})

    assert seen == ({"lead", "v1"} if kinds.known(kind).whose is Whose.VENDOR else {"lead", "v1", "o1"})


def test_every_kind_is_sent_again_or_has_a_reason_why_not() -> None:
    without = {kind.name for kind in kinds.every() if kind.renew is None}
    with_one = {kind.name for kind in kinds.every()} - without

    assert without == set(NEVER_AGAIN)
    assert with_one == set(MADE)


# How each kind comes to be written, by what causes it.
Maker = Callable[[World, Any], object]
MADE: dict[str, Maker] = {}


def makes(*names: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        MADE.update(dict.fromkeys(names, maker))
        return maker

    return keep


@makes("acknowledge", "answer", "solved")
def _ticket(world: World, clock: Any) -> None:
    ticket = factories.ticket(world, world.r1, acknowledge=True)
    factories.reply(world, world.v1, ticket)
    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)


@makes("own_data")
def _own_data(world: World, clock: Any) -> None:
    now = clocks.now()
    with world.enter(world.c1):
        Job.objects.create(
            client=world.c1, kind=JobKind.CUSTOMER_DATA, unique="own/0", customer_id=world.r1.pk, by_customer=True,
            state=Job.State.DONE, size=1, asked_at=now, ended_at=now, language="en",
        )  # fmt: skip
    tell_own_data(world.c1.pk)


def _path(world: World, *steps: Step) -> None:
    engine.put_in_force(world, engine.one_path(*steps, begins=Begins.OPENED))
    with world.enter(world.c1):
        Contact.objects.update(email="on-call@voltarra.example")


@makes("escalation_ask", "escalation_vendor")
def _escalation(world: World, clock: Any) -> None:
    _path(world, Step(When(), (*engine.contacts(world), *engine.LEAD)))
    factories.ticket(world, world.r1)
    engine.sweep()


@makes("escalation_digest")
def _digest(world: World, clock: Any) -> None:
    _path(world, Step(When(), engine.contacts(world)))
    digests.open_many(world)
    clock.shift(digests.GATHERED_FOR)
    engine.sweep()


@makes("escalation_colleague")
def _colleague(world: World, clock: Any) -> None:
    ask_colleague(world, factories.ticket(world, world.r1), str(world.v12.pk))


@makes("escalation_warning")
def _warning(world: World, clock: Any) -> None:
    with world.enter(world.c1):
        SlaPolicy.objects.update(warn_at=[50])
    warnings.run(world, factories.ticket(world, world.r1), 50, clock)


@makes("scope_ask", "scope_remind")
def _scope(world: World, clock: Any) -> Any:
    contract = scope.agree(world)
    scope.allow(world, contract, approvers=[contact.key for contact in scope.contacts(world)])
    row = scope.ask(world, factories.ticket(world, world.r1))
    scope.sweep()
    clock.shift(timedelta(minutes=100))
    scope.sweep()
    return row


@makes("scope_outcome")
def _scope_outcome(world: World, clock: Any) -> None:
    scope.approve(world, _scope(world, clock))


@makes("proposal_ask")
def _proposal(world: World, clock: Any) -> Any:
    return proposals.send(world, proposals.write(world))


@makes("proposal_outcome")
def _proposal_outcome(world: World, clock: Any) -> None:
    row = _proposal(world, clock)
    with world.enter(world.o1) as actor:
        decline_proposal(actor, client_id=world.c1.pk, proposal_id=row.pk, answer="Not now.")


@makes("emergency_ask")
def _emergency(world: World, clock: Any) -> Any:
    with world.enter(world.c2):
        Contact.objects.create(client=world.c2, name="Ida", email="ida@alderby.example")
    urgent = {"impact": Impact.BLOCKED, "urgency": Urgency.NOW}
    request = factories.asked_in(world, world.v1, factories.ticket(world, world.r2, **urgent))
    engine.sweep()
    return request


@makes("emergency_unanswered")
def _emergency_unanswered(world: World, clock: Any) -> None:
    allow_unanswered(world)
    _emergency(world, clock)
    clock.shift(timedelta(minutes=15))
    engine.sweep()


@makes("emergency_outcome")
def _emergency_outcome(world: World, clock: Any) -> None:
    factories.let_in(world, world.o2, _emergency(world, clock))


@makes("on_call_asked")
def _swap(world: World, clock: Any) -> Any:
    clock.move_to(on_call.NOW)
    people = [on_call.card(world, person) for person in (world.v1, world.v12)]
    return swaps.ask(world, on_call.make(world, world.lead, *people, vendor_id=world.havnvik.pk))


@makes("on_call_answered")
def _swapped(world: World, clock: Any) -> None:
    swaps.answer(world, _swap(world, clock), world.v12)


@makes("matrix_check")
def _night(world: World, clock: Any) -> None:
    found = scope.contacts(world)
    nights.publish(world, found)
    nights.rest(world, found[0])
    nights.night(clock, world)


@makes("log_head")
def _log_head(world: World, clock: Any) -> None:
    with world.enter(world.c1) as actor:
        log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, 7))
    with world.enter(world.c1) as actor:
        seal.seal(actor, world.c1.pk)
    tasks.mail_head(world.c1.pk)


@makes("arrangement")
def _arrangement(world: World, clock: Any) -> None:
    with in_client(world.c1.pk, "test") as actor:
        about = (lambda: ("A contract ends", "It ends."), "console:home", {})
        arrangement_letters.mail_admins(actor, world.c1.pk, "ends/1", *about)


def given_up(world: World, kind: str) -> OutboxMail:
    """The newest letter of this kind, one with a link of its own first, refused by its mail server."""
    for client in (world.c1, world.c2):
        with world.enter(client):
            mails = sorted(OutboxMail.objects.filter(kind=kind), key=lambda mail: ("/l/" in mail.text, mail.pk))
            for mail in mails[-1:]:
                OutboxMail.objects.filter(pk=mail.pk).update(state=DEAD, last_error="550 no such user")
                return mail
    raise AssertionError(f"nobody has written a letter of the kind {kind}")


def press(world: World, mail: OutboxMail, person: User) -> OutboxMail:
    """The list shows a button beside the letter, and it is pressed; the letter as it is then."""
    client = Client.objects.get(pk=mail.client_id)
    path, browser = reverse("desk:send_again", kwargs={"client": client.slug, "mail": mail.pk}), world.browser(person)
    is_clients = person in (world.o1, world.o2)
    page = reverse("console:undelivered", kwargs={"client": client.slug}) if is_clients else reverse("desk:undelivered")
    assert f'action="{path}"' in browser.get(page).content.decode()
    assert browser.post(path, {"back": "console" if is_clients else "desk"}).status_code == 302
    with world.enter(client):
        return OutboxMail.objects.get(pk=mail.pk)


@pytest.mark.usefixtures("log_key")
@pytest.mark.parametrize("kind", sorted(MADE))
def test_each_kind_is_sent_again_by_who_sees_it(world: World, clock, kind: str) -> None:
    MADE[kind](world, clock)
    mail = given_up(world, kind)
    before = SignedLink.objects.count()
    readers = {name: getattr(world, name) for name in ("lead", "o1", "o2")}
    (name, *_others) = sorted(seen_by(world, mail, readers))

    sent = press(world, mail, readers[name])

    assert (sent.state, sent.last_error, sent.to_address) == (DUE, "", mail.to_address)
    if kind in WITH_A_LINK:
        # What it was mailed first may have ended meanwhile.
        assert SignedLink.objects.count() > before
        assert sent.text != mail.text
    else:
        assert sent.text == mail.text
    with world.enter(Client.objects.get(pk=mail.client_id)):
        entry = AccessLogContent.objects.filter(user_id=readers[name].pk, detail__mail=mail.pk).get()
    assert entry.detail["what"] == "letter sent again"


@pytest.mark.parametrize("kind", ["proposal_ask", "on_call_asked", "matrix_check"])
def test_to_who_is_gone_nothing_is_sent_again(world: World, clock, kind: str) -> None:
    MADE[kind](world, clock)
    mail = given_up(world, kind)
    person = User.objects.get(email=mail.to_address)
    reader = world.lead if mail.vendor_id else world.a1
    with world.enter(world.c1):
        Assignment.objects.filter(user=person).update(ends_at=clocks.now())
        Membership.objects.filter(user=person).update(ends_at=clocks.now())
    path = reverse("desk:send_again", kwargs={"client": "voltarra", "mail": mail.pk})

    said = world.browser(reader).post(path, follow=True).content.decode()

    assert "There is nobody with an address any more" in said
    with world.enter(world.c1):
        assert OutboxMail.objects.get(pk=mail.pk).state == DEAD


def test_of_what_was_answered_meanwhile_a_gathered_letter_tells_no_more(world: World, clock) -> None:
    _digest(world, clock)
    mail = given_up(world, "escalation_digest")
    with world.enter(world.c1):
        first, *rest = Escalation.objects.filter(steps__notices__digest__isnull=False).order_by("pk")
        Escalation.objects.filter(pk=first.pk).update(ended_at=clocks.now())

    sent = press(world, mail, world.o1)

    assert sent.subject.startswith(f"{len(rest)} ")
    with world.enter(world.c1):
        Escalation.objects.update(ended_at=clocks.now())
        OutboxMail.objects.filter(pk=mail.pk).update(state=DEAD)
    assert press(world, mail, world.o1).state == DEAD

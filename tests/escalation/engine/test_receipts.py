"""What becomes of a notice: accepted, given up, bounced; and whom a program tells."""

import re
from datetime import timedelta

from django.urls import reverse

from access.tasks import in_client
from escalation.actions import save_contact
from escalation.matrix.document import Begins, Channel, Step, Trigger, When
from escalation.models import Contact, EscalationStep, Notice
from helpdesk.lib import clock as clocks
from post import signals
from post.models import Endpoint, OutboxCall, OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, contacts, kinds, one_path, put_in_force, sweep, told

MINUTE = timedelta(minutes=1)


def give_up(world: World, notice: Notice, reason: str = "550 no such user") -> None:
    with in_client(world.c1.pk, "test") as actor:
        about = {"actor": actor, "client_id": world.c1.pk, "kind": "escalation_ask", "ticket_id": notice.ticket_id}
        unique = f"notice/{notice.pk}"
        signals.mail_failed.send(OutboxMail, unique=unique, reason=reason, at=clocks.now(), **about)


def notices(world: World) -> list[Notice]:
    """What was told by something that may fail: on the pages nothing does."""
    with world.enter(world.c1):
        return list(Notice.objects.exclude(channel=Channel.APP).order_by("pk"))


def endpoint(world: World, carries: str) -> Endpoint:
    with world.enter(world.c1):
        return Endpoint.objects.create(
            client=world.c1,
            key=carries,
            name=f"Our {carries}",
            address="https://hooks.voltarra.example/",
            carries=carries,
            created_at=clocks.now(),
        )


def test_a_letter_that_the_server_takes_is_accepted(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()
    (notice,) = notices(world)
    assert notice.accepted_at is None

    with in_client(world.c1.pk, "test"):
        signals.mail_accepted.send(
            OutboxMail, actor=None, client_id=world.c1.pk, unique=f"notice/{notice.pk}", kind="escalation_vendor",
            ticket_id=None, reason="", at=clocks.now(),
        )  # fmt: skip

    assert notices(world)[0].accepted_at == clocks.now()


def test_a_dead_address_tells_the_next_step_at_once_and_shows_it(world: World, clock) -> None:
    steps = (Step(When(), contacts(world)), Step(When(minutes=60), LEAD))
    put_in_force(world, one_path(*steps, begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    clock.shift(2 * MINUTE)

    for notice in notices(world):
        give_up(world, notice)
    sweep()

    assert told(world, ticket) == [(1, 1), (2, 1)]
    assert kinds(world, ticket, "unheard") == ["unheard"]
    assert {notice.failure for notice in notices(world) if notice.failed_at} == {"550 no such user"}


def test_whom_a_step_only_informs_nobody_asks_for_a_yes(world: World, clock) -> None:
    informs = Step(When(), (*contacts(world), *LEAD), again_minutes=5, again_times=3, needs_yes=False)
    put_in_force(world, one_path(informs, Step(When(minutes=60), LEAD), begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    clock.shift(20 * MINUTE)
    sweep()

    assert told(world, ticket) == [(1, 1), (2, 0)]
    with world.enter(world.c1):
        letters = {mail.kind: mail for mail in OutboxMail.objects.filter(kind__startswith="escalation_")}
    assert "nobody waits for your yes" in letters["escalation_ask"].text
    assert "for your information" in letters["escalation_vendor"].subject
    (link,) = re.findall(r"https?://\S+(/l/\S+)", letters["escalation_ask"].text)
    page = world.browser().get(link).content.decode()
    assert "I am on it" not in page
    assert "Send answer to support" in page
    refused = world.browser().post(link, {"do": "acknowledge"})
    assert refused.status_code == 400
    assert "nobody waits for your yes" in refused.content.decode()
    strip = reverse("desk:escalation_strip", kwargs={"client": "voltarra", "number": ticket.number})
    assert "I am on it" not in world.browser(world.lead).get(strip).content.decode()
    clock.shift(45 * MINUTE)
    sweep()
    assert told(world, ticket) == [(1, 1), (2, 1)]
    assert "I am on it" in world.browser(world.lead).get(strip).content.decode()


def test_a_contact_whose_letters_come_back_is_marked_until_one_arrives(world: World, clock) -> None:
    with world.enter(world.o1) as actor:
        contact = Contact.objects.order_by("pk").first()
        about = {"client_id": world.c1.pk, "contact_id": contact.pk, "name": "Olle"}
        save_contact(actor, email="dead@voltarra.example", **about)
    put_in_force(world, one_path(Step(When(), contacts(world)), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()
    (notice,) = notices(world)

    give_up(world, notice)

    browser, page = world.browser(world.o1), {"client": "voltarra"}
    assert "mail comes back" in browser.get(reverse("console:contacts", kwargs=page)).content.decode()
    one = reverse("console:contact", kwargs={**page, "contact_id": contact.pk})
    assert "550 no such user" in browser.get(one).content.decode()
    with world.enter(world.o1) as actor:
        assert save_contact(actor, email="olle@voltarra.example", **about).returned_since is None


def test_one_dead_address_of_several_changes_nothing(world: World, clock) -> None:
    steps = (Step(When(), contacts(world)), Step(When(minutes=60), LEAD))
    put_in_force(world, one_path(*steps, begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    first, *others = notices(world)
    assert others

    give_up(world, first)
    sweep()

    assert told(world, ticket) == [(1, 1), (2, 0)]


def test_those_instead_are_told_before_the_next_step(world: World, clock) -> None:
    steps = (Step(When(), contacts(world), instead=LEAD), Step(When(Trigger.SILENCE, 60), LEAD))
    put_in_force(world, one_path(*steps, begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()

    for notice in notices(world):
        give_up(world, notice)
    sweep()

    assert told(world, ticket) == [(1, 1), (2, 0)]
    assert notices(world)[-1].is_instead
    assert notices(world)[-1].vendor_role == "team_lead"


def test_the_same_failure_told_twice_has_one_effect(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    (notice,) = notices(world)

    give_up(world, notice)
    give_up(world, notice)

    assert kinds(world, ticket, "unheard") == ["unheard"]


def test_a_webhook_is_told_by_the_clients_own_endpoint_and_nothing_of_the_customer(world: World, clock) -> None:
    endpoint(world, "webhook")
    step = Step(When(), contacts(world), channels=(Channel.WEBHOOK, Channel.MAIL))
    put_in_force(world, one_path(step, begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)

    sweep()

    with world.enter(world.c1):
        (call,) = OutboxCall.objects.all()
        assert call.body["ticket"] == ticket.number
        assert "Rita" not in str(call.body)
        assert OutboxMail.objects.filter(kind="escalation_ask").exists()


def test_a_text_goes_to_a_number_and_a_mail_to_whom_has_none(world: World, clock) -> None:
    endpoint(world, "sms")
    step = Step(When(), contacts(world), channels=(Channel.SMS,))
    put_in_force(world, one_path(step, begins=Begins.OPENED))
    with world.enter(world.c1):
        Contact.objects.update(email="on-call@voltarra.example", phone="+46 70 111 22 33")
    factories.ticket(world, world.r1)
    sweep()
    with world.enter(world.c1):
        (call,) = OutboxCall.objects.all()
        assert call.body["number"] == "+46701112233"
        assert not OutboxMail.objects.filter(kind="escalation_ask").exists()
        Contact.objects.update(phone="")

    factories.ticket(world, world.r1)
    sweep()

    with world.enter(world.c1):
        assert OutboxCall.objects.count() == 1
        assert OutboxMail.objects.filter(kind="escalation_ask").count() == 1


def test_each_person_is_told_once_a_telling(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), (*LEAD, *LEAD), again_minutes=5, again_times=1), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()
    clock.shift(5 * MINUTE)
    sweep()
    sweep()

    assert [(n.telling, n.vendor_role) for n in notices(world)] == [(1, "team_lead"), (2, "team_lead")]
    with world.enter(world.c1):
        assert EscalationStep.objects.get().told == 2

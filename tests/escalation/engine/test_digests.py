"""No storm to one person: a few letters by themselves, the rest in one, each notice told once."""

from datetime import timedelta
from typing import Any

import pytest

from access.models import Membership
from access.tasks import in_client
from escalation.engine import due
from escalation.engine.digests import ALONE_MOST, APART, GATHERED_FOR, NO_WAY
from escalation.matrix.document import Begins, Channel, Step, When
from escalation.models import Contact, EscalationStep, Notice
from helpdesk.lib import clock as clocks
from post import signals
from post.models import OutboxCall, OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.test_receipts import endpoint
from tests.escalation.engine.things import LEAD, contacts, kinds, one_path, put_in_force, sweep
from tests.faults.together import together

MANY = ALONE_MOST + 7


def open_many(world: World, count: int = MANY) -> None:
    for _number in range(count):
        factories.ticket(world, world.r1)
    sweep()


def letters(world: World, kind: str) -> list[OutboxMail]:
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(kind=f"escalation_{kind}").order_by("pk"))


def test_past_a_few_letters_the_rest_comes_in_one(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))

    open_many(world)

    assert len(letters(world, "vendor")) == ALONE_MOST
    assert letters(world, "digest") == []
    clock.shift(GATHERED_FOR)
    sweep()
    (digest,) = letters(world, "digest")
    assert digest.subject == "7 escalations for Voltarra need you"
    with world.enter(world.c1):
        assert not Notice.objects.filter(attempted_at=None).exists()
        assert Notice.objects.exclude(digest=None).count() == 7


def test_a_few_are_never_held(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))

    open_many(world, ALONE_MOST)
    clock.shift(timedelta(hours=1))
    open_many(world, ALONE_MOST)

    assert len(letters(world, "vendor")) == 2 * ALONE_MOST


def test_what_comes_meanwhile_joins_and_the_next_letter_comes_a_minute_later(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR / 2)
    open_many(world, 3)
    clock.shift(GATHERED_FOR / 2)
    sweep()
    assert [mail.subject[:2] for mail in letters(world, "digest")] == ["10"]

    open_many(world, 2)
    clock.shift(APART - timedelta(seconds=1))
    sweep()
    assert len(letters(world, "digest")) == 1
    clock.shift(timedelta(seconds=1))
    sweep()

    assert [mail.subject[:2] for mail in letters(world, "digest")] == ["10", "2 "]
    with world.enter(world.c1):
        assert not Notice.objects.filter(attempted_at=None).exists()


def test_what_is_held_while_the_letter_is_written_comes_with_the_next(world: World, clock, monkeypatch) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR)
    settle = due.settle

    def meanwhile(*given: Any) -> None:
        """Another worker tells one more; the letter is written, and not committed."""
        monkeypatch.setattr(due, "settle", settle)
        (failed,) = together(lambda: open_many(world, 1))
        assert failed is None
        settle(*given)

    monkeypatch.setattr(due, "settle", meanwhile)
    sweep()
    for _minute in range(3):
        clock.shift(APART)
        sweep()

    assert [mail.subject[:2] for mail in letters(world, "digest")] == ["7 ", "1 "]
    with world.enter(world.c1):
        assert not Notice.objects.filter(attempted_at=None).exists()


def test_each_line_of_a_contacts_letter_has_its_own_link_that_answers(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), contacts(world), hands_over=True), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR)
    sweep()

    links = {line for line in letters(world, "digest")[0].text.splitlines() if "/l/" in line}

    assert len(links) == 7
    answer = world.browser().get(links.pop().removeprefix("http://testserver"))
    assert answer.status_code == 200


def test_a_letter_of_many_that_is_given_up_fails_them_all(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR)
    sweep()
    (digest,) = letters(world, "digest")

    with in_client(world.c1.pk, "test") as actor:
        about = {"actor": actor, "client_id": world.c1.pk, "kind": digest.kind, "ticket_id": None}
        signals.mail_failed.send(OutboxMail, unique=digest.unique, reason="550", at=clocks.now(), **about)

    with world.enter(world.c1):
        assert Notice.objects.exclude(failed_at=None).count() == 7


AFTER_AN_OUTAGE = 30
BY_PHONE = [Channel.SMS, Channel.PHONE]


def outage(world: World, clock: Any, channel: Channel) -> list[int]:
    """Thirty steps that tell one contact become due while no worker runs; the tickets' numbers in that order."""
    if channel is not Channel.MAIL:
        endpoint(world, channel.value)
    with world.enter(world.c1):
        Contact.objects.update(email="on-call@voltarra.example", phone="+46 70 111 22 33")
    step = Step(When(minutes=5), contacts(world), channels=(channel,), instead=LEAD)
    put_in_force(world, one_path(step, begins=Begins.OPENED))
    numbers = []
    for _ticket in range(AFTER_AN_OUTAGE):
        numbers.append(factories.ticket(world, world.r1).number)
        clock.shift(timedelta(seconds=1))
    clock.shift(timedelta(minutes=30))
    for _turn in range(3):
        sweep()
    return numbers


def calls(world: World) -> list[OutboxCall]:
    with world.enter(world.c1):
        return list(OutboxCall.objects.order_by("pk"))


def leave(world: World) -> None:
    """The contact's person is the client's no more."""
    with world.enter(world.c1):
        place = Membership.objects.get(client_id=world.c1.pk, user=world.e1)
        Contact.objects.update(card_id=place.card_id)
        Membership.objects.filter(pk=place.pk).update(ends_at=clocks.now())


@pytest.mark.parametrize("channel", BY_PHONE)
def test_after_an_outage_a_phone_rings_a_few_times_and_tells_each_step_once(
    world: World, clock, channel: Channel
) -> None:
    numbers = outage(world, clock, channel)

    alone = calls(world)
    clock.shift(GATHERED_FOR)
    sweep()
    sweep()

    assert [call.body["text"].split(",")[0] for call in alone] == [f"#{number}" for number in numbers[:ALONE_MOST]]
    *same, gathered = calls(world)
    assert [call.pk for call in same] == [call.pk for call in alone]
    named = ", ".join(f"#{number}" for number in numbers[ALONE_MOST : 2 * ALONE_MOST])
    told = f"25 escalations for Voltarra need you: {named} and 20 more. Ask Havnvik Support about them."
    assert gathered.body == {"number": "+46701112233", "text": told, "language": "en"}
    with world.enter(world.c1):
        notices = list(Notice.objects.order_by("attempted_at", "due_at", "pk").select_related("ticket"))
        assert EscalationStep.objects.filter(is_late=True).count() == AFTER_AN_OUTAGE
    assert [notice.ticket.number for notice in notices] == numbers
    assert not any(notice.is_held or notice.attempted_at is None for notice in notices)
    clock.shift(timedelta(minutes=5))
    sweep()
    assert len(calls(world)) == ALONE_MOST + 1


def test_a_text_of_many_leads_whoever_signs_in_to_their_inbox_and_a_call_says_where_it_is(world: World, clock) -> None:
    with world.enter(world.c1):
        card_id = Membership.objects.get(client_id=world.c1.pk, user=world.e1).card_id
        Contact.objects.update(card_id=card_id)
    for channel in BY_PHONE:
        outage(world, clock, channel)
        clock.shift(GATHERED_FOR)
        sweep()

    texts = [call.body["text"] for call in calls(world) if call.unique.startswith("digest/")]

    assert texts[0].endswith("They stand here: http://testserver/client/voltarra/inbox/")
    assert texts[1].endswith("They stand in the inbox of your console.")


def test_a_program_is_told_of_every_step_by_itself(world: World, clock) -> None:
    numbers = outage(world, clock, Channel.WEBHOOK)

    clock.shift(GATHERED_FOR)
    sweep()

    assert [call.body["ticket"] for call in calls(world)] == numbers


@pytest.mark.parametrize("channel", BY_PHONE)
def test_a_call_of_many_that_is_accepted_or_given_up_says_so_of_them_all(world: World, clock, channel: Channel) -> None:
    outage(world, clock, channel)
    clock.shift(GATHERED_FOR)
    sweep()
    gathered = calls(world)[-1]
    about = {"client_id": world.c1.pk, "unique": gathered.unique, "kind": gathered.kind, "ticket_id": None}

    with in_client(world.c1.pk, "test") as actor:
        signals.call_accepted.send(OutboxCall, actor=actor, reason="", at=clocks.now(), **about)
        assert Notice.objects.exclude(accepted_at=None).count() == AFTER_AN_OUTAGE - ALONE_MOST
        signals.call_failed.send(OutboxCall, actor=actor, reason="500", at=clocks.now(), **about)

    with world.enter(world.c1):
        assert Notice.objects.filter(channel=channel, failure="500").count() == AFTER_AN_OUTAGE - ALONE_MOST
        assert Notice.objects.filter(is_instead=True, channel=Channel.MAIL).count() == AFTER_AN_OUTAGE - ALONE_MOST


@pytest.mark.parametrize("channel", [Channel.MAIL, *BY_PHONE])
def test_of_what_was_held_for_a_contact_who_left_meanwhile_others_are_told_at_once(
    world: World, clock, channel: Channel
) -> None:
    outage(world, clock, channel)
    leave(world)

    clock.shift(GATHERED_FOR)
    sweep()

    held = AFTER_AN_OUTAGE - ALONE_MOST
    with world.enter(world.c1):
        assert Notice.objects.filter(channel=channel, failure=NO_WAY, is_instead=False).count() == held
        assert Notice.objects.filter(is_instead=True, vendor_role="team_lead").count() == held
        assert not Contact.objects.exclude(returned_since=None).exists()
        assert not OutboxCall.objects.filter(unique__startswith="digest/").exists()
        tickets = {notice.ticket_id: notice.ticket for notice in Notice.objects.filter(failure=NO_WAY)}
    assert all(kinds(world, ticket, "unheard") == ["unheard"] for ticket in tickets.values())

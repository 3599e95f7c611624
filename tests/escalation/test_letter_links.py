"""How long the link of a letter works, who gets a new one, and when it is dead."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model

from access.models import SignedLink
from escalation import actions
from escalation.models import Contact, Escalation, Metric, SlaTarget
from helpdesk.lib import clock
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.test_letter import links, state
from tests.escalation.test_life import escalate
from tickets.actions import handling
from tickets.actions.letters import send_again
from tickets.models import Ticket


def test_an_expired_link_says_so_and_answers_nothing(world: World, asked: Escalation) -> None:
    path = links(world)[0]
    SignedLink.objects.update(expires_at=clock.now())

    seen, tried = world.browser().get(path), world.browser().post(path, {"do": "return", "answer": "Yes."})

    assert seen.status_code == tried.status_code == 410
    assert b"The time of this link was over" in seen.content
    assert state(world, asked) == Escalation.State.RUNNING


def expire(world: World) -> str:
    """The first link, whose time is over."""
    SignedLink.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    return links(world)[0]


def test_an_answer_by_an_expired_link_is_given_back_with_a_way_on(world: World, asked: Escalation) -> None:
    answer = world.browser().post(expire(world), {"do": "return", "answer": "Yes, refund it."})

    text = answer.content.decode()
    assert answer.status_code == 410
    assert "Nothing was sent." in text
    assert "readonly>Yes, refund it.</textarea>" in text
    assert "Mail me a new link" in text
    assert state(world, asked) == Escalation.State.RUNNING


def letters(world: World) -> list[tuple[str, str]]:
    """Whom the question was mailed to, and the link, the oldest first."""
    with world.enter(world.c1):
        mails = OutboxMail.objects.filter(kind="escalation_ask").order_by("pk")
        return [(mail.to_address, re.search(r"/l/\S+", mail.text)[0]) for mail in mails]


def test_an_expired_link_has_a_new_one_mailed_to_its_own_reader_once(world: World, asked: Escalation) -> None:
    path, before, browser = expire(world), letters(world), world.browser()
    with world.enter(world.c1):
        steps = asked.steps.count()

    for _click in range(2):
        browser.post(path, {"do": "renew"}, follow=True)

    *old, (address, fresh) = letters(world)
    told = browser.get(path).content.decode()
    assert len(before) > 1, "the contact must stand for several"
    assert old == before
    assert address == before[0][0]
    assert "A new link is on its way" in told
    assert "Mail me a new link" not in told
    with world.enter(world.c1):
        assert asked.steps.count() == steps
    assert world.browser().post(fresh, {"do": "return", "answer": "Yes."}).status_code == 302
    assert state(world, asked) == Escalation.State.RETURNED


def test_the_readers_of_one_inbox_each_renew_their_own(world: World, asked: Escalation) -> None:
    expire(world)
    before = letters(world)

    for _address, path in before:
        world.browser().post(path, {"do": "renew"})

    assert [address for address, _path in letters(world)[len(before) :]] == [address for address, _path in before]


def test_no_second_link_while_the_mailbox_has_one_that_works(world: World, asked: Escalation) -> None:
    first = expire(world)
    world.browser().post(first, {"do": "renew"})
    second = letters(world)[-1][1]
    newest = SignedLink.objects.order_by("pk").last()
    SignedLink.objects.filter(pk=newest.pk).update(expires_at=clock.now() - timedelta(minutes=1))
    world.browser().post(second, {"do": "renew"})
    SignedLink.objects.filter(pk=newest.pk).update(used_at=None)
    before = letters(world)

    seen, tried = world.browser().get(second), world.browser().post(second, {"do": "renew"})

    assert letters(world) == before
    assert (seen.status_code, tried.status_code) == (410, 410)
    for page in (seen, tried):
        assert "A newer link went to the same address and works until" in page.content.decode()
        assert "Mail me a new link" not in page.content.decode()
    assert "Nothing was sent." in tried.content.decode()
    assert SignedLink.objects.get(pk=newest.pk).used_at is None


def test_no_new_link_to_an_address_that_is_nobodys_any_more(world: World, asked: Escalation) -> None:
    path = expire(world)
    before = letters(world)
    get_user_model().objects.filter(email=before[0][0]).update(email="elsewhere@voltarra.example")

    answer = world.browser().post(path, {"do": "renew"})

    assert (answer.status_code, letters(world)) == (410, before)
    assert "Nobody who may answer reads the address" in answer.content.decode()


def test_a_link_whose_mailbox_is_not_known_offers_no_new_one(world: World, asked: Escalation) -> None:
    path, before = expire(world), letters(world)
    SignedLink.objects.update(sent_to="")

    seen, tried = world.browser().get(path), world.browser().post(path, {"do": "renew"})

    assert "Mail me a new link" not in seen.content.decode()
    assert (tried.status_code, letters(world)) == (410, before)


def test_a_renewed_letter_that_never_arrived_can_be_sent_again(world: World, asked: Escalation) -> None:
    world.browser().post(expire(world), {"do": "renew"})
    with world.enter(world.v1) as actor:
        mail = OutboxMail.objects.filter(kind="escalation_ask").latest("pk")
        address = mail.to_address
        OutboxMail.objects.filter(pk=mail.pk).update(state=OutboxMail.State.DEAD, to_address="gone@voltarra.example")
        send_again(actor, client_id=world.c1.pk, mail_id=mail.pk)

    assert letters(world)[-1][0] == address


@pytest.mark.parametrize("way", ["it works", "answered", "its contact rests"])
def test_no_new_link_where_the_old_one_works_or_nothing_is_asked(world: World, asked: Escalation, way: str) -> None:
    path = links(world)[0]
    with world.enter(world.o1) as actor:
        if way == "answered":
            actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=asked.pk, answer="Yes.")
        if way == "its contact rests":
            contact = Contact.objects.get(client=world.c1)
            actions.set_contact_active(actor, client_id=world.c1.pk, contact_id=contact.pk, active=False)
    if way != "it works":
        expire(world)
    before = links(world)

    answer = world.browser().post(path, {"do": "renew"})

    assert answer.status_code == {"it works": 400, "answered": 410, "its contact rests": 404}[way]
    assert links(world) == before


def test_the_link_outlives_the_due_time_of_the_answer_and_mail_and_page_agree(
    world: World, asked: Escalation, ticket: Ticket
) -> None:
    with world.enter(world.c1):
        due = ticket.clocks.get(metric=Metric.CLIENT_RESPONSE).due_at
        texts = list(OutboxMail.objects.filter(kind="escalation_ask").values_list("text", flat=True))
    ends = min(SignedLink.objects.values_list("expires_at", flat=True))

    assert ends >= due + timedelta(hours=24)
    page = world.browser().get(links(world)[0]).content.decode()
    said = re.search(r"or on (\d+ \w+ \d\d:\d\d)\. Opening it changes nothing", page)[1]
    assert all(f"or on {said}." in text for text in texts)


def set_priority(world: World, ticket: Ticket, priority: int) -> None:
    with world.enter(world.v1) as actor:
        handling.override_priority(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, priority=priority, reason="They can wait"
        )


def test_a_later_due_time_takes_the_mailed_links_along(world: World, ticket: Ticket) -> None:
    set_priority(world, ticket, 1)
    escalate(world, ticket)
    before = min(SignedLink.objects.values_list("expires_at", flat=True))
    used, *_others = SignedLink.objects.order_by("pk")
    SignedLink.objects.filter(pk=used.pk).update(used_at=clock.now())

    set_priority(world, ticket, 4)

    with world.enter(world.c1):
        due = ticket.clocks.get(metric=Metric.CLIENT_RESPONSE).due_at
    ends = dict(SignedLink.objects.values_list("pk", "expires_at"))
    assert due + timedelta(hours=24) > before
    assert ends.pop(used.pk) == used.expires_at
    assert min(ends.values()) >= due + timedelta(hours=24)


def test_a_priority_that_goes_to_and_fro_keeps_no_link_alive(world: World, ticket: Ticket) -> None:
    set_priority(world, ticket, 4)
    escalate(world, ticket)
    before = dict(SignedLink.objects.values_list("pk", "expires_at"))
    with world.enter(world.c1):
        due = ticket.clocks.get(metric=Metric.CLIENT_RESPONSE).due_at

    for hours in (1, 12, 23):
        with time_machine.travel(due + timedelta(hours=hours)):
            set_priority(world, ticket, 1)
            set_priority(world, ticket, 4)

    assert dict(SignedLink.objects.values_list("pk", "expires_at")) == before


def test_an_earlier_due_time_cuts_no_link_short_and_a_dead_one_stays_dead(world: World, ticket: Ticket) -> None:
    set_priority(world, ticket, 4)
    escalate(world, ticket)
    first, second, *_others = SignedLink.objects.order_by("pk")
    SignedLink.objects.filter(pk=first.pk).update(expires_at=clock.now() - timedelta(minutes=1))

    set_priority(world, ticket, 1)
    assert SignedLink.objects.get(pk=second.pk).expires_at == second.expires_at
    set_priority(world, ticket, 4)

    assert SignedLink.objects.get(pk=first.pk).expires_at < clock.now()


def test_without_a_promise_the_link_works_for_the_clients_hours(world: World, ticket: Ticket) -> None:
    with world.enter(world.c1):
        SlaTarget.objects.filter(metric=Metric.CLIENT_RESPONSE).delete()

    escalate(world, ticket)

    ends = SignedLink.objects.order_by("-pk").values_list("expires_at", flat=True)[0]
    assert timedelta(hours=23) < ends - clock.now() <= timedelta(hours=24, minutes=1)


@pytest.mark.parametrize("token", ["x", "a" * 43, "..", "%00"])
def test_a_forged_token_is_not_found(world: World, asked: Escalation, token: str) -> None:
    answer = world.browser().get(f"/l/{token}/")

    assert answer.status_code in (400, 404)


def test_a_resting_contacts_link_is_dead(world: World, asked: Escalation) -> None:
    path = links(world)[0]
    with world.enter(world.o1) as actor:
        contact = Contact.objects.get(client=world.c1)
        actions.set_contact_active(actor, client_id=world.c1.pk, contact_id=contact.pk, active=False)

    assert world.browser().get(path).status_code == 404
    assert world.browser().post(path, {"do": "return", "answer": "Yes."}).status_code == 404
    assert state(world, asked) == Escalation.State.RUNNING


def test_the_link_of_one_ticket_shows_no_other(world: World, asked: Escalation) -> None:
    other = factories.ticket(world, world.r1, subject="Something secret")
    escalate(world, other, question="Second question?")

    page = world.browser().get(links(world)[0]).content

    assert b"Second question?" not in page
    assert b"Something secret" not in page


def test_a_customers_link_opens_no_letter(world: World, asked: Escalation) -> None:
    path = links(world)[0]
    SignedLink.objects.update(purpose=SignedLink.Purpose.CUSTOMER)

    assert world.browser().get(path).status_code == 404

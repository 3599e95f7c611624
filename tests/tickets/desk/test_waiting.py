"""An answer that its author may not send: who is named, who sends it, and that it is sent once."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from access import actions as organisations
from access.actions import clearing
from access.errors import Conflict, NotFound, RightMissing
from access.models import AccessLogContent, Assignment
from access.rights import Role
from helpdesk.lib import clock
from post.models import StaffLetter
from tests import factories
from tests.tickets.desk.acting import address, together
from tests.tickets.desk.test_drafts import mark_of
from tickets.actions import conversation, waiting_replies
from tickets.models import Draft, Event, Message, Ticket, WaitingReply

BODY = "Hold the button for ten seconds."
AROUND = [[[0, 1440]]] * 7


@pytest.fixture
def ticket(world):
    return factories.ticket(world, world.r1)


def roster(world, *people):
    """Put these, and nobody else, on shift around the clock."""
    with world.enter(world.c1):
        Assignment.objects.update(shifts=[])
        Assignment.objects.filter(user__in=people).update(shifts=AROUND)


def press_send(world, person, ticket, body=BODY, then="wait"):
    browser = world.browser(person)
    return browser.post(
        address(ticket, "reply"),
        {"audience": "public", "body": body, "then": then, "draft": mark_of(world, ticket, person)},
    )


def waiting(world):
    with world.enter(world.c1):
        return WaitingReply.objects.select_related("card").first()


def act_on(world, person, ticket, verb, row=None, **data):
    row = row or waiting(world)
    arguments = {"client": "voltarra", "number": ticket.number, "waiting": row.pk}
    sent = {"read": row.digest, **data}
    return world.browser(person).post(reverse(f"desk:{verb}_waiting", kwargs=arguments), sent)


def said(world):
    with world.enter(world.c1):
        return list(Message.objects.filter(author="staff").values_list("card__name", "body"))


def ask_certificate(world, *holders):
    with world.enter(world.o1) as actor:
        row = clearing.require_certification(actor, client_id=world.c1.pk, name="Heat pumps")
        for person in holders:
            clearing.record_certificate(actor, client_id=world.c1.pk, user_id=person.pk, certification_id=row.pk)


def test_behind_a_hard_gate_a_colleague_on_shift_is_named_and_sends_it(world, ticket):
    roster(world, world.v1, world.v12)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    answer = press_send(world, world.v1, ticket)

    assert answer.status_code == 403
    assert "Not sent yet: it waits for Viggo Brandt" in answer.content.decode()
    assert "waits for Viggo Brandt, who is cleared and on shift" in answer.content.decode()
    shown = world.browser(world.v12).get(address(ticket, "ticket")).content.decode()
    assert "The answer of Vera Ahlm waits" in shown
    assert "suspended" in shown
    assert BODY in shown
    assert "an answer waits to be sent" in world.browser(world.v12).get("/desk/").content.decode()

    assert act_on(world, world.v12, ticket, "send").status_code == 302

    ((name, body),) = said(world)
    assert (name, body.splitlines()[0]) == ("Viggo Brandt", BODY)
    assert waiting(world) is None
    with world.enter(world.v1):
        assert not Draft.objects.exists()
    history = world.browser(world.v12).get(address(ticket, "ticket")).content.decode()
    assert "Sent what Vera Ahlm had written" in history


def test_a_missing_certificate_keeps_it_in_the_same_way(world, ticket):
    roster(world, world.v12)
    ask_certificate(world, world.v12)

    answer = press_send(world, world.v1, ticket)

    assert answer.status_code == 409
    assert "It is kept and waits for Viggo Brandt, who is cleared and on shift" in answer.content.decode()
    assert "Heat pumps is missing" in world.browser(world.v12).get(address(ticket, "ticket")).content.decode()
    assert act_on(world, world.v12, ticket, "send").status_code == 302
    assert said(world)[0][0] == "Viggo Brandt"


def test_whoever_is_named_sees_it_on_their_queue_and_on_the_ticket(world, ticket):
    """Another colleague may send it as well, and is not called upon."""
    roster(world, world.v12)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    before = world.browser(world.v12).get("/desk/").content.decode()
    press_send(world, world.v1, ticket)

    queues, pages = (
        {person: world.browser(getattr(world, person)).get(url).content.decode() for person in ("v12", "lead")}
        for url in ("/desk/", address(ticket, "ticket"))
    )

    mark = "An answer of Vera Ahlm for Voltarra waits for you to send it:"
    assert mark not in before
    assert mark in queues["v12"]
    assert mark not in queues["lead"]
    assert "waits for you" in pages["v12"]
    assert "The answer of Vera Ahlm waits" in pages["lead"]
    assert "waits for you" not in pages["lead"]
    act_on(world, world.lead, ticket, "send")
    assert mark not in world.browser(world.v12).get("/desk/").content.decode()


def test_without_anybody_on_shift_the_lead_is_named(world, ticket):
    roster(world)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    assert "waits for Lea Dahl, team lead: nobody else" in press_send(world, world.v1, ticket).content.decode()


def test_whoever_is_not_cleared_either_is_not_named(world, ticket):
    roster(world, world.v12, world.v1own, world.v1ro)
    ask_certificate(world, world.lead)

    assert "Lea Dahl, team lead" in press_send(world, world.v1, ticket).content.decode()


def test_while_the_whole_vendor_is_suspended_the_clients_own_people_send_it(world, ticket):
    roster(world, world.v1, world.v12)
    factories.suspend(world, world.o1, world.havnvik)

    shown = press_send(world, world.v1, ticket).content.decode()

    assert "waits for Alma Voltarra at Voltarra" in shown
    assert act_on(world, world.v12, ticket, "send").status_code == 403
    assert act_on(world, world.a1, ticket, "send").status_code == 302
    assert said(world)[0][0] == "Alma Voltarra"


def test_two_who_press_at_once_send_it_once(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    row, browsers = waiting(world), [world.browser(world.v12), world.browser(world.lead)]
    arguments = {"client": "voltarra", "number": ticket.number, "waiting": row.pk}
    url = reverse("desk:send_waiting", kwargs=arguments)

    answers = together([lambda b=browser: b.post(url, {"read": row.digest}) for browser in browsers])

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert len(said(world)) == 1


def test_pressing_twice_sends_once_and_says_so(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    row = waiting(world)
    act_on(world, world.v12, ticket, "send", row)

    again = act_on(world, world.v12, ticket, "send", row)

    assert again.status_code == 409
    assert "waits no longer" in again.content.decode()
    assert len(said(world)) == 1


@pytest.mark.parametrize("verb", ["send", "leave"])
def test_a_text_that_was_changed_after_it_was_read_is_read_again_first(world, ticket, verb):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    before = waiting(world)
    shown = world.browser(world.v12).get(address(ticket, "ticket")).content.decode()
    assert shown.count(f'name="read" value="{before.digest}"') == 2
    press_send(world, world.v1, ticket, "Pay at another place.")

    for read in (before.digest, ""):
        answer = act_on(world, world.v12, ticket, verb, before, read=read)

        assert answer.status_code == 409
        assert "changed it since you read it" in answer.content.decode()
        assert "Pay at another place." in answer.content.decode()
    assert said(world) == []
    assert waiting(world) is not None
    assert act_on(world, world.v12, ticket, verb).status_code == 302
    assert waiting(world) is None


@pytest.mark.parametrize(("then", "told"), [("solved", True), ("wait", False)])
def test_whoever_sends_it_reads_what_becomes_of_the_ticket(world, ticket, then, told):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket, then=then)

    shown = world.browser(world.v12).get(address(ticket, "ticket")).content.decode()

    assert ("With it the ticket is solved." in shown) is told
    assert act_on(world, world.v12, ticket, "send").status_code == 302
    with world.enter(world.c1):
        assert (Ticket.objects.get(pk=ticket.pk).status == "solved") is told


def test_left_it_waits_no_longer_and_the_draft_stays_with_its_author(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)

    assert act_on(world, world.v12, ticket, "leave").status_code == 302

    assert waiting(world) is None
    assert said(world) == []
    with world.enter(world.v1):
        assert Draft.objects.get().body == BODY


def test_what_the_author_sends_themselves_later_waits_no_longer(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    factories.restore(world, world.o1)
    shown = world.browser(world.v1).get(address(ticket, "ticket")).content.decode()
    assert "Your answer waits" in shown

    factories.reply(world, world.v1, ticket, BODY)

    assert waiting(world) is None


def test_what_was_answered_meanwhile_is_read_first(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    factories.reply(world, world.lead, ticket, "I am on it.")

    answer = act_on(world, world.v12, ticket, "send", seen="0")

    assert answer.status_code == 409
    assert "Lea Dahl answered meanwhile" in answer.content.decode()
    assert waiting(world) is not None


def test_a_second_try_takes_the_place_of_the_first(world, ticket):
    roster(world)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    press_send(world, world.v1, ticket, "Better: hold it for twenty.")

    assert list(StaffLetter.objects.values_list("user_id", "kind")) == [(world.lead.pk, "reply_waits")]
    with world.enter(world.c1):
        assert [row.body for row in WaitingReply.objects.all()] == ["Better: hold it for twenty."]
        assert Event.objects.filter(kind="reply_waits").count() == 1


@pytest.mark.parametrize("data", [{"audience": "shared"}, {"body": "  "}, {"draft": "forged"}, {"draft": ""}])
def test_what_is_no_answer_of_theirs_waits_for_nobody(world, ticket, data):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    sent = {"audience": "public", "body": BODY, "draft": mark_of(world, ticket), **data}

    world.browser(world.v1).post(address(ticket, "reply"), sent)

    assert waiting(world) is None


def end_assignment(world, person):
    with world.enter(world.c1):
        Assignment.objects.filter(user=person).update(ends_at=clock.now())


@pytest.fixture
def ends(world):
    """How a place at the client ends, by name."""
    return {
        "contract": lambda: factories.end_contract(world, world.o1),
        "assignment": lambda: end_assignment(world, world.v1),
    }


@pytest.mark.parametrize("what", ["contract", "assignment"])
def test_whoever_has_left_has_nothing_wait_and_learns_nothing(world, ticket, ends, what):
    roster(world, world.v1, world.v12)
    ends[what]()

    shown = press_send(world, world.v1, ticket)

    assert shown.status_code == 403
    assert BODY in shown.content.decode()
    assert "waits" not in shown.content.decode()
    assert "cleared" not in shown.content.decode()
    assert waiting(world) is None
    with world.enter(world.v1):
        assert Draft.objects.get().body == BODY


@pytest.mark.parametrize("what", ["contract", "assignment"])
def test_a_page_from_long_before_they_left_keeps_nothing(world, ticket, ends, what):
    sent = {"audience": "public", "body": BODY, "then": "wait", "draft": mark_of(world, ticket)}
    ends[what]()

    with time_machine.travel(clock.now() + timedelta(hours=25)):
        browser = world.browser(world.v1)
        assert browser.post(address(ticket, "reply"), sent).status_code == 403
        assert browser.post(reverse("desk:draft", kwargs={"mark": sent["draft"]}), sent).status_code == 404

    assert waiting(world) is None
    with world.enter(world.v1):
        assert not Draft.objects.exists()


def test_on_an_old_page_a_suspended_person_keeps_a_draft_and_nothing_waits(world, ticket):
    roster(world, world.v1, world.v12)
    sent = {"audience": "public", "body": BODY, "then": "wait", "draft": mark_of(world, ticket)}
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    with time_machine.travel(clock.now() + timedelta(hours=25)):
        shown = world.browser(world.v1).post(address(ticket, "reply"), sent).content.decode()

    assert "Viggo" not in shown
    assert waiting(world) is None
    with world.enter(world.v1):
        assert Draft.objects.get().body == BODY


def test_a_reader_has_nothing_wait(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1ro.pk)

    press_send(world, world.v1ro, ticket)

    assert waiting(world) is None


def test_another_vendor_neither_reads_nor_sends_it(world, ticket):
    vendor = organisations.create_vendor(slug="nordhjalp", name="Nordhjälp")
    organisations.sign_contract(client=world.c1, vendor=vendor)
    nanna = organisations.create_user(email="nanna@nordhjalp.example", name="Nanna Holt", vendor=vendor)
    organisations.hire(client=world.c1, user=nanna, role=Role.TEAM_LEAD)
    with world.enter(world.c1):
        Assignment.objects.filter(user=nanna).update(shifts=AROUND)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    shown = press_send(world, world.v1, ticket).content.decode()

    assert "Nanna" not in shown
    assert BODY not in world.browser(nanna).get(address(ticket, "ticket")).content.decode()
    assert act_on(world, nanna, ticket, "send").status_code == 409


def test_who_may_not_answer_does_not_send(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    row = waiting(world)
    about = {"client_id": world.c1.pk, "ticket_id": ticket.pk, "waiting_id": row.pk, "read": row.digest}

    for person, refusal in ((world.v1ro, RightMissing), (world.v1own, NotFound), (world.e1, RightMissing)):
        with pytest.raises(refusal), world.enter(person) as actor:
            waiting_replies.put_aside(actor, **about)
    with pytest.raises(Conflict), world.enter(world.v12, only=world.c1) as actor:
        waiting_replies.send(actor, **{**about, "waiting_id": 0}, closing="", seen_message_id=None)


def test_the_log_says_who_wrote_and_who_sent(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    card_id = waiting(world).card_id
    act_on(world, world.v12, ticket, "send")

    with world.enter(world.c1):
        rows = AccessLogContent.objects.filter(detail__what__in=["reply kept", "sent for"]).order_by("entry_id")
        found = [(row.user_id, row.detail["what"], row.detail.get("written_by")) for row in rows]
    assert found == [(world.v1.pk, "reply kept", None), (world.v12.pk, "sent for", card_id)]


def test_the_authors_newer_draft_stays(world, ticket):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    press_send(world, world.v1, ticket)
    with clock.at(clock.now() + timedelta(minutes=1)), world.enter(world.v1) as actor:
        conversation.keep_draft(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="More.", audience=Message.Audience.PUBLIC
        )

    act_on(world, world.v12, ticket, "send")

    with world.enter(world.v1):
        assert Draft.objects.get().body == "More."
    with world.enter(world.c1):
        assert Ticket.objects.get(pk=ticket.pk).first_answered_at is not None

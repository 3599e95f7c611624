"""The client decides on emergency access: allows, refuses, ends it; and what becomes of two answers at once."""

from datetime import timedelta

import pytest

from access import emergency
from access.actions import emergency as acts
from access.actions.emergency import AlreadySettled
from access.errors import Conflict, Invalid, NotFound, RightMissing
from tests import factories
from tests.access.emergency.conftest import NOON
from tests.access.emergency.things import State, lines, page, read
from tests.faults.together import together


def test_allowing_starts_now_for_as_long_as_allowed(world, clock, asked):
    clock.shift(timedelta(minutes=5))

    factories.let_in(world, world.o2, asked, minutes=15)

    row = read(world, asked)
    assert (row.state, row.starts_at) == (State.GRANTED, NOON + timedelta(minutes=5))
    assert row.ends_at == NOON + timedelta(minutes=20)
    assert row.decided_by_name == world.o2.name
    assert lines(world, "emergency_granted")[0].detail["minutes"] == 15


def test_never_for_longer_than_was_asked(world, clock, asked):
    with pytest.raises(Invalid):
        factories.let_in(world, world.o2, asked, minutes=120)


def test_a_refusal_is_told_with_its_word(world, clock, ticket, asked):
    answer = world.browser(world.o2).post(
        f"/client/alderby/requests/emergency/{asked.pk}/", {"do": "refuse", "answer": "Ask Viggo, he is awake."}
    )

    assert answer.status_code == 302
    assert read(world, asked).state == State.REFUSED
    assert "Ask Viggo, he is awake." in world.browser(world.v1).get("/desk/my-access/").content.decode()
    assert world.browser(world.v1).get(page(ticket)).status_code == 404


def test_of_two_at_once_one_wins_and_the_other_is_told(world, clock, asked):
    about = {"client_id": world.c2.pk, "emergency_id": asked.pk}

    def allow():
        with world.enter(world.o2) as actor:
            return acts.allow(actor, **about)

    def refuse():
        with world.enter(world.o2) as actor:
            return acts.refuse(actor, **about)

    results = together(allow, refuse)

    (told,) = [result for result in results if isinstance(result, AlreadySettled)]
    assert "Olga Alderby" in str(told)
    assert len(lines(world, "emergency_granted")) + len(lines(world, "emergency_refused")) == 1


def test_somebody_without_the_right_decides_nothing(world, clock):
    request = factories.asked_in(world, world.x, factories.ticket(world, world.r1))
    about = {"client_id": world.c1.pk, "emergency_id": request.pk}

    for person in (world.a1, world.e1, world.lead, world.v1):
        with world.enter(person) as actor, pytest.raises(RightMissing):
            acts.allow(actor, **about)


def test_another_clients_admin_finds_nothing(world, clock, asked):
    with world.enter(world.o1) as actor, pytest.raises(NotFound):
        acts.allow(actor, client_id=world.c1.pk, emergency_id=asked.pk)


def test_a_ticket_that_is_not_there_can_only_be_refused(world, clock, ticket):
    request = factories.asked_in(world, world.v1, ticket, number=987_654)
    text = world.browser(world.o2).get("/client/alderby/requests/").content.decode()

    assert "you have no ticket with this number" in text
    assert 'value="allow"' not in text
    with pytest.raises(Conflict, match="no ticket #987654"):
        factories.let_in(world, world.o2, request)


def test_four_hours_later_nobody_can_allow_it_any_more(world, clock, asked):
    clock.shift(emergency.EXPIRES_AFTER)

    with pytest.raises(AlreadySettled, match="four hours"):
        factories.let_in(world, world.o2, asked)


def test_the_client_ends_it_before_its_time(world, clock, ticket, asked):
    factories.let_in(world, world.o2, asked)
    session = world.browser(world.v1)
    assert session.get(page(ticket)).status_code == 200

    world.browser(world.o2).post(f"/client/alderby/requests/emergency/{asked.pk}/stop/")

    assert session.get(page(ticket)).status_code == 404
    assert read(world, asked).stopped_by_name == world.o2.name
    assert len(lines(world, "emergency_stopped")) == 1


def test_the_holder_ends_it_before_its_time_and_nobody_elses(world, clock, ticket, asked):
    factories.let_in(world, world.o2, asked)
    stranger, holder = world.browser(world.x), world.browser(world.v1)

    assert stranger.post(f"/desk/emergency/{asked.pk}/end/").status_code == 404
    assert holder.post(f"/desk/emergency/{asked.pk}/end/").status_code == 302

    assert holder.get(page(ticket)).status_code == 404


def test_the_first_page_says_that_a_request_waits_until_it_is_answered(world, clock, asked):
    browser = world.browser(world.o2)
    before = browser.get("/client/alderby/").content.decode()
    factories.let_in(world, world.o2, asked)

    assert "1 request waits for your word." in before
    assert "waits for your word" not in browser.get("/client/alderby/").content.decode()


def test_the_word_of_a_refusal_stands_in_a_form_without_the_button_that_allows(world, clock, asked):
    """Enter in a field presses the first button of its form."""
    text = world.browser(world.o2).get("/client/alderby/requests/").content.decode()

    forms = [form for form in text.split("<form")[1:] if 'name="answer"' in form.split("</form")[0]]

    assert len(forms) == 1
    assert 'value="allow"' not in forms[0].split("</form")[0]


def test_whoever_may_not_decide_sees_no_request(world, clock):
    factories.asked_in(world, world.x, factories.ticket(world, world.r1))

    text = world.browser(world.a1).get("/client/voltarra/requests/").content.decode()

    assert "Nothing waits for you" in text
    assert world.x.name not in text


def test_nobody_decides_on_or_reviews_their_own_request_whatever_else_they_are_there(world, clock, asked, superuser):
    """As somebody does who asked while they ran the platform and is the client's admin by now."""
    superuser.execute("UPDATE access_emergencyaccess SET user_id = %s WHERE id = %s", [world.o2.pk, asked.pk])
    about = {"client_id": world.c2.pk, "emergency_id": asked.pk}

    for act, state, more in (
        (acts.allow, "asked", {}),
        (acts.refuse, "asked", {}),
        (acts.review, "unanswered", {"text": "It was right."}),
    ):
        superuser.execute("UPDATE access_emergencyaccess SET state = %s", [state])
        with world.enter(world.o2) as actor, pytest.raises(RightMissing):
            act(actor, **about, **more)

    superuser.execute("UPDATE access_emergencyaccess SET user_id = %s WHERE id = %s", [world.v1.pk, asked.pk])
    with world.enter(world.o2) as actor:
        acts.review(actor, text="It was right.", **about)
    assert read(world, asked).reviewed_by_name == world.o2.name


@pytest.mark.parametrize("act", ["close", "solve"])
def test_whoever_was_let_in_opens_no_ticket_again_and_so_reads_no_address(world, clock, ticket, asked, act):
    factories.let_in(world, world.o2, asked)
    browser, record = world.browser(world.v1), f"/desk/alderby/customers/{world.r2.pk}/"
    whole = [world.r2.email in browser.get(record).content.decode()]
    browser.post(f"{page(ticket)}{act}/")

    browser.post(f"{page(ticket)}reopen/")
    whole.append(world.r2.email in browser.get(record).content.decode())
    world.browser(world.o2).post(f"{page(ticket)}reopen/")
    world.browser(world.v12).post(f"{page(ticket)}reopen/")
    whole.append(world.r2.email in browser.get(record).content.decode())

    assert whole == [True, False, True]

"""The client decides on emergency access: allows, refuses, ends it; and what becomes of two answers at once."""

from datetime import timedelta

import pytest

from access import emergency
from access.actions import add_member, create_user, role_rights, systems
from access.actions import emergency as acts
from access.actions.emergency import AlreadySettled
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent, EmergencyAccess, SystemAccount
from access.rights import Right, Role
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


def test_as_many_entries_are_listed_as_are_counted(world, clock, ticket, asked):
    factories.let_in(world, world.o2, asked)
    holder, admin = world.browser(world.v1), world.browser(world.o2)
    holder.get(page(ticket))
    admin.post(f"/client/alderby/requests/emergency/{asked.pk}/stop/")

    with world.enter(world.c2):
        counted = emergency.entries_under(asked)
        about = AccessLogContent.objects.filter(detail__emergency=asked.pk).count()
    listed = admin.get(f"/client/alderby/access-log/?emergency={asked.pk}").context["page"].items

    assert 0 < counted == len(listed) < about, "asking, allowing and ending are no use of it"


def _open(world, person, state, *, priority=3, **more):
    """A request of this person's at the second client, as it stands."""
    request = factories.asked_in(world, person, factories.ticket(world, world.r2))
    with world.enter(world.c2):
        EmergencyAccess.objects.filter(pk=request.pk).update(state=state, priority=priority, **more)
    return request.pk


def test_who_waits_at_the_door_comes_first_then_what_is_late_then_what_runs(world, clock):
    """On the page of requests; an account that should have been removed stands below them all."""
    gone = {"starts_at": NOON - timedelta(days=3), "ends_at": NOON - timedelta(days=3, hours=-1)}
    late = _open(world, world.v1, State.UNANSWERED, decided_at=gone["starts_at"], **gone)
    asked = _open(world, world.v1, State.ASKED)
    to_come = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=1), "decided_at": NOON}
    running = _open(world, world.operator, State.GRANTED, **to_come)
    urgent = _open(world, world.x, State.ASKED, priority=1)
    with world.enter(world.o2) as actor:
        system = systems.add_system(actor, client_id=world.c2.pk, name="Shop", removed_by="The office")
        account = systems.register_account(
            actor, client_id=world.c2.pk, system_id=system.pk, user_id=world.v12.pk, login="vera", since=None
        )
        systems.ask_removal(actor, client_id=world.c2.pk, account_id=account.pk)
    with world.enter(world.c2):
        SystemAccount.objects.update(due_at=NOON - timedelta(days=1))

    found = world.browser(world.o2).get("/client/alderby/requests/").context["found"].waiting

    assert [item.row.pk for item in found[:4]] == [urgent, asked, late, running]
    assert [item.is_late for item in found] == [False, False, True, False, True]


def test_the_number_leads_to_the_ticket_only_for_whoever_may_open_it(world, clock, ticket, asked):
    """An overseer who decides on emergency access reads the log, not the tickets."""
    with world.enter(world.o2) as actor:
        held = Role.OVERSEER.rights | {Right.EMERGENCY_DECIDE}
        role_rights.set_role_rights(actor, client_id=world.c2.pk, role=Role.OVERSEER, rights=held)
    overseer = create_user(email="overseer@alderby.example", name="Ottilia Alderby")
    add_member(client=world.c2, user=overseer, role=Role.OVERSEER)
    there, log = f'href="{page(ticket)}"', f'href="/client/alderby/access-log/?ticket={ticket.number}"'

    admins, overseers = (
        world.browser(person).get("/client/alderby/requests/").content.decode() for person in (world.o2, overseer)
    )

    assert (there in admins, log in admins) == (True, False)
    assert (there in overseers, log in overseers) == (False, True)


@pytest.mark.parametrize(("lent", "drawn"), [(True, False), (False, True)])
def test_what_emergency_access_does_not_do_is_not_drawn(world, clock, ticket, asked, lent, drawn):
    factories.let_in(world, world.o2, asked)
    browser = world.browser(world.v1 if lent else world.v12)
    browser.post(f"{page(ticket)}solve/")

    text = browser.get(page(ticket)).content.decode()

    assert (f"{page(ticket)}reopen/" in text) is drawn
    assert ("Assign to me" in text) is drawn
    assert ('value="public"' in text) is drawn, "an answer would open it again"


def test_the_ticket_says_who_is_in_it_by_emergency_access_and_until_when(world, clock, ticket, asked):
    """The holder, with the way out; the client's people, not the vendor's; and nobody once it is over."""
    admin, colleague = world.browser(world.o2), world.browser(world.v12)
    told = "Vera Ahlm of Havnvik Support, who does not work for you, is in this ticket by emergency access until 14:00."
    before = admin.get(page(ticket)).content.decode()
    factories.let_in(world, world.o2, asked)

    holders = world.browser(world.v1).get(page(ticket)).content.decode()
    admins, colleagues = (browser.get(page(ticket)).content.decode() for browser in (admin, colleague))
    clock.shift(timedelta(hours=1))

    assert "Emergency access until 14:00." in holders
    assert f'action="/desk/emergency/{asked.pk}/end/"' in holders
    assert told in admins
    for text in (before, colleagues, admin.get(page(ticket)).content.decode()):
        assert "emergency access until" not in text.lower()


def test_an_operators_reading_is_told_as_such_until_it_is_ended(world, clock, ticket):
    request = factories.asked_in(world, world.operator, ticket)
    factories.let_in(world, world.o2, request)
    admin = world.browser(world.o2)
    during = admin.get(page(ticket)).content.decode()

    admin.post(f"/client/alderby/requests/emergency/{request.pk}/stop/")

    told = "Oda Drift, the platform’s operator, reads this ticket by emergency access"
    assert told in during
    assert told not in admin.get(page(ticket)).content.decode()

"""Two tickets of one customer become one: what was said goes along, and nobody's wait gets shorter."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import Client
from escalation import clocks
from escalation.actions import call_backs
from escalation.clocks import Reading
from escalation.incidents import leading
from escalation.incidents.parts import Nature
from escalation.models import Clock, Due, Escalation, IncidentTicket, Metric, SlaTarget
from helpdesk.lib.business_time import WeekCalendar
from post import files
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import MONDAY
from tests.escalation.test_life import escalate
from tests.faults.together import together
from tests.tickets.desk.acting import address, fresh
from tests.tickets.mail.letters import mail, reply_to
from tickets import index
from tickets.actions import conversation, draft_files, handling, merging
from tickets.mail.receive import receive
from tickets.models import Attachment, Draft, DraftFile, Event, Holder, HolderSpan, Impact, Message, Ticket, WaitSpan


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def merge(world: World, ticket: Ticket, into: Ticket, person: Any = None) -> Ticket:
    with world.enter(person or world.v12) as actor:
        return merging.merge(actor, client_id=world.c1.pk, ticket_id=ticket.pk, into_id=into.pk)


def clock_of(world: World, ticket: Ticket, metric: Metric) -> Clock:
    with world.enter(world.c1):
        return Clock.objects.filter(ticket=ticket, metric=metric).latest("pk")


def bodies(world: World, ticket: Ticket) -> list[str]:
    with world.enter(world.c1):
        return list(Message.objects.filter(ticket=ticket).order_by("pk").values_list("body", flat=True))


def reply(world: World, ticket: Ticket, body: str = "We look.") -> None:
    with world.enter(world.v12) as actor:
        conversation.reply(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body=body)


def test_what_was_said_goes_over_in_its_order_and_the_other_leads_there(world: World, time) -> None:
    first = factories.ticket(world, world.r1, body="One")
    time.shift(60)
    second = factories.ticket(world, world.r1, body="Two")
    time.shift(60)
    factories.note(world, world.v12, first, body="Three")

    into = merge(world, first, second)

    assert into.pk == second.pk
    assert bodies(world, second) == ["One", "Two", "Three"]
    assert bodies(world, first) == []
    gone = fresh(world, first)
    assert (gone.status, gone.merged_into_id) == ("closed", second.pk)
    with world.enter(world.c1):
        told = Event.objects.filter(kind="merged").order_by("pk").values_list("ticket_id", "data")
        assert list(told) == [(first.pk, {"into": second.number}), (second.pk, {"number": first.number})]
        assert not HolderSpan.objects.filter(ticket=first, ended_at=None).exists()


def test_its_words_find_the_one_that_stays_for_those_who_may_read_them(world: World) -> None:
    gone = factories.ticket(world, world.r1, subject="Kettle", body="It smells of marzipan")
    stays = factories.ticket(world, world.r1)
    factories.note(world, world.v12, gone, body="Perhaps cyanide", audience=Message.Audience.VENDOR)

    merge(world, gone, stays)

    with world.enter(world.v12):
        found = [index.find(words) for words in ("marzipan", "cyanide", "Kettle")]
    assert found == [[stays.pk], [stays.pk], [gone.pk]]
    with world.enter(world.o1):
        assert [index.find(words) for words in ("marzipan", "cyanide")] == [[stays.pk], []]


def test_notes_that_the_merging_side_may_not_read_go_along_unread(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1, body="Two")
    audience, uploads = Message.Audience.VENDOR, files.check_uploads([SimpleUploadedFile("a.txt", b"Some words.")])
    factories.note(world, world.v12, gone, body="For us alone", audience=audience, uploads=uploads)

    merge(world, gone, stays, world.a1)

    with world.enter(world.v12):
        notes = Message.objects.filter(ticket=stays, merged_from=gone, audience=audience)
        assert list(notes.values_list("body", "attachments__ticket")) == [("For us alone", stays.pk)]
        assert index.find("alone") == [stays.pk]
    with world.enter(world.a1):
        assert not Message.objects.filter(audience=audience).exists()
        assert not Attachment.objects.exists()
    assert "For us alone" not in world.browser(world.a1).get(address(stays, "ticket")).content.decode()


@pytest.mark.parametrize("writes_on_both", [False, True])
def test_a_draft_goes_over_with_its_files_unless_its_writer_has_one_there(world: World, writes_on_both: bool) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    with world.enter(world.v12) as actor:
        for ticket in (gone, stays) if writes_on_both else (gone,):
            about = {"client_id": world.c1.pk, "ticket_id": ticket.pk}
            conversation.keep_draft(actor, body="So far", audience=Message.Audience.PUBLIC, **about)
        uploads = files.check_uploads([SimpleUploadedFile("a.txt", b"Some words.")])
        draft_files.keep(actor, gone, still=(), uploads=uploads)

    merge(world, gone, stays)

    # A draft is its writer's alone.
    with world.enter(world.v12):
        expected = gone.pk if writes_on_both else stays.pk
        assert DraftFile.objects.get().ticket_id == expected
        assert Draft.objects.filter(ticket=gone).exists() is writes_on_both


def test_a_wait_counts_from_the_first_of_both_questions_and_once(world: World, time) -> None:
    early = factories.ticket(world, world.r1)
    time.shift(timedelta(hours=1))
    late = factories.ticket(world, world.r1)
    time.shift(timedelta(minutes=10))

    merge(world, early, late)

    assert fresh(world, late).asked_at == MONDAY
    assert fresh(world, early).asked_at is None
    with world.enter(world.c1):
        waits = WaitSpan.objects.filter(answered_at=None).values_list("ticket_id", "asked_at")
        assert list(waits) == [(late.pk, MONDAY)]


def test_a_merge_wins_no_time_and_the_history_says_so(world: World, time) -> None:
    early = factories.ticket(world, world.r1)
    time.shift(timedelta(hours=1))
    late = factories.ticket(world, world.r1)
    due = clock_of(world, early, Metric.FIRST_RESPONSE).due_at
    assert clock_of(world, late, Metric.FIRST_RESPONSE).due_at == due + timedelta(hours=1)

    merge(world, early, late)

    now = clock_of(world, late, Metric.FIRST_RESPONSE)
    assert (now.due_at, now.started_at) == (due, MONDAY)
    assert fresh(world, late).due_at == due
    ended = clock_of(world, early, Metric.FIRST_RESPONSE)
    assert (ended.stopped_at is not None, ended.met) == (True, None)
    page = world.browser(world.v12).get(address(late, "ticket")).content.decode()
    assert f"merged #{early.number}; next due" in page
    assert "instead of" in page


def test_a_promise_that_was_broken_before_stays_broken(world: World, time) -> None:
    early = factories.ticket(world, world.r1)
    time.shift(timedelta(days=3))
    late = factories.ticket(world, world.r1)

    merge(world, early, late)

    assert clock_of(world, early, Metric.FIRST_RESPONSE).met is False


def test_an_answer_owed_on_the_one_is_owed_on_the_other(world: World, time) -> None:
    answered, asked = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    reply(world, answered)
    assert fresh(world, answered).holder == "customer"
    due = clock_of(world, asked, Metric.FIRST_RESPONSE).due_at
    time.shift(timedelta(minutes=30))

    merge(world, asked, answered)

    owed = clock_of(world, answered, Metric.NEXT_RESPONSE)
    assert (owed.stopped_at, owed.due_at, owed.started_at) == (None, due, MONDAY)
    assert fresh(world, answered).holder == "vendor"


def test_the_tighter_promise_of_both_holds_whichever_stays(world: World, time) -> None:
    grave, light = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    for ticket, priority in ((grave, 1), (light, 4)):
        with world.enter(world.v12) as actor:
            more = {"client_id": world.c1.pk, "ticket_id": ticket.pk, "reason": "As it is"}
            handling.override_priority(actor, priority=priority, **more)
    due = {metric: clock_of(world, grave, metric).due_at for metric in (Metric.FIRST_RESPONSE, Metric.SOLVE)}
    assert due[Metric.FIRST_RESPONSE] < clock_of(world, light, Metric.FIRST_RESPONSE).due_at
    time.shift(timedelta(minutes=20))

    merge(world, grave, light)

    assert {metric: clock_of(world, light, metric).due_at for metric in due} == due
    assert fresh(world, light).due_at == due[Metric.FIRST_RESPONSE]
    with world.enter(world.c1):
        found = list(Clock.objects.filter(ticket=light, stopped_at=None))
        waiting = set(Due.objects.filter(kind=Due.Kind.CLOCK).values_list("subject_id", flat=True))
    assert sorted(row.metric for row in found) == sorted(due)
    assert {row.pk for row in found} <= waiting


def test_an_answer_that_only_the_other_ticket_promises_is_still_owed(world: World, time) -> None:
    answered, asked = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    reply(world, answered)
    with world.enter(world.c1):
        SlaTarget.objects.filter(metric=Metric.NEXT_RESPONSE).delete()
    owed = clock_of(world, asked, Metric.FIRST_RESPONSE)
    time.shift(timedelta(minutes=30))

    merge(world, asked, answered)

    now = clock_of(world, answered, Metric.NEXT_RESPONSE)
    assert (now.due_at, now.stopped_at, now.calendar_id) == (owed.due_at, None, owed.calendar_id)
    reply(world, answered)
    assert clock_of(world, answered, Metric.NEXT_RESPONSE).met is True


times = st.integers(0, 10_000)
metrics = st.sampled_from(list(Metric))
OFFICE = WeekCalendar("Europe/Stockholm", tuple(((480, 1080),) if day < 5 else () for day in range(7)))
NEVER = WeekCalendar("UTC", ((),) * 7)


@st.composite
def readings(draw: st.DrawFn, holder: Holder) -> list[Reading]:
    """Unfinished clocks, each running as it does in this court."""
    found = []
    for metric in sorted(draw(st.sets(metrics))):
        started = MONDAY - timedelta(seconds=draw(times))
        since = started + timedelta(seconds=draw(times)) if clocks.runs_in(metric, holder) else None
        hours = draw(st.sampled_from([None, OFFICE, NEVER]))
        found.append(
            Reading(metric, draw(times) + 1, hours, started, min(since, MONDAY) if since else None, draw(times))
        )
    return found


courts = st.sampled_from([Holder.VENDOR, Holder.CLIENT, Holder.CUSTOMER])
pairs = st.tuples(courts, courts).flatmap(lambda pair: st.tuples(st.just(pair[0]), *map(readings, pair)))


def breaks(reading: Reading) -> datetime:
    """When it breaks, where it runs from now on; in nine thousand years otherwise."""
    return clocks.resume(reading, MONDAY).due_at or datetime.max.replace(tzinfo=UTC)


@given(pairs)
def test_nothing_that_was_promised_is_due_later_and_nothing_is_promised_twice(found) -> None:
    holder, stays, goes = found

    after = [reading for reading, _source in clocks.merged(stays, goes, holder, MONDAY)]

    metrics_now = [reading.metric for reading in after]
    assert len(metrics_now) == len(set(metrics_now))
    assert metrics_now[: len(stays)] == [reading.metric for reading in stays]
    assert all((reading.running_since is not None) == clocks.runs_in(reading.metric, holder) for reading in after)
    for before, now in zip(stays, after, strict=False):
        assert breaks(now) <= breaks(before)
    answers = {Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE}
    for gone in goes:
        alike = answers if gone.metric in answers else {gone.metric} & {Metric.SOLVE}
        # What was overdue and comes to a court where it rests is due at once when it runs again.
        assert not alike or any(breaks(now) <= max(breaks(gone), MONDAY) for now in after if now.metric in alike)
    assert [reading for reading, _source in clocks.merged(after, goes, holder, MONDAY)] == after


def test_a_question_to_the_client_ends_with_the_ticket_that_goes(world: World) -> None:
    asked, other = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    escalate(world, asked)

    merge(world, asked, other)

    with world.enter(world.c1):
        assert not Escalation.objects.filter(ticket=asked, ended_at=None).exists()


def test_what_is_left_to_decide_keeps_a_ticket(world: World) -> None:
    promised, other = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    with world.enter(world.v12) as actor:
        moment = {"at": MONDAY + timedelta(hours=3), "zone": "Europe/Stockholm"}
        call_backs.promise_call(actor, client_id=world.c1.pk, ticket_id=promised.pk, about="It", **moment)
    with pytest.raises(Conflict):
        merge(world, promised, other)

    with world.enter(world.lead) as actor:
        given = leading.Definition("All is down")
        leading.begin(actor, client_id=world.c1.pk, nature=Nature.MAJOR, given=given, ticket_id=other.pk)
    with pytest.raises(Conflict):
        merge(world, other, factories.ticket(world, world.r1))
    third = factories.ticket(world, world.r1)
    merge(world, third, other)
    assert bodies(world, third) == []


def test_its_cause_goes_along(world: World) -> None:
    linked, other = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    with world.enter(world.lead) as actor:
        given = leading.Definition("It is slow")
        leading.begin(actor, client_id=world.c1.pk, nature=Nature.PROBLEM, given=given, ticket_id=linked.pk)

    merge(world, linked, other)

    with world.enter(world.c1):
        assert set(IncidentTicket.objects.values_list("ticket_id", flat=True)) == {linked.pk, other.pk}


def test_a_chain_leads_to_its_end_and_no_circle_can_be_made(world: World) -> None:
    a, b, c = (factories.ticket(world, world.r1) for _ in range(3))
    merge(world, b, a)

    assert merge(world, c, b).pk == a.pk
    for ticket, into, error in ((a, a, Invalid), (a, b, Invalid), (b, c, Conflict), (a, c, Invalid)):
        with pytest.raises(error):
            merge(world, ticket, into)
    with pytest.raises(Conflict), world.enter(world.v12) as actor:
        handling.reopen(actor, client_id=world.c1.pk, ticket_id=b.pk)


def test_two_that_are_merged_into_one_another_at_once_leave_one(world: World) -> None:
    a, b = factories.ticket(world, world.r1, body="One"), factories.ticket(world, world.r1, body="Two")

    results = together(lambda: merge(world, a, b), lambda: merge(world, b, a))

    assert sorted(isinstance(each, (Conflict, Invalid)) for each in results) == [False, True]
    assert sorted(each.status for each in (fresh(world, a), fresh(world, b))) == ["closed", "open"]
    stays = a if fresh(world, a).status == "open" else b
    assert bodies(world, stays) == ["One", "Two"]


def test_three_that_are_merged_in_a_row_at_once_lose_nothing(world: World) -> None:
    a, b, c = (factories.ticket(world, world.r1, body=body) for body in ("One", "Two", "Three"))

    results = together(lambda: merge(world, a, b), lambda: merge(world, b, c))

    assert not isinstance(results[1], Exception)
    if isinstance(results[0], Exception):
        assert isinstance(results[0], Conflict)
        assert "Look again" in str(results[0])
        merge(world, a, b)
    assert bodies(world, c) == ["One", "Two", "Three"]
    assert [fresh(world, each).status for each in (a, b, c)] == ["closed", "closed", "open"]


@pytest.mark.parametrize("is_older", [True, False])
def test_a_ticket_in_the_clients_court_stays_there_when_another_comes_to_it(world: World, *, is_older: bool) -> None:
    first, second = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    goes, stays = (first, second) if is_older else (second, first)
    escalate(world, stays)

    merge(world, goes, stays)

    assert fresh(world, stays).holder == Holder.CLIENT
    with world.enter(world.c1):
        assert [row.ended_at for row in Escalation.objects.filter(ticket=stays)] == [None]
        assert [row.holder for row in HolderSpan.objects.filter(ticket=stays, ended_at=None)] == [Holder.CLIENT]
        waiting = WaitSpan.objects.get(ticket=stays, answered_at=None)
    assert waiting.asked_at == first.created_at


def test_only_one_customers_tickets_by_whoever_may_and_sees_both(world: World) -> None:
    mine, other = factories.ticket(world, world.r1), factories.ticket(world, factories.customer(world, world.c1))
    foreign = factories.ticket(world, factories.customer(world, world.c2))

    with pytest.raises(Conflict, match="two customers"):
        merge(world, mine, other)
    with pytest.raises(NotFound):
        merge(world, mine, foreign)
    with pytest.raises(RightMissing):
        merge(world, mine, factories.ticket(world, world.r1), world.v1ro)
    with pytest.raises(NotFound):
        merge(world, mine, factories.ticket(world, world.r1), world.v1own)
    assert bodies(world, mine) != []


def test_a_ticket_that_is_over_takes_nothing(world: World) -> None:
    over, other = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    with world.enter(world.v12) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=over.pk)

    for pair in ((over, other), (other, over)):
        with pytest.raises(Conflict, match="not open"):
            merge(world, *pair)


def at(name: str, ticket: Ticket, client: Client | None = None) -> str:
    return reverse(f"portal:{name}", kwargs={"client": "voltarra", "number": ticket.number})


def test_the_customer_is_led_to_the_one_that_stays(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1, subject="First try"), factories.ticket(world, world.r1)
    merge(world, gone, stays)
    browser = world.browser(world.r1)

    assert browser.get(at("ticket", gone)).url == at("ticket", stays)
    assert "First try" not in browser.get(reverse("portal:mine", kwargs={"client": "voltarra"})).content.decode()
    with pytest.raises(Conflict), world.enter(world.r1) as actor:
        handling.reopen(actor, client_id=world.c1.pk, ticket_id=gone.pk)


def test_who_came_by_the_link_of_one_ticket_is_led_to_no_other(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1, body="What only I may read.")
    browser = world.browser(world.r1)
    session = browser.session
    session["customers"][str(world.c1.pk)]["ticket"] = gone.pk
    session.save()
    merge(world, gone, stays)

    page = browser.get(at("ticket", gone))

    assert page.status_code == 200
    assert "put this together with another question" in page.content.decode()
    assert "What only I may read." not in page.content.decode()
    assert browser.get(at("ticket", stays)).status_code == 404


def test_nor_does_who_came_by_the_link_of_the_one_that_stays_read_what_came_over(world: World) -> None:
    gone = factories.ticket(world, world.r1, body="What only I may read.")
    stays = factories.ticket(world, world.r1, body="What I wrote here.")
    browser = world.browser(world.r1)
    session = browser.session
    session["customers"][str(world.c1.pk)]["ticket"] = stays.pk
    session.save()
    merge(world, gone, stays)

    limited = browser.get(at("ticket", stays)).content.decode()
    whole = world.browser(world.r1).get(at("ticket", stays)).content.decode()

    assert ("What I wrote here." in limited, "What only I may read." in limited) == (True, False)
    assert ("What I wrote here." in whole, "What only I may read." in whole) == (True, True)


def test_words_of_somebody_unproved_stay_so(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1, unconfirmed=True), factories.ticket(world, world.r1)

    merge(world, gone, stays)

    with world.enter(world.c1):
        assert list(Message.objects.filter(ticket=stays).order_by("pk").values_list("unverified", flat=True)) == [
            True,
            False,
        ]


def test_a_merged_ticket_takes_no_note_and_is_not_counted_as_solved(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    merge(world, gone, stays)

    with pytest.raises(Conflict):
        factories.note(world, world.v12, gone)
    assert fresh(world, gone).solved_at is None


def test_a_merged_ticket_is_sorted_tagged_and_given_no_more(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    merge(world, gone, stays)
    about = {"client_id": world.c1.pk, "ticket_id": gone.pk}

    for act in (
        lambda actor: handling.sort(actor, impact=Impact.BLOCKED, **about),
        lambda actor: handling.override_priority(actor, priority=2, reason="It grew", **about),
        lambda actor: handling.set_tags(actor, names=["logo"], **about),
        lambda actor: handling.assign(actor, card_id=actor.card_id(world.c1.pk), **about),
    ):
        with pytest.raises(Conflict, match=f"#{stays.number}"), world.enter(world.v12) as actor:
            act(actor)


def test_a_mail_to_the_one_that_is_gone_lands_on_the_one_that_stays(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    merge(world, gone, stays)
    to = reply_to(world, gone, world.c1.mailbox)

    found = receive(world.c1.mailbox, mail("One word more.", sender=world.r1.email, to=to))

    assert (found.outcome, found.ticket) == ("reply", stays.number)
    assert bodies(world, stays)[-1] == "One word more."
    assert fresh(world, gone).status == "closed"


def test_the_page_merges_after_a_look(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1, subject="The same")
    browser = world.browser(world.v12)
    page = address(gone, "merge")

    assert "The same" in browser.get(page).content.decode()
    look = browser.post(page, {"into": stays.number, "do": "look"}).content.decode()
    assert f"#{gone.number} becomes a part of #{stays.number}" in look
    assert fresh(world, gone).status == "open"
    assert browser.post(page, {"into": "x", "do": "look"}).status_code == 400
    assert browser.post(page, {"into": gone.number, "do": "merge"}).status_code == 400
    assert browser.post(page, {"into": stays.number, "do": "merge"}).url == address(stays, "ticket")
    assert f"Merged into #{stays.number}" in browser.get(address(gone, "ticket")).content.decode()


def test_a_program_merges(world: World) -> None:
    gone, stays = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    program = world.program(world.v1, world.c1)
    path = f"/api/v1/tickets/{gone.number}/merge/"

    answer = program.post(path, {"into": stays.number}, content_type="application/json")

    assert (answer.status_code, answer.json()["number"]) == (200, stays.number)
    assert program.get(f"/api/v1/tickets/{gone.number}/").json()["merged_into"] == stays.number
    assert program.post(path, {"into": stays.number}, content_type="application/json").status_code == 409

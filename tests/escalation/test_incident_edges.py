"""Incidents where readers see little, where two act at once, and where thousands hang on one cause."""

import re
from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import F

from access.errors import Conflict
from access.models import AccessLogContent
from escalation.actions import return_to_support
from escalation.engine import due
from escalation.engine.sweep import sweep, work_on
from escalation.incidents import announcing, leading, linking, queries
from escalation.incidents.leading import TAG, Definition
from escalation.incidents.parts import Nature
from escalation.matrix.document import Begins, Document, Path, Row, Step, Trigger, When
from escalation.models import AnnouncementTicket, Clock, Due, Escalation, IncidentEvent, IncidentTicket, Metric
from helpdesk.lib import clock
from tests import factories
from tests.attack.test_erased_canaries import erase
from tests.cast import World
from tests.escalation.engine.things import MONDAY, contacts, put_in_force
from tests.escalation.test_incidents import SAID, do, fresh, link, mails, major, messages, problem, tell, tickets
from tests.escalation.test_life import escalate
from tests.faults.together import together
from tests.leaving.conftest import do_all
from tickets.actions import conversation, handling, merging
from tickets.models import Customer, HolderSpan, Message, Tag, Ticket, TicketCounter, TicketTag, WaitSpan


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def page_of(world: World, person: Any, slug: str, number: int, status: int = 200) -> str:
    answer = world.browser(person).get(f"/desk/incidents/{slug}/{number}/")
    assert answer.status_code == status
    return answer.content.decode()


def test_who_reads_their_own_tickets_alone_sees_no_others_behind_a_cause(world: World) -> None:
    mine, other = (factories.ticket(world, world.r1, subject=subject) for subject in ("My porch", "Strange cellar"))
    factories.held(world, world.v1own, mine)
    row = problem(world)
    link(world, row, mine, other)
    declared = major(world, other)

    assert "Strange cellar" in page_of(world, world.v12, "voltarra", row.number)
    seen = page_of(world, world.v1own, "voltarra", row.number)
    assert "My porch" in seen
    assert "Strange cellar" not in seen
    assert "1 of 2 are shown" in seen
    seen = page_of(world, world.v1own, "voltarra", declared.number)
    assert "Strange cellar" not in seen
    assert f"/desk/voltarra/{other.number}/" not in seen


def test_emergency_access_to_one_ticket_opens_its_own_incidents_alone(world: World) -> None:
    lent = factories.ticket(world, world.r2, subject="First")
    with world.enter(world.o2) as actor:
        rows = [
            leading.begin(
                actor, client_id=world.c2.pk, nature=Nature.PROBLEM, given=Definition(title), ticket_id=ticket_id
            )
            for title, ticket_id in (("Of this ticket", lent.pk), ("Of another one", None))
        ]
    factories.let_in(world, world.o2, factories.asked_in(world, world.v1, lent))

    page_of(world, world.v1, "alderby", rows[0].number)
    page_of(world, world.v1, "alderby", rows[1].number, 404)
    listed = world.browser(world.v1).get("/desk/incidents/").content.decode()
    assert "Of this ticket" in listed
    assert "Of another one" not in listed


def test_whom_somebody_adds_while_the_last_one_is_told_is_told_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine has seen that nobody waits, and has not written it down yet."""
    row = problem(world)
    first, second = tickets(world, 2)
    link(world, row, first)
    said = tell(world, row)
    settle = due.settle

    def meanwhile(*given: Any) -> None:
        monkeypatch.setattr(due, "settle", settle)
        due.put(world.c1.pk, due.Kind.ANNOUNCE, {said.pk: MONDAY})
        settle(*given)

    monkeypatch.setattr(due, "settle", meanwhile)
    results = together(sweep, lambda: link(world, row, second, person=world.lead, tell=True))
    sweep()

    assert not [each for each in results if isinstance(each, Exception)]
    assert [messages(world, each) for each in (first, second)] == [[SAID], [SAID]]
    assert fresh(world, said).told_at is not None
    with world.enter(world.c1):
        assert not Due.objects.filter(kind=Due.Kind.ANNOUNCE).exists()


def test_what_is_put_anew_while_it_is_worked_on_is_looked_at_again(world: World) -> None:
    with world.enter(world.c1):
        due.put(world.c1.pk, due.Kind.SORTING, {7: MONDAY})
    claimed = due.claim(MONDAY)
    assert claimed is not None
    with world.enter(world.c1):
        due.put(world.c1.pk, due.Kind.SORTING, {7: MONDAY})
        due.settle(claimed, {(due.Kind.SORTING, 7): None})
        assert Due.objects.get(kind=Due.Kind.SORTING).due_at == MONDAY
    claimed = due.claim(MONDAY)
    assert claimed is not None
    with world.enter(world.c1):
        due.settle(claimed, {(due.Kind.SORTING, 7): None})
        assert not Due.objects.filter(kind=Due.Kind.SORTING).exists()


def workarounds(world: World, person: Any, ticket: Any, number: int) -> list[str]:
    """The links to articles on the strip of the ticket and on the page of the incident; each leads to its article."""
    browser = world.browser(person)
    strip = browser.get(f"/desk/voltarra/{ticket.number}/incidents/").content.decode()
    found = [
        re.findall(r'href="(/desk/playbooks/[^"]+)"', page)
        for page in (strip, page_of(world, person, "voltarra", number))
    ]
    for address in (each for links in found for each in links):
        assert "Hold the button." in browser.get(address).content.decode()
    return ["".join(links) for links in found]


@pytest.mark.parametrize("audience", ["agents", "public"])
def test_the_workaround_stands_on_the_ticket_and_on_the_incident_for_whoever_may_read_it(
    world: World, audience: str
) -> None:
    article = factories.article(world, world.c1, title="Restart it", body="Hold the button.", audience=audience)
    ticket = factories.ticket(world, world.r1)
    row = problem(world, article_id=article.pk)
    assert workarounds(world, world.v12, ticket, row.number) == ["", f"/desk/playbooks/voltarra/{article.slug}/"]
    link(world, row, ticket)

    for reader in (world.v12, world.v1ro, world.lead, world.a1):
        assert workarounds(world, reader, ticket, row.number) == [f"/desk/playbooks/voltarra/{article.slug}/"] * 2
    # A contact of the client reads tickets and no articles.
    assert workarounds(world, world.e1, ticket, row.number) == ["", ""]
    assert "Restart it" not in page_of(world, world.e1, "voltarra", row.number)


def test_a_workaround_that_is_not_published_leads_nobody_to_a_page_that_is_not_there(world: World) -> None:
    article = factories.article(world, world.c1, title="Restart it", body="Hold the button.")
    ticket = factories.ticket(world, world.r1)
    row = problem(world, article_id=article.pk)
    link(world, row, ticket)
    with world.enter(world.c1):
        type(article).objects.filter(pk=article.pk).update(published_number=None)

    assert workarounds(world, world.lead, ticket, row.number) == ["", ""]
    assert "not published" in page_of(world, world.lead, "voltarra", row.number)


def path_of_incidents(world: World, begins: Begins) -> None:
    step = Step(When(Trigger.START), contacts(world), hands_over=True)
    rows = (Row("Everybody up", tags=(TAG,), begins=begins), Row("Plain"))
    put_in_force(world, Document(rows, (Path("Everybody up", (step,)), Path("Plain", (step,)))))


def test_what_the_client_had_a_ticket_for_stays_its_time_when_an_incident_is_declared(world: World, time) -> None:
    path_of_incidents(world, Begins.ASKED)
    ticket = factories.ticket(world, world.r1)
    time.shift(timedelta(minutes=10))
    escalate(world, ticket)
    with world.enter(world.c1):
        before = Clock.objects.get(ticket=ticket, metric=Metric.SOLVE).used_seconds
    time.shift(timedelta(hours=5))

    major(world, ticket)
    sweep()

    with world.enter(world.c1):
        assert Escalation.objects.filter(ticket=ticket, ended_at=None, origin="incident").exists()
        assert Clock.objects.get(ticket=ticket, metric=Metric.SOLVE).used_seconds == before == 600


def test_nobody_is_called_again_on_a_path_that_was_climbed(world: World, time) -> None:
    path_of_incidents(world, Begins.OPENED)
    ticket = factories.ticket(world, world.r1)
    row = major(world, ticket)
    sweep()
    with world.enter(world.c1):
        climbed = Escalation.objects.get(ticket=ticket, ended_at=None)
    with world.enter(world.e1) as actor:
        return_to_support(actor, client_id=world.c1.pk, escalation_id=climbed.pk, answer="We restart it.")

    time.shift(timedelta(minutes=10))
    with world.enter(world.r1) as actor:
        conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="And now?")
    time.shift(timedelta(minutes=10))
    sweep()

    with world.enter(world.c1):
        assert list(Escalation.objects.filter(ticket=ticket)) == [climbed]
    do(world, leading.fix, row, body="All is well.", solves=True, once="x")
    with world.enter(world.c1):
        assert not TicketTag.objects.filter(ticket=ticket, tag__name=TAG).exists()
    sweep()
    with world.enter(world.v12) as actor:
        handling.reopen(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    sweep()
    with world.enter(world.c1):
        assert list(Escalation.objects.filter(ticket=ticket)) == [climbed]
    do(world, leading.open_again, row)
    with world.enter(world.c1):
        assert TicketTag.objects.filter(ticket=ticket, tag=Tag.objects.get(name=TAG)).exists()


def test_two_who_open_it_again_at_once_do_it_once(world: World) -> None:
    row = problem(world)
    link(world, row, factories.ticket(world, world.r1))
    do(world, leading.fix, row, body="All is well.", solves=True, once="x")

    results = together(*[lambda: do(world, leading.open_again, row)] * 2)

    assert sorted(isinstance(each, Conflict) for each in results) == [False, True]
    with world.enter(world.c1):
        assert IncidentEvent.objects.filter(kind="again").count() == 1


def test_linking_and_merging_at_once_wait_for_nobody_in_a_circle(world: World) -> None:
    row = problem(world)
    second, *others = (factories.ticket(world, world.r1) for _ in range(6))

    for first in others:
        link(world, row, first)
        merging_it = partial(merge, world, first, second)
        results = together(lambda: do(world, linking.unlink, row, ticket_id=second.pk, reason="Other"), merging_it)
        assert not [each for each in results if isinstance(each, Exception)]


def merge(world: World, ticket: Any, into: Any) -> Any:
    with world.enter(world.v12) as actor:
        return merging.merge(actor, client_id=world.c1.pk, ticket_id=ticket.pk, into_id=into.pk)


def fail(world: World, said: Any, ticket: Any) -> None:
    """As after an error of the database while it was written."""
    with world.enter(world.c1):
        rows = AnnouncementTicket.objects.filter(announcement=said, ticket=ticket)
        assert rows.update(state=AnnouncementTicket.State.FAILED, done_at=MONDAY) == 1


def test_a_ticket_taken_off_or_merged_is_tried_again_where_it_belongs(world: World) -> None:
    row = problem(world)
    off, goes, stays = (factories.ticket(world, world.r1) for _ in range(3))
    link(world, row, off, goes)
    said = tell(world, row)
    for ticket in (off, goes):
        fail(world, said, ticket)

    do(world, linking.unlink, row, ticket_id=off.pk, reason="Another cause")
    merge(world, goes, stays)
    assert do(world, announcing.again, row) == 1
    sweep()

    assert [messages(world, ticket) for ticket in (off, goes, stays)] == [[], [], [SAID]]
    with world.enter(world.lead) as actor:
        turns = queries.one(actor, actor.standings[world.c1.pk].client, row.number).turns
        assert [turn.event.data for turn in turns if turn.event and turn.event.kind == "retried"] == [{"tickets": 1}]
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(detail__what="incident told again").count() == 1


def test_of_thousands_all_that_was_done_stands_in_the_timeline(world: World, time) -> None:
    row, (first,) = problem(world), tickets(world, 1)
    with world.enter(world.c1):
        IncidentEvent.objects.bulk_create(
            IncidentEvent(client=world.c1, incident=row, kind="linked", at=MONDAY, by_name="V", data={"ticket": number})
            for number in range(queries.SHOWN_EVENTS + 10)
        )
    link(world, row, first)
    time.shift(timedelta(hours=1))
    tell(world, row)
    do(world, leading.fix, row, body="All is well.", solves=True, once="x")
    do(world, leading.close, row)

    with world.enter(world.lead) as actor:
        turns = queries.one(actor, actor.standings[world.c1.pk].client, row.number).turns
    assert [turn.event.kind for turn in turns if turn.event][-3:] == ["fixed", "told", "closed"]


def test_what_was_chosen_before_stays_chosen_though_it_can_be_chosen_no_more(world: World) -> None:
    article = factories.article(world, world.c1, title="Restart it", body="Hold the button.")
    row = problem(world, article_id=article.pk)
    with world.enter(world.c1):
        type(article).objects.filter(pk=article.pk).update(published_number=None)
    browser = world.browser(world.lead)
    address = f"/desk/incidents/voltarra/{row.number}/edit/"

    form = browser.get(address).context["form"]
    given = {name: form[name].value() or "" for name in form.fields} | {"title": "Another line"}
    assert browser.post(address, given).status_code == 302

    assert (fresh(world, row).title, fresh(world, row).article_id) == ("Another line", article.pk)


def many(world: World, most: int) -> list[Ticket]:
    """As if so many customers had opened a ticket each: rows like those of one that was opened."""
    first = factories.ticket(world, factories.customer(world, world.c1, email="c0@mail.example"))
    with world.enter(world.c1):
        span, wait = HolderSpan.objects.get(ticket=first), WaitSpan.objects.get(ticket=first)
        numbers = range(1, most)
        customers = Customer.objects.bulk_create(
            copied(first.customer, email=f"c{number}@mail.example", name=f"Nora Blom {number}") for number in numbers
        )
        made = Ticket.objects.bulk_create(
            copied(first, number=first.number + number, customer=whose)
            for number, whose in zip(numbers, customers, strict=True)
        )
        HolderSpan.objects.bulk_create(copied(span, ticket=each) for each in made)
        WaitSpan.objects.bulk_create(copied(wait, ticket=each) for each in made)
        TicketCounter.objects.filter(client=world.c1).update(last=F("last") + most - 1)
    return [first, *made]


def copied(row: Any, **other: Any) -> Any:
    stored = [field for field in row._meta.concrete_fields if not (field.primary_key or field.generated)]
    fields = {field.name: getattr(row, field.name) for field in stored}
    return type(row)(**{**fields, **other})


def batch_of(world: World) -> int | None:
    """Let the engine tell one batch; gives how many statements that took, None where nobody waits any more."""
    claimed = due.claim(clock.now())
    if claimed is None:
        return None
    statements = count()
    with connection.execute_wrapper(lambda execute, *given: (next(statements), execute(*given))[1]):
        work_on(claimed)
    return next(statements)


@pytest.mark.slow
def test_of_two_thousand_each_is_told_once_though_some_are_erased_merged_and_closed_meanwhile(
    world: World, log_key: Any
) -> None:
    row, made = problem(world), many(world, 1998)
    # Two customers have one ticket more, which comes last.
    made += [factories.ticket(world, ticket.customer) for ticket in made[:2]]
    told_first, told_too, *_others, comes_last, comes_too = made
    erased, closed = made[1500], made[1600]
    sweep()
    link(world, row, told_first)
    with world.enter(world.c1):
        linked = IncidentTicket.objects.get()
        IncidentTicket.objects.bulk_create(copied(linked, ticket=each) for each in made[1:])
    tell(world, row)

    half = [batch_of(world) for _batch in range(1000 // announcing.BATCH)]
    assert [len(messages(world, each)) for each in (told_first, made[999], made[1000], erased)] == [1, 1, 0, 0]
    assert erase(world, erased.customer, world.o1)
    assert do_all() == 1
    with world.enter(world.v12) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=closed.pk)
    merge(world, comes_last, told_first)
    merge(world, told_too, comes_too)
    rest = list(iter(partial(batch_of, world), None))

    gone = {erased.pk, closed.pk, comes_last.pk, told_too.pk}
    with world.enter(world.c1):
        written = Message.objects.filter(author=Message.Author.STAFF, body=SAID)
        said = Counter(written.values_list("ticket_id", flat=True))
        states = Counter(AnnouncementTicket.objects.values_list("state", flat=True))
    assert said == dict.fromkeys({each.pk for each in made} - gone, 1)
    # The one that was to be told anew on the ticket that it went to is off the list.
    assert states == {AnnouncementTicket.State.TOLD: 1997, AnnouncementTicket.State.OVER: 2}
    addresses = {each.customer.email for each in made} - {erased.customer.email, closed.customer.email}
    assert Counter(mails(world)) == dict.fromkeys(addresses, 1)
    # However many wait, a batch takes the same statements.
    assert len(set(half[1:])) == 1
    assert max([*half, *filter(None, rest)]) < 20 * announcing.BATCH

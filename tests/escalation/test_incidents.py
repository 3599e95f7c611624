"""Known problems and major incidents: one cause, every customer told once, each step by whoever may."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Conflict, Invalid, NotFound, RightMissing
from escalation.engine import due
from escalation.engine.sweep import sweep
from escalation.incidents import announcing, leading, linking, picture, queries
from escalation.incidents.leading import TAG, Definition
from escalation.incidents.parts import Nature, State, WrittenSince
from escalation.matrix.document import Begins, Document, Path, Row, Step, Trigger, When
from escalation.models import AnnouncementTicket, Escalation, Incident, IncidentEvent, Notice, PortalBanner
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import MONDAY, contacts, escalations, put_in_force
from tests.faults.together import together
from tickets.actions import conversation, handling, merging
from tickets.errors import Empty
from tickets.models import Event, Message, Status, Ticket

SAID = "The server that knows your charger is down. We are on it, and write again at noon."


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def problem(world: World, person: Any = None, ticket: Ticket | None = None, **given: Any) -> Incident:
    with world.enter(person or world.lead) as actor:
        wanted = Definition(**{"title": "Chargers lose their network", **given})
        pk = ticket.pk if ticket else None
        return leading.begin(actor, client_id=world.c1.pk, nature=Nature.PROBLEM, given=wanted, ticket_id=pk)


def major(world: World, ticket: Ticket, person: Any = None) -> Incident:
    with world.enter(person or world.lead) as actor:
        given = Definition("Nothing charges any more")
        return leading.begin(actor, client_id=world.c1.pk, nature=Nature.MAJOR, given=given, ticket_id=ticket.pk)


def link(world: World, row: Incident, *tickets: Ticket, person: Any = None, **more: Any) -> list[int]:
    with world.enter(person or world.v12) as actor:
        about = {"client_id": world.c1.pk, "number": row.number, "ticket_ids": [ticket.pk for ticket in tickets]}
        return linking.link(actor, **about, **more)


def tell(world: World, row: Incident, body: str = SAID, once: str = "one", person: Any = None) -> Any:
    with world.enter(person or world.lead) as actor:
        return announcing.tell_all(actor, client_id=world.c1.pk, number=row.number, body=body, once=once)


def do(world: World, action: Any, row: Incident, person: Any = None, **more: Any) -> Any:
    with world.enter(person or world.lead) as actor:
        return action(actor, client_id=world.c1.pk, number=row.number, **more)


def messages(world: World, ticket: Ticket) -> list[str]:
    with world.enter(world.c1):
        rows = Message.objects.filter(ticket=ticket, author=Message.Author.STAFF).order_by("pk")
        return list(rows.values_list("body", flat=True))


def fresh(world: World, row: Any) -> Any:
    with world.enter(world.c1):
        return type(row).objects.get(pk=row.pk)


def mails(world: World) -> list[str]:
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(kind="answer").values_list("to_address", flat=True))


def tickets(world: World, count: int) -> list[Ticket]:
    made = []
    for number in range(count):
        customer = factories.customer(world, world.c1, email=f"c{number}@mail.example")
        made.append(factories.ticket(world, customer))
    return made


def test_everybody_is_told_once_on_their_ticket_and_by_mail(world: World) -> None:
    row, made = problem(world), tickets(world, 3)
    link(world, row, *made)

    tell(world, row)
    tell(world, row)
    for _turn in range(3):
        sweep()

    assert [messages(world, each) for each in made] == [[SAID]] * 3
    assert sorted(mails(world)) == ["c0@mail.example", "c1@mail.example", "c2@mail.example"]
    with world.enter(world.c1):
        assert set(AnnouncementTicket.objects.values_list("state", flat=True)) == {"told"}
        assert Ticket.objects.get(pk=made[0].pk).first_answered_at is not None
        assert Message.objects.filter(body=SAID).first().author_name == "Lea Dahl"


def test_the_form_of_one_incident_says_nothing_of_another(world: World) -> None:
    rows, made = [problem(world), problem(world)], tickets(world, 2)
    for row, ticket in zip(rows, made, strict=True):
        link(world, row, ticket)
    tell(world, rows[0])

    with pytest.raises(Invalid, match="anew"):
        tell(world, rows[1])
    both = together(*[partial(tell, world, row, once="at once") for row in rows])
    assert sorted(type(each).__name__ for each in both) == ["Announcement", "Invalid"]

    assert tell(world, rows[1], once="two").incident_id == rows[1].pk


def test_an_announcement_goes_on_in_batches_until_all_have_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "BATCH", 2)
    row, made = problem(world), tickets(world, 5)
    link(world, row, *made)
    said = tell(world, row)

    sweep()

    assert [len(messages(world, each)) for each in made] == [1] * 5
    assert fresh(world, said).told_at is not None


def test_a_batch_that_dies_has_said_nothing_and_is_said_again_once(
    world: World, monkeypatch: pytest.MonkeyPatch, time
) -> None:
    row, made = problem(world), tickets(world, 3)
    link(world, row, *made)
    tell(world, row)
    whole = due.settle

    def dies(*_each: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(due, "settle", dies)
    with pytest.raises(KeyboardInterrupt):
        sweep()
    assert [messages(world, each) for each in made] == [[]] * 3
    monkeypatch.setattr(due, "settle", whole)
    time.shift(due.LEASE + timedelta(seconds=1))
    sweep()

    assert [messages(world, each) for each in made] == [[SAID]] * 3
    assert len(mails(world)) == 3


def test_one_ticket_that_cannot_be_written_keeps_nobody_else_from_hearing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, made = problem(world), tickets(world, 3)
    link(world, row, *made)
    tell(world, row)
    whole = announcing.announce

    def fails(actor: Any, ticket: Ticket, **given: Any) -> Message:
        if ticket.pk == made[1].pk:
            raise ValueError
        return whole(actor, ticket, **given)

    monkeypatch.setattr(announcing, "announce", fails)
    sweep()
    assert [len(messages(world, each)) for each in made] == [1, 0, 1]
    page = world.browser(world.lead).get(at("incident", row)).content.decode()
    assert "could not be written" in page
    monkeypatch.setattr(announcing, "announce", whole)
    assert do(world, announcing.again, row) == 1
    sweep()

    assert [len(messages(world, each)) for each in made] == [1, 1, 1]


def test_solved_tickets_are_left_alone_and_those_linked_later_are_told_if_wanted(world: World) -> None:
    row, (one, solved, later, quiet) = problem(world), tickets(world, 4)
    with world.enter(world.v12) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=solved.pk)
    link(world, row, one, solved)
    tell(world, row)
    sweep()
    link(world, row, later, person=world.lead, tell=True)
    link(world, row, quiet, one)
    sweep()

    assert [len(messages(world, each)) for each in (one, solved, later, quiet)] == [1, 0, 1, 0]
    assert fresh(world, solved).status == Status.SOLVED


def test_what_waits_on_a_ticket_taken_off_is_not_said(world: World) -> None:
    row, (one, other) = problem(world), tickets(world, 2)
    link(world, row, one, other)
    tell(world, row)
    do(world, linking.unlink, row, world.v12, ticket_id=other.pk, reason="Another charger")
    sweep()

    assert [len(messages(world, each)) for each in (one, other)] == [1, 0]


def test_a_fix_tells_customers_solves_their_tickets_and_tells_whoever_works_on_one(world: World) -> None:
    row, (one, other) = problem(world), tickets(world, 2)
    link(world, row, one, other)
    with world.enter(world.v12) as actor:
        conversation.reply(actor, client_id=world.c1.pk, ticket_id=one.pk, body="I look into it.")

    for _twice in range(2):
        do(world, leading.fix, row, body="It works again.", solves=True, once="fix")
    sweep()

    assert [messages(world, each)[-1] for each in (one, other)] == ["It works again."] * 2
    assert [fresh(world, each).status for each in (one, other)] == ["solved"] * 2
    assert fresh(world, row).state == State.FIXED
    with world.enter(world.c1):
        assert list(Notice.objects.filter(incident=row).values_list("user_id", flat=True)) == [world.v12.pk]
    assert "Fixed: “Chargers lose their network”" in world.browser(world.v12).get("/desk/notices/").content.decode()


def test_a_life_has_its_steps_and_no_others(world: World) -> None:
    row = problem(world)
    for action in (leading.close, leading.open_again):
        with pytest.raises(Conflict):
            do(world, action, row)
    do(world, leading.ease, row)
    with pytest.raises(Conflict):
        do(world, leading.ease, row)
    do(world, leading.fix, row, body="Mended.", solves=False, once="a")
    with pytest.raises(Conflict):
        tell(world, row, once="b")
    do(world, leading.close, row)
    with pytest.raises(Conflict):
        link(world, row, *tickets(world, 1))
    do(world, leading.open_again, row)

    assert fresh(world, row).state == State.OPEN
    with world.enter(world.c1):
        kinds = list(IncidentEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["began", "eased", "fixed", "told", "closed", "again"]


def test_once_opened_again_nobody_more_hears_that_it_is_fixed(world: World, time) -> None:
    row, (told, late) = problem(world), tickets(world, 2)
    link(world, row, told)
    do(world, leading.fix, row, body="It works again.", solves=True, once="fix")
    do(world, leading.open_again, row)
    link(world, row, late, tell=True, person=world.lead)
    sweep()

    assert [messages(world, each) for each in (told, late)] == [[], []]
    assert [fresh(world, each).status for each in (told, late)] == [Status.OPEN] * 2
    time.shift(timedelta(minutes=1))
    tell(world, row, once="more")
    sweep()
    assert [messages(world, each) for each in (told, late)] == [[SAID]] * 2


def test_an_old_incident_is_not_opened_again_where_another_has_its_ticket(world: World) -> None:
    (ticket,) = tickets(world, 1)
    old = major(world, ticket)
    do(world, leading.fix, old, body="Mended.", solves=False, once="a")
    do(world, leading.close, old)
    major(world, ticket)

    with pytest.raises(Conflict):
        do(world, leading.open_again, old)
    assert fresh(world, old).state == State.CLOSED


def test_an_incident_is_not_opened_again_on_a_ticket_that_became_part_of_another(world: World) -> None:
    customer = factories.customer(world, world.c1)
    gone, stays = factories.ticket(world, customer), factories.ticket(world, customer)
    row = major(world, gone)
    do(world, leading.fix, row, body="Mended.", solves=False, once="a")
    with world.enter(world.v12) as actor:
        merging.merge(actor, client_id=world.c1.pk, ticket_id=gone.pk, into_id=stays.pk)

    with pytest.raises(Conflict, match=f"#{stays.number}"):
        do(world, leading.open_again, row)
    assert fresh(world, row).state == State.FIXED


def test_a_problem_whose_button_is_pressed_twice_is_written_down_once(world: World) -> None:
    new = reverse("desk:new_incident", kwargs={"client": "voltarra"})
    form = {"title": "No network", "owner": "client", "once": "page-1"}
    browsers = [world.browser(world.lead) for _n in range(4)]

    answers = together(*[lambda: browsers.pop().post(new, form)] * 4)

    with world.enter(world.c1):
        (row,) = Incident.objects.all()
    assert {answer["Location"] for answer in answers} == {at("incident", row)}


def test_a_ticket_is_taken_off_for_a_reason_only(world: World) -> None:
    row, (ticket,) = problem(world), tickets(world, 1)
    link(world, row, ticket)

    for reason in ("", "  ", "x" * 201):
        with pytest.raises(Invalid):
            do(world, linking.unlink, row, world.v12, ticket_id=ticket.pk, reason=reason)
    do(world, linking.unlink, row, world.v12, ticket_id=ticket.pk, reason="Another charger")
    with world.enter(world.c1):
        assert queries.of_ticket(world.c1.pk, ticket.pk) == []


def test_an_address_with_a_number_beyond_all_numbers_is_a_page_without_a_ticket(world: World) -> None:
    new = reverse("desk:new_incident", kwargs={"client": "voltarra"})

    assert world.browser(world.lead).get(new, {"ticket": "9" * 5000, "nature": "major"}).status_code == 200


def _merged(world: World, ticket: Ticket, into: Ticket) -> None:
    with world.enter(world.v12) as actor:
        merging.merge(actor, client_id=world.c1.pk, ticket_id=ticket.pk, into_id=into.pk)


@pytest.mark.parametrize("both_linked", [True, False])
def test_what_waits_on_a_ticket_that_is_merged_is_said_once_on_the_other(world: World, both_linked: bool) -> None:
    row, (one, other) = problem(world), [factories.ticket(world, world.r1) for _each in range(2)]
    link(world, row, one, *([other] if both_linked else []))
    tell(world, row)
    _merged(world, one, other)
    sweep()

    assert [messages(world, each) for each in (one, other)] == [[], [SAID]]


def test_what_was_said_before_a_merge_is_not_said_again_after_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row, (one, other) = problem(world), [factories.ticket(world, world.r1) for _each in range(2)]
    link(world, row, one, other)
    said = tell(world, row)
    monkeypatch.setattr(announcing, "BATCH", 1)
    with world.enter(world.c1) as actor:
        announcing.look(actor, world.c1.pk, [said.pk], MONDAY)
    assert [messages(world, each) for each in (one, other)] == [[SAID], []]
    _merged(world, one, other)
    sweep()

    assert [messages(world, each) for each in (one, other)] == [[], [SAID]]
    assert fresh(world, said).told_at is not None


def test_two_who_change_it_never_write_over_one_another(world: World) -> None:
    row = problem(world)
    do(world, leading.change, row, revision=1, given=Definition("One"), review="")

    with pytest.raises(WrittenSince):
        do(world, leading.change, row, revision=1, given=Definition("Other"), review="")
    assert fresh(world, row).title == "One"


def test_numbers_are_a_clients_own_and_two_at_once_get_two(world: World) -> None:
    results = together(lambda: problem(world), lambda: problem(world, world.o1))
    with world.enter(world.o2) as actor:
        other = leading.begin(actor, client_id=world.c2.pk, nature=Nature.PROBLEM, given=Definition("Keys"))

    assert sorted(row.number for row in results) == [1, 2]
    assert other.number == 1


@pytest.mark.parametrize("given", [{"title": " "}, {"owner": "nobody"}, {"contact_id": 999999}, {"article_id": 999999}])
def test_what_cannot_be_is_refused(world: World, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        problem(world, **given)


def test_rights_of_each_step(world: World) -> None:
    row, (ticket,) = problem(world), tickets(world, 1)
    link(world, row, ticket)

    for person in (world.v12, world.e1):
        for act in (
            lambda person=person: problem(world, person),
            lambda person=person: tell(world, row, person=person),
            lambda person=person: do(world, leading.ease, row, person),
            lambda person=person: do(world, leading.put_banner, row, person, text="x"),
            lambda person=person: link(world, row, ticket, person=person, tell=True),
        ):
            with pytest.raises(RightMissing):
                act()
    with pytest.raises(Empty):
        tell(world, row, body="  ")


def test_nothing_reaches_another_clients_tickets(world: World) -> None:
    row, foreign = problem(world), factories.ticket(world, factories.customer(world, world.c2))

    with pytest.raises(NotFound):
        link(world, row, foreign)
    with pytest.raises(NotFound):
        do(world, linking.unlink, row, world.v12, ticket_id=foreign.pk, reason="")
    with world.enter(world.o2) as actor, pytest.raises(NotFound):
        leading.ease(actor, client_id=world.c2.pk, number=row.number)


def test_a_major_incident_climbs_the_path_of_its_own_row_instead_of_what_ran(world: World) -> None:
    step = Step(When(Trigger.START), contacts(world))
    paths = (Path("Everybody up", (step,)), Path("Plain", (step,)))
    put_in_force(world, Document((Row("Everybody up", tags=(TAG,)), Row("Plain", begins=Begins.OPENED)), paths))
    ticket = factories.ticket(world, world.r1)
    sweep()
    assert [(each.row_position, each.origin) for each in escalations(world, ticket)] == [(2, "opened")]

    row = major(world, ticket)
    for _turn in range(2):
        sweep()

    with world.enter(world.c1):
        climbs = Escalation.objects.filter(ticket=ticket, ended_at=None)
        assert [(each.row_position, each.origin) for each in climbs] == [(1, "incident")]
        assert IncidentEvent.objects.get(incident=row, kind="climbs").data == {"matrix_row": 1, "path": "Everybody up"}
    with pytest.raises(Conflict):
        major(world, ticket)
    with pytest.raises(Conflict):
        do(world, linking.unlink, row, world.v12, ticket_id=ticket.pk, reason="")


def test_a_banner_stands_in_its_own_portal_until_the_incident_is_fixed(world: World, time) -> None:
    row = major(world, factories.ticket(world, world.r1))
    do(world, leading.put_banner, row, text="Charging is down everywhere. We write at noon.")
    own, other = (reverse("portal:home", kwargs={"client": slug}) for slug in ("voltarra", "alderby"))
    browser = world.browser()

    assert "Charging is down" in browser.get(own).content.decode()
    assert "Charging is down" not in browser.get(other).content.decode()
    with world.enter(world.c1):
        banner = PortalBanner.objects.get()
    close = reverse("portal:close_banner", kwargs={"client": "voltarra", "banner_id": banner.pk})
    assert browser.post(close, {"next": own}).url == own
    assert "Charging is down" not in browser.get(own).content.decode()
    assert browser.post(close, {"next": "https://elsewhere.example/"}).url == own
    time.shift(timedelta(minutes=5))
    do(world, leading.put_banner, row, text="Charging is back in the north.")
    assert "back in the north" in browser.get(own).content.decode()
    do(world, leading.fix, row, body="All is well.", solves=True, once="x")
    assert "portal-banner" not in world.browser().get(own).content.decode()
    with pytest.raises(Conflict):
        do(world, leading.put_banner, row, text="Again")


def test_a_page_that_was_drawn_before_has_the_banner_from_its_first_moment(world: World) -> None:
    shown = factories.article(world, world.c1, title="Red light", body="Hold the button.")
    own = f"/voltarra/articles/{shown.slug}/"
    row = major(world, factories.ticket(world, world.r1))
    visitor, other = world.browser(), world.browser()

    def seen(browser: Client) -> bool:
        return "Charging is down" in browser.get(own).content.decode()

    assert not seen(visitor)

    do(world, leading.put_banner, row, text="Charging is down.")
    assert seen(visitor)
    with world.enter(world.c1):
        banner = PortalBanner.objects.get()
    visitor.post(reverse("portal:close_banner", kwargs={"client": "voltarra", "banner_id": banner.pk}), {"next": own})
    assert not seen(visitor)
    assert seen(other)
    do(world, leading.put_banner, row, text="")
    assert not seen(other)


def test_a_banner_costs_no_page_a_statement_once_it_is_known(world: World) -> None:
    do(world, leading.put_banner, major(world, factories.ticket(world, world.r1)), text="Charging is down.")
    browser, home = world.browser(), reverse("portal:home", kwargs={"client": "voltarra"})
    browser.get(home)

    with CaptureQueriesContext(connection) as seen:
        assert "Charging is down" in browser.get(home).content.decode()

    assert not [row["sql"] for row in seen if "portalbanner" in row["sql"]]


def test_a_banner_is_a_plain_sentence_of_a_major_incident(world: World) -> None:
    with pytest.raises(Conflict):
        do(world, leading.put_banner, problem(world), text="x")
    row = major(world, factories.ticket(world, world.r1))
    with pytest.raises(Invalid):
        do(world, leading.put_banner, row, text="x" * 301)
    do(world, leading.put_banner, row, text="<script>alert(1)</script>")
    page = world.browser().get(reverse("portal:home", kwargs={"client": "voltarra"})).content.decode()
    assert "<script>alert(1)" not in page


def at(name: str, row: Incident, **more: Any) -> str:
    return reverse(f"desk:{name}", kwargs={"client": "voltarra", "number": row.number, **more})


@pytest.mark.parametrize("nature", ["problem", "major"])
def test_a_customers_own_words_are_shown_beside_the_title_and_never_become_it(world: World, nature: str) -> None:
    ticket = factories.ticket(world, world.r1, subject="Rita <b>Svensson</b> has no network")
    browser = world.browser(world.lead)
    new = reverse("desk:new_incident", kwargs={"client": "voltarra"}) + f"?ticket={ticket.number}&nature={nature}"

    page = browser.get(new)

    assert page.context["form"]["title"].value() is None
    assert "The ticket says: “Rita &lt;b&gt;Svensson&lt;/b&gt; has no network”." in page.content.decode()
    assert browser.post(new, {"owner": "client"}).status_code == 400
    browser.post(new, {"title": "No network", "owner": "client"})
    with world.enter(world.c1):
        assert Incident.objects.get().title == "No network"
        assert not Event.objects.filter(kind="incident", data__title__contains="Rita").exists()


def test_the_pages_do_it_all(world: World) -> None:
    (ticket, other) = tickets(world, 2)
    browser = world.browser(world.lead)
    cause = reverse("desk:cause", kwargs={"client": "voltarra", "number": ticket.number})
    assert "Declare a major incident" in browser.get(cause).content.decode()
    new = reverse("desk:new_incident", kwargs={"client": "voltarra"}) + f"?ticket={ticket.number}"
    answer = browser.post(new, {"title": "No network", "owner": "client", "due_on": "2026-01-01"}, follow=True)
    page = answer.content.decode()
    with world.enter(world.c1):
        row = Incident.objects.get()

    assert "Written down." in page
    assert f"#{ticket.number}" in page
    assert "overdue" in page
    found = browser.get(at("incident", row), {"q": str(other.number)}).content.decode()
    assert f'value="{other.pk}"' in found
    browser.post(at("link_tickets", row), {"ticket": [other.pk]})
    form = {"body": SAID, "once": "o", "do": "look"}
    preview = browser.post(at("tell_incident", row), form).content.decode()
    assert "Send to all 2" in preview
    assert messages(world, ticket) == []
    browser.post(at("tell_incident", row), {**form, "do": "send"})
    assert "0 of 2 so far" in browser.get(at("incident_progress", row)).content.decode()
    sweep()
    assert "2 tickets have it" in browser.get(at("incident_progress", row)).content.decode()
    strip = reverse("desk:ticket_incidents", kwargs={"client": "voltarra", "number": ticket.number})
    assert "No network" in browser.get(strip).content.decode()
    browser.post(
        at("edit_incident", row), {"title": "Network", "owner": "vendor", "revision": "1", "review": "Learned"}
    )
    browser.post(at("incident_step", row), {"do": "ease"})
    browser.post(at("fix_incident", row), {"body": "Done", "once": "p", "do": "send", "solves": "on"})
    browser.post(at("incident_step", row), {"do": "close"})
    browser.post(at("unlink_ticket", row, ticket_number=other.number), {"reason": "Another"})
    sweep()
    done = fresh(world, row)
    assert (done.title, done.review, done.state) == ("Network", "Learned", "closed")
    assert "Network" in browser.get(reverse("desk:incidents") + "?show=all").content.decode()
    assert browser.post(at("incident_step", row), {"do": "explode"}).status_code == 404
    assert browser.post(at("link_tickets", row), {"ticket": ["x"]}).status_code in (400, 409)


def test_an_agent_links_a_ticket_from_its_page(world: World) -> None:
    row, (ticket,) = problem(world), tickets(world, 1)
    browser = world.browser(world.v12)
    cause = reverse("desk:cause", kwargs={"client": "voltarra", "number": ticket.number})

    assert "Declare a major incident" not in browser.get(cause).content.decode()
    assert browser.post(cause, {"incident": ""}).status_code == 400
    browser.post(cause, {"incident": row.number})

    with world.enter(world.c1):
        assert [each.pk for each in queries.of_ticket(world.c1.pk, ticket.pk)] == [row.pk]


def test_the_console_lists_what_is_wrong(world: World) -> None:
    problem(world)
    browser = world.browser(world.o1)

    home = browser.get(reverse("console:home", kwargs={"client": "voltarra"})).content.decode()
    listed = browser.get(reverse("console:incidents", kwargs={"client": "voltarra"})).content.decode()

    assert "Chargers lose their network" in home
    assert "Chargers lose their network" in listed


def test_hours_lost_are_support_hours_from_opening_to_solution(world: World, time) -> None:
    row, (one, _other) = problem(world), tickets(world, 2)
    link(world, row, one, _other)
    time.shift(timedelta(hours=2))
    with world.enter(world.v12) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=one.pk)
    time.shift(timedelta(hours=1))

    with world.enter(world.lead) as actor:
        shown = queries.one(actor, actor.standings[world.c1.pk].client, row.number)

    assert shown.lost == (2 + 3) * 3600


moments = st.datetimes(MONDAY.replace(tzinfo=None), (MONDAY + timedelta(days=30)).replace(tzinfo=None))


@given(st.lists(moments, min_size=1), st.lists(moments))
def test_the_picture_counts_every_ticket_and_stays_in_its_frame(opened: list, turns: list) -> None:
    drawn = picture.draw(opened, [("told", at) for at in turns], max(opened))

    assert drawn is not None
    assert sum(bar.count for bar in drawn.bars) == len(opened)
    assert all(bar.x >= 0 and bar.x + bar.width <= picture.WIDTH and bar.height > 0 for bar in drawn.bars)
    assert all(0 <= mark.x <= picture.WIDTH for mark in drawn.marks)

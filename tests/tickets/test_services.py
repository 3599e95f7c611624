"""A client's services: on tickets, in priorities, in the portal and the console, and no other client's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from access.errors import Conflict, Invalid, RightMissing
from escalation.subjects import subjects_of
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import address, fresh
from tickets.actions import handling, priorities, services
from tickets.models import Criticality, Event, Impact, Service, Ticket, Urgency

CALM, BUSY = datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)
TABLE = {(int(i), int(u)): min(4, int(i) + int(u) - 1) for i in Impact for u in Urgency}
WEIGHTS = {"vital": 1, "important": 0, "ordinary": -1, "busy": 1}


def service(world: World, person: Any = None, **given: Any) -> Service:
    person = person or world.o1
    client = world.c2 if person == world.o2 else world.c1
    facts = {"name": "Checkout", "criticality": Criticality.VITAL, "busy": "15 Nov – 24 Dec", **given}
    with world.enter(person) as actor:
        return services.add_service(actor, client_id=client.pk, given=services.Definition(**facts))


def weigh_so(world: World) -> None:
    with world.enter(world.o1) as actor:
        priorities.set_priorities(actor, client_id=world.c1.pk, table=TABLE, weights=WEIGHTS)


def sorted_as(world: World, ticket: Ticket, **given: Any) -> Ticket:
    with world.enter(world.v12) as actor:
        return handling.sort(actor, client_id=world.c1.pk, ticket_id=ticket.pk, **given)


@pytest.mark.parametrize(("at", "priority", "why"), [(CALM, 2, "vital"), (BUSY, 1, "vital busy")])
def test_a_ticket_about_a_vital_service_is_higher_and_highest_in_its_season(
    world: World, monkeypatch: pytest.MonkeyPatch, at: datetime, priority: int, why: str
) -> None:
    chosen = service(world)
    weigh_so(world)
    monkeypatch.setattr(clock, "now", lambda: at)

    ticket = factories.ticket(world, world.r1, service_id=chosen.pk)

    assert (ticket.priority, ticket.weighed) == (priority, why)


def test_without_weights_a_service_changes_no_priority(world: World) -> None:
    ticket = factories.ticket(world, world.r1, service_id=service(world).pk)

    assert (ticket.priority, ticket.weighed) == (3, "")


def test_sorting_sets_the_service_says_why_on_the_page_and_takes_it_away_again(world: World) -> None:
    chosen, ticket = service(world, busy=""), factories.ticket(world, world.r1)
    weigh_so(world)
    browser = world.browser(world.v12)
    form = {"impact": "2", "urgency": "2", "category": "", "need": ""}

    browser.post(address(ticket, "sort"), {**form, "service": chosen.pk})
    page = browser.get(address(ticket, "ticket")).content.decode()
    with_it = fresh(world, ticket)
    browser.post(address(ticket, "sort"), {**form, "service": ""})

    assert (with_it.service_id, with_it.priority) == (chosen.pk, 2)
    assert "Priority 2: vital service" in page
    assert "Priority 3 became 2: vital service" in page
    assert (fresh(world, ticket).service_id, fresh(world, ticket).priority) == (None, 3)


def test_a_form_that_knows_nothing_of_services_leaves_the_service(world: World) -> None:
    chosen = service(world)
    ticket = factories.ticket(world, world.r1, service_id=chosen.pk)

    world.browser(world.v12).post(address(ticket, "sort"), {"impact": "1", "urgency": "2", "category": "", "need": ""})

    assert fresh(world, ticket).service_id == chosen.pk


def test_an_overridden_priority_stays_whatever_the_service(world: World) -> None:
    chosen, ticket = service(world), factories.ticket(world, world.r1)
    weigh_so(world)
    with world.enter(world.v12) as actor:
        about = {"client_id": world.c1.pk, "ticket_id": ticket.pk}
        handling.override_priority(actor, priority=4, reason="They said so.", **about)

    sorted_as(world, ticket, service_id=chosen.pk)

    assert fresh(world, ticket).priority == 4


def test_another_clients_service_is_none_of_this_clients(world: World) -> None:
    theirs, ours = service(world, world.o2), service(world)
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(Invalid):
        sorted_as(world, ticket, service_id=theirs.pk)
    with pytest.raises(Invalid):
        factories.ticket(world, world.r1, service_id=theirs.pk)
    assert sorted_as(world, ticket, service_id=ours.pk).service_id == ours.pk


def test_a_retired_service_stays_on_its_tickets_and_comes_on_no_other(world: World) -> None:
    chosen = service(world)
    has_it, other = factories.ticket(world, world.r1, service_id=chosen.pk), factories.ticket(world, world.r1)
    with world.enter(world.o1) as actor:
        gone = services.Definition(name="Checkout", is_retired=True)
        services.change_service(actor, client_id=world.c1.pk, service_id=chosen.pk, given=gone)

    assert sorted_as(world, has_it, impact=Impact.BLOCKED, service_id=chosen.pk).service_id == chosen.pk
    with pytest.raises(Invalid):
        sorted_as(world, other, service_id=chosen.pk)


def test_only_who_changes_the_matrix_changes_services_and_no_name_stands_twice(world: World) -> None:
    service(world)

    with pytest.raises(RightMissing):
        service(world, world.v12, name="Door service")
    with pytest.raises(Conflict):
        service(world, name="checkout")
    assert service(world, name="Door service").key == "door-service"


def test_the_key_stays_when_the_name_changes(world: World) -> None:
    chosen = service(world)
    with world.enter(world.o1) as actor:
        named = services.Definition(name="Payment")
        changed = services.change_service(actor, client_id=world.c1.pk, service_id=chosen.pk, given=named)

    assert (changed.name, changed.key) == ("Payment", "checkout")


def test_the_portal_asks_for_it_only_where_it_is_offered(world: World) -> None:
    service(world)
    service(world, name="Back office", is_offered=False, owner="Petra Internal")

    page = world.browser().get("/voltarra/new/").content.decode()

    assert "Checkout" in page
    assert "Back office" not in page
    assert "Petra Internal" not in page
    assert "Checkout" not in world.browser().get("/tallholm/new/").content.decode()


def test_a_customer_chooses_one_that_is_offered_and_no_other(world: World) -> None:
    offered, hidden = service(world), service(world, name="Back office", is_offered=False)
    question = {"subject": "Dead", "body": "It is dark.", "impact": "1", "email": "nina@mail.example"}

    refused = world.browser().post("/voltarra/new/", {**question, "service": hidden.pk})
    taken = world.browser().post("/voltarra/new/", {**question, "service": offered.pk})

    assert (refused.status_code, taken.status_code) == (400, 302)
    with world.enter(world.c1):
        assert Ticket.objects.get().service_id == offered.pk


def test_a_matrix_sees_the_service_by_its_key(world: World) -> None:
    ticket = factories.ticket(world, world.r1, service_id=service(world).pk)
    plain = factories.ticket(world, world.r1)

    with world.enter(world.c1):
        rows = Ticket.objects.select_related("customer").filter(pk__in=[ticket.pk, plain.pk])
        seen = subjects_of(world.c1.pk, rows, clock.now())

    assert (seen[ticket.pk].service, seen[plain.pk].service) == ("checkout", "")


def test_opening_says_why_in_the_history(world: World) -> None:
    chosen = service(world, busy="")
    weigh_so(world)
    ticket = factories.ticket(world, world.r1, service_id=chosen.pk)

    with world.enter(world.c1):
        assert Event.objects.get(ticket=ticket, kind="opened").data["because"] == ["vital"]


def test_the_client_edits_its_table_and_the_next_ticket_follows_it(world: World) -> None:
    url = reverse("console:priorities", kwargs={"client": "voltarra"})
    form = {f"p{i}{u}": "4" for i in (1, 2, 3) for u in (1, 2, 3)} | {"p22": "1"} | dict.fromkeys(WEIGHTS, "0")
    browser = world.browser(world.o1)

    wrong = browser.post(url, {**form, "p11": "5"})
    right = browser.post(url, form)

    assert (wrong.status_code, right.status_code) == (400, 302)
    assert factories.ticket(world, world.r1).priority == 1
    assert factories.ticket(world, world.r2).priority == 3


def test_a_program_sets_the_service_by_its_key_and_takes_it_away(world: World) -> None:
    service(world)
    ticket = factories.ticket(world, world.r1)
    program, path = world.program(world.v12, world.c1), f"/api/v1/tickets/{ticket.number}/sort/"

    given, unknown, gone = (
        program.post(path, {"service": key}, content_type="application/json") for key in ("checkout", "nothing", None)
    )

    assert [given.json()["service"], unknown.status_code, gone.json()["service"]] == ["checkout", 400, None]


def test_the_queue_shows_the_tickets_of_one_service_by_its_name(world: World) -> None:
    checkout = service(world)
    service(world, world.o2, name="Checkout of theirs")
    factories.ticket(world, world.r1, subject="It beeps", service_id=checkout.pk)
    factories.ticket(world, world.r1, subject="A question")

    browser = world.browser(world.v1)
    found = browser.get("/desk/", {"service": "Checkout"}).content.decode()

    assert "It beeps" in found
    assert "A question" not in found
    assert '<option value="Checkout" selected>' in found
    assert "Checkout of theirs" not in found
    assert "It beeps" not in browser.get("/desk/", {"service": "Nothing"}).content.decode()


def test_an_agent_says_in_the_new_ticket_which_service_it_is_about(world: World) -> None:
    browser, url = world.browser(world.v1), "/desk/voltarra/new/"
    assert 'name="service"' not in browser.get(url).content.decode()
    checkout, retired = service(world), service(world, name="Fax", is_retired=True)
    said = {"email": "new@customer.example", "subject": "It beeps", "body": "Loudly.", "channel": "phone"}
    said |= {"impact": "2", "urgency": "2", "language": "en"}

    assert browser.post(url, {**said, "service": str(retired.pk)}).status_code == 400
    assert browser.post(url, {**said, "service": str(checkout.pk)}).status_code == 302

    with world.enter(world.c1):
        assert Ticket.objects.get(subject="It beeps").service_id == checkout.pk

"""What a client's history says, and how later reports stand against it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Conflict, RightMissing
from access.models import AccessLogContent, Contract, ContractTerms
from access.tasks import in_client
from reporting import actions, baseline, history
from reporting.baseline import Against, Before
from reporting.formulas import Spread, spread
from reporting.models import Baseline
from tests import factories
from tickets.actions.history import import_conversations
from tickets.conversations import read_conversation
from tickets.models import Ticket

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LENGTHS = st.lists(st.integers(0, 40 * 86_400), max_size=60)


def old(number, *, days=0, answer=timedelta(hours=2), solve=timedelta(hours=5), category="gadgets"):
    """One conversation of the old system, answered and ended so long after it was opened."""
    at = BEGIN + timedelta(days=days)
    return read_conversation(
        {
            "id": f"old-{number}",
            "subject": "A bill",
            "category": category,
            "status": "closed",
            "customer": {"id": "7", "name": "Ada", "email": "ada@mail.example"},
            "created_at": at.isoformat(),
            "messages": [
                {"author": "customer", "body": "Why?", "at": at.isoformat()},
                {"author": "agent", "body": "So.", "at": (at + answer).isoformat()},
                {"author": "agent", "body": "Done.", "at": (at + solve).isoformat()},
            ],
        }
    )


def bring_in(client, conversations):
    with in_client(client.pk, "tests") as actor:
        import_conversations(actor, client_id=client.pk, conversations=conversations)


def take(world, person):
    with time_machine.travel(NOW, tick=False), world.enter(person) as actor:
        return actions.take_baseline(actor, client_id=world.c1.pk, zone="Europe/Stockholm")


def test_volume_reasons_and_times_are_those_of_the_imported_tickets(world):
    many = [old(n, days=7 * (n % 14), category="gadgets" if n % 3 else "delivery") for n in range(42)]
    bring_in(world.c1, [*many, old("slow", days=1, answer=timedelta(days=3), solve=timedelta(days=4), category="")])

    found = baseline.read(take(world, world.o1).figures)

    assert found.tickets == 43
    # Nine in the morning in UTC is ten in Stockholm in winter, and eleven from the end of March on.
    assert found.hours[0][10] + found.hours[0][11] == 42
    assert found.hours[1][10] == 1
    assert dict(found.reasons) == {"Gadgets": 28, "Delivery": 14, "": 1}
    assert found.wait.count == 43
    assert found.wait.median == 7200
    assert found.wait.longest == 3 * 86_400
    assert sum(each["first_response"].count for each in found.targets.values()) == found.first_response.count == 43


def test_times_to_promise_are_counted_in_the_clients_own_hours(world):
    """Opened on Friday before the end of the day, answered on Monday: the weekend is not in it."""
    friday = [old(n, days=4 + 7 * n, answer=timedelta(days=3), solve=timedelta(days=3, hours=1)) for n in range(14)]
    bring_in(world.c1, friday)

    found = baseline.read(take(world, world.o1).figures)

    assert found.calendar == "Support hours"
    assert found.first_response.median == 10 * 3600  # a day of support is ten hours
    assert found.first_response.longest == 11 * 3600  # over the weekend in which summer time begins
    assert found.wait.longest == 3 * 86_400


def test_less_than_three_months_or_nothing_is_told_and_nothing_is_kept(world):
    with pytest.raises(Conflict, match="Nothing was imported"):
        take(world, world.o1)
    bring_in(world.c1, [old(n, days=n) for n in range(40)])
    with pytest.raises(Conflict, match="40 days"):
        take(world, world.o1)
    with world.enter(world.o1):
        assert not Baseline.objects.exists()


def test_at_most_the_last_year_counts(world):
    bring_in(world.c1, [old(n, days=-10 * n) for n in range(60)])

    row = take(world, world.o1)

    assert (row.last - row.first).days + 1 == baseline.MOST_DAYS
    assert row.last.isoformat() == "2026-01-05"
    assert baseline.read(row.figures).tickets == 37


def test_what_was_opened_here_is_no_history(world):
    bring_in(world.c1, [old(n, days=n) for n in range(100)])
    factories.ticket(world, world.r1)

    assert baseline.read(take(world, world.o1).figures).tickets == 100


def test_only_who_signs_contracts_takes_it_and_the_log_has_it(world):
    bring_in(world.c1, [old(n, days=n) for n in range(100)])
    with pytest.raises(RightMissing):
        take(world, world.lead)

    take(world, world.o1)

    with world.enter(world.o1):
        entry = AccessLogContent.objects.filter(detail__what="baseline_taken").get()
        assert entry.detail["last"] == "2026-04-14"


def test_the_page_shows_it_at_both_places_and_the_report_stands_against_it(world, client):
    bring_in(world.c1, [old(n, days=n) for n in range(100)])
    page = "/client/voltarra/reports/baseline/"
    admin = world.browser(world.o1)
    assert "100 days of history are here" in admin.get(page).content.decode()

    answer = admin.post("/client/voltarra/reports/baseline/take/")
    assert answer.status_code == 302

    for browser, address in ((admin, page), (world.browser(world.lead), "/desk/reports/voltarra/baseline/")):
        html = browser.get(address).content.decode()
        assert "How customers were served before" in html
        assert html.count('<td class="h') == 7 * 24
        assert "Take it again" in html or browser is not admin
    report = admin.get("/client/voltarra/reports/?from=2026-01-05&to=2026-01-31").content.decode()
    assert "before: 2 h" in report
    assert "before:" not in admin.get("/client/voltarra/reports/tickets/?number=opened").content.decode()


def test_without_history_the_page_says_how_to_get_it(world):
    html = world.browser(world.o1).get("/client/voltarra/reports/baseline/").content.decode()

    assert "There is no history here yet" in html
    assert "take/" not in html


def test_the_cost_is_that_of_the_rate_card(world):
    bring_in(world.c1, [old(n, days=n) for n in range(100)])
    take(world, world.o1)
    with in_client(world.c1.pk, "tests"):
        contract = Contract.objects.get(client_id=world.c1.pk, vendor=world.havnvik)
        ContractTerms.objects.create(
            client_id=world.c1.pk,
            vendor=world.havnvik,
            contract=contract,
            number=1,
            valid_from=NOW,
            rate_card={"currency": "EUR", "prices": {"ticket": 400, "month": 100_000}},
        )

    html = world.browser(world.o1).get("/client/voltarra/reports/baseline/").content.decode()

    # 100 tickets in 100 days are 30.4 a month: 1,000 and 4 for each.
    assert "EUR 1,122" in html
    assert "for 30 tickets" in html


def test_another_clients_history_is_not_in_it(world):
    bring_in(world.c2, [old(n, days=n) for n in range(100)])

    with pytest.raises(Conflict, match="Nothing was imported"):
        take(world, world.o1)


def test_many_tickets_are_measured_evenly(world, monkeypatch):
    monkeypatch.setattr(history, "MOST_MEASURED", 30)
    bring_in(world.c1, [old(n, days=n) for n in range(100)])

    found = baseline.read(take(world, world.o1).figures)

    assert found.tickets == 100
    assert found.one_in == 4
    assert found.first_response.count == 25
    with world.enter(world.o1):
        assert Ticket.objects.filter(channel="import").count() == 100


@given(LENGTHS, LENGTHS, LENGTHS)
def test_what_is_stored_is_read_again(wait, first, solve):
    targets = {1: {"first_response": spread(first), "solve": spread(solve)}}
    hours = tuple(tuple(range(24)) for _day in range(7))
    before = Before(90, len(wait), hours, (("A", 3),), spread(wait), spread(first), spread(solve), targets, "Week", 2)

    assert baseline.read(before.stored()) == before


@given(LENGTHS)
def test_a_suggestion_is_the_lowest_rung_that_nine_in_ten_kept(seconds):
    one = spread(seconds)
    rung = baseline.suggested(one)

    if len(seconds) < baseline.FEWEST_MEASURED:
        assert rung is None
        return
    keeps = [r for r in baseline.RUNGS if 10 * sum(s <= r for s in seconds) >= 9 * len(seconds)]
    assert rung == (keeps[0] if keeps else None)


@given(st.lists(st.lists(st.integers(0, 10_000), min_size=24, max_size=24), min_size=7, max_size=7))
def test_the_busiest_hour_is_darkest_and_only_an_empty_one_has_no_colour(hours):
    drawn = baseline.levels(hours)
    pairs = [(c, d) for counts, dark in zip(hours, drawn, strict=True) for c, d in zip(counts, dark, strict=True)]
    most = max(c for c, _d in pairs)

    assert all((dark == 0) == (count == 0) for count, dark in pairs)
    assert all(dark == baseline.LEVELS for count, dark in pairs if most and count == most)
    ordered = sorted(pairs)
    assert [d for _c, d in ordered] == sorted(d for _c, d in ordered)


def test_a_month_costs_the_fixed_part_and_each_ticket():
    assert baseline.cost_of_month(100, {"ticket": 400, "month": 50_000}) == 90_000
    assert baseline.cost_of_month(100, {"ticket": 400}) == 40_000
    assert baseline.cost_of_month(100, {"month": 50_000}) == 50_000
    assert baseline.cost_of_month(100, {"hour": 9_000}) is None


@pytest.mark.parametrize(
    ("before", "now", "shorter"),
    [(3600, 1800, True), (3600, 7200, False), (3600, 3500, None), (30, 80, None), (None, 5, None), (5, None, None)],
)
def test_longer_and_shorter_are_said_only_where_it_is_felt(before, now, shorter):
    assert Against(before, now).shorter is shorter


def test_nothing_measured_suggests_nothing():
    assert baseline.suggested(Spread(0, None, None, None)) is None

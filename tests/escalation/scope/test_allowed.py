"""What the client allows before anybody asks: an allowance for urgent tickets, a budget for the month."""

from datetime import timedelta

import pytest

from access.errors import Invalid, NotFound, RightMissing
from escalation.models import ScopeRequest
from escalation.scope import cards, deciding
from tests import factories
from tests.cast import World
from tests.escalation.scope.things import State, allow, ask, finish, fresh, mails, record, sweep
from tests.faults.together import together
from tickets.models import Impact, Urgency


def test_within_the_allowance_an_urgent_ticket_waits_for_nobody(world: World, contract, urgent) -> None:
    allow(world, contract, allowance=20_000)

    row = ask(world, urgent)
    sweep()

    assert (row.state, row.covered_by) == (State.APPROVED, "allowance")
    assert mails(world, "ask") == []
    assert record(world, row, 150).amount == 12_750


def test_the_allowance_is_each_tickets_own_and_never_overspent(world: World, contract, urgent) -> None:
    allow(world, contract, allowance=20_000)
    ask(world, urgent)

    assert ask(world, urgent).state == State.ASKED
    other = factories.ticket(world, world.r1, impact=Impact.BLOCKED, urgency=Urgency.NOW)
    assert ask(world, other).state == State.APPROVED


def test_the_allowance_is_for_priority_1_alone(world: World, contract, ticket) -> None:
    assert ticket.priority != 1
    allow(world, contract, allowance=10**9)

    assert ask(world, ticket).state == State.ASKED


def test_within_the_budget_of_the_month(world: World, clock, contract, ticket) -> None:
    allow(world, contract, budgets={"new-templates": 13_000, "": 2_600})

    first, second = ask(world, ticket), ask(world, ticket)
    photo = ask(world, ticket, work="photo", quantity=200)

    assert (first.state, first.covered_by, first.budget_of) == (State.APPROVED, "budget", "new-templates")
    assert second.state == State.ASKED
    assert (photo.state, photo.budget_of) == (State.APPROVED, "")
    clock.shift(timedelta(days=10))
    assert ask(world, factories.ticket(world, world.r1)).state == State.APPROVED


def test_the_month_is_that_of_the_clients_calendar(world: World, clock, contract, ticket) -> None:
    # Half past eleven at night in UTC is the first of December in Stockholm.
    clock.move_to("2026-11-30T23:30:00+00:00")

    assert str(ask(world, ticket).month) == "2026-12-01"


def test_what_was_not_used_is_free_again_once_it_is_done(world: World, contract, ticket) -> None:
    allow(world, contract, budgets={"": 13_000})
    row = ask(world, ticket)
    record(world, row, 50)
    waits = ask(world, ticket)
    assert waits.state == State.ASKED

    finish(world, row)

    other = factories.ticket(world, world.r1)
    assert ask(world, other, quantity=100).state == State.APPROVED


def test_of_many_at_once_no_more_is_approved_than_is_allowed(world: World, contract) -> None:
    allow(world, contract, budgets={"": 13_000})
    tickets = [factories.ticket(world, world.r1) for _number in range(4)]

    done = together(*(lambda each=each: ask(world, each) for each in tickets))

    assert not [each for each in done if isinstance(each, Exception)]
    states = sorted(fresh(world, each).state for each in done)
    assert states == ["approved", "asked", "asked", "asked"]
    with world.enter(world.c1):
        assert cards.total(ScopeRequest.objects.filter(covered_by="budget")) <= 13_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer_hours": 0}, {"answer_hours": 401}, {"allowance": -1}, {"allowance": 10**14}, {"budgets": {"": -5}},
        {"budgets": {"": 10**20}}, {"approvers": ["nobody"]}, {"budgets": {"x" * 300: 1}},
        {"budgets": {f"k{n}": 1 for n in range(101)}},
    ],
)  # fmt: skip
def test_what_can_not_be_allowed_is_refused(world: World, contract, wrong) -> None:
    with pytest.raises(Invalid):
        allow(world, contract, **wrong)


def test_an_approver_stands_there_once_and_is_the_clients_own(world: World, contract, contacts) -> None:
    with pytest.raises(Invalid):
        allow(world, contract, approvers=[contacts[0].key, contacts[0].key])
    allow(world, contract, approvers=[contacts[1].key, contacts[0].key])


@pytest.mark.parametrize("who", ["v1", "lead", "a1", "e1", "o2"])
def test_only_whoever_signs_for_the_client_allows_anything(world: World, contract, who: str) -> None:
    settings = deciding.Settings(8, [], 100, {})
    with world.enter(getattr(world, who)) as actor, pytest.raises((RightMissing, NotFound)):
        deciding.save_rules(actor, client_id=world.c1.pk, contract_id=contract.pk, settings=settings)


def test_the_client_sees_what_was_taken(world: World, contract, ticket) -> None:
    allow(world, contract, budgets={"": 20_000})
    ask(world, ticket)

    page = world.browser(world.o1).get(f"/client/voltarra/contracts/{contract.pk}/scope/").content.decode()

    assert "127.50 EUR of 200.00 EUR" in page


def test_the_form_keeps_what_it_says(world: World, contract, contacts, ticket) -> None:
    browser, path = world.browser(world.o1), f"/client/voltarra/contracts/{contract.pk}/scope/"
    said = {"answer_hours": "4", "approver_1": contacts[1].key, "allowance": "300", "budget_0": "12.50"}

    assert browser.post(path, said).status_code == 302

    with world.enter(world.c1):
        row = cards.rules_of(contract)
    assert (row.answer_hours, row.approvers, row.allowance) == (4, [contacts[1].key], 30_000)
    assert row.budgets == {"new-templates": 1_250}
    assert browser.post(path, {**said, "allowance": "-1"}).status_code == 400
    assert browser.post(path, {**said, "approver_1": "nobody"}).status_code == 400

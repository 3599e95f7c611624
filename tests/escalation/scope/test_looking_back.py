"""The log of what was out of scope, on both sides, and the proposal that grows out of it."""

import pytest

from access.models import ContractTerms
from escalation.models import ScopeRequest, WorkEntry
from tests import factories
from tests.cast import World
from tests.escalation.scope.things import allow, approve, ask, contract_of, finish, record
from tests.faults.together import together

PAGE = "/client/voltarra/scope/"
OFFICE = "/office/clients/voltarra/scope/"


@pytest.fixture
def repeated(world: World, contract, ticket):
    """The same asked for three times: one done, one approved, one waiting."""
    other, third = (factories.ticket(world, world.r1) for _number in range(2))
    done = approve(world, ask(world, ticket))
    record(world, done, 100)
    finish(world, done)
    approve(world, ask(world, other))
    ask(world, third)
    ask(world, third, work="photo")
    return contract


def newest(world: World) -> ContractTerms:
    contract = contract_of(world)
    with world.enter(world.c1):
        row = ContractTerms.objects.filter(contract=contract).order_by("-number").first()
    assert row is not None
    return row


@pytest.mark.parametrize("side", ["console", "office"])
def test_repeats_are_grouped_and_costs_summed(world: World, repeated, side: str) -> None:
    path, person = (PAGE, world.o1) if side == "console" else (OFFICE, world.office)

    page = world.browser(person).get(path)

    first, second = page.context["groups"]
    assert (first.work, first.count, first.approved, first.waiting, first.cost) == ("New templates", 3, 2, 1, 21_250)
    assert (second.work, second.count, second.cost) == ("Photo", 1, 0)
    (month,) = page.context["months"]
    assert (month.count, month.cost, month.length) == (4, 21_250, 100)
    assert "212.50 EUR" in page.content.decode()


def test_the_office_reads_figures_and_no_words(world: World, repeated) -> None:
    browser = world.browser(world.office)

    for path in (OFFICE, f"{OFFICE}requests.csv"):
        assert "can not be repaired" not in browser.get(path).content.decode()


def test_the_sheet_has_every_request_and_runs_nothing(world: World, repeated) -> None:
    with world.enter(world.c1):
        ScopeRequest.objects.filter(work="Photo").update(work="=1+1")

    answer = world.browser(world.o1).get(f"{PAGE}requests.csv")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert "attachment" in answer["Content-Disposition"]
    assert '"\'=1+1"' in lines[4]


@pytest.mark.parametrize("side", ["console", "office"])
def test_one_click_proposes_the_contract_that_both_sides_sign(world: World, repeated, side: str) -> None:
    person = world.o1 if side == "console" else world.office
    start = "/client/voltarra" if side == "console" else "/office/clients/voltarra"
    path = f"{start}/contracts/{repeated.pk}/amend/"
    before = newest(world)
    category = world.browser(world.o1).get(PAGE).context["groups"][0].category

    said = {"work": "new-templates", "category": category}
    assert world.browser(person).post(path, said).status_code == 302
    assert world.browser(person).post(path, said).status_code == 302

    row = newest(world)
    assert row.number == before.number + 1
    assert not row.is_signed
    assert "New templates" in row.rate_card["included"]
    assert row.rate_card["included"].count("New templates") == 1
    assert row.rate_card["work"] == before.rate_card["work"]
    assert str(row.valid_from) == "2026-11-30 23:00:00+00:00"


def test_what_nobody_asked_for_is_proposed_by_nobody(world: World, repeated) -> None:
    path = f"/client/voltarra/contracts/{repeated.pk}/amend/"

    assert world.browser(world.o1).post(path, {"work": "gold", "category": ""}).status_code == 404
    assert world.browser(world.o1).post(path, {"work": "x" * 999, "category": ""}).status_code == 400
    assert world.browser(world.a1).post(path, {"work": "new-templates", "category": ""}).status_code == 403
    assert newest(world).number == 1


def test_the_client_finds_what_waits_on_its_first_page(world: World, contract, ticket) -> None:
    browser = world.browser(world.o1)
    assert "wait for your word" not in browser.get("/client/voltarra/").content.decode()
    ask(world, ticket)

    assert "1 request waits for your word" in browser.get("/client/voltarra/").content.decode()
    page = browser.get("/client/voltarra/requests/").content.decode()
    assert "New templates, for ticket" in page
    assert "127.50 EUR" in page


def test_the_client_decides_in_the_console(world: World, contract, ticket) -> None:
    row = ask(world, ticket)
    browser, path = world.browser(world.o1), f"/client/voltarra/scope/{row.pk}/"

    assert browser.post(path, {"do": "decline"}).status_code == 400
    assert "approved it" in browser.post(path, {"do": "approve"}, follow=True).content.decode()
    assert browser.post(path, {"do": "decline", "answer": "No."}).status_code == 409


def test_the_agent_sees_whom_it_waits_for(world: World, asked) -> None:
    browser = world.browser(world.v1)

    ticket = browser.get(f"/desk/voltarra/{asked.ticket_number}/").content.decode()
    strip = browser.get(f"/desk/voltarra/{asked.ticket_number}/scope/strip/").content.decode()
    own = browser.get("/desk/out-of-scope/").content.decode()

    assert f"/desk/voltarra/{asked.ticket_number}/scope/strip/" in ticket
    assert "Next: Ida" in strip
    assert "New templates" in own
    assert "New templates" not in world.browser(world.lead).get("/desk/out-of-scope/").content.decode()


def test_work_is_recorded_on_the_page(world: World, contract, ticket) -> None:
    allow(world, contract, budgets={"": 20_000})
    browser, path = world.browser(world.v1), f"/desk/voltarra/{ticket.number}/scope/"
    said = {"purpose": "beyond", "work": "new-templates", "quantity": "1.5", "why": "Gone.", "otherwise": "Nothing."}

    page = browser.post(path, said, follow=True)
    (shown,) = page.context["found"]
    assert "budget of the month" in shown.outcome
    assert browser.post(f"{path}{shown.row.pk}/record/", {"quantity": "1.6"}).status_code == 409
    assert browser.post(f"{path}{shown.row.pk}/record/", {"quantity": "-1"}).status_code == 400
    assert browser.post(f"{path}{shown.row.pk}/record/", {"quantity": "1.5", "note": "Logo"}).status_code == 302
    assert browser.post(f"{path}{shown.row.pk}/done/").status_code == 302
    assert "It took 1.5 hours, 127.50 EUR" in browser.get(path).content.decode()
    assert browser.post(f"{path}{shown.row.pk}/withdraw/").status_code == 409


def test_a_form_that_is_sent_twice_at_once_is_one_request_and_one_piece_of_work(world: World, contract, ticket) -> None:
    allow(world, contract, budgets={"": 90_000})
    path = f"/desk/voltarra/{ticket.number}/scope/"
    said = {"purpose": "beyond", "work": "new-templates", "quantity": "3", "why": "Gone.", "otherwise": "Nothing."}
    browsers = [world.browser(world.v1) for _n in range(4)]

    def send(to: str, **form: str) -> list[int]:
        turns = list(browsers)
        answers = together(*[lambda: turns.pop().post(to, form)] * len(browsers))
        return [answer.status_code for answer in answers]

    assert send(path, **said, once="page-1") == [302] * 4
    (shown,) = browsers[0].get(path).context["found"]
    work = {"quantity": "1.25", "note": "Logo"}
    assert send(f"{path}{shown.row.pk}/record/", **work, once="page-1") == [302] * 4
    assert recorded(world) == [125]
    # Its twins: the same work from a page loaded anew, and a form that was refused before.
    assert browsers[0].post(f"{path}{shown.row.pk}/record/", {**work, "once": "page-2"}).status_code == 302
    assert browsers[0].post(f"{path}{shown.row.pk}/record/", {**work, "once": "page-3"}).status_code == 409
    again = {"quantity": "0.5", "note": "Logo", "once": "page-3"}
    assert browsers[0].post(f"{path}{shown.row.pk}/record/", again).status_code == 302
    assert recorded(world) == [125, 125, 50]


def recorded(world: World) -> list[int]:
    with world.enter(world.c1):
        return list(WorkEntry.objects.order_by("pk").values_list("hundredths", flat=True))


@pytest.mark.parametrize("left_out", ["work", "quantity", "why", "otherwise"])
def test_what_is_left_out_is_asked_for(world: World, ticket, left_out: str) -> None:
    said = {"purpose": "beyond", "work": "photo", "quantity": "1", "why": "Gone.", "otherwise": "Nothing."}
    path = f"/desk/voltarra/{ticket.number}/scope/"

    assert world.browser(world.v1).post(path, {**said, left_out: ""}).status_code == 400
    assert world.browser(world.v1).post(path, said).status_code == 302

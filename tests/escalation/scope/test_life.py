"""A request from its asking to its end: asked, told, decided, worked, done."""

from datetime import timedelta

import pytest

from access.errors import Conflict, GateClosed, Invalid, NotFound, Refused, RightMissing
from access.models import AccessLogContent
from escalation.models import Due, ScopeStep, WorkEntry
from escalation.scope import asking, deciding
from escalation.scope.asking import Wanted
from tests import factories
from tests.cast import World
from tests.escalation.scope import things
from tests.escalation.scope.things import MONDAY, State, approve, ask, finish, fresh, mails, record, sweep
from tests.faults.together import together
from tickets.models import Event

HOUR = timedelta(hours=1)


def told(world: World) -> list[str]:
    with world.enter(world.c1):
        rows = Event.objects.filter(kind="scope").order_by("pk")
        return [row.data["what"] for row in rows]


def test_it_is_priced_by_the_rate_card_of_the_day(world: World, asked) -> None:
    assert (asked.state, asked.estimate, asked.currency, asked.price) == (State.ASKED, 12_750, "EUR", 8_500)
    assert asked.due_at == MONDAY + 8 * HOUR
    assert str(asked.month) == "2026-11-01"
    assert told(world) == ["asked"]


def test_each_is_told_once_in_order_and_the_next_after_silence(world: World, clock, asked) -> None:
    sweep()
    sweep()
    assert [to for to, _text in mails(world, "ask")] == ["ida@voltarra.example"]

    # Eight hours for two approvers and everybody who may decide: 160 minutes each.
    for minutes, kind, whom in (
        (80, "remind", "ida@voltarra.example"),
        (160, "ask", "nils@voltarra.example"),
        (240, "remind", "nils@voltarra.example"),
        (320, "ask", "o1@voltarra.example"),
        (400, "remind", "o1@voltarra.example"),
    ):
        clock.move_to(MONDAY + timedelta(minutes=minutes) - timedelta(seconds=1))
        before = len(mails(world, kind))
        sweep()
        assert len(mails(world, kind)) == before
        clock.move_to(MONDAY + timedelta(minutes=minutes))
        sweep()
        sweep()
        assert len(mails(world, kind)) == before + 1
        assert mails(world, kind)[-1][0] == whom


def test_it_ends_when_it_was_told_to(world: World, clock, asked) -> None:
    clock.move_to(asked.due_at - timedelta(seconds=1))
    sweep()
    assert fresh(world, asked).state == State.ASKED

    clock.move_to(asked.due_at)
    sweep()
    sweep()

    assert fresh(world, asked).state == State.EXPIRED
    assert told(world) == ["asked", "expired"]
    assert [to for to, _text in mails(world, "outcome")] == ["v1@havnvik.example"]
    with world.enter(world.c1):
        assert not Due.objects.filter(kind="scope").exists()


def test_after_an_outage_every_step_is_told_once(world: World, clock, asked) -> None:
    clock.move_to(asked.due_at - timedelta(seconds=1))
    sweep()

    with world.enter(world.c1):
        assert not ScopeStep.objects.filter(told_at=None).exists()
    assert len(mails(world, "ask")) == 3
    assert len(mails(world, "remind")) == 3


def test_hours_are_those_of_the_clients_support(world: World, clock, contract, contacts, ticket) -> None:
    clock.move_to(MONDAY + 8 * HOUR)
    late = ask(world, ticket)

    # Until 18 there are two hours left; six more from 08 on the next day.
    assert late.due_at == MONDAY + 30 * HOUR


def test_without_an_approver_everybody_who_may_decide_is_asked(world: World, ticket) -> None:
    ask(world, ticket)
    sweep()

    assert [to for to, _text in mails(world, "ask")] == ["o1@voltarra.example"]
    assert "/client/voltarra/scope/" in mails(world, "ask")[0][1]


def test_the_client_approves_and_nobody_is_asked_any_more(world: World, clock, asked) -> None:
    approve(world, asked)
    clock.move_to(MONDAY + 7 * HOUR)
    sweep()

    assert (fresh(world, asked).state, asked.decided_by_name) == (State.APPROVED, "Olle Voltarra")
    assert mails(world, "ask") == []
    assert told(world) == ["asked", "approved"]


def test_a_no_says_why(world: World, asked) -> None:
    with world.enter(world.o1) as actor:
        about = {"client_id": asked.client_id, "request_id": asked.pk}
        with pytest.raises(Invalid):
            deciding.decline(actor, answer="  ", **about)
        deciding.decline(actor, answer="Next year.", **about)

    assert fresh(world, asked).state == State.DECLINED
    assert "Next year." in mails(world, "outcome")[0][1]


def test_of_two_answers_at_once_one_wins(world: World, asked) -> None:
    def decline() -> object:
        with world.enter(world.o1) as actor:
            return deciding.decline(actor, client_id=asked.client_id, request_id=asked.pk, answer="No.")

    done = together(lambda: approve(world, asked), decline)

    assert sum(isinstance(each, Conflict) for each in done) == 1
    assert fresh(world, asked).state in (State.APPROVED, State.DECLINED)
    assert len(told(world)) == 2


def test_too_late_is_too_late(world: World, clock, asked) -> None:
    clock.move_to(asked.due_at)

    with pytest.raises(Conflict):
        approve(world, asked)
    assert fresh(world, asked).state == State.ASKED


def test_it_is_taken_back_once(world: World, asked) -> None:
    about = {"client_id": asked.client_id, "request_id": asked.pk}
    with world.enter(world.v1) as actor:
        asking.withdraw(actor, **about)
    with world.enter(world.v1) as actor, pytest.raises(Conflict):
        asking.withdraw(actor, **about)

    assert fresh(world, asked).state == State.WITHDRAWN
    with pytest.raises(Conflict):
        approve(world, asked)


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001, 10**30])
def test_a_quantity_that_is_none_is_refused(world: World, ticket, quantity: int) -> None:
    with pytest.raises(Invalid):
        ask(world, ticket, quantity=quantity)
    assert ask(world, ticket, quantity=1).estimate == 85


@pytest.mark.parametrize("work", ["", "unknown", "x" * 5000])
def test_only_what_the_rate_card_has_can_be_asked_for(world: World, ticket, work: str) -> None:
    with pytest.raises(Invalid):
        ask(world, ticket, work=work)
    assert ask(world, ticket, work="photo", quantity=200).estimate == 2_500


def test_without_a_rate_card_there_is_nothing_to_ask_for(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(Conflict):
        ask(world, ticket)


def test_the_same_is_not_asked_twice_at_once(world: World, asked, ticket) -> None:
    with pytest.raises(Conflict):
        ask(world, ticket)
    assert ask(world, ticket, work="photo").state == State.ASKED


def test_a_newer_rate_card_changes_no_request(world: World, clock, asked) -> None:
    clock.shift(HOUR)
    from access.rate_card import RateCard, Unit, Work

    things.agree(world, RateCard("EUR", {}, [Work("New templates", Unit.HOUR, 99_900)]))
    approve(world, asked)

    assert record(world, asked, 100).amount == 8_500


class TestWork:
    def test_none_is_recorded_before_the_client_has_said_yes(self, world: World, asked) -> None:
        with pytest.raises(Conflict):
            record(world, asked, 50)
        with world.enter(world.c1):
            assert not WorkEntry.objects.exists()

        approve(world, asked)
        assert record(world, asked, 50).amount == 4_250

    def test_no_more_than_was_approved(self, world: World, asked) -> None:
        approve(world, asked)
        record(world, asked, 100)

        with pytest.raises(Conflict, match="further request"):
            record(world, asked, 51)
        record(world, asked, 50)
        assert (fresh(world, asked).used, asked.used_hundredths) == (12_750, 150)

    def test_of_two_entries_at_once_that_are_too_much_one_stays(self, world: World, asked) -> None:
        approve(world, asked)

        done = together(lambda: record(world, asked, 100), lambda: record(world, asked, 100))

        assert sum(isinstance(each, Conflict) for each in done) == 1
        assert fresh(world, asked).used == 8_500

    @pytest.mark.parametrize("quantity", [0, -50, 10**20])
    def test_a_quantity_that_is_none_is_refused(self, world: World, asked, quantity: int) -> None:
        approve(world, asked)
        with pytest.raises(Refused):
            record(world, asked, quantity)

    def test_done_is_done(self, world: World, asked) -> None:
        approve(world, asked)
        record(world, asked, 50)
        finish(world, asked)
        finish(world, asked)

        assert fresh(world, asked).state == State.DONE
        with pytest.raises(Conflict):
            record(world, asked, 10)
        assert told(world).count("done") == 1


class TestMakingItStable:
    def test_needs_no_request_and_asks_nobody(self, world: World, urgent) -> None:
        with world.enter(world.v1) as actor:
            asking.go_on(actor, client_id=urgent.client_id, ticket_id=urgent.pk)
        sweep()

        assert told(world) == ["stabilise"]
        assert mails(world, "ask") == []

    def test_nothing_that_waits_or_was_declined_is_in_its_way(self, world: World, urgent) -> None:
        row = ask(world, urgent)
        with world.enter(world.o1) as actor:
            deciding.decline(actor, client_id=row.client_id, request_id=row.pk, answer="No.")

        browser = world.browser(world.v1)
        done = browser.post(f"/desk/voltarra/{urgent.number}/scope/", {"purpose": "stabilise"}, follow=True)

        assert done.status_code == 200
        assert "Go on" in done.content.decode()


class TestWhoMay:
    """Each refusal has its twin that is let through."""

    @pytest.mark.parametrize("who", ["v1ro", "o1", "a1", "e1", "x", "v12"])
    def test_only_those_who_work_the_ticket_ask(self, world: World, ticket, who: str) -> None:
        if who == "v12":
            assert ask(world, ticket, by=world.v12).state == State.ASKED
            return
        with pytest.raises((RightMissing, NotFound, GateClosed)):
            ask(world, ticket, by=getattr(world, who))

    @pytest.mark.parametrize("who", ["v1", "v12", "lead", "o2", "a1", "e1", "x"])
    def test_only_the_clients_own_deciders_decide(self, world: World, asked, who: str) -> None:
        with pytest.raises((RightMissing, NotFound, GateClosed)):
            approve(world, asked, by=getattr(world, who))
        assert fresh(world, asked).state == State.ASKED
        assert approve(world, asked).state == State.APPROVED

    def test_a_vendors_person_never_decides_whatever_right_they_hold(self, world: World, asked) -> None:
        from dataclasses import replace

        from access.rights import Right

        with world.enter(world.v1) as actor:
            held = actor.standings[asked.client_id]
            held = replace(held, rights=held.rights | {Right.SCOPE_DECIDE, Right.CONTRACT_SIGN})
            mighty = replace(actor, standings={asked.client_id: held})
            with pytest.raises(RightMissing):
                deciding.approve(mighty, client_id=asked.client_id, request_id=asked.pk)
            settings = deciding.Settings(8, [], 10**9, {})
            with pytest.raises(RightMissing):
                deciding.save_rules(mighty, client_id=asked.client_id, contract_id=asked.contract_id, settings=settings)

    def test_another_clients_request_is_nowhere(self, world: World, asked) -> None:
        with world.enter(world.o2) as actor, pytest.raises(NotFound):
            deciding.approve(actor, client_id=world.c2.pk, request_id=asked.pk)
        with world.enter(world.v12, only=world.c2) as actor, pytest.raises(NotFound):
            asking.withdraw(actor, client_id=world.c2.pk, request_id=asked.pk)
        with world.enter(world.v12, only=world.c1) as actor:
            assert asking.withdraw(actor, client_id=world.c1.pk, request_id=asked.pk).state == State.WITHDRAWN

    def test_the_log_says_who_did_what(self, world: World, asked) -> None:
        approve(world, asked)

        with world.enter(world.c1):
            found = AccessLogContent.objects.filter(detail__what__startswith="scope ")
            done = {row.detail["what"]: row.actor_name for row in found}
        assert done == {
            "scope rules saved": "Olle Voltarra",
            "scope asked": "Vera Ahlm",
            "scope approved": "Olle Voltarra",
        }


def test_words_are_needed(world: World, ticket) -> None:
    for why, otherwise in (("", "x"), ("x", " "), ("x" * 601, "x"), ("x", "x" * 301)):
        wanted = Wanted("photo", 100, why, otherwise)
        with world.enter(world.v1) as actor, pytest.raises(Invalid):
            asking.ask(actor, client_id=ticket.client_id, ticket_id=ticket.pk, wanted=wanted)

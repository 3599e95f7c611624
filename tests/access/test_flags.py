"""Flags of the access log: plain thresholds, raised once, told to the vendor's lead first."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from access import log
from access.actions import flags
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.flagging import Deed, stretches
from access.models import Assignment, FlagRules, LogFlag
from access.tasks import raise_flags
from helpdesk.lib import clock
from post.models import StaffLetter
from tests import factories

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
deeds_of_somebody = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 4)), max_size=40).map(
    lambda found: [
        Deed(number, MONDAY + timedelta(minutes=minute), records)
        for number, (minute, records) in enumerate(sorted(found))
    ]
)


def look(world, person, customer, *, times=1, ticket=None, action=log.Action.VIEW):
    """Have a person open a customer's record, so often."""
    more = {"ticket_id": ticket.pk, "ticket_number": ticket.number} if ticket else {}
    with world.enter(person, only=world.c1) as actor:
        for _each in range(times):
            log.record(actor, world.c1.pk, action, (log.CUSTOMER, customer.pk), **more)


def found(world):
    with world.enter(world.c1):
        return list(LogFlag.objects.select_related("card").order_by("pk"))


def set_rules(world, by=None, **more):
    given = {"without_ticket_most": 3, "bulk_most": None, "bulk_minutes": 10, "off_hours": False, **more}
    with world.enter(by or world.o1) as actor:
        return flags.set_rules(actor, client_id=world.c1.pk, **given)


def explain(world, by, flag, text="A list for the recall, asked for by Olle."):
    with world.enter(by, only=world.c1) as actor:
        return flags.explain(actor, client_id=world.c1.pk, flag_id=flag.pk, text=text)


class TestArithmetic:
    @given(deeds=deeds_of_somebody, most=st.integers(0, 6))
    def test_each_stretch_passes_the_threshold_and_nothing_outside_them_does(self, deeds, most):
        told = list(stretches(deeds, most=most, within=HOUR))

        covered = {entry for stretch in told for entry in stretch.entries}
        for stretch in told:
            inside = [deed for deed in deeds if deed.entry_id in stretch.entries]
            assert stretch.count == sum(deed.records for deed in inside) > most
            assert all(stretch.starts_at <= deed.at < stretch.ends_at for deed in inside)
        for first in deeds:
            window = [deed for deed in deeds if first.at <= deed.at < first.at + HOUR]
            assert sum(deed.records for deed in window) <= most or covered & {deed.entry_id for deed in window}

    def test_exactly_the_threshold_is_no_flag_and_one_more_is(self):
        deeds = [Deed(number, MONDAY + timedelta(minutes=number), 1) for number in range(4)]

        assert not list(stretches(deeds[:3], most=3, within=HOUR))
        assert [stretch.count for stretch in stretches(deeds, most=3, within=HOUR)] == [4]

    def test_a_stretch_is_as_long_as_it_says_and_no_longer(self):
        deeds = [Deed(number, MONDAY + number * HOUR / 3, 1) for number in range(4)]

        assert not list(stretches(deeds, most=3, within=HOUR))
        assert list(stretches(deeds, most=3, within=HOUR + timedelta(microseconds=1)))


class TestRaising:
    def test_many_records_without_a_ticket(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=3)
        assert raise_flags(world.c1.pk) == 0

        look(world, world.v1, world.r1)
        assert raise_flags(world.c1.pk) == 1

        (flag,) = found(world)
        assert (flag.kind, flag.count, flag.threshold, flag.user_id) == ("without_ticket", 4, 3, world.v1.pk)
        assert flag.card.name == "Vera Ahlm"
        assert len(flag.entries) == 4

    @pytest.mark.parametrize("person", ["office", "operator"])
    def test_of_somebody_under_emergency_access_too(self, world, person):
        who, ticket = getattr(world, person), factories.ticket(world, world.r1)
        factories.let_in(world, world.o1, factories.asked_in(world, who, ticket))
        set_rules(world)

        look(world, who, world.r1, times=3)
        before = raise_flags(world.c1.pk)
        look(world, who, world.r1)

        assert (before, raise_flags(world.c1.pk)) == (0, 1)
        (flag,) = found(world)
        assert (flag.user_id, flag.vendor_id, flag.card.name) == (who.pk, who.vendor_id, who.name)
        letters = StaffLetter.objects.filter(kind=StaffLetter.Kind.LOG_FLAG)
        assert letters.filter(user_id=world.lead.pk).exists() is (person == "office")

    def test_an_operators_flag_is_no_vendors_to_read(self, world):
        ticket = factories.ticket(world, world.r1)
        factories.let_in(world, world.o1, factories.asked_in(world, world.operator, ticket))
        set_rules(world)
        look(world, world.operator, world.r1, times=4)
        raise_flags(world.c1.pk)

        with world.enter(world.lead) as actor:
            assert not flags.visible_to(actor, world.c1.pk).exists()
        with time_machine.travel(clock.now() + flags.LEAD_FIRST), world.enter(world.o1) as actor:
            assert flags.visible_to(actor, world.c1.pk).exists()

    def test_it_is_raised_once_and_takes_in_what_follows(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=4)
        assert [raise_flags(world.c1.pk), raise_flags(world.c1.pk)] == [1, 0]

        look(world, world.v1, world.r1, times=2)
        assert raise_flags(world.c1.pk) == 0

        (flag,) = found(world)
        assert (flag.count, len(flag.entries)) == (6, 6)

    def test_the_next_hour_is_another_flag(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=4)
        raise_flags(world.c1.pk)

        with time_machine.travel(clock.now() + timedelta(hours=5)):
            look(world, world.v1, world.r1, times=4)
            assert raise_flags(world.c1.pk) == 1

    def test_what_is_opened_on_a_ticket_counts_as_bulk_only(self, world):
        ticket = factories.ticket(world, world.r1)
        set_rules(world, bulk_most=4)
        look(world, world.v1, world.r1, times=5, ticket=ticket)

        raise_flags(world.c1.pk)

        assert [flag.kind for flag in found(world)] == ["bulk"]

    def test_people_are_counted_apart_and_the_clients_own_not_at_all(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=2)
        look(world, world.v12, world.r1, times=2)
        look(world, world.a1, world.r1, times=9)

        assert raise_flags(world.c1.pk) == 0

    def test_a_change_is_no_look(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=9, action=log.Action.CHANGE)

        assert raise_flags(world.c1.pk) == 0

    def test_outside_the_shift(self, world):
        set_rules(world, without_ticket_most=None, off_hours=True)
        with world.enter(world.c1):
            Assignment.objects.filter(user=world.v1).update(shifts=[[[8 * 60, 16 * 60]]] * 5 + [[], []])
        with time_machine.travel(MONDAY):
            look(world, world.v1, world.r1)
            assert raise_flags(world.c1.pk) == 0
        with time_machine.travel(MONDAY + timedelta(hours=8)):
            look(world, world.v1, world.r1)
            assert raise_flags(world.c1.pk) == 1

        assert [flag.kind for flag in found(world)] == ["off_hours"]

    def test_without_a_roster_outside_the_support_hours(self, world):
        set_rules(world, without_ticket_most=None, off_hours=True)
        for at, raised in ((MONDAY, 0), (MONDAY + timedelta(hours=14), 1)):
            with time_machine.travel(at):
                look(world, world.v1, world.r1)
                assert raise_flags(world.c1.pk) == raised

    def test_a_threshold_that_is_off_raises_nothing(self, world):
        set_rules(world, without_ticket_most=None)
        look(world, world.v1, world.r1, times=20)

        assert raise_flags(world.c1.pk) == 0

    def test_what_was_looked_at_for_good_is_not_read_again(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=4)
        with time_machine.travel(clock.now() + timedelta(hours=6)):
            raise_flags(world.c1.pk)
        with world.enter(world.c1):
            before = FlagRules.objects.get().from_entry

        assert before >= found(world)[0].entries[-1]


class TestTelling:
    @pytest.fixture
    def flag(self, world):
        set_rules(world)
        look(world, world.v1, world.r1, times=4)
        raise_flags(world.c1.pk)
        return found(world)[0]

    def shown(self, world, person, query=""):
        answer = world.browser(person).get(f"/client/voltarra/access-log/flags/{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    def test_the_lead_first_and_the_client_a_day_later(self, world, flag):
        assert list(StaffLetter.objects.values_list("user_id", "kind")) == [(world.lead.pk, "log_flag")]
        assert "4 records opened without a ticket; more than 3" in self.shown(world, world.lead)
        assert "4 records" not in self.shown(world, world.o1)

        with time_machine.travel(flag.shown_from):
            assert "4 records" in self.shown(world, world.o1)

    def test_or_as_soon_as_the_lead_has_said_what_it_was(self, world, flag):
        explain(world, world.lead, flag)

        assert "A list for the recall, asked for by Olle." in self.shown(world, world.o1)

    def test_its_entries_are_found_and_before_that_they_are_not(self, world, flag):
        url = f"/client/voltarra/access-log/?flag={flag.pk}"
        assert world.browser(world.o1).get(url).status_code == 404

        lines = world.browser(world.lead).get(url).context["lines"]

        assert len(lines) == 4
        assert {line.name for line in lines} == {"Vera Ahlm"}

    def test_the_client_always_reads_that_there_are_thresholds(self, world):
        shown = self.shown(world, world.a1)

        assert "after 24 hours" in shown
        assert "More than 10 records without a ticket in an hour" in shown

    def test_filters(self, world, flag):
        assert "4 records" in self.shown(world, world.lead, f"?kind=without_ticket&person={world.v1.pk}&state=no")
        for query in ("?kind=bulk", f"?person={world.v12.pk}", "?state=yes"):
            assert "4 records" not in self.shown(world, world.lead, query)

    def test_the_lead_explains_on_the_page(self, world, flag):
        browser = world.browser(world.lead)
        url = f"/client/voltarra/access-log/flags/{flag.pk}/explain/"
        assert browser.post(url, {"text": ""}).status_code == 400

        assert browser.post(url, {"text": "A recall."}).status_code == 302

        assert "A recall." in self.shown(world, world.o1)
        assert browser.post(url, {"text": "Another."}).status_code == 409

    def test_who_may_not_explain(self, world, flag):
        for person in (world.v1, world.a1):
            with pytest.raises(RightMissing):
                explain(world, person, flag)
        with pytest.raises(NotFound):
            explain(world, world.o1, flag)
        with pytest.raises(Invalid):
            explain(world, world.lead, flag, "x" * 501)
        with world.enter(world.o2) as actor, pytest.raises(NotFound):
            flags.explain(actor, client_id=world.c1.pk, flag_id=flag.pk, text="Mine")

    def test_nobody_explains_their_own(self, world):
        set_rules(world)
        look(world, world.lead, world.r1, times=4)
        raise_flags(world.c1.pk)

        with pytest.raises(Conflict, match="another lead"):
            explain(world, world.lead, found(world)[0])

    def test_a_flag_that_is_not_there(self, world, flag):
        with pytest.raises(NotFound), world.enter(world.lead, only=world.c1) as actor:
            flags.explain(actor, client_id=world.c1.pk, flag_id=0, text="What?")


class TestRules:
    def test_the_client_sets_them_on_the_page(self, world):
        browser = world.browser(world.o1)
        url = "/client/voltarra/access-log/flags/rules/"
        sent = {"without_ticket_most": "7", "bulk_most": "", "bulk_minutes": "15", "off_hours": "on"}

        assert browser.post(url, sent).status_code == 302

        with world.enter(world.o1):
            rules = FlagRules.objects.get()
        assert (rules.without_ticket_most, rules.bulk_most, rules.bulk_minutes, rules.off_hours) == (7, None, 15, True)
        for wrong in ({"bulk_minutes": "0"}, {"without_ticket_most": "0"}, {"bulk_minutes": "x"}):
            assert browser.post(url, {**sent, **wrong}).status_code == 400

    def test_nobody_else_does(self, world):
        for person in (world.lead, world.a1, world.v1):
            with pytest.raises(RightMissing):
                set_rules(world, by=person)
        for wrong in ({"bulk_minutes": 999}, {"bulk_most": 0}):
            with pytest.raises(Invalid):
                set_rules(world, **wrong)

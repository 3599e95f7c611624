"""What the check learns of a client from its rows."""

from datetime import timedelta

from django.urls import reverse

from access.models import Assignment, Membership, User
from escalation import drafting, shown
from escalation.known import Place
from escalation.matrix.checking import Finding, Problem
from escalation.matrix.document import Document, Path, Row, Step, Target, Trigger, When, Who
from escalation.models import Contact, OnCallSchedule, SlaPolicy, SlaTarget
from escalation.recipients import left
from helpdesk.lib import clock
from tests.cast import World

LEAD, AGENTS = Who(Target.ROLE, "team_lead"), Who(Target.ROLE, "agent")


def findings(world: World, *steps: Step, problem: Problem) -> list[tuple[Finding, str]]:
    """What is found of one path that takes every ticket, with its sentence."""
    with world.enter(world.c1):
        place = Place(world.c1.pk, clock.now())
        document = Document((Row("P"),), (Path("P", steps),))
        found = [each for each in drafting.findings_of(world.c1.pk, document, place) if each.problem is problem]
        said = shown.sentences(found, document, place.names(document), place)
        return [(each, f"{one.what} {one.why}") for each, one in zip(found, said, strict=True)]


def ask(*to: Who, instead: tuple[Who, ...] = ()) -> Step:
    return Step(When(), to, instead, hands_over=True)


class TestLate:
    def test_a_step_is_told_only_once_the_clients_answer_is_due(self, world: World) -> None:
        behind = Step(When(Trigger.SILENCE, 90), (LEAD,), instead=(AGENTS,))

        ((found, said),) = findings(world, ask(LEAD, AGENTS), behind, problem=Problem.LATE)

        assert (found.row, found.step, found.priorities) == (1, 2, (1,))
        assert "it is told after this is due: The client’s answer." in said.replace("'", "’")
        assert "promised within 1 h of support hours: what begins on a Monday 08:00 is too late." in said

    def test_by_day_and_night_no_example_is_needed_and_what_is_no_longer_agreed_counts_no_more(
        self, world: World
    ) -> None:
        behind = Step(When(Trigger.SILENCE, 50), (LEAD,), instead=(AGENTS,))
        with world.enter(world.c1):
            old = SlaPolicy.objects.filter(client_id=world.c1.pk).get()
            about = {"client": world.c1, "metric": "client_response", "priority": 1, "round_the_clock": True}
            for version, minutes in ((2, 45), (3, 10)):
                policy = SlaPolicy.objects.create(
                    client=world.c1,
                    vendor_id=old.vendor_id,
                    contract_id=old.contract_id,
                    version=version,
                    valid_from=clock.now() - timedelta(hours=1),
                    calendar=old.calendar,
                    state=SlaPolicy.State.AGREED if version == 2 else SlaPolicy.State.DECLINED,
                )
                SlaTarget.objects.create(policy=policy, seconds=minutes * 60, **about)

        ((found, said),) = findings(world, ask(LEAD, AGENTS), behind, problem=Problem.LATE)

        assert (found.step, found.minutes, found.at) == (2, 45, None)
        assert "promised within 45 min." in said


class TestLeft:
    def test_a_contact_left_with_the_place_of_their_person_is_told(self, world: World) -> None:
        with world.enter(world.c1):
            place = Membership.objects.get(client_id=world.c1.pk, user=world.e1)
            contact = Contact.objects.create(
                client=world.c1, name="Petra", email="petra@mail.example", card_id=place.card_id
            )
        step = ask(Who(Target.CONTACT, contact.key), LEAD)
        assert findings(world, step, problem=Problem.GONE) == []

        with world.enter(world.c1):
            Membership.objects.filter(pk=place.pk).update(ends_at=clock.now())

        ((found, said),) = findings(world, step, problem=Problem.GONE)
        assert found.who == Who(Target.CONTACT, contact.key)
        assert "Petra is no contact any more." in said
        text = world.browser(world.o1).get(reverse("console:contacts", kwargs={"client": "voltarra"})).content.decode()
        assert "has left" in text

    def test_whoever_is_still_to_come_or_never_had_a_place_has_not_left(self, world: World) -> None:
        with world.enter(world.c1):
            mine, now = Membership.objects.filter(client_id=world.c1.pk, user=world.e1), clock.now()
            contact, stranger = Contact(card_id=mine.get().card_id), Contact(card_id=0)

            def who_left() -> frozenset[int | None]:
                return left(world.c1.pk, [contact, stranger, Contact()], now)

            mine.update(starts_at=now + timedelta(days=1))
            assert who_left() == frozenset()
            mine.update(starts_at=now - timedelta(days=1), ends_at=now)
            assert who_left() == {contact.card_id}
            mine.update(ends_at=now + timedelta(seconds=1))
            assert who_left() == frozenset()
            User.objects.filter(pk=world.e1.pk).update(is_active=False)
            assert who_left() == {contact.card_id}


class TestCover:
    def test_promised_hours_without_anybody_of_the_team_are_told(self, world: World) -> None:
        step = ask(Who(Target.TEAM, "Days"))
        with world.enter(world.c1):
            assignment = Assignment.objects.filter(client_id=world.c1.pk, user=world.v1)
            assignment.update(team="Days")
        assert findings(world, step, problem=Problem.GAP) == []

        with world.enter(world.c1):
            assignment.update(shifts=[[[480, 720]]] * 5 + [[]] * 2)

        ((found, said),) = findings(world, step, problem=Problem.GAP)
        assert (found.step, found.who) == (1, Who(Target.TEAM, "Days"))
        assert "while something is promised: Days (team)." in said

    def test_a_schedule_that_nobody_turns_up_on_is_told(self, world: World) -> None:
        with world.enter(world.c1):
            schedule = OnCallSchedule.objects.create(
                client=world.c1, key="nights", name="Nights", zone="Europe/Stockholm", kept_until=clock.now()
            )
        call = Who(Target.CLIENT_CALL, schedule.key)

        ((found, said),) = findings(world, ask(call, LEAD), problem=Problem.GAP)

        assert found.who == call
        assert "nobody is on call by Nights (on call) from" in said

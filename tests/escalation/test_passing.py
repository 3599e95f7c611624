"""Who else says yes, and who else answers: the vendor's people by their role, another contact by their own link."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from access.models import AccessLogContent, SignedLink
from escalation import actions, tasks
from escalation.errors import AlreadyAnswered
from escalation.models import Contact, Escalation, EscalationStep, Notice
from helpdesk.lib import clock
from post.models import OutboxMail
from tests.cast import World
from tests.escalation.test_sweep import tell_claimed
from tickets.models import Event, Holder, Ticket


@pytest.fixture
def lead_told(world: World, asked: Escalation) -> Escalation:
    """The client has not taken it on in time, so the team lead was told."""
    with world.enter(world.c1):
        due = EscalationStep.objects.get(escalation=asked, definition__to__0__0="vendor_role").due_at
    with time_machine.travel(due + timedelta(seconds=1)):
        tell_claimed()
    return asked


def now(world: World, asked: Escalation) -> Escalation:
    with world.enter(world.c1):
        asked.refresh_from_db()
    return asked


def say_yes(world: World, person, ticket: Ticket):
    path = reverse("desk:take_on", kwargs={"client": "voltarra", "number": ticket.number})
    return world.browser(person).post(path, follow=True).content.decode()


def strip(world: World, person, ticket: Ticket) -> str:
    path = reverse("desk:escalation_strip", kwargs={"client": "voltarra", "number": ticket.number})
    return world.browser(person).get(path).content.decode()


class TestSayingYesOnTheDesk:
    def test_who_was_told_says_yes_on_the_ticket_and_nobody_further_is_told(
        self, world: World, ticket: Ticket, lead_told: Escalation
    ) -> None:
        assert "I am on it" in strip(world, world.lead, ticket)

        assert "Noted: you are on it." in say_yes(world, world.lead, ticket)

        found = now(world, lead_told)
        assert found.state == Escalation.State.ACKNOWLEDGED
        with world.enter(world.c1):
            (step,) = EscalationStep.objects.exclude(acknowledged_at=None)
            assert step.definition["to"] == [["vendor_role", "team_lead"]]
            assert not EscalationStep.objects.filter(attempted_at=None, cancelled_at=None).exists()
            ticket.refresh_from_db()
            assert ticket.holder == Holder.CLIENT
            assert Event.objects.get(kind="acknowledged").actor_name == "Lea Dahl"
        assert "I am on it" not in strip(world, world.lead, ticket)

    def test_twice_changes_nothing(self, world: World, ticket: Ticket, lead_told: Escalation) -> None:
        for _click in range(2):
            say_yes(world, world.lead, ticket)

        with world.enter(world.c1):
            assert Event.objects.filter(kind="acknowledged").count() == 1

    @pytest.mark.parametrize("person", ["v1", "o1", "a1"])
    def test_another_role_was_not_told(self, world: World, ticket: Ticket, lead_told: Escalation, person: str) -> None:
        assert "I am on it" not in strip(world, getattr(world, person), ticket)

        assert "Nobody of your role was asked" in say_yes(world, getattr(world, person), ticket)

        assert now(world, lead_told).acknowledged_at is None

    def test_before_they_are_told_there_is_nothing_to_say(
        self, world: World, ticket: Ticket, asked: Escalation
    ) -> None:
        assert "I am on it" not in strip(world, world.lead, ticket)

        say_yes(world, world.lead, ticket)

        assert now(world, asked).acknowledged_at is None

    def test_after_the_answer_it_is_too_late(self, world: World, ticket: Ticket, lead_told: Escalation) -> None:
        with world.enter(world.o1) as actor:
            actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=lead_told.pk, answer="Yes.")

        assert "answered meanwhile" in say_yes(world, world.lead, ticket)
        assert now(world, lead_told).state == Escalation.State.RETURNED


@pytest.fixture
def ida(world: World) -> Contact:
    with world.enter(world.c1):
        return Contact.objects.create(client=world.c1, name="Ida Norling", email="ida@voltarra.example", job="Refunds")


def letters(world: World, to: str) -> list[str]:
    with world.enter(world.c1):
        rows = OutboxMail.objects.filter(kind="escalation_ask", to_address=to).order_by("pk")
        return [re.search(r"/l/\S+", text)[0] for text in rows.values_list("text", flat=True)]


class TestPassingItOn:
    def test_another_contact_gets_a_link_and_this_one_dies(self, world: World, asked: Escalation, ida: Contact) -> None:
        (old,) = letters(world, "e1@voltarra.example")[:1]
        browser = world.browser()
        assert "Ida Norling, Refunds" in browser.get(old).content.decode()

        answer = browser.post(old, {"do": "pass", "contact": str(ida.pk)}, follow=True)

        assert "You passed this question on" in answer.content.decode()
        (new,) = letters(world, "ida@voltarra.example")
        assert b"May we refund?" in browser.get(new).content
        assert browser.post(old, {"do": "return", "answer": "Me!"}).status_code == 410
        assert now(world, asked).ended_at is None
        assert browser.post(new, {"do": "return", "answer": "Yes."}).status_code == 302
        assert now(world, asked).answered_by_name == "Ida Norling"

    def test_it_is_told_on_the_ticket_and_logged(
        self, world: World, ticket: Ticket, asked: Escalation, ida: Contact
    ) -> None:
        world.browser().post(letters(world, "e1@voltarra.example")[0], {"do": "pass", "contact": str(ida.pk)})

        assert "Ida Norling" in strip(world, world.v1, ticket)
        with world.enter(world.c1):
            entry = AccessLogContent.objects.filter(action="change").latest("entry_id")
            assert (entry.detail["what"], entry.detail["contact"]) == ("passed on", ida.pk)
            assert Event.objects.filter(kind="told", data__name="Ida Norling").count() == 1

    def test_reading_changes_nothing(self, world: World, asked: Escalation, ida: Contact) -> None:
        path = letters(world, "e1@voltarra.example")[0]

        world.browser().get(path, {"do": "pass", "contact": ida.pk})
        world.browser().head(path, {"do": "pass", "contact": ida.pk})

        assert letters(world, "ida@voltarra.example") == []
        assert not SignedLink.objects.exclude(used_at=None).exists()

    def test_only_a_contact_of_this_client_in_use_can_be_chosen(
        self, world: World, asked: Escalation, ida: Contact
    ) -> None:
        path, browser = letters(world, "e1@voltarra.example")[0], world.browser()
        with world.enter(world.c2):
            foreign = Contact.objects.create(client=world.c2, name="Foreign", email="x@alderby.example")
        with world.enter(world.c1):
            Contact.objects.filter(pk=ida.pk).update(is_active=False)
            own = Notice.objects.first().contact_id

        for contact in (foreign.pk, ida.pk, own, 0, "x", 10**30, ""):
            assert browser.post(path, {"do": "pass", "contact": str(contact)}).status_code == 400

        assert browser.get(path).status_code == 200
        with world.enter(world.c1):
            assert EscalationStep.objects.filter(escalation=asked).exclude(attempted_at=None).count() == 1
        assert "Foreign" not in browser.get(path).content.decode()

    def test_a_double_click_passes_on_once(self, world: World, asked: Escalation, ida: Contact) -> None:
        path = letters(world, "e1@voltarra.example")[0]

        statuses = [world.browser().post(path, {"do": "pass", "contact": str(ida.pk)}).status_code for _n in range(2)]

        assert statuses == [302, 410]
        assert len(letters(world, "ida@voltarra.example")) == 1

    def test_an_ended_question_is_not_passed_on(self, world: World, asked: Escalation, ida: Contact) -> None:
        with world.enter(world.o1) as actor:
            actions.not_needed(actor, client_id=world.c1.pk, escalation_id=asked.pk)

            with pytest.raises(AlreadyAnswered):
                actions.pass_on(actor, client_id=world.c1.pk, escalation_id=asked.pk, contact_id=ida.pk)

    def test_the_next_step_still_comes_in_its_time(self, world: World, asked: Escalation, ida: Contact) -> None:
        world.browser().post(letters(world, "e1@voltarra.example")[0], {"do": "pass", "contact": str(ida.pk)})

        with time_machine.travel(clock.now() + timedelta(days=3)):
            tasks.sweep_due()

        with world.enter(world.c1):
            assert EscalationStep.objects.get(definition__to__0__0="vendor_role").attempted_at is not None

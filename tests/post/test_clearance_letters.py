"""Whoever a new NDA or a suspension keeps out reads it in their mail: once, in the client's words."""

from datetime import timedelta

import pytest
import time_machine

from access.actions import clearing
from access.errors import Invalid
from access.models import Assignment, User
from helpdesk.lib import clock
from post import tasks
from post.models import OutboxMail
from tests import factories

TEXT = "I keep to myself what I read of Voltarra’s customers."


def publish(world, *, at_once=True, text=TEXT):
    with world.enter(world.o1) as actor:
        return clearing.publish_nda(actor, client_id=world.c1.pk, text=text, at_once=at_once)


def letters(world, kind):
    """The letters by the key of who gets them, each with its subject and text, once they are written."""
    tasks.mail_clearance(world.c1.pk)
    with world.enter(world.c1):
        rows = list(OutboxMail.objects.filter(client_id=world.c1.pk, kind=kind))
    found = {row.to_address.partition("@")[0]: row for row in rows}
    return {name: found[name] for name in sorted(found)}


def count(world, kind):
    with world.enter(world.c1):
        return OutboxMail.objects.filter(client_id=world.c1.pk, kind=kind).count()


class TestNda:
    def test_everybody_who_works_there_is_told_and_nobody_else(self, world):
        publish(world)

        # Xenia's place has ended; the client's own people accept none.
        assert list(letters(world, "nda")) == ["lead", "v1", "v12", "v1own", "v1ro"]

    def test_at_once_says_that_they_are_out_until_they_accept(self, world):
        publish(world)
        told = letters(world, "nda")["v1"]

        assert told.subject == "Voltarra: accept its new NDA to work on"
        assert "Hello Vera Ahlm," in told.text
        assert "version 1 of its NDA, and it counts at once" in told.text
        assert told.text.rstrip().endswith("/desk/my-access/")

    def test_in_a_week_says_from_when_on(self, world):
        nda = publish(world, at_once=False)
        told = letters(world, "nda")["v1"]
        day = clock.as_local(nda.effective_at, world.v1.time_zone).strftime("%-d %B %Y")

        assert told.subject == f"Voltarra: accept its new NDA before {day}"
        assert f"It counts from {day}," in told.text
        assert "at once" not in told.text

    def test_each_version_is_told_once(self, world):
        publish(world)
        letters(world, "nda")
        letters(world, "nda")
        assert count(world, "nda") == 5
        publish(world, text=TEXT + " And of its suppliers.")

        letters(world, "nda")

        assert count(world, "nda") == 10

    def test_a_hint_goes_out_with_the_version(self, world, monkeypatch):
        hints = []
        monkeypatch.setattr(tasks.mail_clearance, "delay", hints.append)

        publish(world)
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

        assert hints == [world.c1.pk, world.c1.pk]

    def test_what_was_published_long_ago_is_told_nobody(self, world):
        publish(world)

        with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
            assert letters(world, "nda") == {}

    def test_in_the_language_of_who_reads_it(self, world):
        User.objects.filter(pk=world.v1.pk).update(language="sv")
        publish(world)
        told = letters(world, "nda")

        assert (told["v1"].language, told["v12"].language) == ("sv", "en")

    def test_one_that_is_not_published_is_told_nobody(self, world):
        with pytest.raises(Invalid):
            publish(world, text="")

        assert letters(world, "nda") == {}


class TestSuspension:
    REASON = "Reads records without tickets"

    def suspend(self, world, **whom):
        return factories.suspend(world, world.o1, world.havnvik, reason=self.REASON, **whom)

    def test_the_person_and_their_lead_are_told(self, world):
        self.suspend(world, user_id=world.v1.pk)
        told = letters(world, "suspended")

        assert list(told) == ["lead", "v1"]
        assert told["v1"].subject == "Voltarra has suspended your access"
        assert told["lead"].subject == "Voltarra has suspended access of your people"
        assert "Suspended at Voltarra: Vera Ahlm." in told["lead"].text

    def test_the_reason_is_for_the_lead(self, world):
        self.suspend(world, user_id=world.v1.pk)
        told = letters(world, "suspended")

        assert f"“{self.REASON}”" in told["lead"].text
        assert self.REASON not in told["v1"].text

    def test_a_team_and_its_lead(self, world):
        with world.enter(world.c1):
            Assignment.objects.filter(user__in=[world.v1, world.lead]).update(team="Nights")
        self.suspend(world, team="Nights")
        told = letters(world, "suspended")

        assert list(told) == ["lead", "v1"]
        # Who is both stopped and the lead gets one letter that says both.
        assert told["lead"].subject == "Voltarra has suspended your access"
        assert "Suspended at Voltarra: Nights." in told["lead"].text

    def test_a_whole_vendor(self, world):
        self.suspend(world)
        told = letters(world, "suspended")

        assert list(told) == ["lead", "v1", "v12", "v1own", "v1ro"]
        assert "All of your people at Voltarra are suspended." in told["lead"].text
        assert "All of your people" not in told["v1"].text

    def test_twice_is_one_letter_and_a_second_suspension_another(self, world):
        self.suspend(world, user_id=world.v1.pk)
        self.suspend(world, user_id=world.v1.pk)
        assert len(letters(world, "suspended")) == 2
        factories.restore(world, world.o1)

        self.suspend(world, user_id=world.v1.pk)
        letters(world, "suspended")

        assert count(world, "suspended") == 4

    def test_whoever_was_let_in_again_meanwhile_is_told_nothing(self, world):
        self.suspend(world, user_id=world.v1.pk)
        factories.restore(world, world.o1)

        assert letters(world, "suspended") == {}

    def test_whose_place_has_ended_is_told_nothing(self, world):
        self.suspend(world, user_id=world.x.pk)

        assert list(letters(world, "suspended")) == ["lead"]

    def test_nor_is_somebody_at_another_client(self, world):
        self.suspend(world)
        tasks.mail_clearance(world.c2.pk)

        with world.enter(world.c2):
            assert not OutboxMail.objects.filter(client_id=world.c2.pk, kind="suspended").exists()


@pytest.mark.parametrize("days", [0, 30])
def test_the_moment_stands_on_the_readers_own_clock(world, days):
    User.objects.filter(pk=world.v1.pk).update(time_zone="Asia/Manila")
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
        said = clock.as_local(clock.now(), "Asia/Manila").strftime("%-d %B %Y, %H:%M")

        assert said in letters(world, "suspended")["v1"].text

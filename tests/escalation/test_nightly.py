"""The check of each night: what is new is mailed once, to who can mend it; what was seen or told is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from access.models import Assignment
from escalation import actions, drafting, nightly
from escalation.matrix.document import Channel, Document, Path, Row, Step, Target, When, Who
from escalation.models import Contact, MatrixCheck
from escalation.tasks import check_matrix, sweep_checks
from post.models import OutboxMail
from tests.cast import World

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def contacts(world: World) -> list[Contact]:
    with world.enter(world.c1):
        return [
            Contact.objects.create(client=world.c1, name=name, email=f"{name.lower()}@voltarra.example")
            for name in ("Ida", "Nils")
        ]


def publish(world: World, contacts: list[Contact], *more: Who) -> None:
    """Everybody's tickets ask these two, and nothing is wrong with it."""
    to = (*(Who(Target.CONTACT, contact.key) for contact in contacts), *more)
    path = Path("All", (Step(When(), to, channels=(Channel.MAIL,), hands_over=True),))
    with world.enter(world.o1, only=world.c1) as actor:
        number, _document = drafting.in_force(world.c1.pk)
        actions.publish_matrix(
            actor, client_id=world.c1.pk, document=Document((Row("All"),), (path,)), expected_version=number
        )


def rest(world: World, contact: Contact, *, active: bool = False) -> None:
    with world.enter(world.o1, only=world.c1) as actor:
        actions.set_contact_active(actor, client_id=world.c1.pk, contact_id=contact.pk, active=active)


def mails(world: World) -> list[tuple[str, str]]:
    with world.enter(world.c1):
        found = OutboxMail.objects.filter(kind="matrix_check").order_by("pk")
        return list(found.values_list("to_address", "text"))


def night(now: time_machine.Traveller, world: World) -> None:
    """The next night passes, and the check comes by."""
    now.shift(timedelta(days=1))
    check_matrix(world.c1.pk)


def test_what_became_wrong_is_mailed_once_to_who_may_change_the_matrix(world: World, now, contacts) -> None:
    publish(world, contacts)
    night(now, world)
    assert mails(world) == []

    rest(world, contacts[0])
    night(now, world)
    night(now, world)

    ((to, text),) = mails(world)
    assert to == world.o1.email
    assert "Ida is no contact any more." in text
    assert "/client/voltarra/matrix/" in text


def test_what_was_mended_and_comes_back_is_told_again(world: World, now, contacts) -> None:
    publish(world, contacts)
    for active in (False, True, False):
        rest(world, contacts[0], active=active)
        night(now, world)

    assert len(mails(world)) == 2


def test_what_was_seen_when_it_was_published_is_not_told(world: World, now, contacts) -> None:
    rest(world, contacts[0])
    publish(world, contacts, Who(Target.ROLE, "agent"))

    night(now, world)

    assert mails(world) == []


def test_the_vendors_leads_hear_of_their_own_people_only(world: World, now, contacts) -> None:
    with world.enter(world.c1):
        Assignment.objects.filter(client_id=world.c1.pk, user=world.v1).update(team="Nights")
    publish(world, contacts, Who(Target.TEAM, "Nights"))
    rest(world, contacts[0])
    with world.enter(world.c1):
        Assignment.objects.filter(client_id=world.c1.pk, user=world.v1).update(team="")
    night(now, world)

    told = dict(mails(world))
    assert set(told) == {world.o1.email, world.lead.email}
    assert "Ida" in told[world.o1.email]
    assert "Ida" not in told[world.lead.email]
    assert "somebody whom there is not" in told[world.lead.email]


def test_the_same_night_is_looked_at_once(world: World, now, contacts) -> None:
    publish(world, contacts)
    rest(world, contacts[0])
    now.shift(timedelta(days=1))

    with world.enter(world.c1) as actor:
        found = [nightly.look_over(actor, client_id=world.c1.pk) for _turn in range(2)]

    assert found[0] > 0
    assert found[1] == 0


def test_only_clients_for_which_a_night_has_passed_are_swept(world: World, now) -> None:
    def swept() -> int:
        """A turn of the sweep, and of whoever does what it hands out."""
        found = sweep_checks()
        for client in (world.c1, world.c2, world.c3):
            check_matrix(client.pk)
        return found

    assert (swept(), swept()) == (3, 0)
    now.shift(timedelta(hours=12))
    assert swept() == 0
    now.shift(timedelta(hours=12))
    assert swept() == 3


@pytest.mark.parametrize(
    ("at", "night_was"),
    [
        ("2026-11-23T01:59:00+00:00", "2026-11-22T02:00:00+00:00"),
        ("2026-11-23T02:00:00+00:00", "2026-11-23T02:00:00+00:00"),
        ("2026-07-01T01:30:00+00:00", "2026-07-01T01:00:00+00:00"),
    ],
)
def test_a_night_is_by_the_clients_clock(at: str, night_was: str) -> None:
    found = nightly.night_before(datetime.fromisoformat(at), "Europe/Stockholm")

    assert found == datetime.fromisoformat(night_was)


def test_the_page_says_when_it_was_checked_and_that_all_is_well(world: World, now, contacts) -> None:
    publish(world, contacts)
    url = reverse("console:matrix", kwargs={"client": "voltarra"})
    assert "The check finds nothing wrong." in world.browser(world.o1).get(url).content.decode()

    rest(world, contacts[0])
    night(now, world)

    text = world.browser(world.o1).get(url).content.decode()
    assert "Last checked 24 Nov 10:00." in text
    assert "The check finds nothing wrong." not in text
    with world.enter(world.c1):
        assert MatrixCheck.objects.get().found > 0


def test_a_new_client_begins_with_a_matrix_that_nothing_is_wrong_with(world: World) -> None:
    for client in (world.c1, world.c2):
        with world.enter(client):
            _number, document = drafting.in_force(client.pk)
            found = drafting.findings_of(client.pk, document)

        assert [str(finding.problem) for finding in found] == []

"""A schedule of the vendor's and one of the client's, both handed over on Mondays at 09:00."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from access.models import StaffCard
from escalation.models import Contact, OnCallSchedule
from escalation.oncall import actions
from escalation.oncall.plans import LayerPlan
from escalation.oncall.rota import Who
from tests.cast import World

# A Wednesday, in winter.
NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def travel() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def card(world: World, person: Any) -> Who:
    with world.enter(world.c1):
        return "card", StaffCard.objects.get(user=person, client=world.c1).pk


def weekly(*people: Who, **more: Any) -> LayerPlan:
    values = {"name": "Weeks", "turn": 1, "unit": "week", "hand_over": 9 * 60, "first": NOW.date().replace(day=12)}
    return LayerPlan(people=people, **{**values, **more})


def make(world: World, planner: Any, *people: Who, vendor_id: int | None = None, **more: Any) -> OnCallSchedule:
    """A schedule of these people's weeks."""
    values = {"name": "Nights", "zone": "Europe/Stockholm", "layers": [weekly(*people)], **more}
    with world.enter(planner, only=world.c1) as actor:
        return actions.save_schedule(actor, client_id=world.c1.pk, vendor_id=vendor_id, **values)


@pytest.fixture
def vendors(world: World) -> OnCallSchedule:
    """Vera this week, Viggo the next."""
    return make(world, world.lead, card(world, world.v1), card(world, world.v12), vendor_id=world.havnvik.pk)


@pytest.fixture
def ida(world: World) -> Contact:
    with world.enter(world.c1):
        return Contact.objects.create(client=world.c1, name="Ida", email="ida@voltarra.example", language="sv")


@pytest.fixture
def clients(world: World, ida: Contact) -> OnCallSchedule:
    """Ida, a contact, this week, Petra of the client's staff the next."""
    return make(world, world.o1, ("contact", ida.pk), card(world, world.e1))

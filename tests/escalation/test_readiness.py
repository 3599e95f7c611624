"""What keeps a contract out of force until this app has it: hours, targets, contacts, and cover."""

from datetime import timedelta

import pytest

from access import actions, onboarding
from access.actions import contracts
from access.models import Assignment, Contract
from access.rights import Role
from escalation.models import Contact, SlaTarget
from helpdesk.lib import clock


@pytest.fixture
def contract(world):
    """A drafted contract with another vendor."""
    vendor = actions.create_vendor(slug="rival", name="Rival Desk")
    with world.enter(world.o1) as actor:
        return contracts.draft(actor, client_id=world.c1.pk, vendor=vendor, reference="R-1")


def missing(world, contract):
    with world.enter(world.o1):
        return {line.row.key: line.missing for line in onboarding.lines_of(contract) if line.is_hard}


def hire(world, contract, name, shifts):
    user = actions.create_user(email=f"{name.lower()}@rival.example", name=name, vendor=contract.vendor)
    actions.hire(client=world.c1, user=user, role=Role.AGENT, contract=contract)
    with world.enter(world.c1):
        Assignment.objects.filter(user=user).update(shifts=shifts)
    return user


def test_a_draft_begins_with_suggested_hours_and_targets(world, contract):
    told = missing(world, contract)

    assert (told["support_hours"], told["sla_targets"], told["escalation_contacts"]) == ("", "", "")
    assert "Nobody who is cleared is on shift from" in told["cover"]


def test_cover_is_every_promised_hour(world, contract):
    hire(world, contract, "Rut", [[[8 * 60, 13 * 60]]] * 5 + [[], []])
    assert "13:00" in missing(world, contract)["cover"]

    hire(world, contract, "Ragnar", [[[13 * 60, 18 * 60]]] * 5 + [[], []])
    assert missing(world, contract)["cover"] == ""


def test_who_is_not_cleared_covers_nothing(world, contract):
    user = hire(world, contract, "Rut", [[[0, 24 * 60]]] * 7)
    assert missing(world, contract)["cover"] == ""

    actions.end_assignment(client=world.c1, user=user, at=clock.now() - timedelta(seconds=1))
    assert missing(world, contract)["cover"] != ""


def test_a_target_that_is_taken_away_is_named(world, contract):
    with world.enter(world.c1):
        SlaTarget.objects.filter(policy__contract=contract, metric="solve").delete()

    assert "Time to solve" in missing(world, contract)["sla_targets"]


def test_somebody_must_be_there_to_be_asked(world, contract):
    with world.enter(world.c1):
        Contact.objects.update(is_active=False)

    assert missing(world, contract)["escalation_contacts"]


def test_what_is_in_force_already_is_left_alone(world):
    with world.enter(world.c1):
        assert Contract.objects.get(vendor=world.havnvik).state == Contract.State.IN_FORCE

"""Every route that names a client, with each hard gate closed alone: nothing is served, and the twin is.

One agent stands for all here; with `GATE_MATRIX=whole` everybody whom a gate can keep out is asked.
"""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from access import scope, standing
from access.actions import clearing
from access.doors import Kind
from access.gates import Gate
from access.models import ClearanceRules, Contract, ContractTerms, NetworkRule
from access.tasks import in_client
from helpdesk.lib import clock
from tests import factories
from tests.walls import canaries
from tests.walls.matrix import ROLES, answers
from tests.walls.places import Places
from tests.walls.routes import ROWS

WHOLE = os.environ.get("GATE_MATRIX") == "whole"
AGENTS = ("v12", "v1", "v1ro", "v1own", "lead") if WHOLE else ("v12",)
ROUTES = [row for row in ROWS if row.names_client and row.door in (Kind.STAFF, Kind.CONSOLE)]
ROUTES += [row for row in ROWS if row.door is Kind.API]


def close_contract(places: Places, superuser: Any) -> None:
    superuser.execute("UPDATE access_contract SET state = 'ended' WHERE client_id = %s", [places.world.c1.pk])


def close_assignment(places: Places, superuser: Any) -> None:
    superuser.execute(
        "UPDATE access_assignment SET ends_at = now() - interval '1 second' WHERE client_id = %s", [places.world.c1.pk]
    )


def close_suspension(places: Places, superuser: Any) -> None:
    factories.suspend(places.world, places.world.o1, places.world.havnvik)


def close_nda(places: Places, superuser: Any) -> None:
    with places.world.enter(places.world.o1) as actor:
        text = "Another text, which nobody has accepted."
        clearing.publish_nda(actor, client_id=places.world.c1.pk, text=text, at_once=True)


def close_second_factor(places: Places, superuser: Any) -> None:
    superuser.execute("DELETE FROM mfa_authenticator")
    with in_client(places.world.c1.pk, "tests.gates"):
        ClearanceRules.objects.update_or_create(client_id=places.world.c1.pk, defaults={"needs_second_factor": True})


def close_location(places: Places, superuser: Any) -> None:
    now = clock.now()
    with in_client(places.world.c1.pk, "tests.gates"):
        contract = Contract.objects.get(vendor=places.world.havnvik, state="in_force")
        ContractTerms.objects.create(
            client_id=contract.client_id, vendor=places.world.havnvik, contract=contract, number=99,
            valid_from=now - timedelta(days=1), locations=["AQ"], vendor_signed_at=now, client_signed_at=now,
        )  # fmt: skip


def close_network(places: Places, superuser: Any) -> None:
    with in_client(places.world.c1.pk, "tests.gates"):
        NetworkRule.objects.create(client_id=places.world.c1.pk, network="192.0.2.0/24")


CLOSE: dict[Gate, Callable[[Places, Any], None]] = {
    Gate.CONTRACT: close_contract,
    Gate.SUSPENSION: close_suspension,
    Gate.ASSIGNMENT: close_assignment,
    Gate.NDA: close_nda,
    Gate.SECOND_FACTOR: close_second_factor,
    Gate.LOCATION: close_location,
    Gate.NETWORK: close_network,
}


def test_every_gate_can_be_closed() -> None:
    assert set(CLOSE) == set(Gate)


def _closed(places: Places, person: str) -> tuple[Gate, ...]:
    standing.forget_all()
    with transaction.atomic():
        actor = standing.actor_for(getattr(places.world, person), origin="127.0.0.1")
        scope.assume(None)
    return actor.standings[places.world.c1.pk].closed


@pytest.mark.parametrize("gate", list(Gate))
def test_nothing_is_served_through_a_closed_gate(places: Places, superuser: Any, restore: Any, gate: Gate) -> None:
    tally = {"asked": 0, "served": 0, "foreign": 0, "twins": 0, "twins refused": 0}
    wrong: list[str] = []
    for person in AGENTS:
        restore()
        canaries.plant(superuser)
        CLOSE[gate](places, superuser)
        assert _closed(places, person) == (gate,), person
        for row in ROUTES:
            response = answers(row, places, person)
            tally["asked"] += 1
            if response.status_code < 400 and "/accounts/login/" not in response.headers.get("Location", ""):
                tally["served"] += 1
                wrong.append(f"{person} {row}: {response.status_code}")
            words = canaries.clients_in(canaries.text_of(response))
            if words:
                tally["foreign"] += 1
                wrong.append(f"{person} {row}: words of {words}")
    wrong += _twins(places, restore, tally)
    if folder := os.environ.get("GATE_MATRIX_FOLDER"):
        # For the figure of the same name: what this gate has seen.
        (Path(folder) / f"{gate.value}.json").write_text(json.dumps(tally), encoding="utf-8")
    assert wrong == []


def _twins(places: Places, restore: Any, tally: dict[str, int]) -> list[str]:
    """The same requests with the gate open again: each is answered as the person's role says."""
    wrong = []
    restore()
    for person in AGENTS:
        for row in ROUTES:
            wanted = row.expected(person)
            if wanted >= 400 or row.method != "GET":
                continue
            tally["twins"] += 1
            got = answers(row, places, person).status_code
            if got != wanted:
                tally["twins refused"] += 1
                wrong.append(f"{person} {row}: {got} instead of {wanted} with the gate open")
    return wrong


def test_the_agents_are_people_whom_a_gate_can_keep_out() -> None:
    assert set(AGENTS) <= set(ROLES)

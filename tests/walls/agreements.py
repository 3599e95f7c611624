"""Contracts at a client, for the routes to be asked about: one in force, a draft, a removal and a handing over."""

from datetime import UTC, datetime
from typing import Any

from access.actions import contracts
from access.actions.terms import Terms
from access.models import (
    Assignment,
    Changeover,
    Client,
    Contract,
    CoreRemoval,
    OnboardingLine,
    User,
    Vendor,
)
from escalation.actions.policies import propose_promises
from escalation.models import Metric
from escalation.pledges import Pledge, Pledges
from tests.cast import World

# On no contract yet.
NEWCOMER = "newcomer@havnvik.example"


def agreements(world: World, client: Client, admin: User) -> dict[str, Any]:
    """A contract in force, and a draft whose terms nobody has signed."""
    about = {"client_id": client.pk}
    with world.enter(admin) as actor:
        running = Contract.objects.get(client_id=client.pk, vendor=world.havnvik)
        draft = contracts.draft(actor, vendor=world.havnvik, reference=f"Next of {client.name}", **about)
        terms = Terms(valid_from=draft.valid_from, data_processing=f"Only what {client.name} says.")
        written = contracts.write_terms(actor, contract_id=draft.pk, terms=terms, **about)
        promises = Pledges("Support hours", (80,), {(Metric.FIRST_RESPONSE, 1): Pledge(3600, True, 90)})
        proposed = propose_promises(actor, contract_id=draft.pk, wanted=promises, expected_version=1, **about)
        line = OnboardingLine.objects.filter(contract=draft).order_by("-position").first()
    assert line is not None
    in_force = {f"{side}:give_notice/contract_id": running.pk for side in ("office", "console")}
    people = (
        "person",
        "change_place",
        "set_shifts",
        "change_role",
        "set_alias",
        "set_location",
        "end_place",
        "plan_removal",
    )
    in_force |= {
        f"office:{view}/contract_id": running.pk for view in (*people, "staffing", "call_off_removal", "team_hours")
    }
    more = {"hireable": User.objects.get(email=NEWCOMER).pk, "removal_id": _removal(world, client, running).pk}
    other, row = _changeover(world, client, running)
    more |= {"other_contract": other.pk, "changeover_id": row.pk}
    more |= {"terms_read": written.digest, "signer": admin.name}
    more |= {"policy_id": proposed.pk}
    return {"contract_id": draft.pk, "line_id": line.pk, "version": 1, **in_force, **more}


def _changeover(world: World, client: Client, running: Contract) -> tuple[Contract, Changeover]:
    """A third vendor is to take over everything, a long time from now."""
    taker, _made = Vendor.objects.get_or_create(slug="efterat", defaults={"name": "Efteråt Support"})
    with world.enter(client):
        other = Contract.objects.create(
            client=client, vendor=taker, reference=f"E of {client.name}", state="draft", valid_from=running.valid_from
        )
        row = Changeover.objects.create(
            client=client,
            vendor=world.havnvik,
            contract=running,
            to_vendor=taker,
            to_contract=other,
            on_at=datetime(2199, 1, 1, tzinfo=UTC),
            planned_at=running.valid_from,
            planned_by="Olle",
        )
    return other, row


def _removal(world: World, client: Client, contract: Contract) -> CoreRemoval:
    """The lead is about to leave the core team, in which the agent of both clients stays."""
    with world.enter(client):
        places = {row.user_id: row for row in Assignment.objects.filter(contract=contract)}
        for person in (world.lead, world.v12):
            places[person.pk].is_core = True
            places[person.pk].save(update_fields=["is_core"])
        follower = places[world.v1ro.pk if client == world.c1 else world.v12.pk]
        return CoreRemoval.objects.create(
            client=client,
            vendor=world.havnvik,
            contract=contract,
            card_id=places[world.lead.pk].card_id,
            follower_id=follower.card_id,
            is_planned=True,
            notice_days=30,
            planned_at=contract.valid_from,
            planned_by="Ove Kontor",
            leaves_at=datetime(2199, 1, 1, tzinfo=UTC),
        )

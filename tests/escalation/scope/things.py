"""What the tests of work outside the contract do again and again."""

import re
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from access import office, scope
from access.actions import contracts
from access.actions.terms import Terms
from access.models import Contract
from access.rate_card import RateCard, Unit, Work
from escalation import tasks
from escalation.models import Contact, ScopeRequest
from escalation.scope import asking, deciding
from escalation.scope.asking import Wanted
from escalation.scope.deciding import Settings
from post.models import OutboxMail
from tests.cast import World
from tickets.models import Ticket

# A Monday, when the client's support hours begin: 08 in Stockholm.
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CARD = RateCard("EUR", {"ticket": 400}, [Work("New templates", Unit.HOUR, 8_500), Work("Photo", Unit.PIECE, 1_250)])
State = ScopeRequest.State


def contract_of(world: World) -> Contract:
    with world.enter(world.c1):
        return Contract.objects.get(client_id=world.c1.pk, vendor=world.havnvik, state="in_force")


def agree(world: World, card: RateCard | None = CARD, *, valid_from: datetime = MONDAY) -> Contract:
    """Both sides sign terms with this rate card."""
    contract = contract_of(world)
    about = {"client_id": world.c1.pk, "contract_id": contract.pk}
    with world.enter(world.o1) as actor:
        row = contracts.write_terms(actor, terms=Terms(valid_from=valid_from, rate_card=card), **about)
        contracts.sign_terms(actor, number=row.number, read=row.digest, typed_name=actor.name, **about)
    with transaction.atomic(), scope.enter(scope.NOBODY):
        actor = office.actor_for(world.office)
        assert actor is not None
        contracts.sign_terms(actor, number=row.number, read=row.digest, typed_name=actor.name, **about)
    return contract


def allow(world: World, contract: Contract, **more: Any) -> None:
    values: dict[str, Any] = {"answer_hours": 8, "approvers": [], "allowance": 0, "budgets": {}, **more}
    with world.enter(world.o1) as actor:
        deciding.save_rules(actor, client_id=world.c1.pk, contract_id=contract.pk, settings=Settings(**values))


def ask(
    world: World, ticket: Ticket, *, work: str = "new-templates", quantity: int = 150, by: Any = None
) -> ScopeRequest:
    wanted = Wanted(work, quantity, "The old ones can not be repaired.", "Letters go out without a logo.")
    with world.enter(by or world.v1) as actor:
        return asking.ask(actor, client_id=ticket.client_id, ticket_id=ticket.pk, wanted=wanted)


def approve(world: World, row: ScopeRequest, by: Any = None) -> ScopeRequest:
    with world.enter(by or world.o1) as actor:
        return deciding.approve(actor, client_id=row.client_id, request_id=row.pk)


def record(world: World, row: ScopeRequest, quantity: int, by: Any = None) -> Any:
    with world.enter(by or world.v1) as actor:
        return asking.record(actor, client_id=row.client_id, request_id=row.pk, quantity=quantity, note="Logo")


def finish(world: World, row: ScopeRequest) -> ScopeRequest:
    with world.enter(world.v1) as actor:
        return asking.finish(actor, client_id=row.client_id, request_id=row.pk)


def fresh(world: World, row: ScopeRequest) -> ScopeRequest:
    with world.enter(world.c1):
        row.refresh_from_db()
    return row


def contacts(world: World) -> list[Contact]:
    with world.enter(world.c1):
        return [
            Contact.objects.create(client=world.c1, name=name, email=f"{name.lower()}@voltarra.example")
            for name in ("Ida", "Nils")
        ]


def sweep() -> int:
    """One turn of a worker: what is due is looked at."""
    return tasks.sweep_due()


def mails(world: World, kind: str) -> list[tuple[str, str]]:
    """Address and text of the mails of a kind, in their order."""
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(kind=f"scope_{kind}").order_by("pk").values_list("to_address", "text"))


def link_in(text: str) -> str:
    found = re.search(r"/l/scope/[\w-]+/", text)
    assert found, text
    return found[0]

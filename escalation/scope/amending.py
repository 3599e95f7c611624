"""What was asked for again and again becomes a proposal: the next version of the terms, to be signed by both."""

from dataclasses import replace
from datetime import date, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from access.actions import contracts
from access.actions.terms import Terms
from access.actor import Actor
from access.contracting.forms import beginning_of
from access.errors import Conflict, NotFound
from access.models import ContractTerms
from access.models.contracts import TERMS
from access.rate_card import card_of
from escalation.scope import looking_back
from helpdesk.lib import clock


def amend(actor: Actor, *, client_id: int, contract_id: int, work_key: str, category: str) -> ContractTerms:
    """Write the terms that say of a group of requests that from next month on it is part of the contract.

    Needs what writing terms needs; both sides sign it as any version.  What says so already is not written
    twice.  Raises `NotFound` for a group that there is not, `Conflict` where the contract has no terms.
    """
    face = actor.standing(client_id).client
    today = clock.as_local(clock.now(), face.time_zone).date()
    found = looking_back.groups(client_id, looking_back.since(today))
    key = (contract_id, work_key, category)
    group = next((each for each in found if (each.contract_id, each.work_key, each.category) == key), None)
    if group is None:
        raise NotFound
    newest = ContractTerms.objects.filter(contract_id=contract_id, client_id=client_id).order_by("-number").first()
    card = card_of(newest.rate_card) if newest is not None else None
    if newest is None or card is None:
        raise Conflict(_("The contract has no rate card that this could be written into."))
    said = _sentence(group, face.language)
    if said in card.included:
        return newest
    included = f"{card.included}\n{said}".strip()
    values = {name: getattr(newest, name) for name in TERMS}
    values |= {"valid_from": beginning_of(_next_month(today), face.time_zone)}
    values |= {"rate_card": replace(card, included=included)}
    return contracts.write_terms(actor, client_id=client_id, contract_id=contract_id, terms=Terms(**values))


def _sentence(group: looking_back.Group, language: str) -> str:
    """In the client's language, as the rest of the terms."""
    told = {"work": group.work, "category": group.category, "count": group.count, "cost": group.cost_text}
    with translation.override(language):
        if group.category:
            said = _("%(work)s for tickets about %(category)s (asked for %(count)s times before, %(cost)s in all)")
        else:
            said = _("%(work)s (asked for %(count)s times before, %(cost)s in all)")
        return said % told


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)

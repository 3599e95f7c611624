"""The client decides on a request, and sets beforehand who is asked, how soon it answers, and what it allows."""

import dataclasses
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid, NotFound, RightMissing
from access.models import Contract
from access.rate_card import LONGEST_NAME
from access.rights import Right, Side
from access.wording import needed_line
from escalation.models import Contact, ScopeRequest, ScopeRules, ScopeWords
from escalation.scope import letters
from escalation.scope.parts import AlreadyDecided, lock_request, settle
from escalation.scope.said import outcome
from helpdesk.lib import clock

RULES = "scope_rules"
MOST_HOURS, MOST_APPROVERS, MOST_BUDGETS = 400, 20, 100
HIGHEST_AMOUNT = 10**13
LONGEST_ANSWER = 300
State = ScopeRequest.State


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What a client sets for one contract; see `ScopeRules`."""

    answer_hours: int
    approvers: Sequence[str]
    allowance: int
    budgets: Mapping[str, int]


def approve(actor: Actor, *, client_id: int, request_id: int) -> ScopeRequest:
    """Say yes: the work may begin.

    Needs SCOPE_DECIDE, on the client's own side.  Raises `AlreadyDecided` where somebody was first or its time is
    over.
    """
    row = _lock_asked(actor, client_id, request_id)
    settle(actor, row, State.APPROVED)
    letters.tell_asker(row)
    return row


def decline(actor: Actor, *, client_id: int, request_id: int, answer: str) -> ScopeRequest:
    """Say no, and why.  As `approve`; raises `Invalid` without a reason."""
    row = _lock_asked(actor, client_id, request_id)
    answer = needed_line(answer, "answer", LONGEST_ANSWER, _("Say why not, so that they know how to go on."))
    ScopeWords.objects.filter(client_id=client_id, request=row).update(answer=answer)
    settle(actor, row, State.DECLINED)
    letters.tell_asker(row)
    return row


def save_rules(actor: Actor, *, client_id: int, contract_id: int, settings: Settings) -> ScopeRules:
    """Set who is asked, how soon the client answers, and what it allows beforehand, from the next request on.

    Needs CONTRACT_SIGN on the client's own side.  Raises `Invalid` naming the field, `NotFound`.
    """
    _require_client(actor, Right.CONTRACT_SIGN, client_id)
    contract = Contract.objects.filter(client_id=client_id, pk=contract_id).first()
    if contract is None:
        raise NotFound
    _check(client_id, settings)
    values = {**dataclasses.asdict(settings), "changed_at": clock.now(), "changed_by": actor.name[:160]}
    values |= {"approvers": list(settings.approvers), "budgets": dict(settings.budgets)}
    row, _made = ScopeRules.objects.update_or_create(
        client_id=client_id, vendor_id=contract.vendor_id, contract=contract, defaults=values
    )
    log.record(actor, client_id, log.Action.CHANGE, (RULES, row.pk), detail={"what": "scope rules saved"})
    return row


def _lock_asked(actor: Actor, client_id: int, request_id: int) -> ScopeRequest:
    _require_client(actor, Right.SCOPE_DECIDE, client_id)
    row = lock_request(client_id, request_id)
    if row.state != State.ASKED:
        raise AlreadyDecided(outcome(row))
    if clock.now() >= row.due_at:
        raise AlreadyDecided(_("Its time is over: nobody answered until then. They can ask again."))
    return row


def _require_client(actor: Actor, right: Right, client_id: int) -> None:
    """Whoever works for a vendor never decides what the client pays it, whatever right they were given."""
    actor.require(right, client_id)
    if actor.side is not Side.CLIENT:
        raise RightMissing(_("Only the client's own people decide on this."))


def _check(client_id: int, settings: Settings) -> None:
    if not 1 <= settings.answer_hours <= MOST_HOURS:
        raise Invalid(_("Promise an answer within 1 to %(most)s hours.") % {"most": MOST_HOURS}, "answer_hours")
    if not 0 <= settings.allowance <= HIGHEST_AMOUNT:
        raise Invalid(_("That is no amount."), "allowance")
    if len(settings.budgets) > MOST_BUDGETS or any(len(key) > LONGEST_NAME for key in settings.budgets):
        raise Invalid(_("At most %(most)s budgets.") % {"most": MOST_BUDGETS}, "budgets")
    if not all(0 <= amount <= HIGHEST_AMOUNT for amount in settings.budgets.values()):
        raise Invalid(_("That is no amount."), "budgets")
    keys = set(settings.approvers)
    if len(keys) != len(settings.approvers) or len(keys) > MOST_APPROVERS:
        raise Invalid(_("Name each approver once."), "approvers")
    if Contact.objects.filter(client_id=client_id, key__in=keys).count() != len(keys):
        raise Invalid(_("Choose your approvers among your contacts."), "approvers")

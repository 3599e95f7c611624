"""What a contract promises, for both its sides: the table in force, a proposal and the answer to it, every version."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.contracting.sides import around, contract_of, is_office, to
from access.doing import answer
from access.errors import Conflict, Invalid, NotFound
from access.models import Contract
from access.requests import DoorRequest
from escalation import calendars, hours_text, policies, policy_forms
from escalation.actions import policies as actions
from escalation.matrix.document import PRIORITIES
from escalation.models import PLEDGED, SlaPolicy
from escalation.pledges import Change, Pledges, changes
from escalation.policies import Versions, pledges_of
from escalation.policy_forms import PledgesForm
from escalation.special import Kind
from helpdesk.lib import clock
from tickets.categories import arranged
from tickets.models import TicketCategory

State = SlaPolicy.State


@require_safe
def show(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """The promises in force as a table, what waits for an answer, what is to come, and what was."""
    return _page(request, contract_of(request, contract_id))


@require_safe
def version(request: DoorRequest, client: str, contract_id: int, policy_id: int) -> HttpResponse:
    """One version whole, and what it changed."""
    contract = contract_of(request, contract_id)
    found = policies.versions(request.client.id, contract.pk, clock.now())
    row = next((each for each in found.rows if each.pk == policy_id), None)
    if row is None:
        raise NotFound
    context = {**_frame(request, contract), "row": row, "state": _state(row, found), **_told(request, row, found)}
    return render(request, "escalation/promises_version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Write a proposal, beginning with what waits for an answer or is in force."""
    contract, zone = contract_of(request, contract_id), request.client.time_zone
    found = policies.versions(request.client.id, contract.pk, clock.now())
    basis = found.proposed or found.current or (found.rows[0] if found.rows else None)
    initial = policy_forms.initial(pledges_of(basis) if basis else None, found.newest)
    names = sorted(calendars.in_force(request.client.id, clock.now()))
    categories = list(_categories(request.client.id).items())
    data = request.POST if request.method == "POST" else None
    form = PledgesForm(data, initial=initial, hours=names, categories=categories)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, contract, form, status=400 if form.errors else 200)
    try:
        actions.propose_promises(
            request.actor,
            client_id=request.client.id,
            contract_id=contract.pk,
            wanted=form.wanted(),
            valid_from=hours_text.parse_moment(form.cleaned_data["valid_from"], zone, "valid_from"),
            expected_version=form.cleaned_data["version"] or 0,
        )
    except (Invalid, Conflict) as error:
        return _form_page(request, contract, form, status=form.refuse(error))
    messages.success(request, _("Proposed. It counts once the other side agrees; until then nothing changes."))
    return to(request, "promises", contract_id=contract.pk)


@require_POST
def agree(request: DoorRequest, client: str, contract_id: int, policy_id: int) -> HttpResponse:
    """Agree to what the other side proposes."""

    def said(row: SlaPolicy) -> str:
        if row.valid_from > clock.now():
            return _("Agreed. Open clocks go over to these promises when they begin, not before.")
        return _("Agreed and in force. What has run on open clocks stays counted; the rest has the new targets.")

    return _decide(request, contract_id, policy_id, actions.agree_to_promises, said)


@require_POST
def refuse(request: DoorRequest, client: str, contract_id: int, policy_id: int) -> HttpResponse:
    """Decline the other side's proposal, or take back one's own."""

    def said(row: SlaPolicy) -> str:
        if row.state == State.TAKEN_BACK:
            return _("Taken back. What was agreed stays in force.")
        return _("Declined. What was agreed stays in force.")

    return _decide(request, contract_id, policy_id, actions.refuse_promises, said)


def _decide(request: DoorRequest, contract_id: int, policy_id: int, act: Any, said: Any) -> HttpResponse:
    contract = contract_of(request, contract_id)
    about = {"client_id": request.client.id, "contract_id": contract.pk, "policy_id": policy_id}
    onwards = to(request, "promises", contract_id=contract.pk)
    return answer(
        request, partial(act, request.actor, **about), said, page=partial(_page, request, contract), onwards=onwards
    )


def _page(request: DoorRequest, contract: Contract, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = policies.versions(request.client.id, contract.pk, clock.now())
    context = {
        **_frame(request, contract),
        "current": found.current,
        "lines": _lines(pledges_of(found.current)) if found.current else [],
        "kinds": _kinds(pledges_of(found.current), request.client.id) if found.current else [],
        "coming": found.coming,
        "proposal": {"row": found.proposed, **_told(request, found.proposed, found)} if found.proposed else None,
        "is_own": found.proposed is not None and found.proposed.proposed_side == _party(request),
        "history": [(row, _state(row, found)) for row in found.rows],
        "refusal": refusal,
    }
    return render(request, "escalation/promises.html", context, status=status)


def _form_page(request: DoorRequest, contract: Contract, form: PledgesForm, *, status: int = 200) -> HttpResponse:
    context = {**_frame(request, contract), "form": form}
    return render(request, "escalation/promises_edit.html", context, status=status)


def _frame(request: DoorRequest, contract: Contract) -> dict[str, Any]:
    frame = around(request)
    frame["may_sign"] = frame["may_sign"] and contract.state != Contract.State.ENDED
    return {**frame, "contract": contract, "priorities": PRIORITIES, "zone": request.client.time_zone, "inside": True}


def _party(request: DoorRequest) -> str:
    return SlaPolicy.Party.VENDOR if is_office(request) else SlaPolicy.Party.CLIENT


def _told(request: DoorRequest, row: SlaPolicy, found: Versions) -> dict[str, Any]:
    """A version's table, and what it changes."""
    told, earlier = pledges_of(row), found.before(row)
    before = pledges_of(earlier) if earlier else None
    return {
        "lines": _lines(told),
        "earlier": earlier,
        "kinds": _kinds(told, request.client.id),
        "changes": _changed(before, told, request.client.id) if before else [],
        "hours_before": before.hours if before and before.hours != told.hours else "",
        "hours_after": told.hours,
        "warned_before": before.warn_at if before and before.warn_at != told.warn_at else None,
        "warned_after": told.warn_at,
    }


def _lines(told: Pledges) -> list[dict[str, Any]]:
    """A line for each metric: its cells by priority, and its percent where any is promised."""
    lines = []
    for metric in PLEDGED:
        cells = [(priority, told.cells.get((metric, priority))) for priority in PRIORITIES]
        percents = sorted({cell.percent for _priority, cell in cells if cell is not None})
        lines.append({"metric": metric, "cells": cells, "percents": percents})
    return lines


def _categories(client_id: int) -> dict[str, str]:
    """The paths of the client's categories by key, in its order."""
    found = arranged(TicketCategory.objects.filter(client_id=client_id))
    return {each.category.slug: each.path for each in found}


def _changed(before: Pledges, after: Pledges, client_id: int) -> list[tuple[Change, str]]:
    """What differs, each with the tickets that it is for, in words; empty for all of them."""
    found = changes(before, after)
    names = _categories(client_id) if any(change.kind for change in found) else {}
    return [(change, _kind_name(change.kind, names)) for change in found]


def _kinds(told: Pledges, client_id: int) -> list[dict[str, Any]]:
    """A line for each kind of tickets and metric that has promises of its own."""
    names = _categories(client_id) if told.special else {}
    lines = []
    for kind, cells in sorted(told.special.items()):
        for metric, group in policy_forms.lines_of(cells):
            by_priority = [(priority, group.get(priority)) for priority in PRIORITIES]
            percents = sorted({cell.percent for cell in group.values()})
            name = _kind_name(kind, names)
            lines.append({"metric": metric, "kind": name, "cells": by_priority, "percents": percents})
    return lines


def _kind_name(kind: Kind, names: Mapping[str, str]) -> str:
    category = names.get(kind.category, kind.category)
    tier = _("tier %(tier)s") % {"tier": kind.tier} if kind.tier else ""
    return ", ".join(filter(None, (category, tier)))


def _state(row: SlaPolicy, found: Versions) -> str:
    if row.state != State.AGREED:
        return row.state
    if row is found.current:
        return "current"
    return "coming" if row in found.coming else "past"

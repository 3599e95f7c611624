"""The ticket's page, and the fragments and files that belong to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access import log
from access.actor import Actor, ClientFace
from access.ahead import commit_ahead
from access.doors import staff
from access.models import ClientProfile
from access.models.organisations import CustomerWord
from access.requests import DoorRequest
from access.rights import Right, Side
from helpdesk.lib import article_text, clock, durations, tokens
from knowledgebase.models import Revision
from knowledgebase.search import Hit, best_for_ticket
from tickets import priorities, readiness
from tickets.actions import draft_files
from tickets.actions.conversation import Then
from tickets.desk import card, drafts, record, sorting, thread
from tickets.desk.closing_lines import signature
from tickets.desk.forms import AnswerForm, DeskForm
from tickets.events import Kind
from tickets.models import Holder, Message, Status, Ticket
from tickets.queries import reach, ticket_page
from tickets.queries.ticket_page import TicketPage

SUGGESTED = 3
_QUESTION = {Kind.ESCALATED, Kind.RETURNED, Kind.TAKEN_OVER, Kind.WITHDRAWN, Kind.EXPIRED}
_ESCALATION = {*_QUESTION, Kind.TOLD, Kind.ACKNOWLEDGED, Kind.UNHEARD, Kind.BEGAN_TO_CLIMB, Kind.CLIMBS_ON}
_Audience = Message.Audience


@staff(Right.TICKET_READ)
@require_safe
def show(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """One ticket, and the log entry that says who has opened it; N + 2 statements."""
    page = ticket_page.read(request.actor, request.client.id, number, whole="whole" in request.GET)
    log_view(request.actor, page.ticket)
    commit_ahead(request)
    return render_page(request, page)


def log_view(actor: Actor, ticket: Ticket) -> None:
    """The entry that the ticket and so its customer's record were opened."""
    log.record(
        actor,
        ticket.client_id,
        log.Action.VIEW,
        (log.CUSTOMER, ticket.customer_id),
        (log.TICKET, ticket.pk),
        ticket_id=ticket.pk,
        ticket_number=ticket.number,
    )


def render_page(
    request: DoorRequest,
    page: TicketPage,
    *,
    answer: AnswerForm | None = None,
    forms: dict[str, DeskForm] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; `answer` and `forms` are those that were refused, with what was written in them."""
    actor, face = request.actor, request.client
    company = getattr(request.user, "vendor", None)
    vendor = company.name if company else ""
    context = {
        "section": "queue",
        "page": page,
        "ticket": page.ticket,
        "profile": page.profile,
        "now": clock.now(),
        "thread": thread.entries(actor, page, face, vendor),
        "weighed": priorities.why(page.ticket.weighed.split()),
        "history": thread.history(page, face, vendor),
        **_record(actor, page),
        "sights": page.sights,
        "undelivered": [letter for letter in page.undelivered if letter.message_id is None],
        "has_escalation": any(event.kind in _ESCALATION for event in page.events),
        "has_breach": any(event.kind in (Kind.CLOCK_MISSED, Kind.EXCUSE) for event in page.events),
        "merged_number": _merged_number(page.ticket),
        "has_incident": any(event.kind == Kind.INCIDENT for event in page.events),
        "has_scope": any(event.kind == Kind.SCOPE for event in page.events),
        "speaks": speaks(actor, page.profile, face),
        "customer_word": CustomerWord(face.customer_word).label,
        **_facts(actor, page),
        **_abilities(actor, face, page.ticket),
        **_readiness(actor, page.ticket),
        **_emergency(actor, face, page),
        **composer(request, page, answer),
        **sorting.forms(page, forms or {}),
        **more,
    }
    return render(request, "tickets/desk/ticket.html", context, status=status)


def _merged_number(ticket: Ticket) -> int | None:
    """The number of the ticket that this one was merged into; a statement only where it was."""
    if ticket.merged_into_id is None:
        return None
    return Ticket.objects.values_list("number", flat=True).get(client_id=ticket.client_id, pk=ticket.merged_into_id)


def _record(actor: Actor, page: TicketPage) -> dict[str, Any]:
    """The customer's record; a letter to them is an answer on this page."""
    ticket = page.ticket
    mail_url = "#body" if _may_reply(actor, ticket) else ""
    return record.card(actor, ticket.customer, page.record, page.relation, mail_url=mail_url)


@dataclass(frozen=True, slots=True)
class Speaks:
    """As whom an agent speaks: the client's voice and language, and its closing lines."""

    voice: str
    language: str
    sign: str


def speaks(actor: Actor, profile: ClientProfile, face: ClientFace) -> Speaks:
    """As whom the agent speaks."""
    sign = signature(actor, profile, face)
    named = card.language_in_sentence if sign else card.language_name
    return Speaks(profile.voice, named(face.language), sign)


def _facts(actor: Actor, page: TicketPage) -> dict[str, Any]:
    """Whose move it is and since when, for how long our clock stood, and how long the customer waits."""
    ticket, now = page.ticket, clock.now()
    moves = [event for event in page.events if event.kind == Kind.HOLDER]
    ours = reach.our_court(actor)
    return {
        # The vendor's clock stands still while others have the move; the client sees the vendor's run.
        "held": ticket.holder != ours and actor.side is Side.VENDOR,
        "holder_name": _holder_name(ticket, ours),
        "holder_since": moves[-1].at if moves else ticket.created_at,
        "wait": durations.short(max(0, int((now - ticket.asked_at).total_seconds()))) if ticket.asked_at else "",
        "ended_unanswered": ticket.status != Status.OPEN and _last_word_is_theirs(page),
        "never_answered": ticket.first_answered_at is None,
        "question_open": _question_is_open(page),
    }


def _question_is_open(page: TicketPage) -> bool:
    """Whether the client has been asked and the question has not ended."""
    told = [event.kind for event in page.events if event.kind in _QUESTION]
    return bool(told) and told[-1] == Kind.ESCALATED


def _last_word_is_theirs(page: TicketPage) -> bool:
    """Whether nobody has answered what the customer said last."""
    said = [message for message in page.messages if message.audience == _Audience.PUBLIC]
    return bool(said) and said[-1].author == Message.Author.CUSTOMER


def _holder_name(ticket: Ticket, ours: Holder) -> str:
    """Who of our side has it, where it is our move."""
    if ticket.holder != ours:
        return ""
    return ticket.assignee.name if ticket.assignee else _("nobody yet")


def _may_reply(actor: Actor, ticket: Ticket) -> bool:
    """Whether an answer may be written: under emergency access not on a ticket that it would open again."""
    is_done = ticket.status != Status.OPEN
    return actor.may(Right.TICKET_REPLY, ticket.client_id) and not (is_done and ticket.client_id in actor.lent)


def _abilities(actor: Actor, face: ClientFace, ticket: Ticket) -> dict[str, Any]:
    return {
        "may_reply": _may_reply(actor, ticket),
        "may_note": actor.may(Right.TICKET_NOTE, face.id),
        "may_triage": actor.may(Right.TICKET_TRIAGE, face.id),
        # Whoever is here for an hour has a ticket neither given to them nor opened again.
        "may_open_again": face.id not in actor.lent,
        "may_be_assigned": actor.card_id(face.id) is not None and face.id not in actor.lent,
        "may_escalate": actor.may(Right.TICKET_ESCALATE, face.id) and actor.side is Side.VENDOR,
        "may_open_customer": actor.may(Right.CUSTOMER_READ, face.id),
        "may_read_articles": actor.may(Right.ARTICLE_READ, face.id),
        "my_card": actor.card_id(face.id),
    }


def _readiness(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """What keeps the ticket from the reader, and whether it is urgent enough to be worked all the same."""
    missing = readiness.keeping(actor, ticket) if ticket.status == Status.OPEN else ()
    return {"not_ready": missing, "work_now": bool(missing) and readiness.may_work_now(actor, ticket, missing)}


def _emergency(actor: Actor, face: ClientFace, page: TicketPage) -> dict[str, Any]:
    """That the reader is here by emergency access alone; for the client's own people, who else is."""
    standing = actor.standings[face.id]
    return {
        "lent": standing if standing.emergency_id is not None else None,
        "let_in": page.let_in if actor.side is Side.CLIENT else [],
    }


def composer(request: DoorRequest, page: TicketPage, answer: AnswerForm | None) -> dict[str, Any]:
    """What the composer shows: what was refused, else the draft, else the client's closing lines."""
    actor, face, draft = request.actor, request.client, page.draft
    sign = signature(actor, page.profile, face)
    if answer is not None:
        body, revisions = answer.data.get("body", ""), answer.data.get("revisions", "")
        audience = _known(answer.data.get("audience"), _Audience.values, _Audience.PUBLIC)
        then, once = _known(answer.data.get("then"), Then, Then.WAIT), answer.data.get("once") or tokens.random_token()
    else:
        body = draft.body if draft else (f"\n\n{sign}" if sign else "")
        audience, revisions = (draft.audience, draft.revisions) if draft else ("", "")
        # Whoever gets no letter does not know yet that it is their move.
        then, once = Then.WAIT if page.ticket.customer.email else Then.STAY, tokens.random_token()
    return {
        "answer": answer,
        "body": body,
        "audience": audience or _first_audience(actor, page.ticket),
        "then": then,
        "no_address": not page.ticket.customer.email,
        "client_holds": _client_holds(actor, page.ticket),
        "once": once,
        "revisions": revisions,
        "draft": draft,
        "kept_files": _kept_files(page, answer),
        "draft_mark": drafts.mark(face.id, page.ticket.pk, actor.user_id),
        "first_name": page.customer_name.split(" ", 1)[0],
    }


def _kept_files(page: TicketPage, answer: AnswerForm | None) -> str:
    """The files that go along unless they are unticked: those of the draft, and those of what was just refused."""
    files = [(each.sha256, each.name, each.size) for each in page.draft_files]
    if answer is not None:
        fresh = [(draft_files.digest_of(each), each.name, len(each.data)) for each in answer.keeping]
        known = {digest for digest, *_more in fresh}
        files = [each for each in files if each[0] in answer.kept() - known] + fresh
    return render_to_string("tickets/desk/_kept_files.html", {"files": files}) if files else ""


def _client_holds(actor: Actor, ticket: Ticket) -> bool:
    """Whether an answer of the vendor's would go over the head of the client, who has the move."""
    return actor.side is Side.VENDOR and ticket.status == Status.OPEN and ticket.holder == Holder.CLIENT


def _known(sent: str | None, values: Iterable[str], otherwise: str) -> str:
    """What a form sent, where it is one of these values."""
    return next((str(each) for each in values if each == sent), otherwise)


def _first_audience(actor: Actor, ticket: Ticket) -> str:
    return _Audience.PUBLIC if _may_reply(actor, ticket) else _Audience.SHARED


@staff(Right.ARTICLE_READ)
@require_safe
def suggestions(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Playbooks and articles for this ticket, best first, each to be inserted; a fragment."""
    ticket = ticket_page.find_ticket(request.actor, request.client.id, number)
    first = Message.objects.filter(client_id=ticket.client_id, ticket=ticket, audience=_Audience.PUBLIC)
    words = first.filter(author=Message.Author.CUSTOMER).order_by("pk").values_list("body", flat=True).first() or ""
    hits = best_for_ticket(
        client_id=ticket.client_id,
        subject=ticket.subject,
        text=words[:2000],
        category=ticket.category.name if ticket.category else "",
        limit=SUGGESTED,
    )
    revisions = Revision.objects.filter(client_id=ticket.client_id, pk__in=[hit.revision_id for hit in hits])
    written = dict(revisions.values_list("pk", "html"))
    found = [_suggested(hit, written.get(hit.revision_id, ""), str(n)) for n, hit in enumerate(hits, start=1)]
    return render(request, "tickets/desk/_suggestions.html", {"found": found, "ticket": ticket})


def _suggested(hit: Hit, html: str, key: str) -> dict[str, Any]:
    """One suggestion: its words, and of a playbook those that it quotes, which alone are meant for the customer."""
    said = article_text.quoted(html) if hit.is_playbook else ""
    return {"hit": hit, "text": article_text.as_letter(html), "said": said, "key": key}

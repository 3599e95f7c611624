"""What an agent does with a ticket: answer, note, assign, sort, solve.  Every route is one action."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.doors import staff
from access.errors import Conflict, Invalid, NotFound, Refused, TooLarge
from access.requests import DoorRequest
from access.rights import Right
from post import files, once
from post.uploads import oversized
from tickets.actions import conversation, draft_files, handling, waiting_replies
from tickets.actions import work_now as before_clearance
from tickets.actions.conversation import Then
from tickets.desk import closing_lines, drafts, ticket, waiting
from tickets.desk.answers import go
from tickets.desk.forms import AnswerForm, AssignForm, DeskForm, PriorityForm, SortForm, TagsForm, WaitingForm
from tickets.errors import Stale
from tickets.models import DraftFile, Impact, Message, Ticket, Urgency
from tickets.queries import ticket_page

_Audience = Message.Audience
# What the composer can correct: shown beside the text, which is kept.
_CORRECTABLE = (Invalid, Conflict, TooLarge)


def _composed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a route of the composer: where a gate has closed, what was written is kept and shown."""
    view.when_refused = drafts.keep_when_refused  # type: ignore[attr-defined]  # read by access.middleware
    return view


@_composed
@staff(Right.TICKET_REPLY)
@require_POST
def reply(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Answer the customer in the client's name."""
    return _compose(request, number, _reply)


@_composed
@staff(Right.TICKET_NOTE)
@require_POST
def note(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Write a note that the customer never sees."""
    return _compose(request, number, _note)


Send = Callable[[DoorRequest, int, AnswerForm], Message]


def _compose(request: DoorRequest, number: int, send: Send) -> HttpResponse:
    """Send once, however often the button was pressed; on a refusal show the page with the text kept."""
    form = AnswerForm(request.POST, request.FILES)
    ticket_id = ticket_page.ticket_id_of(request.actor, request.client.id, number)
    url = reverse("desk:ticket", kwargs={"client": request.client.slug, "number": number})
    try:
        if not form.is_valid():
            raise Invalid(_("Something in this form is not known here. Load the page again, your draft is kept."))
        key = form.cleaned_data["once"]
        mark = once.fingerprint(request.path, form.cleaned_data["audience"], form.cleaned_data["body"])
        if key and (earlier := once.earlier(request.actor, request.client.id, key, mark, wait=True)):
            return go(request, earlier.location)
        message = send(request, ticket_id, form)
    except _CORRECTABLE as error:
        return _show_refused(request, number, form, error)
    url = f"{url}#m{message.pk}"
    if key:
        once.keep(request.actor, request.client.id, key, mark, once.Answer(302, location=url))
    messages.success(request, _done(message))
    return go(request, url)


def _done(message: Message) -> str:
    """What became of it: nothing was sent to somebody without an address."""
    if message.audience != _Audience.PUBLIC:
        return _("Note saved.")
    customer = message.ticket.customer
    if not customer.email:
        return _("Recorded. %(name)s has no mail address, so nothing was mailed.") % {"name": customer}
    return _("Sent.")


def _reply(request: DoorRequest, ticket_id: int, form: AnswerForm) -> Message:
    data = form.cleaned_data
    if data["audience"] != _Audience.PUBLIC:
        raise Invalid(_("You chose a note, so nothing was sent. Save it as a note, or choose the customer."))
    body = closing_lines.without(request.actor, request.client, data["body"])
    uploads, kept = _files(request, ticket_id, form)
    return conversation.reply(
        request.actor,
        client_id=request.client.id,
        ticket_id=ticket_id,
        # Closing lines alone are no answer.
        body=data["body"] if body.strip() else "",
        then=Then(data["then"] or Then.WAIT),
        uploads=uploads,
        kept=kept,
        revision_id=form.revision_id(),
        seen_message_id=data["seen"],
    )


def _note(request: DoorRequest, ticket_id: int, form: AnswerForm) -> Message:
    data = form.cleaned_data
    if data["audience"] == _Audience.PUBLIC:
        raise Invalid(_("Choose who may read the note: Note with the client, or note for your own side."))
    uploads, kept = _files(request, ticket_id, form)
    return conversation.add_note(
        request.actor,
        client_id=request.client.id,
        ticket_id=ticket_id,
        body=closing_lines.without(request.actor, request.client, data["body"]),
        audience=_Audience(data["audience"]),
        uploads=uploads,
        kept=kept,
        revision_id=form.revision_id(),
    )


def _files(request: DoorRequest, ticket_id: int, form: AnswerForm) -> tuple[list[files.Incoming], list[DraftFile]]:
    """The uploads, checked, and those that were kept before; raises `TooLarge` where one was dropped on the way in."""
    if too_large := oversized(request):
        raise TooLarge(_("“%(name)s” is too large. Nothing was sent; your text is kept.") % {"name": too_large[0]})
    uploads = files.check_uploads(form.cleaned_data["files"])
    if not form.kept():
        return uploads, []
    ticket = Ticket.objects.visible_to(request.actor).filter(client_id=request.client.id, pk=ticket_id).first()
    if ticket is None:
        raise NotFound
    kept = list(draft_files.own(request.actor, ticket, form.kept()))
    if draft_files.too_many(uploads, kept):
        most = settings.UPLOAD_MAX_FILES
        raise Invalid(_("At most %(count)s files at a time.") % {"count": most}, "files")
    return uploads, kept


def _show_refused(request: DoorRequest, number: int, form: AnswerForm, error: Refused) -> HttpResponse:
    """The ticket's page with the text as it was written and why it was not sent; the draft is kept."""
    form.is_valid()
    status = form.refuse(error)
    page = ticket_page.read(request.actor, request.client.id, number)
    drafts.keep_after(request, form)
    # The page is shown although the request is rolled back, so its entry is written after that.
    request.after_refusal.append(lambda _response: ticket.log_view(request.actor, page.ticket))
    stale = error if isinstance(error, Stale) else None
    offered = waiting.offer(request, page.ticket, error, files=form.go_along())
    refusal = f"{error} {offered.sentence}" if offered else str(error)
    return ticket.render_page(request, page, answer=form, status=status, stale=stale, refusal=refusal)


def _handled(
    request: DoorRequest, number: int, name: str, form: DeskForm | None, act: Callable[[int], object], done: str = ""
) -> HttpResponse:
    """Run one action on the ticket and go back to it, or show its page with the refused form for the fields `name`."""
    client_id = request.client.id
    ticket_id = ticket_page.ticket_id_of(request.actor, client_id, number)
    try:
        if form is not None and not form.is_valid():
            raise Invalid(_("Something was not understood. Check what you entered."), "")
        act(ticket_id)
    except (Invalid, Conflict) as error:
        if form is not None and form.is_valid():
            form.refuse(error)
        page = ticket_page.read(request.actor, client_id, number)
        request.after_refusal.append(lambda _response: ticket.log_view(request.actor, page.ticket))
        kept = {name: form} if name and form is not None else {}
        return ticket.render_page(request, page, forms=kept, status=error.status, refusal=str(error))
    if done:
        messages.success(request, done)
    return go(request, reverse("desk:ticket", kwargs={"client": request.client.slug, "number": number}))


@staff(Right.TICKET_TRIAGE)
@require_POST
def assign(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Give the ticket to somebody, or to nobody."""
    form = AssignForm(request.POST)

    def act(ticket_id: int) -> None:
        handling.assign(
            request.actor,
            client_id=request.client.id,
            ticket_id=ticket_id,
            card_id=form.cleaned_data["card"],
            expected_card_id=form.cleaned_data["before"],
        )

    return _handled(request, number, "", form, act)


@staff(Right.TICKET_REPLY)
@require_POST
def send_waiting(request: DoorRequest, client: str, number: int, waiting: int) -> HttpResponse:
    """Send what a colleague has written and may not send."""
    form = WaitingForm(request.POST)

    def act(ticket_id: int) -> None:
        waiting_replies.send(
            request.actor,
            client_id=request.client.id,
            ticket_id=ticket_id,
            waiting_id=waiting,
            read=form.cleaned_data["read"],
            closing=closing_lines.of(request.actor, request.client),
            seen_message_id=form.cleaned_data["seen"],
        )

    return _handled(request, number, "", form, act, _("Sent. The history says who wrote it."))


@staff(Right.TICKET_REPLY)
@require_POST
def leave_waiting(request: DoorRequest, client: str, number: int, waiting: int) -> HttpResponse:
    """Put aside what a colleague has written; their own draft stays."""
    form = WaitingForm(request.POST)

    def act(ticket_id: int) -> None:
        waiting_replies.put_aside(
            request.actor,
            client_id=request.client.id,
            ticket_id=ticket_id,
            waiting_id=waiting,
            read=form.cleaned_data["read"],
        )

    return _handled(request, number, "", form, act, _("Put aside. Whoever wrote it still has the draft."))


def _verb(request: DoorRequest, number: int, action: Callable[..., object], done: str) -> HttpResponse:
    """An action that needs nothing but the ticket."""
    act = partial(action, request.actor, client_id=request.client.id)
    return _handled(request, number, "", None, lambda ticket_id: act(ticket_id=ticket_id), done)


@staff(Right.TICKET_REPLY)
@require_POST
def work_now(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Take an urgent ticket before being cleared."""
    return _verb(request, number, before_clearance.work_now, _("It is yours. The client sees that it was urgent."))


@staff(Right.TICKET_TRIAGE)
@require_POST
def solve(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Say that it is solved."""
    return _verb(request, number, handling.solve, _("Solved. An answer of the customer opens it again."))


@staff(Right.TICKET_TRIAGE)
@require_POST
def close(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Close it for good."""
    return _verb(request, number, handling.close, _("Closed."))


@staff(Right.TICKET_TRIAGE)
@require_POST
def reopen(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Open it again."""
    return _verb(request, number, handling.reopen, _("Open again."))


@staff(Right.TICKET_TRIAGE)
@require_POST
def sort(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Change what it is about and how grave it is; the client's table gives the priority."""
    client_id = request.client.id
    lists = {
        "categories": ticket_page.categories(client_id, number),
        "services": ticket_page.services(client_id, number),
    }
    form = SortForm(request.POST, auto_id="sort_%s", **lists)

    def act(ticket_id: int) -> None:
        data = form.cleaned_data
        handling.sort(
            request.actor,
            client_id=request.client.id,
            ticket_id=ticket_id,
            impact=Impact(data["impact"]),
            urgency=Urgency(data["urgency"]),
            category_id=data["category"],
            # A page that was open before the client had services says nothing of them.
            service_id=(data.get("service") or handling.NO_SERVICE) if "service" in request.POST else None,
            need=data["need"],
        )

    return _handled(request, number, "sort_fields", form, act, _("Saved."))


@staff(Right.TICKET_TRIAGE)
@require_POST
def override(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Set a priority that the client's table does not give, with a reason."""
    form = PriorityForm(request.POST, auto_id="priority_%s")

    def act(ticket_id: int) -> None:
        data = form.cleaned_data
        handling.override_priority(
            request.actor,
            client_id=request.client.id,
            ticket_id=ticket_id,
            priority=data["priority"],
            reason=data["reason"],
        )

    return _handled(request, number, "priority_fields", form, act, _("Priority changed."))


@staff(Right.TICKET_TRIAGE)
@require_POST
def tags(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Make these its tags."""
    form = TagsForm(request.POST, auto_id="tags_%s")

    def act(ticket_id: int) -> None:
        handling.set_tags(request.actor, client_id=request.client.id, ticket_id=ticket_id, names=form.names())

    return _handled(request, number, "tags_fields", form, act, _("Tags saved."))

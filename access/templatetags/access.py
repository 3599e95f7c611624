"""Tags of the pages about access."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from access import emergency
from access.gates import Gate
from access.models import EmergencyAccess
from access.rights import Right
from helpdesk.look.pictures import draw

# So many tabs stand side by side on a phone.
FIT_A_PHONE = 3
HERE = "access.tab_here"
register = template.Library()


@register.simple_tag(takes_context=True)
def tab(context: Context, view: str, label: str, **kwargs: Any) -> SafeString:
    """One of several pages that stand side by side, marked where it is the one that is read."""
    match = context["request"].resolver_match
    is_here = match is not None and match.view_name == view
    if is_here:
        # For the tag around it, which says on a phone where the reader is.
        context.render_context[HERE] = label
    return format_html(
        '<a href="{}"{}>{}</a>',
        reverse(view, kwargs=kwargs or None),
        mark_safe(' aria-current="page"') if is_here else "",
        label,
    )


@register.simple_block_tag(takes_context=True, end_name="endtabs")
def tabs(context: Context, content: str, label: str) -> SafeString:
    """A row of `tab`; where they are more than a phone has room for, there it is a menu that opens by itself."""
    here = context.render_context.get(HERE, label)
    row = mark_safe(content)
    if content.count("<a ") <= FIT_A_PHONE:
        return format_html('<nav class="tabs no-print" aria-label="{}">{}</nav>', label, row)
    menu = format_html(
        '<details class="tabs-menu only-phone" data-drop><summary class="btn">{}{}</summary><div>{}</div></details>',
        here,
        draw("chevron-down"),
        row,
    )
    return format_html(
        '<nav class="no-print" aria-label="{}"><div class="tabs not-phone">{}</div>{}</nav>', label, row, menu
    )


@register.filter
def last_moment(ends_at: datetime) -> datetime:
    """When something that ends with a day, at its midnight, still is: its date is the last day."""
    return ends_at - timedelta(microseconds=1)


@register.simple_tag
def runs(row: EmergencyAccess, now: datetime) -> bool:
    """Whether emergency access lets its person in now."""
    return row.runs(now)


@register.simple_tag(takes_context=True)
def waits_for_nda(context: Context, row: EmergencyAccess) -> bool:
    """Whether the reader, who was let in by this request, has a version of the NDA to accept first."""
    standing = context["actor"].standings.get(row.client_id)
    return standing is not None and standing.emergency_id == row.pk and Gate.NDA in standing.closed


@register.simple_tag
def outcome(row: EmergencyAccess) -> str:
    """What has become of a request for emergency access, in a sentence."""
    return emergency.outcome(row)


@register.simple_tag(takes_context=True)
def may_here(context: Context, right: str) -> bool:
    """Whether the reader holds a right at the client of the page."""
    return bool(context["actor"].may(Right(right), context["client"].id))


@register.simple_tag(takes_context=True)
def ticket_way(context: Context, number: int) -> str:
    """Where the reader may look at a ticket of the page's client: the ticket, else what the log says of it; or ""."""
    actor, client = context["actor"], context["client"]
    if actor.may(Right.TICKET_READ, client.id) and actor.may(Right.TICKET_READ_ALL, client.id):
        return reverse("desk:ticket", kwargs={"client": client.slug, "number": number})
    if actor.may(Right.LOG_READ, client.id):
        return f"{reverse('console:access_log', kwargs={'client': client.slug})}?ticket={number}"
    return ""


@register.simple_tag(takes_context=True)
def on_side(context: Context, view: str, client: str = "", **kwargs: Any) -> str:
    """The address of a page on the reader's own side, the office's or the console's, about the client of the page."""
    slug = client or context["client"].slug
    return reverse(f"{context['place']}:{view}", kwargs={"client": slug, **kwargs})

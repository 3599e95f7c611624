"""Lengths of time and the little arithmetic of the bars, for the pages of `escalation`."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from escalation.delays import words_of
from escalation.portal_banners import shown as portal_banners_shown
from helpdesk.lib import durations

register = template.Library()


@register.simple_tag
def length(seconds: float) -> str:
    """A length of time in words: "24 min", "1 h 52"."""
    return durations.span(seconds)


@register.simple_tag
def promised(seconds: int) -> str:
    """A promised time in words: "30 min", "40 h"."""
    return durations.promised(seconds)


@register.filter
def delay(minutes: int) -> str:
    """A delay in words: "at once", "15 min", "2 h"."""
    return words_of(minutes)


@register.simple_tag
def seconds_since(moment: datetime, now: datetime) -> int:
    """Whole seconds from a moment until now."""
    return max(0, int((now - moment).total_seconds()))


@register.simple_tag
def twice(percent: int) -> int:
    """A percentage on a bar of 200 units."""
    return percent * 2


@register.simple_tag(takes_context=True)
def list_url(context: Context, number: str, day: date) -> str:
    """The address of the tickets behind a number of one day, as the reports list them; empty for who may not see it."""
    if not context.get("may_read_reports"):
        return ""
    address = reverse("console:report_tickets", kwargs={"client": context["client"].slug})
    return f"{address}?{urlencode({'number': number, 'from': day.isoformat(), 'to': day.isoformat()})}"


@register.simple_tag(takes_context=True)
def counted(context: Context, value: int | str, number: str, day: date, label: str = "") -> SafeString | str:
    """A number that leads to its tickets; `label` says to a screen reader of what it is the number."""
    url = list_url(context, number, day)
    if not url:
        return str(value)
    hidden = format_html('<span class="visually-hidden">, {}</span>', label) if label else ""
    return format_html('<a href="{}">{}{}</a>', url, value, hidden)


@register.inclusion_tag("escalation/_portal_banners.html", takes_context=True)
def portal_banners(context: Context) -> dict[str, Any]:
    """What the portal says of major incidents, on every page of its client."""
    request = context["request"]
    rows = portal_banners_shown(request)
    return {"banners": rows, "client": request.client, "here": request.get_full_path(), "request": request}

"""Lengths of time and the little arithmetic of the bars, for the pages of `escalation`."""

from datetime import datetime

from django import template

from helpdesk.lib import durations

register = template.Library()


@register.simple_tag
def length(seconds: float) -> str:
    """A length of time in words: "24 min", "1 h 52"."""
    return durations.span(seconds)


@register.simple_tag
def seconds_since(moment: datetime, now: datetime) -> int:
    """Whole seconds from a moment until now."""
    return max(0, int((now - moment).total_seconds()))


@register.simple_tag
def twice(percent: int) -> int:
    """A percentage on a bar of 200 units."""
    return percent * 2

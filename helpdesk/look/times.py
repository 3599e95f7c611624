"""Moments on the reader's own clock."""

import datetime
from functools import lru_cache
from typing import Any

from django.template import defaultfilters
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from helpdesk.lib import clock


def local_time(moment: datetime.datetime | None, form: str = "short", css: str = "") -> SafeString:
    """`moment` on the reader's clock, with the exact time for machines.

    `form`: "short" (the time today, else day and time), "time", "date", "full".
    """
    if moment is None:
        return mark_safe("")
    local = timezone.localtime(moment)
    named = f' class="{escape(css)}"' if css else ""
    # By hand: a page shows dozens of these, and of a moment's text nothing comes from anybody.
    return mark_safe(f'<time{named} datetime="{local.isoformat(timespec="seconds")}">{_time_text(local, form)}</time>')


def _time_text(local: datetime.datetime, form: str) -> str:
    hour = f"{local:%H:%M}"
    if form == "time":
        return hour
    today = timezone.localdate(clock.now())
    if form == "short" and local.date() == today:
        return hour
    day = _day(local.date(), form == "full" or local.year != today.year, get_language())
    return day if form == "date" else f"{day} {hour}"


@lru_cache(maxsize=2000)
def _day(day: datetime.date, with_year: bool, language: str | None) -> str:
    return date_format(day, in_form("j M Y" if with_year else "j M"))


def in_form(form: str) -> str:
    """A date format as Django takes it, with "M" in the case of the language: Swedish months have no capital."""
    return form.replace("M", "b") if (get_language() or "").startswith("sv") else form


def date(value: Any, form: str) -> str:
    """The template filter `date`, on the reader's clock, with months in the case of the language."""
    return str(defaultfilters.date(value, in_form(form)))

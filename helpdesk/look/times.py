"""Moments on the reader's own clock."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from helpdesk.lib import clock


def local_time(moment: datetime | None, form: str = "short", css: str = "") -> SafeString:
    """`moment` on the reader's clock, with the exact time for machines.

    `form`: "short" (the time today, else day and time), "time", "date", "full".
    """
    if moment is None:
        return mark_safe("")
    local = timezone.localtime(moment)
    return format_html(
        '<time{} datetime="{}">{}</time>',
        format_html(' class="{}"', css) if css else "",
        local.isoformat(timespec="seconds"),
        _time_text(local, form),
    )


def _time_text(local: datetime, form: str) -> str:
    if form == "time":
        return date_format(local, "H:i")
    day = date_format(local, "j M" if local.year == clock.now().year else "j M Y")
    if form == "date":
        return day
    if form == "short" and local.date() == timezone.localdate(clock.now()):
        return date_format(local, "H:i")
    if form == "full":
        day = date_format(local, "j M Y")
    return f"{day} {date_format(local, 'H:i')}"

"""When we answer, in words that a customer would use."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def by_when(due: datetime, now: datetime) -> str:
    """“by 14:40 today”: a moment on the reader's clock, as near as it is."""
    local, today = timezone.localtime(due), timezone.localtime(now).date()
    time = date_format(local, "H:i")
    if local.date() == today:
        return _("by %(time)s today") % {"time": time}
    if local.date() == today + timedelta(days=1):
        return _("by %(time)s tomorrow") % {"time": time}
    if today < local.date() < today + timedelta(days=7):
        return _("by %(time)s on %(day)s") % {"time": time, "day": date_format(local, "l")}
    return _("by %(time)s on %(day)s") % {"time": time, "day": date_format(local, "j F")}

"""Delays as people write them: "at once", "15 min", "1 h 30", "2 days".  Pure, in minutes."""

import re

from django.utils.translation import gettext as _

from escalation.matrix.document import fold

LONGEST = 30 * 24 * 60
_PART = re.compile(r"(\d{1,6})\s*([^\W\d]*)")
_MINUTES = {"": 1, "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "minut": 1, "minuter": 1}
_HOURS = {"h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60, "t": 60, "tim": 60, "timme": 60, "timmar": 60}
_DAYS = {"d": 1440, "day": 1440, "days": 1440, "dag": 1440, "dagar": 1440, "dygn": 1440}
_UNITS = {**_MINUTES, **_HOURS, **_DAYS}
_AT_ONCE = {"at once", "now", "immediately", "genast", "direkt", "omedelbart", "nu"}


class BadDelay(ValueError):
    """The text says no delay; the message is for the person who wrote it."""


def minutes_of(text: str) -> int:
    """The minutes that a delay says; a bare number is minutes, and may follow hours ("1 h 30").

    English and Swedish words, whatever language the page is in, because sheets travel.  Raises
    `BadDelay` for anything else, and above 30 days.
    """
    plain = fold(text)
    if plain in _AT_ONCE:
        return 0
    clock = re.fullmatch(r"(\d{1,3}):([0-5]\d)", plain)
    if clock:
        return _bounded(int(clock[1]) * 60 + int(clock[2]), text)
    parts = _PART.findall(plain)
    rest = _PART.sub("", plain).strip()
    if not parts or rest or any(unit not in _UNITS for _number, unit in parts):
        raise BadDelay(
            _("“%(text)s” is no delay. Write it like “at once”, “15 min”, “1 h 30” or “2 days”.") % {"text": text[:40]}
        )
    return _bounded(sum(int(number) * _UNITS[unit] for number, unit in parts), text)


def _bounded(minutes: int, text: str) -> int:
    if minutes > LONGEST:
        raise BadDelay(_("“%(text)s” is too long: at most 30 days.") % {"text": text[:40]})
    return minutes


def words_of(minutes: int) -> str:
    """The delay in the reader's language, as `minutes_of` reads it back in English and Swedish."""
    if not minutes:
        return _("at once")
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    words = []
    if days:
        words.append(_("%(count)s d") % {"count": days})
    if hours:
        words.append(_("%(count)s h") % {"count": hours})
    if left:
        words.append(_("%(count)s min") % {"count": left})
    return " ".join(words)

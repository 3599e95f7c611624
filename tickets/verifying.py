"""Whether what a caller says is what is on record: compared in one spelling, in constant time.

Pure.
"""

import hashlib
import hmac
import unicodedata
from datetime import date, datetime

from helpdesk.lib import phones
from tickets.models.customers import FieldKind
from tickets.record_values import date_of, number_of
from tickets.records import FieldSpec

# What has few answers is told by a few tries; a name is what everybody knows.
_NEVER_ASKED = {"name", "language", "tier"}
_GUESSED = {FieldKind.YES_NO, FieldKind.CHOICE}
_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d")


def can_be_asked(spec: FieldSpec) -> bool:
    """Whether a caller can prove who they are by this field."""
    return spec.key not in _NEVER_ASKED and spec.kind not in _GUESSED


def matches(spec: FieldSpec, value: str, said: str, country: str = "") -> bool:
    """Whether the two say the same; nothing matches a field that is empty."""
    kept, told = spelled(spec.kind, value, country), spelled(spec.kind, said, country)
    same = hmac.compare_digest(_digest(kept), _digest(told))
    return same and bool(kept)


def spelled(kind: FieldKind, text: str, country: str = "") -> str:
    """The one spelling of a value; of a spelling it is itself."""
    text = unicodedata.normalize("NFKC", text).strip()
    if kind is FieldKind.PHONE:
        return phones.e164(text, country) or phones.digits(text)
    if kind is FieldKind.EMAIL:
        return text.lower()
    if kind is FieldKind.DATE:
        day = _day(text)
        return day.isoformat() if day else ""
    if kind is FieldKind.NUMBER:
        number = number_of(text)
        return "" if number is None else f"{number:f}"
    return unicodedata.normalize("NFKC", "".join(c for c in text.casefold() if c.isalnum())).casefold()


def _day(text: str) -> date | None:
    """A day as people write it, the day before the month; or None."""
    if found := date_of(text):
        return found
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

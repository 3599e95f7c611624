"""What may stand in a field of a record: each kind's one spelling, and the client's bounds.

Pure.  A client gives bounds and choices, never a pattern: an expression that somebody else wrote
can be made to run for hours.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Invalid
from helpdesk.lib import html, phones
from tickets.models.customers import FieldKind
from tickets.records import FieldSpec

LONGEST = 300
YES_NO = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")}
_YES = {"yes", "true", "1", "ja"}
_NO = {"no", "false", "0", "nej"}
_LARGEST = Decimal(10) ** 18


def checked(spec: FieldSpec, text: str, country: str = "") -> str:
    """The value as it is kept, "" for none; reading it again gives the same.

    Raises `Invalid`, with the field's key, where the client's rules don't take it.
    """
    try:
        line = html.clean_line(text, limit=LONGEST)
    except html.TooLong:
        raise _refused(spec, _("That is too long: at most %(most)s characters.") % {"most": LONGEST}) from None
    if not line:
        if spec.required:
            raise _refused(spec, _("This field must be filled in."))
        return ""
    return _READ[spec.kind](spec, line, country)


def _refused(spec: FieldSpec, sentence: str) -> Invalid:
    return Invalid(f"{spec.label}: {sentence}", spec.key)


def _text(spec: FieldSpec, line: str, country: str) -> str:
    if spec.least and len(line) < int(spec.least):
        raise _refused(spec, _("That is too short: at least %(least)s characters.") % {"least": spec.least})
    if spec.most and len(line) > int(spec.most):
        raise _refused(spec, _("That is too long: at most %(most)s characters.") % {"most": spec.most})
    return line


def number_of(line: str) -> Decimal | None:
    """A plain decimal number (18 digits before the point, 6 after it), or None."""
    try:
        number = Decimal(line.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _LARGEST:
        return None
    return number.quantize(Decimal("0.000001")).normalize() + 0


def _number(spec: FieldSpec, line: str, country: str) -> str:
    number = number_of(line)
    if number is None:
        raise _refused(spec, _("Write a number."))
    if spec.least and number < Decimal(spec.least):
        raise _refused(spec, _("At least %(least)s.") % {"least": spec.least})
    if spec.most and number > Decimal(spec.most):
        raise _refused(spec, _("At most %(most)s.") % {"most": spec.most})
    return f"{number:f}"


def date_of(line: str) -> date | None:
    """A day written as 1985-03-12, or None."""
    try:
        return date.fromisoformat(line)
    except ValueError:
        return None


def _date(spec: FieldSpec, line: str, country: str) -> str:
    day = date_of(line)
    if day is None:
        raise _refused(spec, _("Write the day as 1985-03-12."))
    if spec.least and day < date.fromisoformat(spec.least):
        raise _refused(spec, _("Not before %(least)s.") % {"least": spec.least})
    if spec.most and day > date.fromisoformat(spec.most):
        raise _refused(spec, _("Not after %(most)s.") % {"most": spec.most})
    return day.isoformat()


def _yes_no(spec: FieldSpec, line: str, country: str) -> str:
    word = line.casefold()
    if word in _YES:
        return "yes"
    if word in _NO:
        return "no"
    raise _refused(spec, _("Say yes or no."))


def _choice(spec: FieldSpec, line: str, country: str) -> str:
    found = next((choice for choice in spec.choices if choice.casefold() == line.casefold()), None)
    if found is None:
        raise _refused(spec, _("Choose one of those that are offered."))
    return found


def _email(spec: FieldSpec, line: str, country: str) -> str:
    local, _at, host = line.rpartition("@")
    if not local or "." not in host or any(c.isspace() for c in line):
        raise _refused(spec, _("This is no e-mail address."))
    return line.lower()


def phone_of(line: str, country: str) -> str:
    """A phone number as it is kept: with its country code where it can be dialled, else as it was typed."""
    return phones.e164(line, country) or line


def _phone(spec: FieldSpec, line: str, country: str) -> str:
    number = phones.e164(line, country)
    if not number:
        raise _refused(spec, _("This is no phone number. Write it with its country code, as +46 70 123 45 67."))
    return number


_READ = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
    FieldKind.CHOICE: _choice,
    FieldKind.EMAIL: _email,
    FieldKind.PHONE: _phone,
}

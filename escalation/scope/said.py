"""A request in words: how much, what it costs, what became of it, in the active language and time zone."""

from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.rate_card import Unit, money
from escalation.models import ScopeRequest

State, CoveredBy = ScopeRequest.State, ScopeRequest.CoveredBy


def quantity(hundredths: int, unit: str) -> str:
    """How much it is: "1.5 hours", "1 piece"."""
    amount = (Decimal(hundredths) / 100).normalize()
    said = number_format(f"{amount:f}")
    count = 1 if hundredths == 100 else 2
    if unit == Unit.HOUR:
        return ngettext("%(amount)s hour", "%(amount)s hours", count) % {"amount": said}
    return ngettext("%(amount)s piece", "%(amount)s pieces", count) % {"amount": said}


def price(row: ScopeRequest) -> str:
    """The estimate as it was asked for: "1.5 hours at 85.00 EUR, 127.50 EUR"."""
    told = {
        "quantity": quantity(row.hundredths, row.unit),
        "price": money(row.price, row.currency),
        "estimate": money(row.estimate, row.currency),
    }
    return _("%(quantity)s at %(price)s: %(estimate)s") % told


def used(row: ScopeRequest) -> str:
    """What it took so far: "1 hour, 85.00 EUR"."""
    return f"{quantity(row.used_hundredths, row.unit)}, {money(row.used, row.currency)}"


def outcome(row: ScopeRequest) -> str:
    """What has become of a request, in a sentence."""
    at = date_format(timezone.localtime(row.decided_at), "j M H:i") if row.decided_at else ""
    said = {"name": row.decided_by_name, "at": at, "used": used(row)}
    match State(row.state):
        case State.APPROVED if row.covered_by == CoveredBy.ALLOWANCE:
            return _("Approved at once by the emergency allowance, %(at)s.") % said
        case State.APPROVED if row.covered_by == CoveredBy.BUDGET:
            return _("Approved at once by the budget of the month, %(at)s.") % said
        case State.APPROVED:
            return _("%(name)s approved it, %(at)s.") % said
        case State.DECLINED:
            return _("%(name)s declined it, %(at)s.") % said
        case State.EXPIRED:
            return _("Nobody answered in the promised time, so it ended %(at)s.") % said
        case State.WITHDRAWN:
            return _("%(name)s took it back, %(at)s.") % said
        case State.DONE:
            return _("Done. It took %(used)s.") % said
        case _other:
            return _("It waits for an answer.")

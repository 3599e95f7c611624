"""What a contract's rate card says: prices of the work in the contract, and of what may be asked for beyond it.

Part of the terms that both sides sign, so its versions are theirs.  No database.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Invalid
from access.wording import needed_line, whole_text

HIGHEST_PRICE = 10**11
# What a rate card may set a price for.
COUNTED = ("ticket", "hour", "month")
MOST_WORK = 60
LONGEST_NAME = 80
LONGEST_INCLUDED = 20_000
_CURRENCY = re.compile(r"[A-Z]{3}")


class Unit(TextChoices):
    """What work beyond the contract is counted in."""

    HOUR = "hour", gettext_lazy("hour")
    PIECE = "piece", gettext_lazy("piece")


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work beyond the contract, and what one of its units costs in hundredths of the currency."""

    name: str
    unit: Unit
    price: int

    @property
    def key(self) -> str:
        """What the kind is known by in every version that calls it the same."""
        return slugify(self.name, allow_unicode=True)[:LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class RateCard:
    """Prices in hundredths of the currency (ISO 4217), by what is counted: see `COUNTED`.

    `work` is what can be asked for beyond the contract; `included` says in words what is always within it.
    """

    currency: str
    prices: Mapping[str, int]
    work: Sequence[Work] = ()
    included: str = ""

    def kind(self, key: str) -> Work | None:
        """The kind of work with this key."""
        return next((work for work in self.work if work.key == key), None)


def checked_card(card: RateCard | None) -> dict[str, Any]:
    """The rate card as the terms keep it; raises `Invalid` naming the field that can't be taken."""
    if card is None:
        return {}
    if not _CURRENCY.fullmatch(card.currency):
        raise Invalid(_("A currency has three letters, such as EUR."), "currency")
    if not set(card.prices) <= set(COUNTED) or not all(map(_is_price, card.prices.values())):
        raise Invalid(_("That is no price."), "rate_card")
    stored: dict[str, Any] = {"currency": card.currency, "prices": dict(card.prices)}
    if card.work:
        stored["work"] = _work(card.work)
    if included := whole_text(card.included, "included", LONGEST_INCLUDED):
        stored["included"] = included
    return stored


def card_of(stored: Mapping[str, Any]) -> RateCard | None:
    """The rate card that terms hold; None where they have none."""
    if not stored:
        return None
    work = tuple(Work(each["name"], Unit(each["unit"]), each["price"]) for each in stored.get("work", ()))
    return RateCard(stored["currency"], stored["prices"], work, stored.get("included", ""))


def money(amount: int, currency: str) -> str:
    """An amount in hundredths as people read it: 123456 EUR is "1,234.56 EUR"."""
    return f"{Decimal(amount).scaleb(-2):,.2f} {currency}"


def _work(kinds: Sequence[Work]) -> list[dict[str, Any]]:
    if len(kinds) > MOST_WORK:
        raise Invalid(_("At most %(most)s kinds of work.") % {"most": MOST_WORK}, "work")
    missing = _("Each kind of work needs a name.")
    named = [Work(needed_line(each.name, "work", LONGEST_NAME, missing), each.unit, each.price) for each in kinds]
    for at, each in enumerate(named):
        if not each.key:
            raise Invalid(_("“%(name)s” has no letter in it.") % {"name": each.name}, "work")
        if any(each.key == other.key for other in named[:at]):
            raise Invalid(_("“%(name)s” stands there twice.") % {"name": each.name}, "work")
        if not _is_price(each.price):
            raise Invalid(_("“%(name)s” has no price that can be.") % {"name": each.name}, "work")
    return [{"name": each.name, "unit": each.unit.value, "price": each.price} for each in named]


def _is_price(price: int) -> bool:
    return 0 <= price <= HIGHEST_PRICE

"""What a version of a contract's terms may say: checked before it is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from access.errors import Invalid
from access.models import NamesShown
from access.rate_card import RateCard, checked_card
from access.wording import one_line, whole_text

LONGEST_TERMS = 200_000
LONGEST_NOTICE = 730
MOST_SUBPROCESSORS = 100
# What is said of a subprocessor, in the order in which it is written.
SUBPROCESSOR = ("name", "purpose", "country")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version of the terms says; see `ContractTerms` for the units."""

    valid_from: datetime
    data_processing: str = ""
    subprocessors: Sequence[Mapping[str, str]] = ()
    locations: Sequence[str] = ()
    data_location: str = ""
    names_shown: NamesShown = NamesShown.FULL
    notice_days: int = 90
    core_notice_days: int = 30
    termination: str = ""
    rate_card: RateCard | None = None


def checked(terms: Terms) -> dict[str, Any]:
    """The columns of the version; raises `Invalid` naming the field that can't be taken."""
    for name in ("notice_days", "core_notice_days"):
        if not 0 <= getattr(terms, name) <= LONGEST_NOTICE:
            raise Invalid(_("Notice is 0 to 730 days."), name)
    return {
        **{name: whole_text(getattr(terms, name), name, LONGEST_TERMS) for name in ("data_processing", "termination")},
        "valid_from": terms.valid_from,
        "subprocessors": _subprocessors(terms.subprocessors),
        "locations": _countries(terms.locations),
        "data_location": one_line(terms.data_location, "data_location", 120),
        "names_shown": terms.names_shown,
        "notice_days": terms.notice_days,
        "core_notice_days": terms.core_notice_days,
        "rate_card": checked_card(terms.rate_card),
    }


def _subprocessors(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if len(rows) > MOST_SUBPROCESSORS:
        raise Invalid(_("At most %(most)s subprocessors.") % {"most": MOST_SUBPROCESSORS}, "subprocessors")
    return [{name: one_line(row.get(name, ""), "subprocessors", 200) for name in SUBPROCESSOR} for row in rows]


def _countries(codes: Sequence[str]) -> list[str]:
    for code in codes:
        if not _COUNTRY.fullmatch(code):
            said = _("%(code)s is no country's code. Use two letters each, such as SE, FI.")
            raise Invalid(said % {"code": code[:20]}, "locations")
    return sorted(set(codes))

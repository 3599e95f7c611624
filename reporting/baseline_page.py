"""What the page of a baseline shows: the figures of history in words and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Contract
from reporting import baseline
from reporting.baseline import Before
from reporting.formulas import Spread
from reporting.models import Baseline
from reporting.page import spent


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the week: how dark it is drawn, and what it says."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class ClockHour:
    """The head of a column: every sixth is shown, all are read aloud."""

    text: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """What customers ask for: how often, and how long its bar is (of a hundred)."""

    name: str
    count: int
    share: int
    length: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """One line of what could be promised: how long it took, and the promise that nine in ten kept."""

    priority: int
    label: str | Promise
    count: int
    median: str
    p90: str
    promise: str


def context(row: Baseline, prices: tuple[Contract, Mapping[str, Any]] | None) -> dict[str, Any]:
    """All that the template needs."""
    found = baseline.read(row.figures)
    return {
        "row": row,
        "found": found,
        "a_week": number_format(round(baseline.per_week(found.tickets, found.days))),
        "first_response": spent(found.first_response.median),
        "wait": spent(found.wait.median),
        "wait_p90": spent(found.wait.p90),
        "solve": spent(found.solve.median),
        "hours": _hours(found),
        "clock_hours": [ClockHour(f"{hour:02}", hour % 6 == 0) for hour in range(24)],
        "reasons": _reasons(found),
        "suggested": _suggested(found),
        "cost": _cost(found, prices),
    }


def _hours(found: Before) -> list[tuple[str | Promise, list[Hour]]]:
    drawn = baseline.levels(found.hours)
    lines: list[tuple[str | Promise, list[Hour]]] = []
    for day, (counts, dark) in enumerate(zip(found.hours, drawn, strict=True)):
        cells = [
            Hour(level, ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": count})
            for level, count in zip(dark, counts, strict=True)
        ]
        lines.append((WEEKDAYS[day], cells))
    return lines


def _reasons(found: Before) -> list[Reason]:
    named = [(name or _("Not sorted"), count) for name, count in found.reasons]
    if rest := found.tickets - sum(count for _name, count in named):
        named.append((_("Other reasons"), rest))
    most = max((count for _name, count in named), default=1)
    return [Reason(name, count, 100 * count // found.tickets, 100 * count // most) for name, count in named]


def _suggested(found: Before) -> list[Suggested]:
    names = {"first_response": _("First answer"), "solve": _("Time to solve")}
    return [
        _line(priority, names[metric], each[metric])
        for priority, each in sorted(found.targets.items())
        for metric in baseline.PROMISED
    ]


def _line(priority: int, label: str, one: Spread) -> Suggested:
    rung = baseline.suggested(one)
    return Suggested(priority, label, one.count, spent(one.median), spent(one.p90), _promise(rung))


def _promise(seconds: int | None) -> str:
    """A promise in support hours, of which no day has twenty-four."""
    if seconds is None or seconds < baseline.HOUR:
        return spent(seconds)
    return _("%(hours)s h") % {"hours": seconds // baseline.HOUR}


def _cost(found: Before, prices: tuple[Contract, Mapping[str, Any]] | None) -> dict[str, Any] | None:
    if prices is None:
        return None
    contract, card = prices
    month = baseline.per_month(found.tickets, found.days)
    hundredths = baseline.cost_of_month(month, card["prices"])
    if hundredths is None:
        return None
    return {
        "vendor": contract.vendor.name,
        "reference": contract.reference,
        "currency": card["currency"],
        "amount": number_format(round(hundredths / 100), force_grouping=True),
        "tickets": number_format(round(month)),
        "by_hour": "hour" in card["prices"],
    }

"""What a version of the terms says, fact by fact in words, and how it differs from the version before.  Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from access.actions.terms import SUBPROCESSOR
from access.models import ContractTerms
from access.rate_card import card_of, money
from helpdesk.lib.differences import Piece, compare, shortened

# The long texts, by their field.
TEXTS: dict[str, Promise] = {
    "data_processing": gettext_lazy("Data processing"),
    "termination": gettext_lazy("Termination"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that terms say, in lines; none where they say nothing of it."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """One of the long texts."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that the version before told otherwise."""

    label: str
    before: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextChange:
    """One of the long texts, with what was taken away and what was put there."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything in which a version differs from another."""

    facts: tuple[Change, ...]
    texts: tuple[TextChange, ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.texts)


def facts(row: ContractTerms) -> tuple[Fact, ...]:
    """What the version says in short, always in the same order."""
    return (
        Fact(_("Notice"), (_notice(row.notice_days),)),
        Fact(_("Core team"), (_core_notice(row.core_notice_days),)),
        Fact(_("Names"), (_("the client sees the %(shown)s") % {"shown": row.get_names_shown_display()},)),
        Fact(_("Locations"), (", ".join(row.locations) or _("anywhere"),)),
        Fact(_("Data"), tuple(_kept(row))),
        Fact(_("Prices"), tuple(_prices(row))),
        Fact(_("Always part of it"), tuple(_included(row))),
        Fact(_("Beyond it, by request"), tuple(_beyond(row))),
        Fact(_("Subprocessors"), tuple(_subprocessors(row))),
    )


def texts(row: ContractTerms) -> tuple[Text, ...]:
    """The long texts of which the version has any."""
    told = ((str(label), getattr(row, name)) for name, label in TEXTS.items())
    return tuple(Text(label, text) for label, text in told if text)


def begins(row: ContractTerms) -> str:
    """The day from which on the version counts, on the reader's clock."""
    return formats.date_format(timezone.localtime(row.valid_from), "j M Y")


def changes(row: ContractTerms, before: ContractTerms) -> Changes:
    """What a version says otherwise than the one before."""
    pairs = [(Fact(_("In force from"), (begins(before),)), Fact(_("In force from"), (begins(row),)))]
    pairs += zip(facts(before), facts(row), strict=True)
    return Changes(
        tuple(Change(new.label, old.lines, new.lines) for old, new in pairs if old != new),
        tuple(
            TextChange(str(label), shortened(compare(getattr(before, name), getattr(row, name))))
            for name, label in TEXTS.items()
            if getattr(before, name) != getattr(row, name)
        ),
    )


def _notice(days: int) -> str:
    return ngettext("%(days)s day for the contract", "%(days)s days for the contract", days) % {"days": days}


def _core_notice(days: int) -> str:
    said = ngettext("%(days)s day before somebody leaves", "%(days)s days before somebody leaves", days)
    return said % {"days": days}


def _kept(row: ContractTerms) -> Iterator[str]:
    if row.data_location:
        yield _("data are kept in %(place)s") % {"place": row.data_location}


def _prices(row: ContractTerms) -> Iterator[str]:
    card = row.rate_card
    counted = {
        "ticket": pgettext("price of", "a ticket"),
        "hour": pgettext("price of", "an hour"),
        "month": pgettext("price of", "a month"),
    }
    for name, what in counted.items():
        if name in card.get("prices", {}):
            yield f"{money(card['prices'][name], card['currency'])} {what}"


def _included(row: ContractTerms) -> Iterator[str]:
    card = card_of(row.rate_card)
    if card is not None and (card.work or card.included):
        yield _("making something stable again, whatever it takes")
        yield from (line for line in card.included.splitlines() if line.strip())


def _beyond(row: ContractTerms) -> Iterator[str]:
    card = card_of(row.rate_card)
    if card is not None:
        said = {"hour": pgettext("price of", "an hour"), "piece": pgettext("price of", "a piece")}
        yield from (f"{work.name}: {money(work.price, card.currency)} {said[work.unit.value]}" for work in card.work)


def _subprocessors(row: ContractTerms) -> Iterator[str]:
    for each in row.subprocessors:
        yield ", ".join(each[name] for name in SUBPROCESSOR if each[name])

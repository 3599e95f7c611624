"""The forms of the contract's pages."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.actions.terms import LONGEST_NOTICE, LONGEST_TERMS, SUBPROCESSOR, Terms
from access.console.forms import CorrectableForm
from access.models import ContractTerms, NamesShown
from access.rate_card import COUNTED, LONGEST_INCLUDED, RateCard, Unit, Work, card_of
from helpdesk.lib import clock

_LAST_DAY = date(2200, 1, 1)
_PRICE_NAMES = {
    "ticket": gettext_lazy("Price of a ticket"),
    "hour": gettext_lazy("Price of an hour"),
    "month": gettext_lazy("Price of a month"),
}


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A field for a day, with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"], **more)


def beginning_of(day: date, zone: str) -> datetime:
    """The moment at which a day begins on the wall clock of a time zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def end_of(day: date, zone: str) -> datetime:
    """The moment at which a day is over there."""
    return beginning_of(day + timedelta(days=1), zone)


class DayForm(CorrectableForm):
    """A form that asks for days to come, as the client's calendar has them."""

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.today = clock.as_local(clock.now(), zone).date()

    def to_come(self, name: str) -> date | None:
        """The day given in a field, which may be today; refuses one that is over or far beyond any contract."""
        day: date | None = self.cleaned_data[name]
        if day is not None and not self.today <= day < _LAST_DAY:
            raise forms.ValidationError(_("Choose today or a later day."))
        return day


class DraftForm(CorrectableForm):
    """A contract with a vendor, by its name."""

    vendor = forms.CharField(
        label=gettext_lazy("The vendor’s name"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "known-vendors", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Exactly as the vendor is called here. It stands on the page Contracts of the vendor’s office: ask them for"
            " it. Only vendors that you have had a contract with are offered."
        ),
    )
    reference = forms.CharField(label=gettext_lazy("Name or number of the contract"), max_length=60)


class TermsForm(DayForm):
    """One version of the terms."""

    valid_from = day_field(gettext_lazy("In force from"))
    data_processing = forms.CharField(
        label=gettext_lazy("Data processing"),
        strip=False,
        max_length=LONGEST_TERMS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("What the vendor may do with the customers’ data, and what not."),
    )
    subprocessors = forms.CharField(
        label=gettext_lazy("Subprocessors, one a line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Name; what for; country. Such as: Postbud AB; sends mail; SE"),
    )
    locations = forms.CharField(
        label=gettext_lazy("Countries that agents may work from"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Two letters each, such as SE, FI. Empty means from anywhere."),
    )
    data_location = forms.CharField(label=gettext_lazy("Where the data are kept"), required=False, max_length=120)
    names_shown = forms.ChoiceField(
        label=gettext_lazy("What the client sees of an agent’s name"), choices=NamesShown.choices
    )
    notice_days = forms.IntegerField(
        label=gettext_lazy("Days of notice for the contract"), min_value=0, max_value=LONGEST_NOTICE
    )
    core_notice_days = forms.IntegerField(
        label=gettext_lazy("Days of notice before somebody leaves the core team"), min_value=0, max_value=LONGEST_NOTICE
    )
    termination = forms.CharField(
        label=gettext_lazy("Termination"),
        strip=False,
        max_length=LONGEST_TERMS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency of the rate card"),
        required=False,
        max_length=3,
        help_text=gettext_lazy("Such as EUR."),
    )
    included = forms.CharField(
        label=gettext_lazy("Always part of the contract"),
        strip=False,
        max_length=LONGEST_INCLUDED,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Making something stable again is, whatever stands here: nothing urgent waits."),
    )
    work = forms.CharField(
        label=gettext_lazy("Work beyond the contract, one kind a line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Name; hour or piece; price. Such as: New templates; hour; 85.00. Only what stands here can be asked for."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in _PRICE_NAMES.items():
            self.fields[f"price_{name}"] = forms.DecimalField(
                label=label, required=False, min_value=0, max_digits=11, decimal_places=2
            )

    @staticmethod
    def of(row: ContractTerms | None, zone: str) -> "TermsForm":
        """The form filled in with what a version says, in force from today on at the earliest."""
        today = clock.as_local(clock.now(), zone).date()
        row = row or ContractTerms(valid_from=clock.now())
        card: Mapping[str, Any] = row.rate_card
        beyond = card_of(card)
        same = ("data_processing", "data_location", "names_shown", "notice_days", "core_notice_days", "termination")
        initial = {
            **{name: getattr(row, name) for name in same},
            "valid_from": max(today, clock.as_local(row.valid_from, zone).date()),
            "subprocessors": "\n".join("; ".join(each[name] for name in SUBPROCESSOR) for each in row.subprocessors),
            "locations": ", ".join(row.locations),
            "currency": card.get("currency", ""),
            "included": card.get("included", ""),
            "work": "\n".join(_line_of(work) for work in beyond.work) if beyond else "",
            **{f"price_{name}": Decimal(price).scaleb(-2) for name, price in card.get("prices", {}).items()},
        }
        return TermsForm(initial=initial, zone=zone)

    def clean_valid_from(self) -> date | None:
        """Today or later."""
        return self.to_come("valid_from")

    def clean_subprocessors(self) -> list[dict[str, str]]:
        """Name, purpose and country of each line; refuses a line that has them not, by its number."""
        found = []
        for number, line in enumerate(self.cleaned_data["subprocessors"].splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            if len(parts) != 3 or not parts[0]:
                said = _("Line %(number)s: write name; what for; country.")
                raise forms.ValidationError(said % {"number": number})
            found.append(dict(zip(SUBPROCESSOR, parts, strict=True)))
        return found

    def clean_locations(self) -> list[str]:
        """The codes, in capitals."""
        return [code.upper() for code in re.split(r"[\s,;]+", self.cleaned_data["locations"]) if code]

    def clean_work(self) -> list[Work]:
        """Name, unit and price of each line; refuses a line that has them not, by its number."""
        lines = enumerate(self.cleaned_data["work"].splitlines(), 1)
        return [_work_of(number, line) for number, line in lines if line.strip()]

    def clean(self) -> dict[str, Any] | None:
        """Prices need their currency, and the rest of the rate card has none without it."""
        data = self.cleaned_data
        priced = any(data.get(f"price_{name}") is not None for name in COUNTED)
        if (priced or data.get("work") or data.get("included")) and not data.get("currency"):
            self.add_error("currency", _("In which currency are the prices?"))
        return super().clean()

    def terms(self) -> Terms:
        """What the form says."""
        data = self.cleaned_data
        prices = {name: data.get(f"price_{name}") for name in COUNTED}
        card = RateCard(
            data["currency"].upper(),
            {name: int(price * 100) for name, price in prices.items() if price is not None},
            data["work"],
            data["included"],
        )
        return Terms(
            valid_from=beginning_of(data["valid_from"], self.zone),
            data_processing=data["data_processing"],
            subprocessors=data["subprocessors"],
            locations=data["locations"],
            data_location=data["data_location"],
            names_shown=NamesShown(data["names_shown"]),
            notice_days=data["notice_days"],
            core_notice_days=data["core_notice_days"],
            termination=data["termination"],
            rate_card=card if data["currency"] else None,
        )


def _line_of(work: Work) -> str:
    return f"{work.name}; {work.unit.label}; {Decimal(work.price).scaleb(-2)}"


def _work_of(number: int, line: str) -> Work:
    parts = [part.strip() for part in line.split(";")]
    units = {word.casefold(): unit for unit in Unit for word in (unit.value, str(unit.label))}
    unit = units.get(parts[1].casefold()) if len(parts) == 3 else None
    if unit is None or not parts[0]:
        said = _("Line %(number)s: write name; hour or piece; price.")
        raise forms.ValidationError(said % {"number": number})
    return Work(parts[0], unit, _hundredths(number, parts[2]))


def _hundredths(number: int, text: str) -> int:
    try:
        price = Decimal(text.replace(",", ".")).scaleb(2) if len(text) <= 20 else Decimal("NaN")
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or price != price.to_integral_value():
        raise forms.ValidationError(
            _("Line %(number)s: “%(text)s” is no price.") % {"number": number, "text": text[:20]}
        )
    return int(price)


class SignForm(CorrectableForm):
    """One's name under a version of the terms; `read` is the digest of what stands above."""

    read = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    typed_name = forms.CharField(
        label=gettext_lazy("Your name, as you sign it"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class NoticeForm(DayForm):
    """The last day of a contract."""

    ends_on = day_field(gettext_lazy("Last day"))

    def clean_ends_on(self) -> date | None:
        """Today or later."""
        return self.to_come("ends_on")


class OwnersForm(CorrectableForm):
    """Who sees to a line of the checklist, and until when."""

    client_owner = forms.CharField(label=gettext_lazy("Whom the client has on it"), max_length=120, required=False)
    vendor_owner = forms.CharField(label=gettext_lazy("Whom the vendor has on it"), max_length=120, required=False)
    due_on = day_field(gettext_lazy("Due"), required=False, help_text=gettext_lazy("Empty means without a date."))

    def clean_due_on(self) -> date | None:
        """Any day that a calendar has."""
        day: date | None = self.cleaned_data["due_on"]
        if day is not None and not date(2000, 1, 1) <= day < _LAST_DAY:
            raise forms.ValidationError(_("Choose a day of this century."))
        return day


class WaiverForm(DayForm):
    """That the client goes without a line for now."""

    owner = forms.CharField(label=gettext_lazy("Who sees to it"), max_length=120)
    until = day_field(gettext_lazy("Until"))

    def clean_until(self) -> date | None:
        """Today or later; the action wants one to come."""
        return self.to_come("until")


class StartForm(DayForm):
    """From which day on the contract is in force."""

    starts_on = day_field(gettext_lazy("In force from"), required=False, help_text=gettext_lazy("Empty means at once."))

    def clean_starts_on(self) -> date | None:
        """Today or later."""
        return self.to_come("starts_on")

"""What an agent is asked for a request, and a client for what it allows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from access.rate_card import RateCard, Unit, money
from escalation.forms import RefusableForm
from escalation.models import Contact, ScopeRules
from escalation.scope.asking import LONGEST_NOTE, LONGEST_OTHERWISE, LONGEST_WHY, Wanted
from escalation.scope.deciding import MOST_HOURS, Settings
from escalation.scope.rules import MOST_UNITS

PLACES = 5


def _quantity(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=7, decimal_places=2, min_value=Decimal("0.01"), max_value=MOST_UNITS, **more
    )


class AskForm(RefusableForm):
    """What is to be done beyond the contract, how much of it, and why."""

    work = forms.ChoiceField(label=gettext_lazy("Kind of work"))
    quantity = _quantity(gettext_lazy("How much, at most"), help_text=gettext_lazy("In hours or pieces, such as 1.5."))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_WHY, widget=forms.Textarea(attrs={"rows": 3}))
    otherwise = forms.CharField(label=gettext_lazy("What happens without it"), max_length=LONGEST_OTHERWISE)

    def __init__(self, *args: Any, card: RateCard | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = {Unit.HOUR: pgettext("price of", "an hour"), Unit.PIECE: pgettext("price of", "a piece")}
        work = self.fields["work"]
        assert isinstance(work, forms.ChoiceField)
        if card is not None:
            said = [
                (each.key, f"{each.name}, {money(each.price, card.currency)} {units[each.unit]}") for each in card.work
            ]
            work.choices = [("", "–"), *said]

    def wanted(self) -> Wanted:
        """What the form asks for."""
        data = self.cleaned_data
        return Wanted(data["work"], int(data["quantity"] * 100), data["why"], data["otherwise"])


class WorkForm(RefusableForm):
    """Work that was done."""

    quantity = _quantity(gettext_lazy("How much"))
    note = forms.CharField(label=gettext_lazy("What was done"), max_length=LONGEST_NOTE, required=False)

    @property
    def hundredths(self) -> int:
        """The quantity in hundredths of its unit."""
        return int(self.cleaned_data["quantity"] * 100)


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=13, decimal_places=2, help_text=help_text
    )


class RulesForm(RefusableForm):
    """Who is asked, how soon the client answers, and what it allows before anybody asks."""

    answer_hours = forms.IntegerField(
        label=gettext_lazy("We answer within, in support hours"),
        min_value=1,
        max_value=MOST_HOURS,
        help_text=gettext_lazy("Whoever was asked is reminded halfway, then the next one is asked."),
    )

    def __init__(
        self, *args: Any, contacts: Sequence[Contact], card: RateCard | None, rules: ScopeRules, **kwargs: Any
    ) -> None:
        self.kinds = {each.key: each.name for each in (card.work if card else ())} | {"": _("any other kind of work")}
        self.kept: Mapping[str, int] = {key: value for key, value in rules.budgets.items() if key not in self.kinds}
        kwargs["initial"] = self._initial(rules)
        super().__init__(*args, **kwargs)
        names = [("", "–"), *((contact.key, contact.name) for contact in contacts)]
        for place in range(1, PLACES + 1):
            label = _("Approver %(place)s") % {"place": place}
            self.fields[f"approver_{place}"] = forms.ChoiceField(label=label, choices=names, required=False)
        currency = card.currency if card else ""
        self.fields["allowance"] = _amount(
            _("Emergency allowance for each ticket of priority 1, %(currency)s") % {"currency": currency},
            _("Work up to this amount on such a ticket begins at once. Empty means none."),
        )
        for number, name in enumerate(self.kinds.values()):
            said = _("Budget a month for %(work)s, %(currency)s") % {"work": name, "currency": currency}
            self.fields[f"budget_{number}"] = _amount(said)

    def _initial(self, rules: ScopeRules) -> dict[str, Any]:
        initial: dict[str, Any] = {"answer_hours": rules.answer_hours}
        initial |= {f"approver_{place}": key for place, key in enumerate(rules.approvers[:PLACES], 1)}
        if rules.allowance:
            initial["allowance"] = Decimal(rules.allowance).scaleb(-2)
        for number, key in enumerate(self.kinds):
            if key in rules.budgets:
                initial[f"budget_{number}"] = Decimal(rules.budgets[key]).scaleb(-2)
        return initial

    def settings(self) -> Settings:
        """What the form says; budgets of kinds that the rate card has no more stay as they are."""
        data = self.cleaned_data
        places = [data[f"approver_{place}"] for place in range(1, PLACES + 1)]
        given = {key: data[f"budget_{number}"] for number, key in enumerate(self.kinds)}
        return Settings(
            data["answer_hours"],
            [key for key in places if key],
            int((data["allowance"] or 0) * 100),
            {**self.kept, **{key: int(amount * 100) for key, amount in given.items() if amount is not None}},
        )

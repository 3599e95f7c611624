"""The forms of the pages about access."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from access import log
from access.log import Action
from access.log_finding import LONGEST
from access.log_format import BadText, Head, read_head
from access.queries import LogFilter
from access.rights import Right, Side
from helpdesk.lib import clock

_DAYS = [(1, _("Last day")), (7, _("Last 7 days")), (30, _("Last 30 days")), (90, _("Last 90 days"))]
_KINDS = [
    (log.CUSTOMER, _("Customer")),
    (log.TICKET, _("Ticket")),
    (log.FILE, _("File")),
    (log.ARTICLE, _("Article")),
]


class TokenForm(forms.Form):
    """A new key: what it may, and until when."""

    rights = forms.TypedMultipleChoiceField(
        label=_("What the program may do"), coerce=Right, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        initial=90,
    )

    def __init__(self, *args: Any, held: Iterable[Right], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = cast(forms.TypedMultipleChoiceField, self.fields["rights"])
        rights.choices = [(right.value, right.label) for right in held]

    @property
    def expires_at(self) -> Any:
        """The moment after which the key is dead (aware, UTC)."""
        return clock.now() + timedelta(days=self.cleaned_data["days"])


class AcceptForm(forms.Form):
    """One's name under an NDA; `number` is the version that stands above."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    typed_name = forms.CharField(
        label=_("Your name, as you sign it"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class ProofForm(forms.Form):
    """Which entry is to be proved: its place in the sealed log."""

    entry = forms.IntegerField(
        label=_("Place of the entry"),
        min_value=0,
        max_value=2**62,
        help_text=_("Its “index” in LOG.jsonl; the first one is 0."),
    )


class GrowthForm(forms.Form):
    """From which kept head the log is to be shown to go on."""

    head = forms.CharField(
        label=_("A head that you kept"),
        max_length=1000,
        help_text=_("From a mail, or from this page some time ago; it begins with head1."),
    )

    def __init__(self, *args: Any, client_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._client_id = client_id

    def clean_head(self) -> Head:
        """The head; refuses what is none, and one of another client's log."""
        try:
            head = read_head(self.cleaned_data["head"])
        except BadText:
            raise forms.ValidationError(_("This is no head. Copy all of it, from “head1.” to the end.")) from None
        if head.client_id != self._client_id:
            raise forms.ValidationError(_("This head is of another client's log."))
        return head


class LogForm(forms.Form):
    """What a reader of the access log looks for; everything may stay open."""

    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    action = forms.TypedChoiceField(
        label=_("What they did"),
        required=False,
        coerce=Action,
        empty_value=None,
        choices=[("", _("anything")), *((action.value, action.label) for action in Action)],
    )
    # Words that the page turns into one of the fields below.
    about = forms.CharField(
        label=_("Ticket"), required=False, max_length=LONGEST, help_text=_("Its number, such as #349")
    )
    kind = forms.ChoiceField(label=_("Kind of record"), required=False, choices=[("", _("any")), *_KINDS])
    record = forms.IntegerField(label=_("Record number"), required=False, min_value=1, max_value=2**62)
    # Set by links, and by what was found for `about`.
    ticket = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    # Set by the links of the requests.
    emergency = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    on = forms.ChoiceField(
        label=_("On a ticket"),
        required=False,
        choices=[("", _("either way")), ("ticket", _("on a ticket")), ("none", _("without a ticket"))],
    )
    side = forms.ChoiceField(
        label=_("From"),
        required=False,
        choices=[("", _("anywhere")), (Side.VENDOR.value, _("the vendor")), (Side.CLIENT.value, _("the client"))],
    )
    # The entries behind one flag, by the flag's number in the address.
    flag = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    days = forms.TypedChoiceField(
        label=_("When"), required=False, coerce=int, empty_value=None, choices=[("", _("any time")), *_DAYS]
    )

    def __init__(
        self, *args: Any, people: Iterable[tuple[int, str]], finds_customers: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        person = cast(forms.TypedChoiceField, self.fields["person"])
        person.choices = [("", _("anybody")), *people]
        self.fields["about"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        if finds_customers:
            self.fields["about"].label = _("Ticket or customer")
            self.fields["about"].help_text = _("#349, or a whole address, phone or number")

    @property
    def more(self) -> bool:
        """Whether something is chosen that stands folded away."""
        return any(self.cleaned_data.get(name) for name in ("kind", "record", "on", "side"))

    def wanted(self) -> LogFilter:
        """The filter; what can't be understood is left open and shown as an error."""
        self.is_valid()
        given = self.cleaned_data
        both = given.get("kind") and given.get("record")
        return LogFilter(
            user_id=given.get("person"),
            action=given.get("action"),
            kind=given.get("kind") or "",
            record_id=given.get("record") if both else None,
            days=given.get("days"),
            side=given.get("side") or "",
            with_ticket=given["on"] == "ticket" if given.get("on") else None,
            ticket_number=given.get("ticket"),
            emergency_id=given.get("emergency"),
        )

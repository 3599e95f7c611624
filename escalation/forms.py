"""What people are asked when they escalate, answer, or name a contact."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.errors import Refused
from helpdesk.lib.sheet import UnreadableText, text_of
from tickets.models import Ticket

LONGEST_SHEET = 400_000


class Reason(TextChoices):
    """Why a ticket goes to the client."""

    DECISION = "decision", _("They must decide")
    FACTS = "facts", _("Only they know")
    ACTION = "action", _("They must do something")
    COMPLAINT = "complaint", _("A complaint about them")


def reason_label(reason: str) -> str:
    """The reason in the reader's words; one that was written freely stays as it is."""
    return str(Reason(reason).label) if reason in Reason.values else reason


class RefusableForm(forms.Form):
    """A form whose refusals by an action stand beside what was written."""

    def refuse(self, error: Refused) -> int:
        """Show why an action refused; returns the status of the answer."""
        field = getattr(error, "field", None)
        self.add_error(field if field in self.fields else None, str(error))
        return error.status


class _FocusedRadios(forms.RadioSelect):
    """Radios of which the chosen one has the focus when the page comes."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if option["selected"]:
            option["attrs"]["autofocus"] = True
        return option


class EscalateForm(RefusableForm):
    """What the client is asked."""

    reason = forms.ChoiceField(label=_("Why"), choices=Reason, initial=Reason.DECISION, widget=_FocusedRadios)
    question = forms.CharField(
        label=_("The one question"),
        max_length=300,
        help_text=_("It is the title of what they read, on a phone. Ask what a yes or no answers."),
    )
    facts = forms.CharField(
        label=_("What they need to know"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One fact a line, as “What happened: …”."),
    )
    suggestion = forms.CharField(label=_("What we suggest"), max_length=300, required=False)


def facts_for(ticket: Ticket, name: str) -> str:
    """The facts that a ticket knows already, as lines with labels; `name` is what its customer may be called."""
    lines = [str(_("What happened: %(subject)s")) % {"subject": ticket.subject}]
    if ticket.need:
        lines.append(str(_("%(customer)s wants: %(need)s")) % {"customer": name, "need": ticket.need})
    return "\n".join(lines)


class ContactForm(RefusableForm):
    """A person or inbox of the client's."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Leave it empty to ask everyone of yours who may answer."),
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    job = forms.CharField(label=_("What they decide"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    card_id = forms.TypedChoiceField(
        label=_("Is one of your people"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Then a ticket that they take over is given to them."),
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        card = self.fields["card_id"]
        assert isinstance(card, forms.ChoiceField)
        card.choices = [("", "–"), *people]


class GroupForm(RefusableForm):
    """Several contacts who are asked together."""

    name = forms.CharField(label=_("Name"), max_length=120)
    members = forms.TypedMultipleChoiceField(label=_("Who is in it"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, contacts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = self.fields["members"]
        assert isinstance(members, forms.MultipleChoiceField)
        members.choices = contacts

    def values(self) -> dict[str, Any]:
        """The name and the ids of the members, as `save_group` takes them."""
        return {"name": self.cleaned_data["name"], "contact_ids": self.cleaned_data["members"]}


class PasteForm(RefusableForm):
    """A sheet of rows and contacts, as text or as a file, and where its rows go."""

    PLACES = (
        ("replace", _("instead of all rows")),
        ("below", _("below the rows of the draft")),
        ("above", _("above the rows of the draft")),
    )

    text = forms.CharField(
        label=_("Rows and contacts"),
        strip=False,
        required=False,
        max_length=LONGEST_SHEET,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    file = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("CSV or text, as a spreadsheet saves it, in any encoding.")
    )
    where = forms.ChoiceField(label=_("Put the rows"), choices=PLACES, initial="replace")
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**8)

    def clean(self) -> dict[str, Any]:
        """A file goes before the text; what is no text at all is refused."""
        data: dict[str, Any] = super().clean() or {}
        if file := data.get("file"):
            try:
                data["text"] = text_of(file.read(LONGEST_SHEET * 4))
            except UnreadableText as error:
                self.add_error("file", str(error))
        if len(data.get("text", "")) > LONGEST_SHEET:
            self.add_error("file", gettext("The sheet is too long. Paste it in parts."))
        return data


class PublishForm(RefusableForm):
    """When the draft comes in force, and that what is said of it was seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**8)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)
    at = forms.CharField(
        label=_("In force from"),
        required=False,
        max_length=40,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("By your clock. Leave it empty for at once; until then it may be called off."),
    )
    note = forms.CharField(label=_("What changes, in your words"), required=False, max_length=300)


class ProposeForm(RefusableForm):
    """Why the vendor proposes it, and which state of it was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**8)
    why = forms.CharField(
        label=_("Why you propose it"),
        required=False,
        max_length=300,
        help_text=_("Stands in the mail to the client, and beside the version."),
    )


class AcceptForm(RefusableForm):
    """From when a proposal is in force, and that what is said of it was seen."""

    revision = forms.IntegerField(min_value=0, max_value=10**8)
    seen = forms.IntegerField(min_value=0, max_value=10**6)
    at = forms.CharField(required=False, max_length=40)

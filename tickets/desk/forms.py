"""The desk's forms: what an agent is asked, and what may be taken as an answer."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from access.errors import Refused, TooLarge
from helpdesk.lib import tokens
from post.files import Incoming
from tickets.actions import draft_files
from tickets.actions.conversation import Then
from tickets.actions.parts import LONGEST_SUBJECT
from tickets.models import Impact, Message, Urgency
from tickets.portal.forms import FilesField, WordsField

LONGEST_ONCE = 64
_DIGEST = re.compile("[0-9a-f]{64}")
_Audience = Message.Audience


class DeskForm(forms.Form):
    """A form whose refusals by an action stand beside what was written."""

    def refuse(self, error: Refused) -> int:
        """Show why an action refused; returns the status of the answer."""
        field = "files" if isinstance(error, TooLarge) else getattr(error, "field", None)
        self.add_error(field if field in self.fields else None, str(error))
        return error.status


class SkipForm(DeskForm):
    """Why a ticket is passed over."""

    REASONS = (
        ("not_mine", _("I don’t know this subject well enough")),
        ("language", _("I don’t speak the language")),
        ("waiting", _("I wait for something that isn’t written here")),
        ("other", _("Something else")),
    )

    why = forms.ChoiceField(label=_("Why do you skip it?"), choices=REASONS, widget=forms.RadioSelect)
    words = WordsField(label=_("In your words"), max_length=160, required=False)

    def clean(self) -> dict[str, Any]:
        """Something else needs words."""
        data = super().clean() or {}
        if data.get("why") == "other" and not data.get("words"):
            self.add_error("words", _("Say what it is, so that the next one knows."))
        return data

    def reason(self) -> str:
        """The reason as one line."""
        data = self.cleaned_data
        chosen = "" if data["why"] == "other" else str(dict(self.REASONS)[data["why"]])
        return ": ".join(part for part in (chosen, data["words"]) if part)


class AnswerForm(DeskForm):
    """The composer.  `audience` was chosen before writing, and must be the one that the button is for."""

    audience = forms.ChoiceField(choices=_Audience.choices)
    body = WordsField(strip=False, required=False)
    then = forms.ChoiceField(choices=[(each.value, each.value) for each in Then], required=False)
    files = FilesField(required=False)  # type: ignore[assignment]  # a field, not the form's uploads
    revisions = forms.CharField(required=False, max_length=400)
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    once = forms.CharField(required=False, max_length=LONGEST_ONCE)
    # The uploads of a refused answer that are kept with its draft.
    keeping: Sequence[Incoming] = ()

    def kept(self) -> frozenset[str]:
        """The digests of the kept files that still go with it."""
        given = self.data.getlist("kept") if isinstance(self.data, QueryDict) else ()
        return frozenset(each for each in given if _DIGEST.fullmatch(each))

    def go_along(self) -> frozenset[str]:
        """The digests of the files that are kept with it from now on."""
        return self.kept() | {draft_files.digest_of(each) for each in self.keeping}

    def revision_id(self) -> int | None:
        """The revision inserted last, if any was."""
        ids = [part for part in self.cleaned_data["revisions"].split(",") if part.isascii() and part.isdigit()]
        return int(ids[-1]) if ids and len(ids[-1]) < 19 else None


class WaitingForm(DeskForm):
    """What was read before a button about a colleague's answer: the answer, and up to which message the page."""

    read = forms.CharField(required=False, max_length=64)
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**62)


class AssignForm(DeskForm):
    """Who gets a ticket; an empty `card` is nobody.  `before` is who had it when the page was read."""

    card = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class SortForm(DeskForm):
    """What a ticket is about, and how grave it is."""

    need = WordsField(label=_("What the customer needs"), max_length=200, required=False)
    category = forms.TypedChoiceField(label=_("Category"), coerce=int, empty_value=None, required=False)
    service = forms.TypedChoiceField(label=_("Service"), coerce=int, empty_value=None, required=False)
    impact = forms.TypedChoiceField(label=_("Impact"), coerce=int, choices=Impact.choices)
    urgency = forms.TypedChoiceField(label=_("Urgency"), coerce=int, choices=Urgency.choices)

    def __init__(
        self, *args: Any, categories: list[tuple[int, str]], services: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.choices = [("", _("None yet")), *categories]  # type: ignore[attr-defined]  # a choice field
        if services:
            self.fields["service"].choices = [("", _("None yet")), *services]  # type: ignore[attr-defined]
        else:
            del self.fields["service"]


class PriorityForm(DeskForm):
    """A priority that the client's table does not give, and why."""

    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int, choices=[(n, f"P{n}") for n in range(1, 5)])
    reason = WordsField(label=_("Why not the table’s?"), max_length=200)


class TagsForm(DeskForm):
    """The tags of a ticket, in one line."""

    tags = WordsField(label=_("Tags"), max_length=800, required=False, help_text=_("Separate them by commas."))

    def names(self) -> list[str]:
        """The tags, one each."""
        return [name for name in self.cleaned_data["tags"].replace("\n", ",").split(",") if name.strip()]


class CustomerSearchForm(DeskForm):
    """Whom to look for, and at which of the agent's clients."""

    q = WordsField(label=_("Address, phone, number or name"), max_length=200, required=False)
    client = forms.ChoiceField(label=_("Client"), required=False)

    def __init__(self, *args: Any, clients: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["client"]
        field.choices = [("", _("All my clients")), *clients]  # type: ignore[attr-defined]  # a choice field


class VerifyForm(DeskForm):
    """What the caller was asked, and what they say."""

    field = forms.ChoiceField(label=_("What did you ask for?"))
    said = WordsField(label=_("What does the caller say?"), max_length=200)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["field"]
        field.choices = choices  # type: ignore[attr-defined]  # a choice field
        self.fields["said"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}


class NewTicketForm(DeskForm):
    """A ticket that an agent opens for a customer who called or stands there."""

    CHANNELS = (("phone", _("Phone")), ("mail", _("Mail")), ("chat", _("Chat")), ("desk", _("In person")))

    customer = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**62)
    email = WordsField(label=_("The customer’s mail address"), max_length=254, required=False)
    name = WordsField(label=_("The customer’s name"), max_length=160, required=False)
    phone = WordsField(label=_("Phone"), max_length=40, required=False)
    channel = forms.ChoiceField(label=_("How did they reach us?"), choices=CHANNELS)
    subject = WordsField(label=_("What is it about?"), max_length=LONGEST_SUBJECT)
    body = WordsField(label=_("In the customer’s words"), widget=forms.Textarea(attrs={"rows": 6, "data-autosize": ""}))
    category = forms.TypedChoiceField(label=_("Category"), coerce=int, empty_value=None, required=False)
    service = forms.TypedChoiceField(label=_("Service"), coerce=int, empty_value=None, required=False)
    impact = forms.TypedChoiceField(
        label=_("What can’t the customer do right now?"), coerce=int, choices=Impact.choices, initial=Impact.HINDERED
    )
    urgency = forms.TypedChoiceField(
        label=_("How soon does it matter?"), coerce=int, choices=Urgency.choices, initial=Urgency.SOON
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]  # as above
    once = forms.CharField(required=False, max_length=LONGEST_ONCE, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, categories: list[tuple[int, str]], services: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {}).setdefault("once", tokens.random_token())
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.choices = [("", _("None yet")), *categories]  # type: ignore[attr-defined]  # a choice field
        if services:
            self.fields["service"].choices = [("", _("None yet")), *services]  # type: ignore[attr-defined]
        else:
            del self.fields["service"]

    def clean(self) -> dict[str, Any]:
        """A customer is known, or can be named."""
        data = super().clean() or {}
        if not data.get("customer") and not (data.get("email") or data.get("name")):
            self.add_error("email", _("Give the customer’s address, or at least a name."))
        return data

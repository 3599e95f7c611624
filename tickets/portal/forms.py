"""The portal's forms: what a customer is asked, and what may be taken as an answer."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from access.errors import Refused, TooLarge
from helpdesk.lib import tokens
from tickets.actions.parts import LONGEST_SUBJECT
from tickets.models import Impact, TicketCategory

IMPACTS = (
    (Impact.BLOCKED.value, _("I can’t go on at all")),
    (Impact.HINDERED.value, _("Something does not work, but I manage")),
    (Impact.QUESTION.value, _("Nothing is broken, I have a question or a wish")),
)
LONGEST_ONCE = 64


class WordsField(forms.CharField):
    """Text from a stranger: a NUL byte is dropped, not argued about."""

    def to_python(self, value: Any) -> str:
        """The text without NUL bytes."""
        return super().to_python(value.replace("\x00", "") if isinstance(value, str) else value) or ""


class FilesInput(forms.ClearableFileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none; `post.files` checks them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that have a name, as they came; an empty one is refused with its name later."""
        return [upload for upload in data or [] if upload]


class _OnceForm(forms.Form):
    """A form that has one effect, however often it is sent."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_ONCE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("once", tokens.random_token())
        super().__init__(*args, **kwargs)

    def refuse(self, error: Refused) -> int:
        """Show why an action refused, beside what was written; returns the status of the answer."""
        field = "files" if isinstance(error, TooLarge) else getattr(error, "field", None)
        self.add_error(field if field in self.fields else None, str(error))
        return error.status


def _files_words() -> str:
    words = _("Up to %(count)s files of %(megabytes)s MB each.")
    return words % {"count": settings.UPLOAD_MAX_FILES, "megabytes": settings.UPLOAD_MAX_BYTES // (1024 * 1024)}


def _files_field() -> FilesField:
    return FilesField(
        label=_("A picture, if it helps"),
        required=False,
        # Filled in when it is shown, for the language is the reader's.
        help_text=lazy(_files_words, str)(),
    )


class NewForm(_OnceForm):
    """Opening a ticket.  The name and the address are asked of visitors only."""

    subject = WordsField(label=_("What is it about?"), max_length=LONGEST_SUBJECT)
    category = forms.ModelChoiceField(
        label=_("Which of these fits best?"),
        queryset=TicketCategory.objects.none(),
        required=False,
        empty_label=_("None of these, or I don’t know"),
    )
    impact = forms.TypedChoiceField(
        label=_("What can’t you do right now?"),
        choices=IMPACTS,
        coerce=lambda value: Impact(int(value)),
        widget=forms.RadioSelect,
    )
    body = WordsField(label=_("Tell us more"), widget=forms.Textarea(attrs={"rows": 5, "data-autosize": ""}))
    # The metaclass takes the field off the class, where Django keeps the uploads by this name.
    files = _files_field()  # type: ignore[assignment]
    name = WordsField(
        label=_("Your name"), max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = WordsField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("We answer to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(
        self,
        *args: Any,
        categories: list[TicketCategory],
        signed_in: bool,
        impacts: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if impacts:
            cast("forms.TypedChoiceField", self.fields["impact"]).choices = list(impacts)
        if len(categories) > 1:
            field = cast("forms.ModelChoiceField", self.fields["category"])
            field.queryset = TicketCategory.objects.filter(pk__in=[c.pk for c in categories])
            field.choices = [("", field.empty_label), *((c.pk, c.name) for c in categories)]
        else:
            del self.fields["category"]
        if signed_in:
            del self.fields["name"], self.fields["email"]


class ReplyForm(_OnceForm):
    """Adding something to a ticket."""

    body = WordsField(label=_("Add something"), widget=forms.Textarea(attrs={"rows": 4, "data-autosize": ""}))
    # The metaclass takes the field off the class, where Django keeps the uploads by this name.
    files = _files_field()  # type: ignore[assignment]


class LinkForm(forms.Form):
    """Asking for the link that signs in."""

    email = WordsField(label=_("Your e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    next = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

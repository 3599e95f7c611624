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
from tickets.models import Impact
from tickets.portal.queries import Offered

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
    category = forms.TypedChoiceField(
        label=_("Which of these fits best?"), coerce=int, empty_value=None, required=False
    )
    service = forms.TypedChoiceField(label=_("What do you use?"), coerce=int, empty_value=None, required=False)
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
        offered: Offered,
        signed_in: bool,
        impacts: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if impacts:
            cast("forms.TypedChoiceField", self.fields["impact"]).choices = list(impacts)
        self._let_choose("category", offered.categories if len(offered.categories) > 1 else [])
        self._let_choose("service", offered.services)
        if signed_in:
            del self.fields["name"], self.fields["email"]

    def _let_choose(self, name: str, choices: list[tuple[int, str]]) -> None:
        """Offer these, or do not ask."""
        if choices:
            field = cast("forms.TypedChoiceField", self.fields[name])
            field.choices = [("", _("None of these, or I don’t know")), *choices]
        else:
            del self.fields[name]


class ReplyForm(_OnceForm):
    """Adding something to a ticket."""

    body = WordsField(label=_("Add something"), widget=forms.Textarea(attrs={"rows": 4, "data-autosize": ""}))
    # The metaclass takes the field off the class, where Django keeps the uploads by this name.
    files = _files_field()  # type: ignore[assignment]


class LinkForm(forms.Form):
    """Asking for the link that signs in."""

    email = WordsField(label=_("Your e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    next = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

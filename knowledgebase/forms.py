"""The forms of the pages about articles."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from access.errors import Refused
from access.rights import VENDOR_ROLES
from helpdesk.lib.html import MARKDOWN_LIMIT
from knowledgebase.actions.parts import CONTEXT_LIMIT, NAME_LIMIT, TITLE_LIMIT
from knowledgebase.models import Audience, Category


class ArticleForm(forms.Form):
    """What an article says, where it stands and who may read it."""

    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_LIMIT,
        help_text=_("Best as the question that it answers, in the reader’s own words."),
    )
    audience = forms.ChoiceField(label=_("Who may read it"), choices=Audience, widget=forms.RadioSelect)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), required=False, empty_label=_("choose one")
    )
    new_category = forms.CharField(label=_("Or a new category"), max_length=NAME_LIMIT, required=False)
    language = forms.ChoiceField(label=_("Language"))
    context = forms.CharField(
        label=_("What it is about"),
        max_length=CONTEXT_LIMIT,
        required=False,
        help_text=_("The product, place or plan. A search there shows this article first."),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=MARKDOWN_LIMIT,
        help_text=_("Markdown: **bold**, # heading, - list, [words](https://address)."),
        widget=forms.Textarea(attrs={"rows": 18, "dir": "auto"}),
    )
    expected_number = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, client_id: int, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = cast(forms.ModelChoiceField, self.fields["category"])
        category.queryset = Category.objects.filter(client_id=client_id).order_by("position", "name")
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [(code, language_name(code)) for code in languages]

    def clean(self) -> dict[str, Any]:
        """A category is needed, an old or a new one."""
        given = super().clean() or {}
        if not given.get("category") and not given.get("new_category") and "category" not in self.errors:
            self.add_error("category", _("Choose a category, or name a new one."))
        return given

    def refuse(self, error: Refused) -> int:
        """Show why it was not taken, at the field concerned; the HTTP status of the answer."""
        field = getattr(error, "field", None)
        if field == "name":
            field = "new_category"
        self.add_error(field if field in self.fields else None, str(error.sentence))
        return error.status


def language_name(code: str) -> str:
    """The language in its own words; the code where nobody knows it."""
    try:
        return get_language_info(code)["name_local"].capitalize()
    except KeyError:
        return code


class FilterForm(forms.Form):
    """What a reader of playbooks looks for; everything may stay open."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    client = forms.ChoiceField(label=_("Client"), required=False)
    audience = forms.ChoiceField(
        label=_("For whom"),
        required=False,
        choices=[("", _("Playbooks and articles")), ("agents", _("Playbooks")), ("public", _("Articles"))],
    )

    def __init__(self, *args: Any, clients: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        client = cast(forms.ChoiceField, self.fields["client"])
        client.choices = [("", _("All clients")), *((face.slug, face.name) for face in clients)]


class MustReadForm(forms.Form):
    """What changed, of whom it is asked to read it, and by when."""

    said = forms.CharField(
        label=_("What changed, in one sentence"),
        max_length=200,
        error_messages={"required": _("Say in one sentence what changed.")},
    )
    role = forms.ChoiceField(
        label=_("Who has to read it"),
        required=False,
        choices=[("", _("Everybody on the account")), *((role.value, role.label) for role in VENDOR_ROLES)],
    )
    due_on = forms.DateField(
        label=_("By the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty means at once."),
    )

    def refuse(self, error: Refused) -> int:
        """Show why it was not taken, at the field concerned; the HTTP status of the answer."""
        field = getattr(error, "field", None)
        self.add_error(field if field in self.fields else None, str(error.sentence))
        return error.status


class ReadForm(forms.Form):
    """Which revision lay before whoever signs."""

    number = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class StateForm(forms.Form):
    """Which articles a writer wants to see."""

    audience = forms.ChoiceField(label=_("For whom"), required=False, choices=[("", _("anyone")), *Audience.choices])
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("any state")), ("published", _("published")), ("draft", _("with a draft"))],
    )

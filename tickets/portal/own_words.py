"""The client's page for the sentences that its portal offers: what can't you do right now?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.doors import console
from access.errors import Invalid
from access.models import Client
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions.words import LONGEST, set_impact_words
from tickets.models import Impact
from tickets.portal import queries
from tickets.portal.forms import IMPACTS, WordsField


class OwnWordsForm(forms.Form):
    """Three sentences in one language, or none for our own."""

    def __init__(self, data: QueryDict | None, *, language: str, initial: dict[str, Any]) -> None:
        super().__init__(data, prefix=language, initial=initial)
        self.language = language
        with override(language):
            ours = {Impact(value): str(words) for value, words in IMPACTS}
        for impact in Impact:
            # What we would ask stands in the empty field, in the language of the portal.
            widget = forms.TextInput(attrs={"placeholder": ours[impact], "lang": language})
            self.fields[impact.name.lower()] = WordsField(
                label=impact.label, max_length=LONGEST, required=False, widget=widget
            )

    @property
    def language_name(self) -> str:
        """The language as the reader calls it."""
        return str(get_language_info(self.language)["name_translated"]).capitalize()

    @property
    def words(self) -> dict[Impact, str]:
        """What was written, by impact."""
        return {impact: self.cleaned_data[impact.name.lower()] for impact in Impact}


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def own_words(request: DoorRequest, client: str) -> HttpResponse:
    """The sentences of each language that the portal speaks; a refused one keeps what was written."""
    found = [_form(request, language) for language in _languages(request.client.id)]
    if request.method != "POST":
        return _page(request, found)
    # Every form is asked, so that each says what is wrong with it.
    if [form for form in found if not form.is_valid()]:
        return _page(request, found, status=400)
    for form in found:
        if not form.has_changed():
            continue
        try:
            set_impact_words(request.actor, client_id=request.client.id, language=form.language, words=form.words)
        except Invalid as error:
            form.add_error(None, str(error))
            return _page(request, found, status=error.status)
    messages.success(request, _("Your portal asks in these words now."))
    return redirect("console:impact_words", client=client)


def _languages(client_id: int) -> list[str]:
    found = Client.objects.get(pk=client_id)
    return list(dict.fromkeys([found.language, *found.languages]))


def _form(request: DoorRequest, language: str) -> OwnWordsForm:
    now = {Impact(impact).name.lower(): words for impact, words in queries.impact_words(request.client.id, language)}
    return OwnWordsForm(request.POST if request.method == "POST" else None, language=language, initial=now)


def _page(request: DoorRequest, found: list[OwnWordsForm], *, status: int = 200) -> HttpResponse:
    context = {"section": "matrix", "forms": found}
    return render(request, "tickets/console/own_words.html", context, status=status)

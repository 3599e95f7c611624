"""The client's page for how it speaks: closing lines, voice, do and don't, the portal's first line."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access.doors import console
from access.errors import Invalid
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions.voice import LONGEST, MOST_HOURS, MOST_OFTEN, Voice, set_voice, signed, voice_of
from tickets.portal.forms import WordsField


class VoiceForm(forms.Form):
    """How the client speaks; `rule` fields hold one sentence a line."""

    signature = WordsField(
        label=gettext_lazy("Closing lines"),
        required=False,
        max_length=LONGEST["signature"],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Every answer begins with them at its end. {agent} becomes the agent’s first name."),
    )
    voice = WordsField(
        label=gettext_lazy("Your voice, in one line"),
        required=False,
        max_length=LONGEST["voice"],
        help_text=gettext_lazy("Agents see it above every ticket, such as: Warm and brief, never a joke."),
    )
    dos = WordsField(
        label=gettext_lazy("Do"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One to a line; agents see them beside what they write."),
    )
    donts = WordsField(
        label=gettext_lazy("Don’t"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One to a line, such as: Don’t promise a date."),
    )
    greeting = WordsField(
        label=gettext_lazy("Your portal’s first line"),
        required=False,
        max_length=LONGEST["greeting"],
        help_text=gettext_lazy("The same in every language. Without one the portal asks: How can we help?"),
    )
    answer_link_hours = forms.IntegerField(
        label=gettext_lazy("Hours for which the link in a question works"),
        min_value=1,
        max_value=MOST_HOURS,
        help_text=gettext_lazy("After your answer was due; whoever comes later has a new link mailed."),
    )
    back_and_forth_most = forms.IntegerField(
        label=gettext_lazy("How often a ticket may come to you and go back"),
        min_value=1,
        max_value=MOST_OFTEN,
        help_text=gettext_lazy("Sent once more after that, it goes to the next step of both sides at once."),
    )

    @property
    def wanted(self) -> Voice:
        """What was written."""
        rules = {name: tuple(self.cleaned_data[name].splitlines()) for name in ("dos", "donts")}
        return Voice(**{**self.cleaned_data, **rules})


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def voice(request: DoorRequest, client: str) -> HttpResponse:
    """How the client speaks; a refused form keeps what was written."""
    if request.method != "POST":
        now = voice_of(request.client.id)
        shown: dict[str, Any] = {name: getattr(now, name) for name in VoiceForm.base_fields}
        rules = {"dos": "\n".join(now.dos), "donts": "\n".join(now.donts)}
        return _page(request, VoiceForm(initial={**shown, **rules}))
    form = VoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        set_voice(request.actor, client_id=request.client.id, voice=form.wanted)
    except Invalid as error:
        form.add_error(error.field or None, str(error))
        return _page(request, form, status=error.status)
    messages.success(request, _("Saved. The next answer sounds like this."))
    return redirect("console:voice", client=client)


def _page(request: DoorRequest, form: VoiceForm, *, status: int = 200) -> HttpResponse:
    """The form, and the closing lines as the reader would close with them."""
    reader = request.actor.standing(request.client.id).card_name or request.actor.name
    closing = signed(str(form["signature"].value() or ""), reader)
    context = {"section": "matrix", "form": form, "closing": closing}
    return render(request, "tickets/console/voice.html", context, status=status)

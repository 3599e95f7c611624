"""Where a lead, or a client's admin, makes a code for a colleague who is without their key."""

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from access.actions import shift_codes
from access.doors import console, staff
from access.fresh import fresh_sign_in
from access.requests import DoorRequest
from access.rights import Right


class ColleagueForm(forms.Form):
    """Whom the code is for."""

    person = forms.TypedChoiceField(label=_("Colleague"), coerce=int)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["person"]).choices = people


def _page(request: DoorRequest) -> HttpResponse:
    client_id = request.client.id
    people = shift_codes.colleagues(request.actor, client_id)
    form = ColleagueForm(request.POST if request.method == "POST" else None, people=people)
    context: dict[str, Any] = {"form": form, "has_colleagues": bool(people), "section": "my_access"}
    if form.is_valid():
        user_id = form.cleaned_data["person"]
        context["code"] = shift_codes.make_shift_code(actor=request.actor, client_id=client_id, user_id=user_id)
        context["person"] = dict(people)[user_id]
    return render(request, "account/shift_code.html", context)


@staff(Right.CLEARANCE_EXTEND)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(_("make a code for a colleague"))
def of_lead(request: DoorRequest, client: str) -> HttpResponse:
    """A vendor's lead makes one; its text is in this answer and nowhere else."""
    return _page(request)


@console(Right.ROLES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(_("make a code for a colleague"))
def of_admin(request: DoorRequest, client: str) -> HttpResponse:
    """As a lead's, for the client's own people."""
    return _page(request)

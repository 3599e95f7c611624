"""The client's own sign-in, set by its admin in the console."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from access import links
from access.actions import providers
from access.actions.providers import Wanted
from access.doors import console
from access.errors import Conflict, Invalid
from access.fresh import fresh_sign_in
from access.models import ClientProvider, SignInDomain
from access.requests import DoorRequest
from access.rights import Right


class ProviderForm(forms.Form):
    """Who the provider is, and for whom it speaks."""

    issuer = forms.CharField(
        label=gettext_lazy("Issuer"), max_length=300, help_text=gettext_lazy("As https://login.example.org")
    )
    audience = forms.CharField(label=gettext_lazy("Client ID"), max_length=200)
    secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Left empty, the one we have stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    domains = forms.CharField(
        label=gettext_lazy("Mail domains of your people"),
        max_length=4000,
        help_text=gettext_lazy("One a line, as example.org"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    vouches = forms.BooleanField(label=gettext_lazy("It asks everybody for a second step"), required=False)
    required = forms.BooleanField(
        label=gettext_lazy("The only way in"),
        required=False,
        help_text=gettext_lazy("Passwords and passkeys of these addresses no longer count. It must have worked once."),
    )

    def wanted(self) -> Wanted:
        """What was entered."""
        given: dict[str, Any] = self.cleaned_data
        domains = tuple(given["domains"].replace(",", " ").split())
        return Wanted(
            given["issuer"], given["audience"], given["secret"], domains,
            required=given["required"], vouches=given["vouches"],
        )  # fmt: skip


@console(Right.ROLES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(gettext_lazy("look at your company’s sign-in, or change it"))
def provider(request: DoorRequest, client: str) -> HttpResponse:
    """Show it, or set it."""
    client_id = request.client.id
    row = ClientProvider.objects.filter(client_id=client_id).first()
    form = ProviderForm(request.POST if request.method == "POST" else None, initial=_initial(row, client_id))
    if form.is_valid():
        try:
            providers.keep_provider(actor=request.actor, client_id=client_id, wanted=form.wanted())
        except (Invalid, Conflict) as error:
            form.add_error(getattr(error, "field", None) or "domains", str(error.sentence))
        else:
            messages.success(request, _("Your company’s sign-in is set."))
            return redirect("console:company_sign_in", client=client)
    way_back = links.absolute(reverse("company_callback", kwargs={"key": f"c{client_id}"}))
    context = {"section": "people", "form": form, "row": row, "way_back": way_back}
    return render(request, "account/provider.html", context)


def _initial(row: ClientProvider | None, client_id: int) -> dict[str, Any]:
    if row is None:
        return {}
    listed = SignInDomain.objects.filter(provider=f"c{client_id}").order_by("domain")
    kept = {name: getattr(row, name) for name in ("issuer", "audience", "required", "vouches")}
    return {**kept, "domains": "\n".join(listed.values_list("domain", flat=True))}


@console(Right.ROLES_EDIT)
@require_POST
@fresh_sign_in(gettext_lazy("take your company’s sign-in away"))
def drop(request: DoorRequest, client: str) -> HttpResponse:
    """Take it away."""
    providers.drop_provider(actor=request.actor, client_id=request.client.id)
    messages.success(
        request, _("Your company’s sign-in is taken away: your people sign in with their passwords again.")
    )
    return redirect("console:company_sign_in", client=client)

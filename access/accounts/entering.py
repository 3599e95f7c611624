"""The sign-in page: the address first where a company signs in by itself, a passkey, the password."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access import company_sign_in, factors, proofs
from access.doors import peer, public
from access.proofs import Way
from access.throttle import CODE_BY_PEER, take


class SignIn(LoginView):
    """As the library's, but for those whose company has its own sign-in: told by the domain alone."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """To the company, to the password, or in."""
        address = request.POST.get("login", "")
        place = company_sign_in.place_of(address)
        if place is not None and (place.required or "company" in request.POST):
            return company_sign_in.page(request, place)
        if "password" not in request.POST:
            return self.render_to_response(self.get_context_data(form=self._asked(address), address=address))
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer

    def _asked(self, address: str) -> Any:
        return self.get_form_class()(request=self.request, initial={"login": address.strip()})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the address is asked first, and whose sign-in there is besides the password."""
        form = kwargs.get("form")
        address = kwargs.get("address") or (form.data.get("login", "") if form is not None and form.is_bound else "")
        asks_first = not address and company_sign_in.any_place()
        return super().get_context_data(**kwargs) | {
            "asks_address_first": asks_first,
            "company": company_sign_in.place_of(address),
            "keys_work": factors.keys_work(),
        }


login = public()(SignIn.as_view())


@public()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """The challenge for the script; then whoever holds the key is in, by that alone."""
    if request.method != "POST":
        return JsonResponse(proofs.begin_passkey(request))
    if request.user.is_authenticated:
        return redirect("start")
    take(CODE_BY_PEER, peer(request))
    found = proofs.passkey_owner(request.POST.get("given", ""))
    if found is None:
        messages.error(request, Way.KEY.wrong)
        return redirect("account_login")
    user, row = found
    proofs.note(request, user, {"method": "mfa", "id": row.pk, "type": row.type, "passwordless": True})
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=get_next_redirect_url(request)))
    return answer

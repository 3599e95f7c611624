"""To the company's own sign-in, and back from there."""

from typing import Any

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from access import company_sign_in, openid
from access.doors import peer, public
from access.throttle import COMPANY_BY_PEER, take
from helpdesk.lib import tokens

# What a provider may send instead of what it should: each shape of nonsense breaks another layer.
_NONSENSE = (OAuth2Error, requests.RequestException, ValueError, KeyError, TypeError, AttributeError)


@public()
@require_safe
@never_cache
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Send the person to their company's provider; `again`: although they are signed in.

    Whoever was sent here by another site is asked first: nobody is signed in by a page elsewhere.
    """
    take(COMPANY_BY_PEER, peer(request))
    row = openid.known(key)
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return company_sign_in.ask_first(request, key)
    provider = openid.CompanyProvider(request, row)
    nonce = tokens.random_token()
    params: dict[str, Any] = {"nonce": nonce}
    again = request.user.pk if "again" in request.GET and request.user.is_authenticated else None
    if again is not None:
        params |= {"prompt": "login", "max_age": "0"}
    onwards = get_next_redirect_url(request)
    more = {"auth_params": params, "nonce": nonce, "again": again}
    try:
        answer: HttpResponse = provider.redirect(request, AuthProcess.LOGIN, next_url=onwards, **more)
    except _NONSENSE:
        return openid.failed(request, row)
    except ImmediateHttpResponse as error:
        return error.response
    return answer


@public()
@require_safe
@never_cache
def callback(request: HttpRequest, key: str) -> HttpResponse:
    """The person comes back with a code; what it is worth is asked of the provider itself."""
    take(COMPANY_BY_PEER, peer(request))
    row = openid.known(key)
    view = OAuth2CallbackView.adapter_view(openid.CompanyAdapter(request, row))
    try:
        answer: HttpResponse = view(request)
    except _NONSENSE:
        return openid.failed(request, row)
    return answer

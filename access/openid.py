"""The conversation with a company's OpenID Connect provider, and whom it lets in.

The library (`allauth.socialaccount`) keeps the state and the bound names.  Ours is what it does not
do: the token's signature and nonce are checked although it came over TLS, every call goes through
`helpdesk.lib.outside`, and a provider speaks for the people of exactly its own organisation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import jwt
import requests
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from requests.adapters import BaseAdapter

from access import fresh, links, scope
from access.company_sign_in import VOUCHED, domain_of
from access.errors import NotFound
from access.factors import STRONG, kinds_of
from access.models import ClientProvider, Membership, SecurityEvent, SignInDomain, User, VendorProvider
from access.rights import Side
from access.scope import Scope
from helpdesk.lib import clock, outside, vault

# Only what is signed with a key that the provider alone has: no "none", and nothing under a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
# How far two machines' clocks may stand apart, in seconds.
LEEWAY = 60
SUBJECT_MOST = 191
# Ways of a second step in RFC 8176; where a provider tells its ways, one of these must be among them.
_SECOND = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "pop", "sc", "sms", "tel", "user"})


@dataclass(frozen=True, slots=True)
class Known:
    """A provider as it is kept, with its secret open."""

    key: str
    client_id: int | None
    vendor_id: int | None
    issuer: str
    audience: str
    secret: str
    vouches: bool


class ToldRequest(HttpRequest):
    """A request that came back from a provider, with what it has told: the library hands on no more than a name."""

    company: Known
    company_claims: dict[str, Any]


def known(key: str) -> Known:
    """The provider "c12" or "v3", read inside that one organisation.

    Raises `NotFound`.
    """
    kind, number = key[:1], key[1:]
    if kind not in ("c", "v") or not number.isdecimal() or len(number) > 18:
        raise NotFound
    row: ClientProvider | VendorProvider | None
    if kind == "c":
        with scope.enter(Scope(Side.CLIENT, (int(number),))):
            row = ClientProvider.objects.filter(client_id=int(number)).first()
    else:
        row = VendorProvider.objects.filter(vendor_id=int(number)).first()
    if row is None:
        raise NotFound
    secret = vault.unlock(row.secret) if row.secret else ""
    client_id, vendor_id = getattr(row, "client_id", None), getattr(row, "vendor_id", None)
    return Known(key, client_id, vendor_id, row.issuer, row.audience, secret, row.vouches)


class CompanyProvider(OpenIDConnectProvider):
    """A provider as the library sees it, made of our own row."""

    def __init__(self, request: HttpRequest, row: Known) -> None:
        self.row = row
        app = SocialApp(
            provider="openid_connect",
            provider_id=row.key,
            client_id=row.audience,
            secret=row.secret,
            settings={"server_url": row.issuer.rstrip("/")},
        )
        super().__init__(request=request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> "CompanyAdapter":
        """Ours."""
        return CompanyAdapter(request, self.row)

    def get_default_scope(self) -> list[str]:
        """Who it is and their address; a name we have ourselves."""
        return ["openid", "email"]


class CompanyAdapter(OpenIDConnectOAuth2Adapter):
    """The steps of the code flow."""

    def __init__(self, request: HttpRequest, row: Known) -> None:
        super().__init__(request, row.key)
        self.row = row

    def get_provider(self) -> CompanyProvider:
        """From our own row, never from a setting or the library's table."""
        return CompanyProvider(self.request, self.row)

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it must be who it is said to be."""
        config: dict[str, Any] = super().openid_config
        addresses = [config.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if config.get("issuer") != self.row.issuer or not all(_is_web(each) for each in addresses):
            raise OAuth2Error("the provider describes somebody else")
        if not self.row.issuer.startswith("http:") and any(str(each).startswith("http:") for each in addresses):
            raise OAuth2Error("the provider would have us talk in the open")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """On our own base, whatever host the request names."""
        return links.absolute(reverse("company_callback", kwargs={"key": self.row.key}))

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The token's claims, checked; of them only the subject is kept."""
        claims = self._checked(str(kwargs["response"].get("id_token") or ""))
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("the address is somebody else's")
            claims |= {name: told[name] for name in ("email", "email_verified") if name in told}
        told = cast(ToldRequest, request)
        told.company, told.company_claims = self.row, claims
        return self.get_provider().sociallogin_from_response(request, {"id_token": {"sub": claims["sub"]}})

    def _checked(self, token: str) -> dict[str, Any]:
        """The claims of an ID token that is signed by the provider, for us, and now.

        Raises `OAuth2Error` for any other.
        """
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise OAuth2Error("not signed as it must be")
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self._key(header, algorithm),
                algorithms=[algorithm],
                audience=self.row.audience,
                issuer=self.row.issuer,
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("the token is not good") from error
        for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if for_several else self.row.audience) != self.row.audience:
            raise OAuth2Error("the token is for somebody else")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= SUBJECT_MOST:
            raise OAuth2Error("the token names nobody")
        return claims

    def _key(self, header: Mapping[str, Any], algorithm: str) -> Any:
        """The provider's key with the name that the token gives, for this algorithm."""
        with Accounts().get_requests_session() as session:
            listed = session.get(self.openid_config["jwks_uri"]).json().get("keys", [])
        usable = [each for each in listed if isinstance(each, dict) and each.get("use", "sig") == "sig"]
        if "kid" in header:
            usable = [each for each in usable if each.get("kid") == header["kid"]]
        if len(usable) != 1:
            raise OAuth2Error("the key is not one of the provider's")
        return jwt.PyJWK(usable[0], algorithm=algorithm).key


def _is_web(address: Any) -> bool:
    return isinstance(address, str) and address.startswith(("https://", "http://"))


class Accounts(DefaultSocialAccountAdapter):
    """What the library asks us."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """None but those of our own rows, which are never listed."""
        return []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: people are invited by an organisation."""
        return False

    def get_requests_session(self) -> requests.Session:
        """One whose every call goes the guarded way."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Guarded())
        return session

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        """One answer, whatever went wrong: the other side learns nothing, and the state stays spent."""
        raise ImmediateHttpResponse(failed(request))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find whose name this is, or answer that nobody comes in."""
        told = cast(ToldRequest, request)
        row, claims, state = told.company, told.company_claims, sociallogin.state
        if not constant_time_compare(str(claims.get("nonce", "")), str(state.get("nonce", "no nonce"))):
            raise ImmediateHttpResponse(failed(request, row))
        is_bound = sociallogin.is_existing
        user = _bound(row, sociallogin) if is_bound else _by_address(row, claims)
        if user is None or not _asked_twice(row, claims, user):
            raise ImmediateHttpResponse(failed(request, row, user))
        if (state.get("again") and not is_bound) or _is_somebody_else(request, user):
            # A new name over there proves nothing of who is here, nor may a link swap who is.
            raise ImmediateHttpResponse(failed(request, row, user))
        if state.get("again"):
            raise ImmediateHttpResponse(_proved_again(request, row, claims, user, state))
        if not is_bound and not _bind(row, claims, user, sociallogin):
            raise ImmediateHttpResponse(failed(request, row, user))
        if request.user.is_authenticated:
            get_account_adapter().logout(request)
        _note(request, row, claims, user)


def _is_somebody_else(request: HttpRequest, user: User) -> bool:
    return request.user.is_authenticated and request.user.pk != user.pk


def _bound(row: Known, sociallogin: SocialLogin) -> User | None:
    """The person to whom this name over there belongs, if they are this organisation's still."""
    user = User.objects.filter(pk=sociallogin.user.pk).first()
    return user if user is not None and is_theirs(row, user) else None


def _bind(row: Known, claims: Mapping[str, Any], user: User, sociallogin: SocialLogin) -> bool:
    """Bind the name to the person, once: an address that was given to somebody else since lets nobody in."""
    try:
        with transaction.atomic():
            if SocialAccount.objects.select_for_update().filter(user=user, provider=row.key).exists():
                return False
            account = SocialAccount.objects.create(user=user, provider=row.key, uid=claims["sub"], extra_data={})
    except IntegrityError:
        return False
    sociallogin.account, sociallogin.user = account, user
    return True


def _by_address(row: Known, claims: Mapping[str, Any]) -> User | None:
    """The one person with the address that the provider has verified, in a domain that it speaks for."""
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") is not True:
        return None
    if not SignInDomain.objects.filter(domain=domain_of(address), provider=row.key).exists():
        return None
    user = User.objects.filter(email=address.strip().lower()).first()
    return user if user is not None and is_theirs(row, user) else None


def is_theirs(row: Known, user: User) -> bool:
    """Whether this person is on the staff of exactly this organisation now, and of no other."""
    if not user.is_active or not SignInDomain.objects.filter(domain=domain_of(user.email), provider=row.key).exists():
        return False
    if row.vendor_id is not None:
        return user.vendor_id == row.vendor_id
    now = clock.now()
    with scope.enter(Scope(user_id=user.pk)):
        places = list(Membership.objects.filter(user=user).values_list("client_id", "starts_at", "ends_at"))
    live = {client_id for client_id, begins, ends in places if begins <= now and (ends is None or ends > now)}
    return user.vendor_id is None and live == {row.client_id}


def _asked_twice(row: Known, claims: Mapping[str, Any], user: User) -> bool:
    """Whether what the provider answers for has happened; where it has not, our own second step does."""
    return not row.vouches or vouched(claims) or bool(kinds_of(user) & set(STRONG))


def vouched(claims: Mapping[str, Any]) -> bool:
    """Whether the token says nothing against a second step: its ways, if told, name one, and its level is not 0."""
    if isinstance(ways := claims.get("amr"), list):
        return bool(_SECOND & {str(way) for way in ways})
    return str(claims.get("acr", "1")) not in ("0", "")


def _note(request: HttpRequest, row: Known, claims: Mapping[str, Any], user: User) -> None:
    """When the person was asked over there, whether twice, and that it has worked."""
    asked_at = claims.get("auth_time")
    request.session[fresh.COMPANY_PROOF] = asked_at if isinstance(asked_at, int) else 0
    if row.vouches and vouched(claims):
        request.session[VOUCHED] = user.pk
    now = clock.now()
    if row.client_id is None:
        VendorProvider.objects.filter(vendor_id=row.vendor_id or 0).update(worked_at=now)
        return
    with scope.enter(Scope(Side.CLIENT, (row.client_id,))):
        ClientProvider.objects.filter(client_id=row.client_id).update(worked_at=now)


def _proved_again(
    request: HttpRequest, row: Known, claims: Mapping[str, Any], user: User, state: Mapping[str, Any]
) -> HttpResponseRedirect:
    """The same person has shown at the company who they are; they stay in the session that they have."""
    if not request.user.is_authenticated or request.user.pk != user.pk or state["again"] != user.pk:
        return failed(request, row, user)
    _note(request, row, claims, user)
    account = {"provider": row.key, "uid": claims["sub"], "reauthenticated": True}
    record_authentication(request, user, "socialaccount", **account)
    onwards = str(state.get("next") or "/")
    return HttpResponseRedirect(onwards if fresh.is_local(onwards) else "/")


def failed(request: HttpRequest, row: Known | None = None, user: User | None = None) -> HttpResponseRedirect:
    """Back to the start with one sentence, the same whatever went wrong and whoever it was."""
    SecurityEvent.objects.create(
        kind="company_sign_in",
        user_id=user.pk if user is not None else None,
        client_id=row.client_id if row is not None else None,
        status=403,
    )
    messages.error(request, _("Signing in at your company did not lead here. Try again, or ask who invited you."))
    return HttpResponseRedirect(reverse("account_login"))


class _Guarded(BaseAdapter):
    """Carries the library's calls the guarded way."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """One call; whatever stands in its way is a `requests.ConnectionError`."""
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() in _SENT}
        body = request.body.encode() if isinstance(request.body, str) else None
        try:
            answer = outside.fetch(request.method or "GET", request.url or "", headers=headers, body=body)
        except outside.OutsideError as error:
            raise requests.ConnectionError("the provider could not be asked") from error
        if 300 <= answer.status < 400:
            raise requests.ConnectionError("the provider sends us elsewhere")
        response = requests.Response()
        response.status_code, response._content, response.url = answer.status, answer.body, request.url or ""
        response.headers.update(answer.headers)
        response.request = request
        return response

    def close(self) -> None:
        """Nothing is kept open."""


_SENT = frozenset({"accept", "authorization", "content-type"})

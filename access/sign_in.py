"""How staff sign in: allauth does the work, here is what it may and what is logged."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.signals import authentication_step_completed, password_reset
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from access import company_sign_in, links, log, scope, standing, user_sessions
from access.actions.credentials import end_tokens
from access.doors import peer
from access.errors import TooMany
from access.gates import Gate
from access.models import User
from access.scope import Scope
from access.signals import password_link_wanted
from helpdesk.lib import tokens

# The longer of the windows in which wrong passwords are counted, in seconds.
_WAIT = 300
_KNOWN, _KNOWN_SECONDS = "signed_in_before", 180 * 86_400


class StaffAdapter(DefaultAccountAdapter):
    """No sign-up: people are invited by an organisation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try; raises `TooMany`, so that whoever guesses is told by the status too."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise TooMany(error.messages[0], retry_after=_WAIT) from None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Under which name wrong passwords are counted.

        A browser in which this person has signed in before is counted by itself, so that nobody
        locks a colleague out by guessing at their account for ever.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        login = str(credentials.get("email") or credentials.get("username") or "")
        mark = request.COOKIES.get(_KNOWN, "") if knows(request, login) else ""
        return f"{key}:{tokens.digest(mark)}" if mark else key

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Have the browser remember that this person has signed in with it."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_signed_cookie(
            _KNOWN,
            _about(user.email),
            salt=_KNOWN,
            max_age=_KNOWN_SECONDS,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """The true peer, so that a forged header earns no fresh rate limit; the library counts a /64 as one."""
        return address_of(peer(request))

    def get_login_stages(self) -> list[str]:
        """After the password or the company's sign-in: the person's own key or code, if they have one."""
        return ["access.second_step.SecondStep"]

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Nobody whose company has its own sign-in comes in by another way, whatever they know or hold."""
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response or company_sign_in.instead(request, user)


def address_of(text: str) -> str:
    """The address as a row can hold it: of an IPv4 one in disguise what it is, of none at all 0.0.0.0."""
    try:
        address = ip_address(text)
    except ValueError:
        address = IPv4Address(0)
    return str((address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address)


def knows(request: HttpRequest, login: str) -> bool:
    """Whether somebody has signed in under this address with this browser in the last half year."""
    found = request.get_signed_cookie(_KNOWN, default="", salt=_KNOWN, max_age=_KNOWN_SECONDS) or ""
    return constant_time_compare(found, _about(login))


def _about(login: str) -> str:
    """The address as the cookie has it: nobody who finds the cookie reads the address there."""
    return salted_hmac(_KNOWN, login.strip().lower()).hexdigest()


class PasswordLinkForm(ResetPasswordForm):
    """Asks for the address that a link to a new password goes to.

    The same work for a known and an unknown address, and none of the mail's: that is done elsewhere.
    """

    def clean_email(self) -> str:
        """The address in small letters; whether somebody has it is nobody's to know."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have the link mailed to whoever has the address."""
        email = str(self.cleaned_data["email"])
        found = User.objects.filter(email__iexact=email, is_active=True).values_list("pk", flat=True).first()
        password_link_wanted.send(sender=User, user_id=found or 0)
        return email


def password_link(user: User) -> str:
    """Where this person chooses a new password: on our own base, good for one change and three days."""
    kwargs = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return links.absolute(reverse("account_reset_password_from_key", kwargs=kwargs))


def _note(action: log.Action) -> Any:
    def write(*, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
        """Log in every client where the person works now, whatever else is missing: scope first, then the entries."""
        if user is None or not isinstance(user, User):
            return
        detail = {"by": ways(request, user)} if action is log.Action.SIGN_IN else {}
        with standing.acting(user, origin=peer(request)) as actor:
            ids = tuple(sorted(i for i, held in actor.standings.items() if Gate.ASSIGNMENT not in held.closed))
            with scope.enter(Scope(actor.side, ids, actor.vendor_id, None, actor.user_id)):
                log.write(actor, [log.Entry(client_id, action, detail=detail) for client_id in ids])

    return write


def ways(request: HttpRequest, user: User) -> list[str]:
    """By what the person has come in, step by step: password, passkey, webauthn, totp, company and so on."""
    return [_way(record) for record in get_authentication_records(request, user) if not record.get("reauthenticated")]


def _way(record: dict[str, Any]) -> str:
    if record["method"] == "mfa":
        return "passkey" if record.get("passwordless") else str(record["type"])
    return "company" if record["method"] == "socialaccount" else str(record["method"])


def _new_session_id(*, request: HttpRequest, **kwargs: Any) -> None:
    """Whoever knew the cookie before a step knows nothing after it."""
    user_sessions.new_key(request)


def _end_tokens(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A link is asked for where a password is forgotten, or feared to be known: nothing made with it goes on."""
    end_tokens(user=user, origin=peer(request))


_signed_in = _note(log.Action.SIGN_IN)
_signed_out = _note(log.Action.SIGN_OUT)


def listen() -> None:
    """Subscribe to signing in and out, to each step of it, and to new passwords by link."""
    user_logged_in.connect(_signed_in, dispatch_uid="access.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="access.signed_out")
    password_reset.connect(_end_tokens, dispatch_uid="access.end_tokens")
    authentication_step_completed.connect(_new_session_id, dispatch_uid="access.new_session_id")

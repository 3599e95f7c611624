"""How staff sign in: allauth does the work, here is what it may and what is logged."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from access import log, standing
from access.doors import peer
from access.models import User


class StaffAdapter(DefaultAccountAdapter):
    """No sign-up: people are invited by an organisation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The true peer, so that a forged header earns no fresh rate limit."""
        return peer(request)


def _note(action: log.Action) -> Any:
    def write(*, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
        """Log in every client where the person has standing: scope first, then the entries."""
        if user is None or not isinstance(user, User):
            return
        with standing.acting(user, origin=peer(request)) as actor:
            log.write(actor, [log.Entry(client_id, action) for client_id in actor.client_ids])

    return write


_signed_in = _note(log.Action.SIGN_IN)
_signed_out = _note(log.Action.SIGN_OUT)


def listen() -> None:
    """Subscribe to signing in and out."""
    user_logged_in.connect(_signed_in, dispatch_uid="access.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="access.signed_out")

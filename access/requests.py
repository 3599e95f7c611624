"""A request that came in by a door, with what the middleware found out about it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from access.actor import ClientFace
from access.models import Client, SignedLink, User


class DoorRequest(HttpRequest):
    """What views may rely on, each where its door sets it.

    `actor` everywhere but behind public doors; `client` where the address names one; `portal_client`
    and the version of its row in a portal, `link` behind a letter's door, `user` on the desk and in the console.
    `fault_passes` only where the request broke by a fault that passes; `savepoint` is the one that a
    refusal rolls back to.
    """

    # None until a door has been opened, and behind public ones.
    actor: Any
    client: ClientFace
    portal_client: Client
    client_version: int | None
    link: SignedLink
    user: User
    htmx: HtmxDetails
    door: object
    host_client_id: int | None
    fault_passes: bool
    savepoint: str
    after_refusal: list[Callable[[HttpResponse], None]]

"""How a request comes in: every route declares its door, and a route without one stays shut.

A door finds out who is asking, sets the scope of the transaction, and asks for the right that
the route needs at the client in its URL.  `tests/walls` generates its matrix from these
declarations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views import View

from access import actor as actors
from access import links, scope, standing, storefront
from access import office as offices
from access.actor import Actor
from access.errors import MethodMissing, NotFound, Refused, RightMissing
from access.models import ApiToken, Client, SecurityEvent, SignedLink
from access.requests import DoorRequest
from access.rights import Right, Side
from access.scope import Scope
from helpdesk.lib import clock, tokens

# What whoever holds a letter's link may do by it, where it is not to answer an escalation.
_BY_LETTER: dict[str, Right] = {
    SignedLink.Purpose.EMERGENCY: Right.EMERGENCY_DECIDE,
    SignedLink.Purpose.SCOPE: Right.SCOPE_DECIDE,
    SignedLink.Purpose.MATRIX: Right.MATRIX_EDIT,
}
V = TypeVar("V", bound=Callable[..., Any])


class Kind(StrEnum):
    """The kinds of doors."""

    PUBLIC = "public"
    STAFF = "staff"
    OFFICE = "office"
    CONSOLE = "console"
    PORTAL = "portal"
    LETTER = "letter"
    API = "api"
    FILES = "files"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Door:
    """What a route asks of who comes in.

    `right` is needed at the client in the URL (`client`, a slug), or at one client at least
    where the URL names none.  `signed_in` is for the portal: a customer, not a visitor.
    """

    kind: Kind
    right: Right | None = None
    signed_in: bool = False
    purpose: str = ""

    def __call__(self, view: V) -> V:
        """Declare this door on a view."""
        view.door = self  # type: ignore[attr-defined]  # a plain attribute on a function or class
        return view


def public() -> Door:
    """Anyone, without a scope: nothing of a client can be read."""
    return Door(Kind.PUBLIC)


def staff(right: Right | None = None) -> Door:
    """Signed-in staff on the desk."""
    return Door(Kind.STAFF, right)


def office() -> Door:
    """Whoever runs a vendor's office, at the clients it has contracts with; no customer's data is in reach."""
    return Door(Kind.OFFICE, Right.STAFF)


def console(right: Right = Right.CONSOLE) -> Door:
    """The client's own people, and vendor staff where they hold the right, at one client."""
    return Door(Kind.CONSOLE, right)


def portal(*, signed_in: bool = False) -> Door:
    """Customers of the client in the URL."""
    return Door(Kind.PORTAL, signed_in=signed_in)


def letter(purpose: SignedLink.Purpose) -> Door:
    """Whoever holds the link of a mail (`token` in the URL), for its one subject."""
    return Door(Kind.LETTER, purpose=purpose)


def api(right: Right | None = None) -> Door:
    """Programs with a token."""
    return Door(Kind.API, right)


def files() -> Door:
    """The origin that serves attachments; the token in the URL says for whom."""
    return Door(Kind.FILES)


def demo() -> Door:
    """Pages that exist in the demo only."""
    return Door(Kind.DEMO)


def door_of(view: Any, method: str) -> Door | None:
    """The declared door of a resolved view; a class may declare one per HTTP method."""
    declared = getattr(view, "door", None) or getattr(getattr(view, "cls", None), "door", None)
    if declared is None:
        declared = getattr(getattr(view, "view_class", None), "door", None)
    if isinstance(declared, Mapping):
        actions = getattr(view, "actions", None) or {}
        asked = "get" if method == "HEAD" else method.lower()
        door = declared.get(actions.get(asked, asked))
        if door is None and asked not in (served := _served(view)):
            raise MethodMissing(served)
        return door
    return declared


def _served(view: Any) -> list[str]:
    """The methods that a class view answers itself; OPTIONS would tell what a stranger may not know."""
    actions = getattr(view, "actions", None)
    known = actions if actions is not None else dir(getattr(view, "cls", None) or getattr(view, "view_class", None))
    return [method for method in View.http_method_names if method in known and method != "options"]


def open_door(request: DoorRequest, door: Door, kwargs: Mapping[str, Any]) -> HttpResponse | None:
    """Let the request in, with `request.actor` and the scope set, or answer it.

    Raises `Refused` for whoever may not come in.
    """
    match door.kind:
        case Kind.STAFF | Kind.CONSOLE:
            return _staff(request, door, kwargs.get("client"))
        case Kind.OFFICE:
            return _office(request, door, kwargs.get("client"))
        case Kind.PORTAL:
            return _portal(request, door, kwargs["client"])
        case Kind.LETTER:
            _letter(request, door, kwargs["token"])
        case Kind.API:
            _api(request, door)
        case Kind.DEMO if not settings.DEMO:
            raise NotFound
        case _:
            # Public pages, the files' own tokens, and the demo: nobody is asked, no scope is set.
            pass
    return None


def peer(request: HttpRequest) -> str:
    """The true address of the peer: forwarded headers count only behind trusted proxies.

    Where the proxy has a header of its own for it, that one alone is read: to a WSGI application
    `X_Forwarded_For`, which a visitor sends, has the same name as the proxy's `X-Forwarded-For`.
    """
    trusted = settings.TRUSTED_PROXIES
    if trusted and settings.PEER_HEADER:
        # Behind a proxy that adds the header instead of replacing it, the last part is the proxy's.
        told = request.META.get(f"HTTP_{settings.PEER_HEADER.upper()}", "").rpartition(",")[2].strip()
        return told or request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if trusted and forwarded:
        hops = [hop.strip() for hop in forwarded.split(",")]
        return hops[-trusted] if len(hops) >= trusted else hops[0]
    return request.META.get("REMOTE_ADDR", "")


def has_code(request: HttpRequest) -> bool:
    """Whether a lead's code was given in this session (`access.proofs`), which ends with what that has opened."""
    return "ends_at" in request.session


def _staff(request: DoorRequest, door: Door, slug: str | None) -> HttpResponse | None:
    if not request.user.is_authenticated:
        if request.htmx:
            response = HttpResponse(status=401)
            response["HX-Redirect"] = settings.BASE_URL + "/"
            return response
        return redirect_to_login(request.get_full_path())
    actor = standing.actor_for(request.user, client_slug=slug, origin=peer(request), by_code=has_code(request))
    request.actor = actor
    is_own = slug is None and door.right is None
    if not is_own and (shut := actor.shut_out) is not None:
        # Whoever serves suspended clients alone is signed out with this answer; their drafts are kept by it.
        request.after_refusal.append(lambda _response: request.session.flush())
        shut.require_open()
    ask(request, actor, door, slug)
    return None


def _office(request: DoorRequest, door: Door, slug: str | None) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    # Who they are is known before they are refused, so that the refusal has its person.
    request.actor = standing.actor_for(request.user, origin=peer(request), by_code=has_code(request))
    actor = offices.actor_for(request.user, origin=peer(request), client_slug=slug)
    if actor is None:
        raise RightMissing
    request.actor = actor
    # A vendor without a contract yet has an office with nothing in it.
    if slug is not None or actor.standings:
        ask(request, actor, door, slug)
    return None


def ask(request: DoorRequest, actor: Actor, door: Door, slug: str | None) -> None:
    """Ask the door's right at the client named, or anywhere; sets `request.client`."""
    if slug is None:
        if door.right is not None and not actor.may_anywhere(door.right):
            raise RightMissing
        return
    try:
        found = actor.standing_by_slug(slug)
    except NotFound:
        _note_foreign(request, actor, slug)
        raise
    request.client = found.client
    if door.kind is Kind.CONSOLE:
        # The console is the client's own; the vendor's people come in by the right alone.
        actor.require(door.right or Right.CONSOLE, found.client.id)
    elif door.right is not None:
        actor.require(door.right, found.client.id)


def _note_foreign(request: DoorRequest, actor: Actor, slug: str) -> None:
    """Note in no client's log that a foreign or unknown client was asked for, once the refusal is rolled back."""

    def write(response: HttpResponse) -> None:
        client_id = Client.objects.filter(slug=slug).values_list("pk", flat=True).first()
        SecurityEvent.objects.create(kind="foreign_client", user_id=actor.user_id, client_id=client_id, status=404)

    request.after_refusal.append(write)


def _portal(request: DoorRequest, door: Door, slug: str) -> HttpResponse | None:
    def held_at(client: Client) -> dict[str, Any]:
        found: dict[str, Any] = request.session.get("customers", {}).get(str(client.pk), {})
        return found

    def actor_at(client: Client) -> actors.Actor:
        held, face = held_at(client), standing.face(client)
        return actors.portal(face, customer_id=held.get("id"), name=held.get("name", ""), origin=peer(request))

    client, request.client_version, version = storefront.enter(slug, lambda client: actor_at(client).scope())
    if held_at(client).get("address", 0) != version:
        # The customer has another address by now: who came by a mail to the old one is nobody here.
        known = request.session["customers"]
        request.session["customers"] = {key: held for key, held in known.items() if key != str(client.pk)}
        scope.become(actor_at(client).scope())
    host_client = getattr(request, "host_client_id", None)
    if host_client is not None and host_client != client.pk:
        raise NotFound
    actor = actor_at(client)
    request.actor, request.client, request.portal_client = actor, standing.face(client), client
    if translation.get_language() not in client.languages:
        # A portal speaks its client's languages only, whatever the browser wishes.
        translation.activate(client.language)
    if door.signed_in and actor.customer_id is None:
        return links.ask_to_sign_in(request, client)
    return None


def _letter(request: DoorRequest, door: Door, token: str) -> None:
    link = SignedLink.objects.select_related("client").filter(digest=tokens.digest(token), purpose=door.purpose).first()
    if link is None or link.revoked_at is not None:
        raise NotFound
    right = _BY_LETTER.get(door.purpose, Right.ESCALATION_ANSWER)
    face = standing.face(link.client)
    contact_id, origin = link.recipient_id or 0, peer(request)
    actor = actors.contact(face, contact_id=contact_id, name="", link_id=link.pk, origin=origin, right=right)
    scope.become(actor.scope())
    request.actor, request.client, request.link = actor, face, link


def _api(request: DoorRequest, door: Door) -> None:
    header = request.headers.get("Authorization", "")
    scheme, _space, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NeedsToken
    token = ApiToken.objects.select_related("user", "client").filter(digest=tokens.digest(key.strip())).first()
    if token is None or not _token_alive(token, clock.now()) or not token.user.is_active:
        raise NeedsToken
    # Without a session, a lead's code opens nothing here.
    actor = standing.actor_for(token.user, client_slug=token.client.slug, origin=peer(request), token_id=token.pk)
    held = actor.standings.get(token.client_id)
    if held is None:
        raise NotFound
    # Known before the gate is asked, so that a closed one is logged with its person.
    request.actor = actor
    held.require_open()
    held = replace(held, rights=held.rights & {Right(r) for r in token.rights if r in set(Right)})
    request.actor = replace(actor, standings={token.client_id: held})
    request.client = held.client
    if door.right is not None:
        request.actor.require(door.right, token.client_id)


def _token_alive(token: ApiToken, now: datetime) -> bool:
    return (
        token.revoked_at is None
        and token.suspension_id is None
        and (token.expires_at is None or token.expires_at > now)
    )


class NeedsToken(Refused):
    """The API was asked without a valid token."""

    status = 401
    sentence = "Send a valid token: Authorization: Bearer <token>."


def scope_of(request: DoorRequest) -> Scope:
    """The scope that the request runs under, to set again after a rolled back savepoint."""
    return scope.current() or scope.NOBODY


__all__ = ["Door", "Kind", "Side", "api", "console", "demo", "files", "letter", "office", "portal", "public", "staff"]

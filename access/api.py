"""How the REST framework meets the doors: it only returns what the middleware found."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from access.errors import Refused, TooMany
from access.middleware import note_refusal


class DoorAuthentication(BaseAuthentication):
    """Returns the actor that came in by the door."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The actor as `request.user`."""
        actor = getattr(request._request, "actor", None)
        return None if actor is None else (actor, None)

    def authenticate_header(self, request: Request) -> str:
        """So that a missing token is a 401."""
        return "Bearer"


class DoorPermission(BasePermission):
    """The door has asked for the right already; here a view without one stays shut."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request came in by a door."""
        return getattr(request._request, "door", None) is not None


class ActorThrottle(SimpleRateThrottle):
    """Requests a minute of one token."""

    scope = "actor"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """By token, so that one program does not slow another."""
        token_id = getattr(request.user, "token_id", None)
        return None if token_id is None else f"throttle:{token_id}"


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every expected error as an RFC 9457 problem document; anything else is a 500 elsewhere."""
    request: HttpRequest = context["request"]._request
    if isinstance(error, Refused):
        note_refusal(request, error)
        body: dict[str, Any] = {"title": str(error.sentence), "status": error.status}
        if field := getattr(error, "field", None):
            body["errors"] = {field: [str(error.sentence)]}
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    else:
        error = _as_api_error(error)
        if not isinstance(error, exceptions.APIException):
            return None
        body = {"title": str(error.default_detail), "status": error.status_code}
        if isinstance(error, exceptions.ValidationError):
            body["errors"] = error.detail
        elif isinstance(error.detail, str):
            body["title"] = error.detail
        wait = getattr(error, "wait", None)
        headers = {"Retry-After": str(int(wait))} if wait else {}
    return Response(
        {"type": "about:blank", **body}, status=body["status"], headers=headers, content_type="application/problem+json"
    )


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error

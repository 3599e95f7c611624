"""How the REST framework meets the doors: it only returns what the middleware found."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from access import throttle
from access.errors import Refused, TooMany
from access.middleware import note_refusal
from access.requests import DoorRequest


class DoorAuthentication(BaseAuthentication):
    """Returns the actor that came in by the door."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The actor as `request.user`."""
        actor = getattr(request._request, "actor", None)
        return None if actor is None else (actor, None)

    def authenticate_header(self, request: Request) -> str:
        """So that a missing token is a 401."""
        return "Bearer"


class DoorInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    """How the schema calls the way in."""

    target_class = "access.api.DoorAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A token in the header `Authorization`."""
        return {"type": "http", "scheme": "bearer"}


class DoorPermission(BasePermission):
    """The door has asked for the right already; here a view without one stays shut."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request came in by a door."""
        return getattr(request._request, "door", None) is not None


class ActorThrottle(BaseThrottle):
    """Requests a minute of one token, so that one program does not slow another."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; raises `TooMany` over the limit."""
        token_id = getattr(request.user, "token_id", None)
        if token_id is not None:
            throttle.take(throttle.API_BY_TOKEN, str(token_id))
        return True


class PlainJSONParser(JSONParser):
    """JSON whose texts a database can hold: no NUL, no half of a surrogate pair, no endless nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The document; raises `ParseError`."""
        try:
            found = super().parse(stream, media_type, parser_context)
            text = json.dumps(found, ensure_ascii=False)
            text.encode()
        except RecursionError:
            raise exceptions.ParseError(_("This JSON is nested too deeply.")) from None
        except UnicodeEncodeError:
            raise exceptions.ParseError(_("A text of this JSON holds half a character.")) from None
        if "\\u0000" in text and _holds_nul(found):
            raise exceptions.ParseError(_("A text of this JSON holds a NUL character."))
        return found


class PlainFormParser(MultiPartParser):
    """A form with files, whose texts a database can hold; too large files are left out and named on the request."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The fields and the files; raises `ParseError`."""
        found = super().parse(stream, media_type, parser_context)
        if any(_holds_nul(pair) for pair in found.data.lists()):
            raise exceptions.ParseError(_("A text of this form holds a NUL character."))
        return found


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every expected error as an RFC 9457 problem document; anything else is a 500 elsewhere."""
    request: DoorRequest = context["request"]._request
    headers: dict[str, str] = {}
    if isinstance(error, Refused):
        note_refusal(request, error)
        body: dict[str, Any] = {"title": str(error.sentence), "status": error.status}
        if field := getattr(error, "field", None):
            body["errors"] = {field: [str(error.sentence)]}
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(error.retry_after)
    else:
        found = _as_api_error(error)
        if found is None:
            return None
        body, headers = _told(found, context)
    return Response(
        {"type": "about:blank", **body}, status=body["status"], headers=headers, content_type="application/problem+json"
    )


def _told(error: exceptions.APIException, context: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The body and the headers for an error of the framework's own."""
    body: dict[str, Any] = {"title": str(error.default_detail), "status": error.status_code}
    if isinstance(error, exceptions.ValidationError):
        body["errors"] = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    elif isinstance(error.detail, str):
        body["title"] = error.detail
    headers = {}
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return body, headers


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error if isinstance(error, exceptions.APIException) else None

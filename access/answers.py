"""How refusals are answered: static pages that say the same to everybody, or problem documents."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from access.errors import GateClosed, MethodMissing, Refused, TooMany

_NAMES = {
    400: "bad_request",
    401: "refused",
    403: "refused",
    404: "not_found",
    405: "bad_request",
    409: "bad_request",
    413: "too_large",
    429: "too_many",
    500: "broken",
    503: "unavailable",
    507: "unavailable",
}


@cache
def _page(name: str, language: str) -> bytes:
    folder = Path(settings.BASE_DIR) / "helpdesk" / "templates" / "errors"
    path = folder / f"{name}.{language}.html"
    return (path if path.exists() else folder / f"{name}.en.html").read_bytes()


def static_page(status: int) -> HttpResponse:
    """A page without base template, token, nonce or request id: identical bytes for every cause."""
    language = (translation.get_language() or "en").split("-")[0]
    response = HttpResponse(_page(_NAMES.get(status, "broken"), language), status=status)
    response["Cache-Control"] = "no-store"
    return response


def problem(status: int, title: str, **more: Any) -> HttpResponse:
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": title, "status": status, **more}
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def is_api(request: HttpRequest) -> bool:
    """Whether the answer goes to a program."""
    return request.path_info.startswith("/api/")


def _slug(request: HttpRequest, error: Refused) -> str:
    """The client at which somebody was refused, by its short name; nothing where that is not told."""
    actor = getattr(request, "actor", None)
    standing = actor.standings.get(error.client_id) if actor is not None and error.client_id is not None else None
    return standing.client.slug if standing else ""


def refuse(request: HttpRequest, error: Refused) -> HttpResponse:
    """The answer to an expected refusal."""
    if is_api(request):
        response = problem(error.status, str(error.sentence))
        if error.status == 401:
            response["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, GateClosed):
        response = render(
            request,
            "errors/closed_gate.html",
            {"sentence": error.sentence, "how": error.how, "gate": error.gate, "at": _slug(request, error)},
            status=error.status,
        )
    elif error.status == 404:
        response = static_page(404)
    elif error.status == 403:
        response = render(request, "errors/right_missing.html", {"sentence": error.sentence}, status=403)
    else:
        response = render(request, "errors/sentence.html", {"sentence": error.sentence}, status=error.status)
    if isinstance(error, MethodMissing):
        response["Allow"] = ", ".join(error.allowed)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 400, and 413 where it was for the size."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    title = "Too large" if status == 413 else "Bad request"
    return problem(status, title) if is_api(request) else static_page(status)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 403."""
    return problem(403, "Forbidden") if is_api(request) else static_page(403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 404."""
    return problem(404, "Not found") if is_api(request) else static_page(404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The library's 429, for the forms of signing in."""
    response = static_page(429)
    response["Retry-After"] = "60"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """Django's 500: no value, no path, no stack."""
    return problem(500, "Something broke on our side") if is_api(request) else static_page(500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """A part that we need is away, or had no time for this request: the same, sent again, works."""
    title = "This can't be done right now. Nothing was done: send it again in a moment"
    response = problem(503, title) if is_api(request) else static_page(503)
    response["Retry-After"] = "10"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or old."""
    return static_page(403)

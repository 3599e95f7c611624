"""What every viewset of the API stands on: strict input, pages by cursor, one effect per key.

An unknown name in a body or behind the question mark is an error, never ignored: nothing is
assigned, sorted or filtered by a name that no serializer declares.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from access.actor import Actor
from access.doors import Door
from access.errors import Invalid, TooLarge
from access.requests import DoorRequest
from helpdesk.lib import paging
from helpdesk.lib.paging import Order
from post import files, once
from post.once import Answer, OtherRequest, TwinRunning
from post.uploads import oversized

LARGEST_ID = 2**63 - 1
# Answers that say nothing about the request itself, so that the same key may be tried again.
_NOT_KEPT = {401, 429}


class Strict(serializers.Serializer[Any]):
    """Refuses names that it does not declare."""

    def to_internal_value(self, data: Any) -> Any:
        """The values; raises `ValidationError` naming each unknown field."""
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(set(data) - known):
                raise ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


class NoQuery(Strict):
    """Nothing may stand behind the question mark."""


class PageQuery(Strict):
    """Which page of a list."""

    cursor = serializers.CharField(required=False, max_length=2000, help_text="From `next` of the page before.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=100)


class IdField(serializers.IntegerField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class KeysetPages(BasePagination):
    """Pages by the sort keys of their edges; `next` is the address of the page behind this one."""

    page: paging.Page[Any]

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of one page, in one statement; raises `Invalid` for a cursor that is not ours."""
        asked = view.asked
        try:
            self.page = paging.keyset(queryset, order=view.order(), cursor=asked.get("cursor"), size=asked["limit"])
        except paging.BadCursor as error:
            raise Invalid(str(error), "cursor") from None
        self.request = request
        return self.page.items

    def get_paginated_response(self, data: Any) -> Response:
        """The rows with the way on."""
        following = None
        if self.page.next_cursor:
            query = self.request.query_params.copy()
            query["cursor"] = self.page.next_cursor
            following = self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")
        return Response({"results": data, "next": following})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": {"type": ["string", "null"], "format": "uri"}},
        }


class Replayed(Exception):
    """The request was answered before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class ClientViewSet(GenericViewSet[Any]):
    """A viewset of one client's things, behind doors that each action declares in `door`.

    `queries` maps an action to the serializer of what may stand behind its question mark.
    """

    door: dict[str, Door] = {}
    queries: dict[str, type[Strict]] = {}
    filter_backends = ()
    pagination_class = KeysetPages
    sort_order: Order = ("-id",)

    _key: "tuple[str, str] | None" = None

    @property
    def came_in(self) -> DoorRequest:
        """The request as its door let it in."""
        return cast(DoorRequest, self.request._request)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return cast(Actor, self.came_in.actor)

    @property
    def client_id(self) -> int:
        """The client that the token is bound to."""
        return self.came_in.client.id

    def page_of(self, rows: QuerySet[Any]) -> list[Any]:
        """The rows of the page that is asked for; raises `Invalid` for a cursor that is not ours."""
        return list(self.paginate_queryset(rows) or ())

    def order(self) -> Order:
        """The sort keys of the list; the last one is unique."""
        return self.sort_order

    def body(self, serializer: type[Strict]) -> dict[str, Any]:
        """The body, checked; raises `ValidationError`."""
        found = serializer(data=self.request.data)
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def uploads(self, given: dict[str, Any]) -> list[files.Incoming]:
        """The files that came with the body, checked; raises `TooLarge` or `Invalid`."""
        if too_large := oversized(self.came_in):
            raise TooLarge(_("“%(name)s” is too large. Nothing was done.") % {"name": too_large[0]})
        return files.check_uploads(given.get("files", ()))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at the key and at what stands behind the question mark before anything is done."""
        super().initial(request, *args, **kwargs)
        whole = _whole(request)
        if request.method == "POST" and self.action:
            self._begin(request, whole)
        self.asked = self._query(request)

    def _query(self, request: Request) -> dict[str, Any]:
        given = request.query_params
        if doubled := sorted(name for name in given if len(given.getlist(name)) > 1):
            raise ValidationError({name: [_("This stands here twice.")] for name in doubled})
        found = self.queries.get(self.action, NoQuery)(data=given.dict())
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def _begin(self, request: Request, whole: bytes) -> None:
        """Replay the first answer under this key, or remember to keep this one."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return
        key = key.strip()
        if not 0 < len(key) <= once.LONGEST_KEY:
            raise Invalid(_("A key has 1 to %(most)s characters.") % {"most": once.LONGEST_KEY}, "Idempotency-Key")
        # Without its parameters: the mark between the parts of a form is another one each time.
        kind = request.headers.get("Content-Type", "").partition(";")[0]
        mark = once.fingerprint(request.get_full_path(), kind, whole)
        answer = once.earlier(self.actor, self.client_id, key, mark, wait=False)
        if answer is not None:
            raise Replayed(answer)
        self._key = key, mark

    def handle_exception(self, exc: Exception) -> Response:
        """Replays are answered, everything else is told as a problem."""
        if isinstance(exc, Replayed):
            return cast(Response, _again(exc.answer))
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep the answer of a request with a key: with its effect, or past the refusal's rollback."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self._key is None or final.status_code >= 500 or final.status_code in _NOT_KEPT:
            return final
        if final.status_code >= 400:
            self.came_in.after_refusal.append(self._keep_refusal)
        else:
            final.add_post_render_callback(self._keep)
        return final

    def _keep(self, response: HttpResponse) -> None:
        key, mark = cast(tuple[str, str], self._key)
        answer = Answer(response.status_code, response.content.decode(), response.headers.get("Location", ""))
        once.keep(self.actor, self.client_id, key, mark, answer)

    def _keep_refusal(self, response: HttpResponse) -> None:
        """Keep a refusal, unless a twin came in while the rollback had let go of the key."""
        key, mark = cast(tuple[str, str], self._key)
        try:
            taken = once.earlier(self.actor, self.client_id, key, mark, wait=False)
        except (TwinRunning, OtherRequest):
            return
        if taken is None:
            self._keep(response)


def _whole(request: Request) -> bytes:
    """The body, or what tells one form with files from another; within the sizes that are taken."""
    forms = any(isinstance(parser, MultiPartParser) for parser in request.parsers or ())
    if not forms or not request.content_type.startswith(MultiPartParser.media_type):
        # Read here, where Django holds it to its largest size; the parser alone would take any.
        return request._request.body
    parts: list[str | bytes] = []
    form = cast(QueryDict, request.data)
    for name, values in sorted(form.lists()):
        for value in values:
            parts += [name, _digest(value) if isinstance(value, UploadedFile) else str(value)]
    return once.fingerprint(*parts).encode()


def _digest(upload: UploadedFile) -> bytes:
    whole = hashlib.sha256((upload.name or "").encode())
    for chunk in upload.chunks():
        whole.update(chunk)
    upload.seek(0)
    return whole.digest()


def _again(answer: Answer) -> HttpResponse:
    kind = "application/json" if answer.status < 400 else "application/problem+json"
    response = HttpResponse(answer.body, status=answer.status, content_type=kind)
    if answer.location:
        response["Location"] = answer.location
    response["Idempotent-Replayed"] = "true"
    return response


def one_of(names: Sequence[str]) -> serializers.ChoiceField:
    """A word of a closed list, which may be left out."""
    return serializers.ChoiceField(choices=list(names), required=False)

"""The routes of the API: each app brings its viewsets, here they get their addresses and their description."""

from functools import lru_cache
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from access.doors import public
from escalation.api import EscalationViewSet
from knowledgebase.api import ArticleViewSet
from tickets.api.customers import CustomerViewSet
from tickets.api.messages import FileViewSet, MessageViewSet
from tickets.api.records import RecordViewSet
from tickets.api.tickets import TicketViewSet

router = SimpleRouter(use_regex_path=False)
router.register("tickets", TicketViewSet, basename="ticket")
router.register("tickets/<int:number>/messages", MessageViewSet, basename="message")
router.register("files", FileViewSet, basename="file")
router.register("customers", CustomerViewSet, basename="customer")
router.register("records/<slug:source>", RecordViewSet, basename="record")
router.register("articles", ArticleViewSet, basename="article")
router.register("escalations", EscalationViewSet, basename="escalation")

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457): `title` for people, `errors` by field where fields were wrong.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {"type": "object", "additionalProperties": True},
    },
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The first answer to a key is kept for 48 hours and replayed, so that a repeat does nothing twice.",
}


def describe_answers(result: dict[str, Any], generator: SchemaGenerator, request: Any, public: bool) -> dict[str, Any]:
    """Add to every operation what all have in common: problems, and the key of a POST."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in result["paths"].values():
        for method, operation in methods.items():
            operation["responses"]["4XX"] = {"description": "Refused", "content": content}
            if method == "post":
                operation.setdefault("parameters", []).append(KEY)
    return result


@lru_cache(maxsize=8)
def schema(language: str) -> dict[str, Any]:
    """The description of the API, made once a process and language: it is the same for everybody."""
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # has no types
    return cast(dict[str, Any], made)


class SchemaView(APIView):
    """The description of the API as JSON."""

    renderer_classes = (OpenApiJsonRenderer, OpenApiJsonRenderer2)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """In the reader's language."""
        return Response(schema(get_language() or "en"))


@public()
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The description to browse, and to try out with a token of one's own."""
    return render(request, "api/docs.html")


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(router.urls)),
    path("schema/", public()(SchemaView.as_view()), name="schema"),
    path("docs/", docs, name="docs"),
]

"""Articles for customers: search, shelves, one article, and what may help while they type."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from access import throttle
from access.doors import portal
from access.errors import NotFound
from access.requests import DoorRequest
from helpdesk.lib.paging import BadCursor, keyset
from helpdesk.look import drawn
from knowledgebase import queries
from knowledgebase.models import Article, Audience, Category, Revision
from knowledgebase.search import search

FOUND, SUGGESTED, ON_A_PAGE = 20, 4, 60
LONGEST_QUESTION = 300


@portal()
@require_safe
def articles(request: DoorRequest, client: str) -> HttpResponse:
    """What a search finds, one category, or every shelf."""
    client_id = request.client.id
    words = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    if words:
        throttle.take(throttle.SEARCH_BY_PEER, request.actor.origin)
        hits = search(client_id=client_id, query=words, audience=Audience.PUBLIC, limit=FOUND)
        return render(request, "knowledgebase/portal/found.html", {"words": words, "hits": hits})
    if slug := request.GET.get("category"):
        return _category(request, slug)
    return render(request, "knowledgebase/portal/shelves.html", {"shelves": queries.shelves(client_id=client_id)})


def _category(request: DoorRequest, slug: str) -> HttpResponse:
    client_id = request.client.id
    category = Category.objects.filter(client_id=client_id, slug=slug).first()
    if category is None:
        raise NotFound
    rows = Article.objects.public().filter(client_id=client_id, category=category)
    try:
        page = keyset(rows, order=queries.BY_TITLE, cursor=request.GET.get("at"), size=ON_A_PAGE)
    except BadCursor:
        raise NotFound from None
    return render(request, "knowledgebase/portal/category.html", {"category": category, "page": page})


@portal()
@require_safe
def article(request: DoorRequest, client: str, slug: str) -> HttpResponse:
    """One article, and the way to a person where it does not help."""
    place = queries.published(client_id=request.client.id, slug=slug)
    if place is None:
        raise NotFound

    def draw(context: dict[str, Any]) -> str:
        revision = Revision.objects.select_related("article__category").get(
            client_id=request.client.id, pk=place.revision_id
        )
        context |= {"revision": revision, "article": revision.article}
        return render_to_string("knowledgebase/portal/article.html", context, request)

    return drawn.page(request, (request.client_version, place), draw)


@portal()
@require_safe
def suggest(request: DoorRequest, client: str) -> HttpResponse:
    """Up to four articles for what is being typed, as a fragment; nothing where nothing fits."""
    words = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    hits = []
    if words:
        throttle.take(throttle.SEARCH_BY_PEER, request.actor.origin)
        hits = search(client_id=request.client.id, query=words, audience=Audience.PUBLIC, limit=SUGGESTED)
    return render(request, "knowledgebase/portal/_suggest.html", {"hits": hits})

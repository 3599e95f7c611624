"""Playbooks and articles for those who answer customers."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from access.actor import ClientFace
from access.doors import staff
from access.errors import NotFound
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock
from helpdesk.lib.paging import BadCursor, keyset
from knowledgebase import must_reads, queries
from knowledgebase.forms import FilterForm, language_name
from knowledgebase.models import Article, Revision
from knowledgebase.search import Hit, search_clients

FOUND, ON_A_PAGE = 40, 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, whether a search found it or it is just there."""

    client: ClientFace
    slug: str
    title: str
    is_playbook: bool
    context: str
    number: int
    snippet: SafeString | str = ""
    at: datetime | None = None


@staff(Right.ARTICLE_READ)
@require_safe
def playbooks(request: DoorRequest) -> HttpResponse:
    """All that my clients have published for agents and for everyone: searched, or newest first."""
    actor = request.actor
    readable = actor.clients_with(Right.ARTICLE_READ)
    faces = {face.id: face for face in actor.clients if face.id in readable}
    form = FilterForm(request.GET, clients=list(faces.values()))
    given = form.cleaned_data if form.is_valid() else {}
    ids = [face.id for face in faces.values() if given.get("client") in ("", None, face.slug)]
    words, audience = given.get("q", ""), given.get("audience", "")
    next_url = ""
    if words:
        hits = search_clients(client_ids=ids, query=words, audience=audience or None, limit=FOUND)
        rows = [_of_hit(hit, faces) for hit in hits]
        page = None
    else:
        try:
            page = keyset(
                queries.readable(actor, client_ids=ids, audience=audience),
                order=queries.NEWEST,
                cursor=request.GET.get("at"),
                size=ON_A_PAGE,
            )
        except BadCursor:
            raise NotFound from None
        rows = [_of_article(article, faces) for article in page.items]
        next_url = _with_cursor(request, page.next_cursor)
    context = {"form": form, "rows": rows, "words": words, "narrows": words or audience or given.get("client")}
    context |= {"page": page, "next_url": next_url, "section": "playbooks", "many_clients": len(faces) > 1}
    return render(request, "knowledgebase/desk/playbooks.html", context)


@staff(Right.ARTICLE_READ)
@require_safe
def playbook(request: DoorRequest, client: str, slug: str) -> HttpResponse:
    """One playbook or article as it is in force, or an earlier published revision (`?revision=`)."""
    client_id = request.client.id
    current = queries.in_force(client_id=client_id, slug=slug)
    if current is None:
        raise NotFound
    revisions = list(queries.history(client_id=client_id, article_id=current.article_id, drafts=False))
    shown = _chosen(request.GET.get("revision"), current, revisions)
    context = {"article": current.article, "revision": shown, "current": current, "revisions": revisions}
    context |= {"language": language_name(shown.language)}
    context |= {"must_read": must_reads.of_article(request.actor, client_id, current.article_id), "now": clock.now()}
    context |= {"may_write": request.actor.may(Right.ARTICLE_WRITE, client_id), "section": "playbooks"}
    return render(request, "knowledgebase/desk/playbook.html", context)


def _chosen(number: str | None, current: Revision, revisions: list[Revision]) -> Revision:
    if not number:
        return current
    for revision in revisions:
        if str(revision.number) == number:
            return revision
    raise NotFound


def _of_hit(hit: Hit, faces: dict[int, ClientFace]) -> Row:
    face = faces[hit.client_id]
    return Row(face, hit.slug, hit.title, hit.is_playbook, hit.context, hit.number, hit.snippet)


def _of_article(article: Article, faces: dict[int, ClientFace]) -> Row:
    face, number = faces[article.client_id], article.published_number or 0
    return Row(face, article.slug, article.title, article.is_playbook, article.context, number, at=article.updated_at)


def _with_cursor(request: DoorRequest, cursor: str | None) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query["at"] = cursor
    return f"?{query.urlencode()}"

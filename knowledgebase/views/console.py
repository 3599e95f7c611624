"""Where articles are written: the list, the editor with its preview, publishing and withdrawing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.models import Client
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib.html import MARKDOWN_LIMIT, render_markdown
from helpdesk.lib.paging import BadCursor, keyset
from knowledgebase import actions, queries
from knowledgebase.forms import ArticleForm, StateForm
from knowledgebase.models import Article, Audience, Revision

ON_A_PAGE = 50


@console(Right.ARTICLE_READ)
@require_safe
def articles(request: DoorRequest, client: str) -> HttpResponse:
    """Every article with who may read it, its state, and who changed it last."""
    form = StateForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    rows = queries.written(client_id=request.client.id, **{name: given.get(name, "") for name in form.fields})
    try:
        page = keyset(rows, order=queries.NEWEST, cursor=request.GET.get("at"), size=ON_A_PAGE)
    except BadCursor:
        raise NotFound from None
    query = request.GET.copy()
    query["at"] = page.next_cursor or ""
    context = {"form": form, "page": page, "narrows": any(given.values()), "section": "articles"}
    context |= {"next_url": f"?{query.urlencode()}" if page.next_cursor else "", **_may(request)}
    return render(request, "knowledgebase/console/articles.html", context)


@console(Right.ARTICLE_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def article_new(request: DoorRequest, client: str) -> HttpResponse:
    """Begin an article."""
    return _editor(request, None)


@console(Right.ARTICLE_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def article_edit(request: DoorRequest, client: str, article: int) -> HttpResponse:
    """Write the next revision of an article, and publish it."""
    found = Article.objects.filter(client_id=request.client.id, pk=article).first()
    if found is None:
        raise NotFound
    return _editor(request, found)


@console(Right.ARTICLE_WRITE)
@require_POST
def article_preview(request: DoorRequest, client: str) -> HttpResponse:
    """The text as readers would see it, by the same sanitiser that saving uses."""
    body = request.POST.get("body", "")[: MARKDOWN_LIMIT + 1]
    context = {"preview": render_markdown(body), "title": request.POST.get("title", "")}
    return render(request, "knowledgebase/console/_preview.html", context)


@console(Right.ARTICLE_PUBLISH)
@require_POST
def article_withdraw(request: DoorRequest, client: str, article: int) -> HttpResponse:
    """Take an article away from its readers."""
    found = Article.objects.filter(client_id=request.client.id, pk=article).first()
    if found is None:
        raise NotFound
    actions.withdraw(request.actor, article=found)
    said = _("“%(title)s” is withdrawn: nobody finds it any more. Its revisions are kept.")
    messages.success(request, said % {"title": found.title})
    return redirect("console:article_edit", client=client, article=article)


def _editor(request: DoorRequest, article: Article | None) -> HttpResponse:
    latest = _latest(article)
    form = _form(request, article, latest)
    if request.method != "POST":
        return _page(request, form, article, latest)
    if request.POST.get("do") == "preview":
        return _page(request, form, article, latest, preview=render_markdown(request.POST.get("body", "")))
    status = 400
    if form.is_valid():
        try:
            return _done(request, _saved(request, form, article))
        except (Conflict, Invalid) as error:
            status = form.refuse(error)
            if isinstance(error, Conflict):
                # The next save is meant for what stands there now.
                latest = _latest(article)
                form.data = {**request.POST.dict(), "expected_number": latest.number if latest else ""}
    return _page(request, form, article, latest, status=status)


def _saved(request: DoorRequest, form: ArticleForm, article: Article | None) -> Revision:
    """Write the draft, and publish it if that was asked for."""
    given, client_id, actor = form.cleaned_data, request.client.id, request.actor
    category = given["category"]
    if given["new_category"]:
        category = actions.create_category(actor, client_id=client_id, name=given["new_category"])
    revision = actions.write_draft(
        actor,
        client_id=client_id,
        article=article,
        category=category,
        **{name: given[name] for name in ("title", "body", "audience", "language", "context", "expected_number")},
    )
    if request.POST.get("do") == "publish":
        revision = actions.publish(actor, revision=revision)
    return revision


def _done(request: DoorRequest, revision: Revision) -> HttpResponse:
    if revision.state == Revision.State.DRAFT:
        told = _("Draft saved as revision %(number)s. Readers don’t see it yet.")
    elif revision.audience == Audience.PUBLIC:
        told = _("Published as revision %(number)s. Everyone finds it in the portal now.")
    else:
        told = _("Published as revision %(number)s. Agents find it beside the composer now.")
    messages.success(request, told % {"number": revision.number})
    return redirect("console:article_edit", client=request.client.slug, article=revision.article_id)


def _latest(article: Article | None) -> Revision | None:
    if article is None:
        return None
    return article.revisions.select_related("author", "category").order_by("-number").first()


def _form(request: DoorRequest, article: Article | None, latest: Revision | None) -> ArticleForm:
    client = Client.objects.get(pk=request.client.id)
    languages = list(dict.fromkeys([client.language, *client.languages, *([latest.language] if latest else [])]))
    given: dict[str, Any] = {"client_id": client.pk, "languages": languages}
    if request.method == "POST":
        return ArticleForm(request.POST, **given)
    names = ("title", "body", "audience", "language", "context", "category")
    initial = {name: getattr(latest, name) for name in names} if latest else {"audience": Audience.PUBLIC}
    return ArticleForm(initial={**initial, "expected_number": latest.number if latest else ""}, **given)


def _page(
    request: DoorRequest,
    form: ArticleForm,
    article: Article | None,
    latest: Revision | None,
    *,
    preview: str | None = None,
    status: int = 200,
) -> HttpResponse:
    if preview is None:
        # Rendered and sanitised when it was saved.
        preview = mark_safe(latest.html) if latest and request.method != "POST" else ""
    revisions: list[Revision] = []
    if article is not None:
        revisions = list(queries.history(client_id=request.client.id, article_id=article.pk, drafts=True))
    context: dict[str, Any] = {"form": form, "article": article, "latest": latest, "preview": preview}
    context["revisions"] = revisions
    context |= {"conflict": status == Conflict.status, "section": "articles", **_may(request)}
    return render(request, "knowledgebase/console/editor.html", context, status=status)


def _may(request: DoorRequest) -> dict[str, bool]:
    client_id = request.client.id
    return {
        "may_write": request.actor.may(Right.ARTICLE_WRITE, client_id),
        "may_publish": request.actor.may(Right.ARTICLE_PUBLISH, client_id),
    }

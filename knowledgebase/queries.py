"""What the pages about articles read; who may is asked by their doors."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When, Window
from django.db.models.functions import RowNumber

from access import scope
from access.actor import Actor
from knowledgebase.models import Article, Audience, Category, Revision

SHELF = 8


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with its first articles and how many it has in all."""

    category: Category
    articles: list[Article]
    count: int


def shelf(*, client_id: int, limit: int, language: str = "") -> list[Article]:
    """Public articles to begin with: the reader's language first, then by category, newest first. One query."""
    rows = Article.objects.public().filter(client_id=client_id)
    foreign = Case(When(language=language, then=0), default=1)
    return list(rows.order_by(foreign, "category__position", "-updated_at", "-id")[:limit])


def shelves(*, client_id: int) -> list[Shelf]:
    """Every category that has public articles, each with the first few by title. Two queries."""
    place = Window(RowNumber(), partition_by=F("category_id"), order_by=[F("title").asc(), F("id").asc()])
    rows = Article.objects.public().filter(client_id=client_id).annotate(place=place).filter(place__lte=SHELF)
    categories = Category.objects.filter(client_id=client_id).annotate(
        count=Count("articles", filter=Q(articles__audience="public", articles__published_number__isnull=False))
    )
    by_category: dict[int, list[Article]] = {}
    for article in rows.order_by("title", "id"):
        by_category.setdefault(article.category_id, []).append(article)
    return [
        Shelf(category, by_category[category.pk], category.count)
        for category in categories.order_by("position", "name")
        if category.pk in by_category
    ]


def in_force(*, client_id: int, slug: str) -> Revision | None:
    """The published revision of an article by its address, with article and category. One query."""
    return (
        Revision.objects.select_related("article__category")
        .filter(client_id=client_id, article__slug=slug, number=F("article__published_number"))
        .first()
    )


@dataclass(frozen=True, slots=True)
class Published:
    """What a published article's page depends on: its revision, which never changes, and its category."""

    revision_id: int
    category_name: str
    category_slug: str


def published(*, client_id: int, slug: str) -> Published | None:
    """Which public revision is in force at an address, without its text. One query."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, c.name, c.slug FROM knowledgebase_article a"
            " JOIN knowledgebase_revision r ON r.client_id = a.client_id AND r.article_id = a.id"
            " AND r.number = a.published_number"
            " JOIN knowledgebase_category c ON c.client_id = a.client_id AND c.id = a.category_id"
            " WHERE a.client_id = %s AND a.slug = %s AND r.audience = %s",
            [client_id, slug, Audience.PUBLIC.value],
        )
        row = cursor.fetchone()
    return Published(*row) if row else None


def history(*, client_id: int, article_id: int, drafts: bool) -> QuerySet[Revision]:
    """An article's revisions, newest first, with their authors; the texts are left out. One query."""
    rows = Revision.objects.select_related("author").filter(client_id=client_id, article_id=article_id)
    if not drafts:
        rows = rows.filter(state=Revision.State.PUBLISHED)
    return rows.defer("body", "html").order_by("-number")


def readable(actor: Actor, *, client_ids: Sequence[int] = (), audience: str = "") -> QuerySet[Article]:
    """Published articles and playbooks of the actor's clients, to be paged by `NEWEST`."""
    rows = Article.objects.visible_to(actor).published()
    if client_ids:
        rows = rows.filter(client_id__in=client_ids)
    if audience:
        rows = rows.filter(audience=audience)
    return rows


NEWEST = ("-updated_at", "-id")
BY_TITLE = ("title", "id")


def written(*, client_id: int, audience: str = "", state: str = "") -> QuerySet[Article]:
    """All of a client's articles for those who write them, with the latest revision's number, state and author.

    `state`: "draft" for those with a draft that is not published, "published", or both.
    """
    rows = Article.objects.filter(client_id=client_id).select_related("category")
    rows = rows.annotate(
        latest_number=_latest("number"),
        latest_title=_latest("title"),
        latest_at=_latest("created_at"),
        latest_by=_latest("author__name"),
    )
    if audience:
        rows = rows.filter(audience=audience)
    if state == "published":
        rows = rows.published()
    elif state == "draft":
        rows = rows.filter(Q(published_number=None) | Q(latest_number__gt=F("published_number")))
    return rows


def _latest(name: str) -> Subquery:
    rows = Revision.objects.filter(client_id=OuterRef("client_id"), article_id=OuterRef("pk"))
    return Subquery(rows.order_by("-number").values(name)[:1])

"""Articles and playbooks for programs: read, searched, drafted, published."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.doors import api
from access.errors import Invalid, NotFound
from access.rights import Right
from helpdesk.lib.html import MARKDOWN_LIMIT
from knowledgebase import actions
from knowledgebase.actions.parts import CONTEXT_LIMIT, NAME_LIMIT, TITLE_LIMIT
from knowledgebase.models import Article, Audience, Category, Revision
from knowledgebase.search import search
from post.api import ClientViewSet, PageQuery, Strict, one_of

NUMBER_MOST = 2**31 - 1
FOUND = 20


class ArticleShape(serializers.ModelSerializer[Article]):
    """An article as it is in force; before anything is published, as its latest draft has it."""

    category = serializers.CharField(source="category.name", read_only=True)

    class Meta:
        model = Article
        fields = (
            "id",
            "slug",
            "title",
            "audience",
            "category",
            "language",
            "context",
            "published_number",
            "external_id",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class RevisionShape(serializers.ModelSerializer[Revision]):
    """One revision: the Markdown as written, and the HTML made of it, sanitised."""

    article = serializers.IntegerField(source="article_id", read_only=True)
    category = serializers.CharField(source="category.name", read_only=True)

    class Meta:
        model = Revision
        fields = (
            "article",
            "number",
            "state",
            "title",
            "audience",
            "category",
            "language",
            "context",
            "body",
            "html",
            "created_at",
            "published_at",
        )
        read_only_fields = fields


class HitShape(serializers.Serializer[Any]):
    """An article that a search found; `snippet` is HTML with the words in <mark>."""

    article = serializers.IntegerField(source="article_id")
    slug = serializers.CharField()
    title = serializers.CharField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    language = serializers.CharField()
    context = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class
    score = serializers.FloatField()
    snippet = serializers.CharField()
    revision = serializers.IntegerField(source="number")


class ArticleQuery(PageQuery):
    """Which articles."""

    audience = one_of(Audience.values)
    language = serializers.CharField(required=False, max_length=8)
    category = serializers.CharField(required=False, max_length=NAME_LIMIT, help_text="A category's name.")
    external_id = serializers.CharField(required=False, max_length=120)
    published = serializers.BooleanField(required=False, allow_null=True, default=None)


class SearchQuery(Strict):
    """A question in words."""

    q = serializers.CharField(max_length=1000)
    context = serializers.CharField(  # type: ignore[assignment]  # as above
        required=False, default="", max_length=200, help_text="What it is about: a product, a place, a category."
    )
    audience = one_of(Audience.values)
    limit = serializers.IntegerField(required=False, default=FOUND, min_value=1, max_value=50)


class Draft(Strict):
    """What an article is to say."""

    title = serializers.CharField(max_length=TITLE_LIMIT)
    body = serializers.CharField(max_length=MARKDOWN_LIMIT, help_text="Markdown.")
    category = serializers.CharField(max_length=NAME_LIMIT, help_text="The name of a category that exists.")
    audience = serializers.ChoiceField(choices=Audience.choices)
    language = serializers.CharField(max_length=8)
    context = serializers.CharField(  # type: ignore[assignment]  # as above
        required=False, default="", allow_blank=True, max_length=CONTEXT_LIMIT
    )


class NextDraft(Draft):
    """What the next revision of an article is to say."""

    expected_number = serializers.IntegerField(
        min_value=1, max_value=NUMBER_MOST, help_text="The latest revision that you have seen."
    )


class Publish(Strict):
    """Which revision; it must be the latest."""

    number = serializers.IntegerField(min_value=1, max_value=NUMBER_MOST)


@extend_schema(tags=["articles"])
@extend_schema_view(
    list=extend_schema(parameters=[ArticleQuery], summary="Articles and playbooks, changed last first"),
    retrieve=extend_schema(summary="One article with the text in force, or its latest draft", responses=RevisionShape),
)
class ArticleViewSet(ClientViewSet):
    """Articles and playbooks of the token's client.

    Drafts are there for tokens that may write; others see what is published.
    """

    door = {
        "list": api(Right.ARTICLE_READ),
        "retrieve": api(Right.ARTICLE_READ),
        "search": api(Right.ARTICLE_READ),
        "create": api(Right.ARTICLE_WRITE),
        "drafts": api(Right.ARTICLE_WRITE),
        "publish": api(Right.ARTICLE_PUBLISH),
    }
    queries = {"list": ArticleQuery, "search": SearchQuery}
    serializer_class = ArticleShape
    lookup_value_converter = "int"
    sort_order = ("-updated_at", "-id")

    def get_queryset(self) -> QuerySet[Article]:
        """The client's articles that the token may see."""
        rows = Article.objects.visible_to(self.actor).filter(client_id=self.client_id)
        if not self.actor.may(Right.ARTICLE_WRITE, self.client_id):
            rows = rows.published()
        return rows.select_related("category")

    def list(self, request: Request) -> Response:
        """Articles by filters, a page at a time."""
        rows, asked = self.get_queryset(), self.asked
        for name in ("audience", "language", "external_id"):
            if name in asked:
                rows = rows.filter(**{name: asked[name]})
        if "category" in asked:
            rows = rows.filter(category__name=asked["category"])
        if asked["published"] is not None:
            rows = rows.filter(published_number__isnull=not asked["published"])
        return self.get_paginated_response(ArticleShape(self.paginate_queryset(rows), many=True).data)

    def retrieve(self, request: Request, pk: int) -> Response:
        """The text in force; for who may write, of an unpublished article the latest draft."""
        article = self._article(pk)
        rows = Revision.objects.filter(client_id=self.client_id, article=article).select_related("category")
        if article.published_number is not None:
            rows = rows.filter(number=article.published_number)
        return Response(RevisionShape(rows.order_by("-number").first()).data)

    @extend_schema(parameters=[SearchQuery], responses=HitShape(many=True), summary="Articles for a question")
    @action(detail=False)
    def search(self, request: Request) -> Response:
        """Published articles and playbooks for a question, best first."""
        asked = self.asked
        hits = search(
            client_id=self.client_id,
            query=asked["q"],
            context=asked["context"],
            audience=asked.get("audience"),
            limit=asked["limit"],
        )
        # A page without a next one: the best are all there is.
        return Response({"results": HitShape(hits, many=True).data, "next": None})

    @extend_schema(request=Draft, responses={201: RevisionShape}, summary="Begin an article with a draft")
    def create(self, request: Request) -> Response:
        """Begin an article; readers see nothing until it is published."""
        return self._drafted(self.body(Draft), None)

    @extend_schema(request=NextDraft, responses={201: RevisionShape}, summary="Add a draft to an article")
    @action(detail=True, methods=["post"])
    def drafts(self, request: Request, pk: int) -> Response:
        """Add the next revision; the text in force stays until that is published."""
        return self._drafted(self.body(NextDraft), self._article(pk))

    @extend_schema(request=Publish, responses=RevisionShape, summary="Publish the latest revision")
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """Make the latest revision the text that readers and searches find."""
        number = self.body(Publish)["number"]
        revision = Revision.objects.filter(client_id=self.client_id, article=self._article(pk), number=number).first()
        if revision is None:
            raise Invalid(_("There is no revision with this number."), "number")
        return Response(RevisionShape(actions.publish(self.actor, revision=revision)).data)

    def _article(self, pk: int) -> Article:
        article = self.get_queryset().filter(pk=pk).first()
        if article is None:
            raise NotFound
        return article

    def _drafted(self, given: dict[str, Any], article: Article | None) -> Response:
        category = Category.objects.filter(client_id=self.client_id, name=given.pop("category")).first()
        if category is None:
            raise Invalid(_("There is no category of this name."), "category")
        revision = actions.write_draft(
            self.actor, client_id=self.client_id, article=article, category=category, **given
        )
        where = reverse("api:article-detail", kwargs={"pk": revision.article_id})
        return Response(RevisionShape(revision).data, status=201, headers={"Location": where})

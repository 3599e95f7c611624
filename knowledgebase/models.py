"""Articles and playbooks: categories, articles, and their immutable revisions."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.actor import Actor
from access.fields import ClientForeignKey
from access.managers import ClientManager, ClientModel, ClientQuerySet
from access.models import StaffCard, User, Vendor
from access.rights import Right, Role


class Category(ClientModel):
    """A shelf of articles."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140)
    position = models.PositiveIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "slug"], name="kb_category_slug"),
            models.UniqueConstraint(fields=["client", "name"], name="kb_category_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Audience(models.TextChoices):
    """Who may read an article."""

    PUBLIC = "public", _("Everyone, in the portal")
    AGENTS = "agents", _("Agents only (playbook)")


class ArticleQuerySet(ClientQuerySet):
    """Articles in the domain's words."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the clients whose playbooks this member of staff may read."""
        return self.filter(client_id__in=actor.clients_with(Right.ARTICLE_READ))

    def published(self) -> Self:
        """With a revision in force."""
        return self.filter(published_number__isnull=False)

    def public(self) -> Self:
        """Published, for everyone in the portal."""
        return self.published().filter(audience=Audience.PUBLIC)


class Article(ClientModel):
    """An article, or a playbook where the audience is agents only; its text stands in revisions.

    Category, title, audience, language and context are copies of the published revision's, for
    lists and search; before anything is published, of the latest draft's.  `published_number`
    is None until something is published, and again once it is withdrawn.
    """

    category = ClientForeignKey(Category, models.PROTECT, related_name="articles")
    slug = models.SlugField(max_length=160)
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.PUBLIC)
    language = models.CharField(max_length=8, default="en")
    context = models.CharField(max_length=120, blank=True, help_text="The product, place or plan that it is about.")
    published_number = models.PositiveIntegerField(null=True, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[Any] = ClientManager.from_queryset(ArticleQuerySet)()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "slug"], name="article_slug"),
            models.UniqueConstraint(
                fields=["client", "external_id"], condition=~models.Q(external_id=""), name="article_external_id"
            ),
        ]
        indexes = [models.Index(fields=["client", "audience", "-updated_at"], name="article_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_playbook(self) -> bool:
        """For agents only."""
        return self.audience == Audience.AGENTS


class Revision(ClientModel):
    """One immutable version of an article: text as written, and rendered and sanitised once.

    Only `state` ever changes, from draft to published, and `published_at` with it: a trigger
    refuses anything else.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    article = ClientForeignKey(Article, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # As the article's, so that row security can keep drafts and playbooks from customers.
    audience = models.CharField(max_length=8, choices=Audience)
    category = ClientForeignKey(Category, models.PROTECT, related_name="+")
    language = models.CharField(max_length=8, default="en")
    context = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=200)
    body = models.TextField()
    html = models.TextField()
    summary = models.CharField(max_length=300, blank=True)
    author = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "article", "number"], name="revision_number")]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"

    @property
    def is_playbook(self) -> bool:
        """For agents only."""
        return self.audience == Audience.AGENTS


class MustRead(ClientModel):
    """That whoever works for the client has to read a published revision, by `due_at`, and say so.

    `role` narrows it to one of the vendor's roles; empty asks everybody.  The title is the revision's, kept
    here for those who may see what is asked of people, and no article.  `ended_at`: asked no longer.
    """

    article = ClientForeignKey(Article, models.PROTECT, related_name="must_reads")
    revision_number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    said = models.CharField(max_length=200)
    role = models.CharField(max_length=20, blank=True)
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=160)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "article"], condition=models.Q(ended_at=None), name="one_must_read_of_an_article"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def role_label(self) -> Promise:
        """Of whom it is asked, in words."""
        return Role(self.role).label if self.role else _("Everybody on the account")


class Reading(ClientModel):
    """That a person has said to have read what they must: which revision lay before them, and its digest.

    `digest` is the SHA-256 of title, empty line and text in UTF-8, in hex.
    """

    must_read = ClientForeignKey(MustRead, models.PROTECT, related_name="readings")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    revision_number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "must_read", "user"], name="read_once")]


class ArticleTerm(ClientModel):
    """How often a stemmed word stands in an article's published revision, by field.

    The term table that search ranks with: small, and under a forced policy as the articles are.
    """

    # Without the index on one column that foreign keys get: those below begin with the same
    # columns, and this is the table with the most rows.
    article = ClientForeignKey(Article, models.CASCADE, related_name="+", db_index=False)
    audience = models.CharField(max_length=8, choices=Audience)
    term = models.CharField(max_length=64)
    in_title = models.PositiveSmallIntegerField(default=0)
    in_context = models.PositiveSmallIntegerField(default=0)
    in_body = models.PositiveSmallIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "term", "article"], name="term_of_article")]
        indexes = [models.Index(fields=["client", "article"], name="terms_by_article")]


class ArticleLength(ClientModel):
    """The language of an article's published revision and its number of words, which ranking divides by."""

    article = ClientForeignKey(Article, models.CASCADE, related_name="+", db_index=False)
    audience = models.CharField(max_length=8, choices=Audience)
    language = models.CharField(max_length=8)
    title_words = models.PositiveIntegerField()
    context_words = models.PositiveIntegerField()
    body_words = models.PositiveIntegerField()
    # By which rules the terms were made; the database fills it in, too, for a process of an earlier version.
    rules = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "article"], name="length_of_article")]

"""Every way that articles change: written, published, withdrawn, imported.

A revision is never edited: whoever writes adds one, whoever publishes makes one the public text.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from helpdesk.lib import clock
from helpdesk.lib.html import MARKDOWN_LIMIT, TooLong, clean_line, clean_text, html_to_text, render_markdown
from knowledgebase import index
from knowledgebase.models import Article, Audience, Category, Revision

TITLE_LIMIT, CONTEXT_LIMIT, NAME_LIMIT, SUMMARY_LENGTH = 200, 120, 120, 280
EXTERNAL_ID_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody wants an article to say, cleaned and checked."""

    title: str
    body: str
    category: Category
    audience: Audience
    language: str
    context: str


def create_category(actor: Actor, *, client_id: int, name: str) -> Category:
    """Add a shelf at the end.

    Raises `Invalid` for a name that is empty, too long or taken.
    """
    actor.require(Right.ARTICLE_WRITE, client_id)
    name = _line(name, NAME_LIMIT, "name", _("Give the category a name."))
    if Category.objects.filter(client_id=client_id, name__iexact=name).exists():
        raise Invalid(_("There is a category of this name already."), "name")
    category = _new_category(client_id, name)
    log.record(actor, client_id, log.Action.CHANGE, detail={"did": "create_category", "category": category.pk})
    return category


def write_draft(
    actor: Actor,
    *,
    client_id: int,
    title: str,
    body: str,
    category: Category,
    audience: str,
    language: str,
    context: str = "",
    article: Article | None = None,
    expected_number: int | None = None,
) -> Revision:
    """Add a draft to `article`, or begin a new article with it; the published text stays as it is.

    `expected_number` is the latest revision that the writer has seen.  Saving the same text
    again adds nothing.  Raises `Conflict` when somebody else has written since, `Invalid` for
    what can't be taken.
    """
    standing = actor.require(Right.ARTICLE_WRITE, client_id)
    text = _checked(client_id, title, body, category, audience, language, context)
    if article is None:
        article, latest = _new_article(client_id, text), None
    else:
        article = _locked(client_id, article.pk)
        latest = article.revisions.order_by("-number").first()
        if latest is not None and _says(latest, text) and latest.author_id == standing.card_id:
            return latest
        if latest is not None and latest.number != expected_number:
            raise Conflict(
                _("%(name)s saved revision %(number)s meanwhile. Your text is kept below: compare, then save again.")
                % {"name": latest.author or _("An import"), "number": latest.number}
            )
    revision = _add(article, text, number=latest.number + 1 if latest else 1, author_id=standing.card_id)
    _log(actor, client_id, [article.pk], did="write_draft", revision=revision.number)
    return revision


def publish(actor: Actor, *, revision: Revision) -> Revision:
    """Make the latest revision the text that readers and searches find.

    Publishing what is published already changes nothing.  Raises `Conflict` where a newer
    revision exists.
    """
    client_id = revision.client_id
    actor.require(Right.ARTICLE_PUBLISH, client_id)
    article = _locked(client_id, revision.article_id)
    latest = article.revisions.order_by("-number").first()
    if latest is None or latest.pk != revision.pk:
        raise Conflict(_("There is a newer revision than the one you looked at. Read it, then publish that one."))
    if article.published_number == latest.number:
        return latest
    _publish(article, latest, clock.now())
    _log(actor, client_id, [article.pk], did="publish", revision=latest.number)
    return latest


def withdraw(actor: Actor, *, article: Article) -> None:
    """Take an article away from readers and searches; its revisions stay, and it can be published again."""
    actor.require(Right.ARTICLE_PUBLISH, article.client_id)
    article = _locked(article.client_id, article.pk)
    if article.published_number is None:
        return
    was, article.published_number, article.updated_at = article.published_number, None, clock.now()
    article.save(update_fields=["published_number", "updated_at"])
    index.remove(article)
    _log(actor, article.client_id, [article.pk], did="withdraw", revision=was)


@dataclass(frozen=True, slots=True)
class Foreign:
    """An article of another system, as an importer read it; `external_id` names it there."""

    external_id: str
    title: str
    body: str
    category: str = ""
    audience: str = Audience.PUBLIC
    language: str = "en"
    context: str = ""


class Outcome(StrEnum):
    """What became of an imported article."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def import_article(actor: Actor, *, client_id: int, foreign: Foreign) -> Outcome:
    """Take over and publish one article; the same text again changes nothing.

    Text changed at its source becomes a new published revision.  What people wrote here since
    stays when the source is as it was.  Raises `Invalid` for what can't be taken.
    """
    return import_articles(actor, client_id=client_id, items=[foreign])[0]


def import_articles(actor: Actor, *, client_id: int, items: Sequence[Foreign]) -> list[Outcome]:
    """As `import_article`, for a batch with one access-log entry; the outcomes in order.

    Raises `Invalid` for the first item that can't be taken; `check_foreign` finds it beforehand.
    """
    actor.require(Right.ARTICLE_WRITE, client_id)
    actor.require(Right.ARTICLE_PUBLISH, client_id)
    categories = {category.name.casefold(): category for category in Category.objects.filter(client_id=client_id)}
    known = {
        article.external_id: article
        for article in Article.objects.select_for_update().filter(
            client_id=client_id, external_id__in=[item.external_id for item in items]
        )
    }
    outcomes, changed = [], []
    for item in items:
        text = _imported(client_id, item, categories)
        article = known.get(item.external_id)
        outcome = Outcome.CHANGED
        if article is None:
            article, outcome = _new_article(client_id, text, external_id=item.external_id), Outcome.CREATED
            known[item.external_id] = article
        elif _says(_imported_last(article), text):
            outcomes.append(Outcome.UNCHANGED)
            continue
        number = article.revisions.order_by("-number").values_list("number", flat=True).first() or 0
        _publish(article, _add(article, text, number=number + 1, author_id=None), clock.now())
        outcomes.append(outcome)
        changed.append(article.pk)
    if changed:
        _log(actor, client_id, changed, did="import")
    return outcomes


def check_foreign(item: Foreign) -> None:
    """Raise `Invalid`, with the field, for an article that `import_articles` would not take."""
    _line(item.external_id, EXTERNAL_ID_LIMIT, "id", _("It has no id."))
    if item.category:
        _line(item.category, NAME_LIMIT, "category", "")
    _fields(item.title, item.body, item.audience, item.language, item.context)


def _imported(client_id: int, item: Foreign, categories: dict[str, Category]) -> Text:
    check_foreign(item)
    name = clean_line(item.category or _("General"), limit=NAME_LIMIT)
    category = categories.get(name.casefold())
    if category is None:
        category = categories[name.casefold()] = _new_category(client_id, name)
    return _checked(client_id, item.title, item.body, category, item.audience, item.language, item.context)


def _imported_last(article: Article) -> Revision | None:
    return article.revisions.filter(author=None).order_by("-number").first()


def _log(actor: Actor, client_id: int, article_ids: Sequence[int], **detail: object) -> None:
    records = [(log.ARTICLE, pk) for pk in article_ids]
    log.record(actor, client_id, log.Action.CHANGE, *records, detail=detail)


def _locked(client_id: int, article_id: int) -> Article:
    article = Article.objects.select_for_update().filter(client_id=client_id, pk=article_id).first()
    if article is None:
        raise NotFound
    return article


def _checked(
    client_id: int, title: str, body: str, category: Category, audience: str, language: str, context: str
) -> Text:
    if category.client_id != client_id:
        raise Invalid(_("Choose one of the categories offered."), "category")
    title, body, audience, language, context = _fields(title, body, audience, language, context)
    return Text(title, body, category, Audience(audience), language, context)


def _fields(title: str, body: str, audience: str, language: str, context: str) -> tuple[str, str, str, str, str]:
    """The fields cleaned; raises `Invalid` naming the first that can't be taken."""
    title = _line(title, TITLE_LIMIT, "title", _("Give the article a title, best as the question that it answers."))
    try:
        body = clean_text(body, limit=MARKDOWN_LIMIT)
    except TooLong as error:
        raise Invalid(str(error), "body") from None
    if not body:
        raise Invalid(_("Write the text of the article."), "body")
    if audience not in Audience.values:
        raise Invalid(_("Choose who may read it: everyone, or agents only."), "audience")
    if not (1 < len(language) <= 8 and language.replace("-", "").isalnum()):
        raise Invalid(_("Give the language as a code, such as en or sv."), "language")
    return title, body, audience, language.lower(), _line(context, CONTEXT_LIMIT, "context", "")


def _line(text: str, limit: int, field: str, missing: str) -> str:
    try:
        line = clean_line(text, limit=limit)
    except TooLong as error:
        raise Invalid(str(error), field) from None
    if not line and missing:
        raise Invalid(missing, field)
    return line


def _says(revision: Revision | None, text: Text) -> bool:
    """Whether a revision has this text already."""
    return revision is not None and (
        revision.title,
        revision.body,
        revision.category_id,
        revision.audience,
        revision.language,
        revision.context,
    ) == (text.title, text.body, text.category.pk, text.audience, text.language, text.context)


def _add(article: Article, text: Text, *, number: int, author_id: int | None) -> Revision:
    html = render_markdown(text.body)
    plain = " ".join(html_to_text(html).split())
    now = clock.now()
    revision = Revision.objects.create(
        client_id=article.client_id,
        article=article,
        number=number,
        audience=text.audience,
        category=text.category,
        language=text.language,
        context=text.context,
        title=text.title,
        body=text.body,
        html=html,
        summary=plain if len(plain) <= SUMMARY_LENGTH else plain[:SUMMARY_LENGTH].rsplit(" ", 1)[0] + " …",
        author_id=author_id,
        created_at=now,
    )
    if article.published_number is None:
        _follow(article, revision)
    article.updated_at = now
    article.save()
    return revision


def _publish(article: Article, revision: Revision, now: datetime) -> None:
    if revision.state == Revision.State.DRAFT:
        revision.state, revision.published_at = Revision.State.PUBLISHED, now
        revision.save(update_fields=["state", "published_at"])
    _follow(article, revision)
    article.published_number, article.updated_at = revision.number, now
    article.save()
    index.add(article, revision)


def _follow(article: Article, revision: Revision) -> None:
    """Have lists show the article as this revision has it."""
    article.title, article.audience = revision.title, revision.audience
    article.language, article.context = revision.language, revision.context
    article.category_id = revision.category_id


def _new_article(client_id: int, text: Text, *, external_id: str = "") -> Article:
    now = clock.now()
    try:
        with transaction.atomic():
            return Article.objects.create(
                client_id=client_id,
                category=text.category,
                slug=_free_slug(client_id, text, external_id),
                title=text.title,
                audience=text.audience,
                language=text.language,
                context=text.context,
                external_id=external_id,
                created_at=now,
                updated_at=now,
            )
    except IntegrityError as error:
        raise _refusal(error) from error


def _free_slug(client_id: int, text: Text, external_id: str) -> str:
    """The title as an address; told apart from others by the context, the foreign id or a few signs."""
    base = slugify(text.title)[:100].strip("-") or "article"
    more = [slugify(part)[:50].strip("-") for part in (text.context, external_id)]
    wanted = [base, *(f"{base}-{part}" for part in more if part), *(f"{base}-{n}" for n in range(2, 10))]
    taken = set(Article.objects.filter(client_id=client_id, slug__in=wanted).values_list("slug", flat=True))
    return next((slug for slug in wanted if slug not in taken), f"{base}-{secrets.token_hex(4)}")


def _new_category(client_id: int, name: str) -> Category:
    base = slugify(name)[:120] or "category"
    taken = set(Category.objects.filter(client_id=client_id, slug__startswith=base).values_list("slug", flat=True))
    slug = next(s for s in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if s not in taken)
    position = Category.objects.filter(client_id=client_id).count()
    try:
        with transaction.atomic():
            return Category.objects.create(client_id=client_id, name=name, slug=slug, position=position)
    except IntegrityError as error:
        raise _refusal(error) from error


# The keys that two people can meet at, and what the later one is told.
_TAKEN = {
    "article_slug": gettext_lazy("Somebody made an article of the same title just now. Save again."),
    "article_external_id": gettext_lazy("Somebody imports the same articles right now. Try again when they are done."),
    "kb_category_slug": gettext_lazy("Somebody made a category of this name just now. Choose it from the list."),
    "kb_category_name": gettext_lazy("Somebody made a category of this name just now. Choose it from the list."),
    "revision_number": gettext_lazy("Somebody saved this article just now. Load it again."),
}


def _refusal(error: IntegrityError) -> Exception:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return Conflict(_TAKEN[name]) if name in _TAKEN else error

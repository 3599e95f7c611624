"""What people do with articles: shelve, write, publish, withdraw."""

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from access.wording import needed_line
from helpdesk.lib import clock
from knowledgebase import index
from knowledgebase.actions import must_reads, parts
from knowledgebase.models import Article, Category, Revision


def create_category(actor: Actor, *, client_id: int, name: str) -> Category:
    """Add a shelf at the end.

    Raises `Invalid` for a name that is empty, too long or taken.
    """
    actor.require(Right.ARTICLE_WRITE, client_id)
    name = needed_line(name, "name", parts.NAME_LIMIT, _("Give the category a name."))
    if Category.objects.filter(client_id=client_id, name__iexact=name).exists():
        raise Invalid(_("There is a category of this name already."), "name")
    category = parts.new_category(client_id, name)
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
    card_id = actor.require(Right.ARTICLE_WRITE, client_id).card_id
    text = parts.checked(title=title, body=body, audience=audience, language=language, context=context)
    if category.client_id != client_id:
        raise Invalid(_("Choose one of the categories offered."), "category")
    latest = None
    if article is None:
        article = _begun(client_id, text, category)
    else:
        article = _locked(client_id, article.pk)
        latest = article.revisions.select_related("author").order_by("-number").first()
        if latest is not None and text.said_by(latest, category):
            return latest
        if latest is not None and latest.number != expected_number:
            raise Conflict(
                _("%(name)s saved revision %(number)s meanwhile. Your text is kept below: compare, then save again.")
                % {"name": latest.author or _("An import"), "number": latest.number}
            )
    number = latest.number + 1 if latest else 1
    revision = parts.draft(article, text, category, number=number, author_id=card_id)
    with parts.told_when_taken():
        revision.save(force_insert=True)
    if article.published_number is None:
        parts.follow(article, revision)
    article.updated_at = revision.created_at
    article.save()
    parts.note(actor, client_id, [article.pk], did="write_draft", revision=number)
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
    now = clock.now()
    if latest.state == Revision.State.DRAFT:
        latest.state, latest.published_at = Revision.State.PUBLISHED, now
        latest.save(update_fields=["state", "published_at"])
    parts.follow(article, latest)
    article.published_number, article.updated_at = latest.number, now
    article.save()
    index.add([latest])
    parts.note(actor, client_id, [article.pk], did="publish", revision=latest.number)
    return latest


def withdraw(actor: Actor, *, article: Article) -> None:
    """Take an article away from readers and searches; its revisions stay, and it can be published again."""
    client_id = article.client_id
    actor.require(Right.ARTICLE_PUBLISH, client_id)
    article = _locked(client_id, article.pk)
    if article.published_number is None:
        return
    was, article.published_number, article.updated_at = article.published_number, None, clock.now()
    article.save(update_fields=["published_number", "updated_at"])
    index.remove(client_id, article.pk)
    must_reads.end_of(actor, article)
    parts.note(actor, client_id, [article.pk], did="withdraw", revision=was)


def _locked(client_id: int, article_id: int) -> Article:
    """The article, for this transaction alone; raises `NotFound`."""
    article = Article.objects.select_for_update().filter(client_id=client_id, pk=article_id).first()
    if article is None:
        raise NotFound
    return article


def _begun(client_id: int, text: parts.Text, category: Category) -> Article:
    wanted = parts.addresses(text)
    now = clock.now()
    with parts.told_when_taken():
        return Article.objects.create(
            client_id=client_id,
            category=category,
            slug=parts.free(wanted, parts.taken(client_id, wanted)),
            title=text.title,
            audience=text.audience,
            language=text.language,
            context=text.context,
            created_at=now,
            updated_at=now,
        )

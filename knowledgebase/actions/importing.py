"""Takes over articles from another system, in bulk: idempotent by their id there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from access.actor import Actor
from access.rights import Right
from access.wording import needed_line, one_line
from helpdesk.lib import clock
from helpdesk.lib.html import clean_line
from knowledgebase import index
from knowledgebase.actions import parts
from knowledgebase.models import Article, Audience, Category, Revision

EXTERNAL_ID_LIMIT = 120


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


def check_foreign(item: Foreign) -> parts.Text:
    """The article's text as `import_articles` would take it; raises `Invalid` with the field where it would not."""
    needed_line(item.external_id, "id", EXTERNAL_ID_LIMIT, _("It has no id."))
    one_line(item.category, "category", parts.NAME_LIMIT)
    return parts.checked(
        title=item.title, body=item.body, audience=item.audience, language=item.language, context=item.context
    )


def import_article(actor: Actor, *, client_id: int, foreign: Foreign) -> Outcome:
    """As `import_articles`, for one."""
    return import_articles(actor, client_id=client_id, items=[foreign])[0]


def import_articles(actor: Actor, *, client_id: int, items: Sequence[Foreign]) -> list[Outcome]:
    """Take over and publish a batch; the outcomes in order, one access-log entry.

    The same text again changes nothing.  Text that changed at its source becomes a new
    published revision; what people wrote here since stays when the source is as it was.
    Raises `Invalid` for the first item that can't be taken: nothing of the batch is then.
    """
    actor.require(Right.ARTICLE_WRITE, client_id)
    actor.require(Right.ARTICLE_PUBLISH, client_id)
    # Of two lines with one id the later counts, as it would in a batch of its own.
    texts = {clean_line(item.external_id, limit=EXTERNAL_ID_LIMIT): check_foreign(item) for item in items}
    names = {clean_line(item.external_id, limit=EXTERNAL_ID_LIMIT): item.category for item in items}
    shelves = _shelves(client_id, names)
    known = {
        article.external_id: article
        for article in Article.objects.select_for_update().filter(client_id=client_id, external_id__in=list(texts))
    }
    last, newest = _revisions(client_id, [article.pk for article in known.values()])
    now = clock.now()
    fresh = {key: text for key, text in texts.items() if key not in known}
    again = {
        key: text
        for key, text in texts.items()
        if key in known and not text.said_by(last.get(known[key].pk), shelves[key])
    }
    made = _begin(client_id, fresh, shelves, now)
    _publish([_revision(made[key], text, shelves[key], 1, now) for key, text in fresh.items()], fresh=True)
    changed = [_revision(known[key], text, shelves[key], newest[known[key].pk] + 1, now) for key, text in again.items()]
    for revision in changed:
        revision.article.published_number, revision.article.updated_at = revision.number, now
        parts.follow(revision.article, revision)
        revision.article.save()
    _publish(changed, fresh=False)
    touched = [*(article.pk for article in made.values()), *(known[key].pk for key in again)]
    if touched:
        parts.note(actor, client_id, touched, did="import")
    outcomes = dict.fromkeys(texts, Outcome.UNCHANGED)
    outcomes |= dict.fromkeys(fresh, Outcome.CREATED) | dict.fromkeys(again, Outcome.CHANGED)
    return [_once(outcomes, clean_line(item.external_id, limit=EXTERNAL_ID_LIMIT)) for item in items]


def _once(outcomes: dict[str, Outcome], key: str) -> Outcome:
    """The outcome of a line; a second line of the same id changed nothing more."""
    outcome, outcomes[key] = outcomes[key], Outcome.UNCHANGED
    return outcome


def _shelves(client_id: int, names: dict[str, str]) -> dict[str, Category]:
    """The category of each article by its external id; missing ones are made."""
    have = {category.name.casefold(): category for category in Category.objects.filter(client_id=client_id)}
    found = {}
    for key, raw in names.items():
        name = clean_line(raw, limit=parts.NAME_LIMIT) or _("General")
        if name.casefold() not in have:
            have[name.casefold()] = parts.new_category(client_id, name)
        found[key] = have[name.casefold()]
    return found


def _revisions(client_id: int, article_ids: Sequence[int]) -> tuple[dict[int, Revision], dict[int, int]]:
    """By article, the last revision that an import made, and the newest number of all."""
    last: dict[int, Revision] = {}
    newest: dict[int, int] = {}
    rows = Revision.objects.filter(client_id=client_id, article_id__in=article_ids).defer("html", "summary")
    for revision in rows.order_by("number"):
        newest[revision.article_id] = revision.number
        if revision.author_id is None:
            last[revision.article_id] = revision
    return last, newest


def _begin(
    client_id: int, texts: dict[str, parts.Text], shelves: dict[str, Category], now: datetime
) -> dict[str, Article]:
    wanted = {key: parts.addresses(text, key) for key, text in texts.items()}
    gone = parts.taken(client_id, [slug for slugs in wanted.values() for slug in slugs])
    articles = {}
    for key, text in texts.items():
        slug = parts.free(wanted[key], gone)
        gone.add(slug)
        articles[key] = Article(
            client_id=client_id,
            category=shelves[key],
            slug=slug,
            title=text.title,
            audience=text.audience,
            language=text.language,
            context=text.context,
            external_id=key,
            published_number=1,
            created_at=now,
            updated_at=now,
        )
    with parts.told_when_taken():
        Article.objects.bulk_create(articles.values())
    return articles


def _revision(article: Article, text: parts.Text, category: Category, number: int, now: datetime) -> Revision:
    revision = parts.draft(article, text, category, number=number, author_id=None)
    revision.state, revision.published_at = Revision.State.PUBLISHED, now
    return revision


def _publish(revisions: Sequence[Revision], *, fresh: bool) -> None:
    with parts.told_when_taken():
        Revision.objects.bulk_create(revisions)
    index.add(revisions, fresh=fresh)

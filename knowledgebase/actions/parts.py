"""What writing and importing articles have in common: checking texts, addresses, what is taken."""

import secrets
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import log
from access import taken as taken_keys
from access.actor import Actor
from access.errors import Invalid
from access.wording import needed_line, one_line, whole_text
from helpdesk.lib import clock
from helpdesk.lib.html import MARKDOWN_LIMIT, html_to_text, render_markdown
from knowledgebase.models import Article, Audience, Category, Revision

TITLE_LIMIT, CONTEXT_LIMIT, NAME_LIMIT, SUMMARY_LENGTH = 200, 120, 120, 280


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody wants an article to say, cleaned and checked; the category stands apart."""

    title: str
    body: str
    audience: Audience
    language: str
    context: str

    def said_by(self, revision: Revision | None, category: Category) -> bool:
        """Whether a revision says the same already."""
        if revision is None or revision.category_id != category.pk:
            return False
        return all(getattr(revision, name) == getattr(self, name) for name in self.__slots__)


def checked(*, title: str, body: str, audience: str, language: str, context: str) -> Text:
    """The text cleaned; raises `Invalid` naming the first field that can't be taken."""
    title = needed_line(
        title, "title", TITLE_LIMIT, _("Give the article a title, best as the question that it answers.")
    )
    body = whole_text(body, "body", MARKDOWN_LIMIT)
    if not body:
        raise Invalid(_("Write the text of the article."), "body")
    if audience not in Audience.values:
        raise Invalid(_("Choose who may read it: everyone, or agents only."), "audience")
    if not (1 < len(language) <= 8 and language.isascii() and language.replace("-", "").isalnum()):
        raise Invalid(_("Give the language as a code, such as en or sv."), "language")
    return Text(title, body, Audience(audience), language.lower(), one_line(context, "context", CONTEXT_LIMIT))


def draft(article: Article, text: Text, category: Category, *, number: int, author_id: int | None) -> Revision:
    """A revision, not stored yet, with its body rendered and sanitised."""
    html = render_markdown(text.body)
    plain = " ".join(html_to_text(html).split())
    return Revision(
        client_id=article.client_id,
        article=article,
        number=number,
        category=category,
        html=html,
        summary=plain if len(plain) <= SUMMARY_LENGTH else plain[:SUMMARY_LENGTH].rsplit(" ", 1)[0] + " …",
        author_id=author_id,
        created_at=clock.now(),
        **fields(text),
    )


def fields(text: Text) -> dict[str, Any]:
    """The text as columns of a revision."""
    return {name: getattr(text, name) for name in text.__slots__}


def follow(article: Article, revision: Revision) -> None:
    """Have lists show the article as this revision has it."""
    article.title, article.audience = revision.title, revision.audience
    article.language, article.context = revision.language, revision.context
    article.category_id = revision.category_id


def addresses(text: Text, external_id: str = "") -> list[str]:
    """Slugs for a new article, best first: the title, told apart by the context, the foreign id, a number."""
    base = slugify(text.title)[:100].strip("-") or "article"
    more = [slugify(part)[:50].strip("-") for part in (text.context, external_id)]
    return [base, *(f"{base}-{part}" for part in more if part), *(f"{base}-{n}" for n in range(2, 10))]


def taken(client_id: int, slugs: Iterable[str]) -> set[str]:
    """Which of the slugs the client's articles have already."""
    return set(Article.objects.filter(client_id=client_id, slug__in=list(slugs)).values_list("slug", flat=True))


def free(wanted: Sequence[str], gone: set[str]) -> str:
    """The first address that is not gone."""
    return next((slug for slug in wanted if slug not in gone), f"{wanted[0]}-{secrets.token_hex(4)}")


def new_category(client_id: int, name: str) -> Category:
    """Add a shelf at the end; raises `Conflict` where somebody is quicker."""
    shelves = Category.objects.filter(client_id=client_id)
    gone = set(shelves.values_list("slug", flat=True))
    base = slugify(name)[:120] or "category"
    slug = next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, len(gone) + 3))] if slug not in gone)
    with told_when_taken():
        return Category.objects.create(client_id=client_id, name=name, slug=slug, position=len(gone))


# The keys that two people can meet at, and what the later one is told.
_TAKEN = {
    "article_slug": gettext_lazy("Somebody made an article of the same title just now. Save again."),
    "article_external_id": gettext_lazy("Somebody imports the same articles right now. Try again when they are done."),
    "kb_category_slug": gettext_lazy("Somebody made a category of this name just now. Choose it from the list."),
    "kb_category_name": gettext_lazy("Somebody made a category of this name just now. Choose it from the list."),
    "revision_number": gettext_lazy("Somebody saved this article just now. Load it again."),
}


def told_when_taken() -> AbstractContextManager[None]:
    """Turn a unique key that somebody else took first into a `Conflict`."""
    return taken_keys.told_when_taken(_TAKEN)


def note(actor: Actor, client_id: int, article_ids: Sequence[int], **detail: object) -> None:
    """Log a change of articles."""
    records = [(log.ARTICLE, pk) for pk in article_ids]
    log.record(actor, client_id, log.Action.CHANGE, *records, detail=detail)

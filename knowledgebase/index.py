"""Writes the term table that `search` ranks with; called by the actions that publish and withdraw."""

from collections import Counter
from collections.abc import Sequence

from django.db import connection
from django.db.models import F

from helpdesk.lib.html import html_to_text
from knowledgebase.models import Article, ArticleLength, ArticleTerm, Revision
from knowledgebase.terms import pairs, terms

# The columns are small integers; no honest text repeats a word more often.
MOST = 32_000
ROWS = 2_000
# Raised whenever `terms` makes other terms of the same text: `renew` then makes them again.
RULES = 1
RENEWED_AT_ONCE = 200


def add(revisions: Sequence[Revision], *, fresh: bool = False) -> None:
    """Make these the revisions that searches find of their articles, in place of those before.

    `fresh` tells that none of the articles was published before.
    """
    if not fresh:
        for revision in revisions:
            remove(revision.client_id, revision.article_id)
    found: list[ArticleTerm] = []
    lengths: list[ArticleLength] = []
    for revision in revisions:
        title = Counter(terms(revision.title, revision.language))
        title_words = title.total()
        title.update(pairs(revision.title, revision.language))
        context = Counter(terms(revision.context, revision.language))
        body = Counter(terms(html_to_text(revision.html), revision.language))
        whose = {"client_id": revision.client_id, "article_id": revision.article_id, "audience": revision.audience}
        found += (
            ArticleTerm(
                **whose,
                term=term,
                in_title=min(title[term], MOST),
                in_context=min(context[term], MOST),
                in_body=min(body[term], MOST),
            )
            for term in sorted({*title, *context, *body})
        )
        lengths.append(
            ArticleLength(
                **whose,
                language=revision.language,
                title_words=title_words,
                context_words=context.total(),
                body_words=body.total(),
                rules=RULES,
            )
        )
    ArticleTerm.objects.bulk_create(found, batch_size=ROWS)
    ArticleLength.objects.bulk_create(lengths, batch_size=ROWS)


def remove(client_id: int, article_id: int) -> None:
    """Have searches find nothing of an article."""
    for table in (ArticleTerm, ArticleLength):
        table.objects.filter(client_id=client_id, article_id=article_id).delete()


def renew(client_id: int) -> int:
    """Make the terms of some of a client's articles again that were made by earlier rules; how many, 0 at the end."""
    stale = ArticleLength.objects.filter(client_id=client_id).exclude(rules=RULES).order_by("article_id")
    ids = list(stale.values_list("article_id", flat=True)[:RENEWED_AT_ONCE])
    # Whoever publishes one of them meanwhile waits, or has made its terms anew already.
    list(Article.objects.select_for_update().filter(client_id=client_id, pk__in=ids).order_by("pk"))
    in_force = Revision.objects.filter(client_id=client_id, article_id__in=ids, number=F("article__published_number"))
    add(list(in_force))
    return len(ids)


def settle() -> None:
    """Have the database count the table again, so that searches are quick at once after a large import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.knowledgebase_count_terms()")

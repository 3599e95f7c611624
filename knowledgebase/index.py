"""Writes the term table that `search` ranks with; called by the actions that publish and withdraw."""

from collections import Counter
from collections.abc import Sequence

from django.db import connection

from helpdesk.lib.html import html_to_text
from knowledgebase.models import ArticleLength, ArticleTerm, Revision
from knowledgebase.terms import terms

# The columns are small integers; no honest text repeats a word more often.
MOST = 32_000
ROWS = 2_000


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
                title_words=title.total(),
                context_words=context.total(),
                body_words=body.total(),
            )
        )
    ArticleTerm.objects.bulk_create(found, batch_size=ROWS)
    ArticleLength.objects.bulk_create(lengths, batch_size=ROWS)


def remove(client_id: int, article_id: int) -> None:
    """Have searches find nothing of an article."""
    for table in (ArticleTerm, ArticleLength):
        table.objects.filter(client_id=client_id, article_id=article_id).delete()


def settle() -> None:
    """Have the database count the table again, so that searches are quick at once after a large import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.knowledgebase_count_terms()")

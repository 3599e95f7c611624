"""Writes the term table that `search` ranks with; called by the actions that publish and withdraw."""

from collections import Counter

from helpdesk.lib.html import html_to_text
from knowledgebase.models import Article, ArticleLength, ArticleTerm, Revision
from knowledgebase.terms import terms

# The columns are small integers; no honest text repeats a word more often.
MOST = 32_000


def add(article: Article, revision: Revision) -> None:
    """Make `revision` the one that searches find of `article`; in place of the one before, if any."""
    remove(article)
    title = Counter(terms(revision.title, revision.language))
    context = Counter(terms(revision.context, revision.language))
    body = Counter(terms(html_to_text(revision.html), revision.language))
    whose = {"client_id": article.client_id, "article_id": article.pk, "audience": revision.audience}
    ArticleTerm.objects.bulk_create(
        ArticleTerm(
            **whose,
            term=term,
            in_title=min(title[term], MOST),
            in_context=min(context[term], MOST),
            in_body=min(body[term], MOST),
        )
        for term in sorted({*title, *context, *body})
    )
    ArticleLength.objects.create(
        **whose, title_words=title.total(), context_words=context.total(), body_words=body.total()
    )


def remove(article: Article) -> None:
    """Have searches find nothing of `article`."""
    for table in (ArticleTerm, ArticleLength):
        table.objects.filter(client_id=article.client_id, article_id=article.pk).delete()

"""Finds articles: BM25F over the term table, with words that the best articles share joining in.

Sources of the formulas: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009), for BM25F; the same authors' pseudo relevance feedback, cut to its ten best terms.
`docs/decisions/0004-article-search.md` has what was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.safestring import SafeString

from helpdesk.lib.article_text import as_prose
from helpdesk.lib.html import snippet
from knowledgebase.models import Audience
from knowledgebase.ranking import RANKED
from knowledgebase.small_words import is_small
from knowledgebase.terms import asked, asked_pairs, first_words, halves, spellings, terms_of

# Weights of the fields, saturation and length normalisation; the usual values, not tuned to any data.  A word
# asked for weighs twice in a title; where articles are compared with each other, a title is as the text.
TITLE, ASKED_TITLE, CONTEXT, BODY = 1.0, 2.0, 3.0, 1.0
K1, B = 1.2, 0.75
# A word in more than a tenth of the articles says nothing there, whatever its language; in a small
# collection chance makes words common, so a few are always allowed.
STOP_SHARE, STOP_LEAST = 0.1, 25
NEAR, ALSO, ALSO_WEIGHT = 10, 10, 0.5
# What ten of twenty articles share is the language.  The best lead further where they are a twentieth at most.
NEAR_SHARE = 0.05
# What has less than a twentieth of the best one's score shares only small words with the question.
LEAST_OF_BEST = 0.05
# Of a ticket the first words of its text count, each half as much as one of its subject.  Whether a word is two
# written as one is tried for the few words of a question typed into a search box, not for a long letter.
MOST_WORDS, MORE, MOST_PARTED = 64, 0.5, 12
# Marked in a snippet is what tells articles apart: words in up to a fifth of them, of few articles in up to half.
TELLING_SHARE, TELLING_LEAST = 0.2, 10
SNIPPET_LENGTH = 180


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found; `number` is that of its published revision, `snippet` has the words in <mark>."""

    article_id: int
    client_id: int
    slug: str
    title: str
    audience: str
    language: str
    context: str
    score: float
    snippet: SafeString
    revision_id: int
    number: int

    @property
    def is_playbook(self) -> bool:
        """For agents only."""
        return self.audience == Audience.AGENTS


@dataclass(frozen=True, slots=True)
class _Collection:
    """What the formula needs to know of the articles searched."""

    count: int
    languages: list[str]
    title: float
    context: float
    body: float
    has_contexts: bool


def search(*, client_id: int, query: str, context: str = "", audience: str | None = None, limit: int = 20) -> list[Hit]:
    """A client's published articles for a question in words, best first; three statements at most.

    `context` is what the question is about without saying so: a product, a place, a category.
    An article of that context ranks first.  `audience` narrows to public articles or playbooks;
    without it everything that the scope lets through is searched, for a customer public articles.
    """
    return search_clients(client_ids=[client_id], query=query, context=context, audience=audience, limit=limit)


def search_clients(
    *,
    client_ids: Sequence[int],
    query: str,
    more: str = "",
    context: str = "",
    audience: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """As `search`, over several clients' articles as one collection; words of `more` weigh less than the question's."""
    audiences = [audience] if audience else list(Audience.values)
    query = first_words(query, MOST_WORDS)
    if not query and not more.strip() and not context.strip():
        return []
    collection = _collection(client_ids, audiences)
    if not collection.count:
        return []
    scores, telling = _ranked(client_ids, audiences, collection, _terms(collection, query, more, context), limit)
    return _hits(scores, telling) if scores else []


def best_for_ticket(*, client_id: int, subject: str, text: str = "", category: str = "", limit: int = 4) -> list[Hit]:
    """Playbooks and articles for a ticket in its customer's own words; three statements at most."""
    return search_clients(client_ids=[client_id], query=subject, more=text, context=category, limit=limit)


_COLLECTION = """
SELECT language, count(*), sum(title_words), sum(context_words), sum(body_words)
FROM knowledgebase_articlelength WHERE client_id = ANY (%s) AND audience = ANY (%s)
GROUP BY language ORDER BY 2 DESC, 1
"""


def _collection(client_ids: Sequence[int], audiences: Sequence[str]) -> _Collection:
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTION, [list(client_ids), list(audiences)])
        rows = cursor.fetchall()
    count = sum(row[1] for row in rows)
    title, context, body = (max(float(sum(row[i] for row in rows)) / count, 0.01) if count else 1.0 for i in (2, 3, 4))
    return _Collection(count, [row[0] for row in rows], title, context, body, any(row[3] for row in rows))


_WEIGHTS = {
    "title_weight": TITLE,
    "context_weight": CONTEXT,
    "body_weight": BODY,
    "k1": K1,
    "b": B,
    "also": ALSO,
    "also_weight": ALSO_WEIGHT,
}


def _terms(collection: _Collection, query: str, more: str, context: str) -> dict[str, Any]:
    """What the statement is asked for: terms with their weights, which are bare, and halves of words."""
    languages = collection.languages
    # Words of the context say where to look, not what for: they count in the contexts of articles alone,
    # and take no part in finding like articles; nor do pairs, which are in titles alone.
    about = asked(context, languages)
    # Where every place has an article of the same title, the place decides, and titles weigh as texts.
    placed = bool(about) and collection.has_contexts
    pairs = [] if placed else asked_pairs(query, languages)
    weights = dict.fromkeys(about, 0.0)
    weights |= dict.fromkeys(asked(first_words(more, MOST_WORDS), languages), MORE)
    weights |= dict.fromkeys([*asked(query, languages), *pairs], 1.0)
    apart = {*about, *pairs}
    parts = halves(first_words(query, MOST_PARTED), languages)
    return {
        "terms": list(weights),
        "weights": list(weights.values()),
        "asked_title": TITLE if placed else ASKED_TITLE,
        "bare": [term not in apart for term in weights],
        "wholes": [part.whole for part in parts],
        "firsts": [part.first for part in parts],
        "seconds": [part.second for part in parts],
    }


def _ranked(
    client_ids: Sequence[int],
    audiences: Sequence[str],
    collection: _Collection,
    terms: dict[str, Any],
    limit: int,
) -> tuple[dict[int, float], set[str]]:
    """The best articles' ids with their scores, best first; and the terms that tell articles apart."""
    params: dict[str, Any] = {
        **_WEIGHTS,
        **terms,
        "clients": list(client_ids),
        "audiences": list(audiences),
        "count": collection.count,
        "near": min(NEAR, int(collection.count * NEAR_SHARE)),
        "telling": max(int(collection.count * TELLING_SHARE), min(TELLING_LEAST, collection.count // 2)),
        "most": max(STOP_LEAST, int(collection.count * STOP_SHARE)),
        "title": collection.title,
        "context": collection.context,
        "body": collection.body,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(RANKED, params)
        rows = cursor.fetchall()
    scores = {article_id: score for article_id, score, _telling in rows if score >= LEAST_OF_BEST * rows[0][1]}
    return scores, set(rows[0][2]) if rows else set()


_HITS = """
SELECT a.id, a.client_id, a.slug, r.title, r.audience, r.language, r.context, r.id, r.number, r.html
FROM knowledgebase_article a
JOIN knowledgebase_revision r
  ON r.client_id = a.client_id AND r.article_id = a.id AND r.number = a.published_number
WHERE a.id = ANY (%s)
"""


def _hits(scores: dict[int, float], wanted: set[str]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(_HITS, [list(scores)])
        rows = {row[0]: row for row in cursor.fetchall()}
    hits = []
    for article_id, score in scores.items():
        if article_id not in rows:
            continue
        _id, client_id, slug, title, audience, language, context, revision_id, number, html = rows[article_id]
        text = as_prose(html)
        hits.append(
            Hit(
                article_id=article_id,
                client_id=client_id,
                slug=slug,
                title=title,
                audience=audience,
                language=language,
                context=context,
                score=score,
                snippet=snippet(text, _as_written(text, language, wanted), length=SNIPPET_LENGTH),
                revision_id=revision_id,
                number=number,
            )
        )
    return hits


def _as_written(text: str, language: str, wanted: set[str]) -> list[str]:
    """The words of a text that are found by one of the terms, as they stand there; small words are no find."""
    found = (written for written, word in dict.fromkeys(spellings(text)) if _fits(word, language, wanted))
    return [written for written in found if not is_small(written, language)]


def _fits(word: str, language: str, wanted: set[str]) -> bool:
    return not wanted.isdisjoint(terms_of(word, language))

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
from knowledgebase.small_words import is_small
from knowledgebase.terms import asked, question, terms_of, words

# Weights of the fields, saturation and length normalisation; the usual values, not tuned to any data.
TITLE, CONTEXT, BODY = 1.0, 3.0, 1.0
K1, B = 1.2, 0.75
# A word in more than a tenth of the articles says nothing there, whatever its language; in a small
# collection chance makes words common, so a few are always allowed.
STOP_SHARE, STOP_LEAST = 0.1, 25
NEAR, ALSO, ALSO_WEIGHT = 10, 10, 0.5
# What has less than a twentieth of the best one's score shares only small words with the question.
LEAST_OF_BEST = 0.05
MOST_WORDS = 64
# Marked in a snippet is what tells articles apart: words in up to a fifth of them, in a few at least.
TELLING_SHARE, TELLING_LEAST = 0.2, 3
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


def search(*, client_id: int, query: str, context: str = "", audience: str | None = None, limit: int = 20) -> list[Hit]:
    """A client's published articles for a question in words, best first; three statements at most.

    `context` is what the question is about without saying so: a product, a place, a category.
    An article of that context ranks first.  `audience` narrows to public articles or playbooks;
    without it everything that the scope lets through is searched, for a customer public articles.
    """
    return search_clients(client_ids=[client_id], query=query, context=context, audience=audience, limit=limit)


def search_clients(
    *, client_ids: Sequence[int], query: str, context: str = "", audience: str | None = None, limit: int = 20
) -> list[Hit]:
    """As `search`, over several clients' articles as one collection."""
    audiences = [audience] if audience else list(Audience.values)
    plain_words = " ".join(words(question(query))[:MOST_WORDS])
    if not plain_words and not context.strip():
        return []
    collection = _collection(client_ids, audiences)
    if not collection.count:
        return []
    plain, about = asked(plain_words, collection.languages), asked(context, collection.languages)
    scores, telling = _ranked(client_ids, audiences, collection, plain, about, limit)
    return _hits(scores, telling) if scores else []


def best_for_ticket(*, client_id: int, subject: str, text: str = "", category: str = "", limit: int = 4) -> list[Hit]:
    """Playbooks and articles for a ticket in its customer's own words; three statements at most."""
    return search(client_id=client_id, query=f"{subject} {text}", context=category, limit=limit)


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
    means = [max(float(sum(row[i] for row in rows)) / count, 0.01) if count else 1.0 for i in (2, 3, 4)]
    return _Collection(count, [row[0] for row in rows], *means)


# In how many articles a term stands, counted no further than matters.
_FOUND = """
SELECT count(*) AS found FROM (
  SELECT 1 FROM knowledgebase_articleterm t
  WHERE t.client_id = ANY (%(clients)s) AND t.term = <term> AND t.audience = ANY (%(audiences)s)
  LIMIT %(most)s + 1
) AS few
"""
_IDF = "ln(1 + (%(count)s::float8 - <found> + 0.5) / (<found> + 0.5))"
# Where terms stand and how often, by the length of what they stand in.  OFFSET 0 keeps the planner,
# which guesses one row, from joining these tables in any other way than by their keys.
_POSTINGS = """
SELECT t.term, t.article_id,
  %(title_weight)s::float8 * t.in_title / l.title_norm + %(body_weight)s::float8 * t.in_body / l.body_norm AS plain,
  %(context_weight)s::float8 * t.in_context / l.context_norm AS context
FROM knowledgebase_articleterm t
CROSS JOIN LATERAL (
  SELECT 1 - %(b)s::float8 + %(b)s::float8 * title_words / %(title)s::float8 AS title_norm,
    1 - %(b)s::float8 + %(b)s::float8 * context_words / %(context)s::float8 AS context_norm,
    1 - %(b)s::float8 + %(b)s::float8 * body_words / %(body)s::float8 AS body_norm
  FROM knowledgebase_articlelength l
  WHERE l.client_id = t.client_id AND l.article_id = t.article_id AND l.audience = ANY (%(audiences)s)
  OFFSET 0
) AS l
WHERE t.client_id = ANY (%(clients)s) AND <which>
OFFSET 0
"""
# Steps in one statement, each over few rows:
#   known   the asked terms that are not too common, with their weight
#   near    the best articles for the bare question, title and body only
#   shared  the terms that these have, and how much of them; `also` are the best of those
#   gain    what each term adds to each article that has it
_RANKED = (
    """
WITH counted AS MATERIALIZED (
  SELECT a.term, a.is_bare, f.found
  FROM unnest(%(terms)s::text[], %(bare)s::boolean[]) AS a (term, is_bare)
  CROSS JOIN LATERAL (<found of a.term>) AS f
  WHERE f.found > 0
), known AS MATERIALIZED (
  SELECT term, is_bare, <idf of found> AS idf
  FROM counted WHERE found <= greatest(%(most)s, (SELECT min(found) FROM counted))
), posting AS MATERIALIZED (
  SELECT k.is_bare, k.idf, p.article_id, p.plain, p.context
  FROM known k CROSS JOIN LATERAL (<postings of k.term>) AS p
), near AS MATERIALIZED (
  SELECT article_id FROM posting WHERE is_bare AND plain > 0
  GROUP BY article_id ORDER BY sum(idf * plain / (plain + %(k1)s::float8)) DESC, article_id LIMIT %(near)s
), shared AS MATERIALIZED (
  SELECT p.term, sum(p.plain / (p.plain + %(k1)s::float8)) * (%(k1)s::float8 + 1) / %(near)s AS share
  FROM near n CROSS JOIN LATERAL (<postings of n.article_id>) AS p
  WHERE p.plain > 0 AND p.term <> ALL (%(terms)s::text[])
  GROUP BY p.term
), also AS MATERIALIZED (
  SELECT s.term, %(also_weight)s::float8 * s.share * <idf of f.found> AS weight
  FROM shared s CROSS JOIN LATERAL (<found of s.term>) AS f
  WHERE f.found <= %(most)s
  ORDER BY 2 DESC, 1 LIMIT %(also)s
), gain AS (
  SELECT article_id, idf * (plain + context) / (plain + context + %(k1)s::float8) AS gain FROM posting
  UNION ALL
  SELECT p.article_id, a.weight * (p.plain + p.context) / (p.plain + p.context + %(k1)s::float8)
  FROM also a CROSS JOIN LATERAL (<postings of a.term>) AS p
)
SELECT article_id, sum(gain) * (%(k1)s::float8 + 1) AS score, (
  SELECT array_agg(term) FROM counted WHERE found <= greatest(%(telling)s, (SELECT min(found) FROM counted))
) AS telling
FROM gain GROUP BY article_id ORDER BY score DESC, article_id LIMIT %(limit)s
""".replace("<found of a.term>", _FOUND.replace("<term>", "a.term"))
    .replace("<found of s.term>", _FOUND.replace("<term>", "s.term"))
    .replace("<idf of found>", _IDF.replace("<found>", "found"))
    .replace("<idf of f.found>", _IDF.replace("<found>", "f.found"))
    .replace("<postings of k.term>", _POSTINGS.replace("<which>", "t.term = k.term"))
    .replace("<postings of a.term>", _POSTINGS.replace("<which>", "t.term = a.term"))
    .replace("<postings of n.article_id>", _POSTINGS.replace("<which>", "t.article_id = n.article_id"))
)
_WEIGHTS = {
    "title_weight": TITLE,
    "context_weight": CONTEXT,
    "body_weight": BODY,
    "k1": K1,
    "b": B,
    "near": NEAR,
    "also": ALSO,
    "also_weight": ALSO_WEIGHT,
}


def _ranked(
    client_ids: Sequence[int],
    audiences: Sequence[str],
    collection: _Collection,
    plain: Sequence[str],
    about: Sequence[str],
    limit: int,
) -> tuple[dict[int, float], set[str]]:
    """The best articles' ids with their scores, best first; and the terms that tell articles apart."""
    # Words of the context say where to look, not what for: they take no part in finding like articles.
    terms = {**dict.fromkeys(plain, True), **dict.fromkeys(about, False)}
    params: dict[str, Any] = {
        **_WEIGHTS,
        "clients": list(client_ids),
        "audiences": list(audiences),
        "terms": list(terms),
        "bare": list(terms.values()),
        "count": collection.count,
        "telling": max(TELLING_LEAST, int(collection.count * TELLING_SHARE)),
        "most": max(STOP_LEAST, int(collection.count * STOP_SHARE)),
        "title": collection.title,
        "context": collection.context,
        "body": collection.body,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RANKED, params)
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
    found = (word for word in dict.fromkeys(words(text)) if wanted.intersection(terms_of(word, language)))
    return [word for word in found if not is_small(word, language)]

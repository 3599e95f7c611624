"""The statement that scores articles; its parameters and what they weigh are `search`'s."""

import re

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
  %(asked_title)s::float8 * t.in_title / l.title_norm + %(body_weight)s::float8 * t.in_body / l.body_norm AS asked,
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
#   compound  where the two halves of an asked word stand, if as many articles have them as have the word
#   posting where all these stand; a word of the context counts in the context alone
#   near    the best articles for the bare question, title and body only
#   shared  the terms that at least two of these have, and how much of them; `also` are the best of those
#   gain    what each term adds to each article that has it
_STEPS = """
WITH counted AS MATERIALIZED (
  SELECT a.term, a.weight, a.is_bare, f.found
  FROM unnest(%(terms)s::text[], %(weights)s::float8[], %(bare)s::boolean[]) AS a (term, weight, is_bare)
  CROSS JOIN LATERAL (<found: a.term>) AS f
  WHERE f.found > 0
), known AS MATERIALIZED (
  SELECT term, weight, is_bare, <idf: found> AS idf
  FROM counted WHERE found <= greatest(%(most)s, (SELECT min(found) FROM counted))
), half AS MATERIALIZED (
  SELECT h.whole, h.first, h.second
  FROM unnest(%(wholes)s::text[], %(firsts)s::text[], %(seconds)s::text[]) AS h (whole, first, second)
  CROSS JOIN LATERAL (<found: h.first>) AS f
  WHERE f.found BETWEEN 1 AND %(most)s
), in_halves AS MATERIALIZED (
  SELECT h.whole, h.first, h.second, p.article_id, least(p.plain, o.plain) AS plain, least(p.asked, o.asked) AS asked,
    count(*) OVER (PARTITION BY h.whole, h.first, h.second) AS found
  FROM half h
  CROSS JOIN LATERAL (<postings: t.term = h.first>) AS p
  CROSS JOIN LATERAL (<postings: t.term = h.second AND t.article_id = p.article_id>) AS o
  WHERE least(p.plain, o.plain) > 0
), compound AS MATERIALIZED (
  SELECT * FROM in_halves b WHERE b.found >= coalesce((SELECT c.found FROM counted c WHERE c.term = b.whole), 0)
), posting AS MATERIALIZED (
  SELECT k.is_bare, k.idf, k.weight, p.article_id, p.plain, p.asked, p.context
  FROM known k CROSS JOIN LATERAL (<postings: t.term = k.term>) AS p
  UNION ALL
  SELECT true, <idf: found>, 1, article_id, plain, asked, 0 FROM compound
), near AS MATERIALIZED (
  SELECT article_id FROM posting WHERE is_bare AND plain > 0
  GROUP BY article_id ORDER BY sum(idf * weight * plain / (plain + %(k1)s::float8)) DESC, article_id LIMIT %(near)s
), shared AS MATERIALIZED (
  SELECT p.term, sum(p.plain / (p.plain + %(k1)s::float8)) * (%(k1)s::float8 + 1) / greatest(%(near)s, 1) AS share
  FROM near n CROSS JOIN LATERAL (<postings: t.article_id = n.article_id>) AS p
  WHERE p.plain > 0 AND p.term NOT LIKE '%% %%' AND p.term <> ALL (%(terms)s::text[])
  GROUP BY p.term
  HAVING count(*) > 1
), also AS MATERIALIZED (
  SELECT s.term, %(also_weight)s::float8 * s.share * <idf: f.found> AS weight
  FROM shared s CROSS JOIN LATERAL (<found: s.term>) AS f
  WHERE f.found <= %(most)s
  ORDER BY 2 DESC, 1 LIMIT %(also)s
), gain AS (
  SELECT article_id, w.weight * idf * w.here / (w.here + %(k1)s::float8) AS gain
  FROM posting p
  CROSS JOIN LATERAL (
    SELECT CASE WHEN p.weight > 0 THEN p.weight ELSE 1 END AS weight,
      p.context + CASE WHEN p.weight > 0 THEN p.asked ELSE 0 END AS here
  ) AS w
  WHERE w.here > 0
  UNION ALL
  SELECT p.article_id, a.weight * (p.plain + p.context) / (p.plain + p.context + %(k1)s::float8)
  FROM also a CROSS JOIN LATERAL (<postings: t.term = a.term>) AS p
)
SELECT article_id, sum(gain) * (%(k1)s::float8 + 1) AS score, (
  SELECT array_agg(term) FROM (
    SELECT term FROM counted
    WHERE term NOT LIKE '%% %%'
      AND found <= greatest(%(telling)s, (SELECT min(found) FROM counted WHERE term NOT LIKE '%% %%'))
    UNION SELECT first FROM compound UNION SELECT second FROM compound
  ) AS shown
) AS telling
FROM gain GROUP BY article_id ORDER BY score DESC, article_id LIMIT %(limit)s
"""
_PARTS = {"found": (_FOUND, "<term>"), "idf": (_IDF, "<found>"), "postings": (_POSTINGS, "<which>")}


def _filled(step: re.Match[str]) -> str:
    part, place = _PARTS[step[1]]
    return part.replace(place, step[2])


RANKED = re.sub("<(found|idf|postings): ([^>]*)>", _filled, _STEPS)

"""What stands around the queue, as functions with plans that the connection keeps: the next ticket, and the filters.

They run with the rights of who calls them, so that every policy holds inside them.
"""

from django.db import migrations

from access.walls import OnlyApp

# One ordered index range a client, as in the queue: the limit inside is a number, or the planner would sort them.
NEXT = """
CREATE FUNCTION tickets_next(
  _clients bigint[], _own bigint[], _cards bigint[], _holder text, _languages text[], _now timestamptz, _most integer
) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    WITH found AS MATERIALIZED (
      SELECT t.*, COALESCE(t.due_at, 'infinity'::timestamptz) AS due
      FROM unnest(_clients, _own, _cards) AS m (client, own, card) CROSS JOIN LATERAL (
        SELECT t.client_id, t.id, t.number, t.subject, t.need, t.priority, t.language, t.impact, t.due_at, t.asked_at,
          t.assignee_id IS NOT NULL AS mine, t.customer_id
        FROM tickets_ticket t
        WHERE t.client_id = m.client AND t.holder = _holder AND t.status = 'open'
          AND (t.assignee_id = m.card OR (t.assignee_id IS NULL AND m.own IS NULL))
          AND (cardinality(_languages) = 0 OR t.language = '' OR t.language = ANY (_languages)
            OR t.assignee_id = m.card)
          AND NOT EXISTS (
            SELECT 1 FROM tickets_skip s
            WHERE s.client_id = t.client_id AND s.ticket_id = t.id AND s.card_id = m.card AND s.until > _now)
        ORDER BY COALESCE(t.due_at, 'infinity'::timestamptz), t.priority, t.id LIMIT 10
      ) AS t
      ORDER BY due, t.priority, t.mine DESC, t.id LIMIT _most
    )
    SELECT json_agg(json_build_array(
      t.client_id, t.id, t.number, t.subject, t.need, t.priority, t.language, t.impact, t.due_at, t.asked_at, t.mine,
      (SELECT c.name FROM tickets_customer c WHERE c.client_id = t.client_id AND c.id = t.customer_id),
      last.card_id, last.created_at,
      (SELECT e.at FROM tickets_event e WHERE e.client_id = t.client_id AND e.ticket_id = t.id AND e.kind = 'returned'
       ORDER BY e.id DESC LIMIT 1)
    ) ORDER BY t.due, t.priority, t.mine DESC, t.id)
    FROM found t
    LEFT JOIN LATERAL (
      SELECT x.card_id, x.created_at FROM tickets_message x
      WHERE x.client_id = t.client_id AND x.ticket_id = t.id AND x.author = 'staff' AND x.audience = 'public'
      ORDER BY x.id DESC LIMIT 1
    ) AS last ON true
  );
END $$
"""

# A category that is not offered any more, and that no ticket ever had, is nothing to look for.
CHOICES = """
CREATE FUNCTION tickets_choices(_clients bigint[], _user bigint) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN json_build_object(
    'categories', (
      SELECT json_agg(json_build_array(g.name, g.client) ORDER BY g.name)
      FROM (
        SELECT c.name, CASE WHEN count(*) = 1 THEN min(c.client_id) END AS client
        FROM tickets_ticketcategory c
        WHERE c.client_id = ANY (_clients) AND (c.is_offered OR EXISTS (
          SELECT 1 FROM tickets_ticket t WHERE t.client_id = c.client_id AND t.category_id = c.id))
        GROUP BY c.name
      ) AS g),
    'tags', ARRAY(SELECT DISTINCT name FROM tickets_tag WHERE client_id = ANY (_clients) ORDER BY 1 LIMIT 200),
    'views', (
      SELECT json_agg(json_build_array(id, name, query) ORDER BY lower(name), id)
      FROM tickets_savedview WHERE user_id = _user)
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_saved_view")]

    operations = [
        migrations.RunSQL(NEXT),
        OnlyApp("tickets_next(bigint[], bigint[], bigint[], text, text[], timestamptz, integer)"),
        migrations.RunSQL(CHOICES),
        OnlyApp("tickets_choices(bigint[], bigint)"),
    ]

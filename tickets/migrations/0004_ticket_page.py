"""A ticket and what its page shows, as functions: their plans are kept on the connection; drafts keep their articles.

Row security makes the statements of this page costlier to plan than to run.  The functions run
with the rights of who calls them, so that every policy holds inside them.
"""

from django.db import migrations, models

from access.walls import OnlyApp

TICKET = """
CREATE FUNCTION tickets_ticket(_client bigint, _number bigint, _own bigint, _user bigint)
RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_build_object(
      'ticket', row_to_json(t), 'customer', row_to_json(c), 'category', row_to_json(g), 'assignee', row_to_json(s),
      'tags', ARRAY(
        SELECT n.name FROM tickets_tickettag x JOIN tickets_tag n ON n.client_id = x.client_id AND n.id = x.tag_id
        WHERE x.client_id = t.client_id AND x.ticket_id = t.id ORDER BY n.name),
      'draft', (
        SELECT json_build_object(
          'body', d.body, 'audience', d.audience, 'revisions', d.revisions, 'at', d.updated_at)
        FROM tickets_draft d WHERE d.client_id = t.client_id AND d.user_id = _user AND d.ticket_id = t.id),
      'undelivered', ARRAY(
        SELECT json_build_object(
          'id', o.id, 'kind', o.kind, 'unique', o."unique", 'to_name', o.to_name, 'to_address', o.to_address,
          'said', o.last_error, 'at', o.created_at)
        FROM post_outboxmail o WHERE o.client_id = t.client_id AND o.ticket_id = t.id AND o.state = 'dead'
          AND (o.kind <> 'escalation_vendor'
            OR t.vendor_id = NULLIF(current_setting('app.vendor_id', true), '')::bigint)
        ORDER BY o.id))
    FROM tickets_ticket t
    JOIN tickets_customer c ON c.client_id = t.client_id AND c.id = t.customer_id
    LEFT JOIN tickets_ticketcategory g ON g.client_id = t.client_id AND g.id = t.category_id
    LEFT JOIN access_staffcard s ON s.client_id = t.client_id AND s.id = t.assignee_id
    WHERE t.client_id = _client AND t.number = _number AND (_own IS NULL OR t.assignee_id = _own)
  );
END $$
"""

# The newest rows are taken, and told the oldest first.
PAGE = """
CREATE FUNCTION tickets_page(
  _client bigint, _number bigint, _own bigint, _user bigint, _clients_people boolean, _roles text[], _now timestamptz,
  _messages integer, _events integer, _earlier integer, _sights integer
) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
  found json := tickets_ticket(_client, _number, _own, _user);
  _ticket bigint := found->'ticket'->>'id';
  _customer bigint := found->'ticket'->>'customer_id';
BEGIN
  IF found IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN json_build_object(
    'found', found,
    'profile', (SELECT row_to_json(p) FROM access_clientprofile p WHERE p.client_id = _client),
    'categories', (
      SELECT json_agg(json_build_array(g.id, g.name) ORDER BY g.position, g.name)
      FROM tickets_ticketcategory g WHERE g.client_id = _client),
    'fields', (
      SELECT json_agg(row_to_json(f) ORDER BY f.position)
      FROM tickets_customerfield f WHERE f.client_id = _client AND f.customer_id = _customer),
    'earlier', (
      SELECT json_agg(json_build_array(e.number, e.subject, e.status, e.created_at)) FROM (
        SELECT e.number, e.subject, e.status, e.created_at FROM tickets_ticket e
        WHERE e.client_id = _client AND e.customer_id = _customer AND e.id <> _ticket
          AND (_own IS NULL OR e.assignee_id = _own)
        ORDER BY e.created_at DESC LIMIT _earlier) AS e),
    'messages', (
      SELECT json_agg(
        json_build_array(row_to_json(m), row_to_json(s), CASE WHEN r.id IS NOT NULL THEN json_build_object(
          'id', r.id, 'client_id', r.client_id, 'article_id', r.article_id, 'number', r.number, 'title', r.title) END)
        ORDER BY m.id)
      FROM (
        SELECT * FROM tickets_message m WHERE m.client_id = _client AND m.ticket_id = _ticket
        ORDER BY m.id DESC LIMIT _messages) AS m
      LEFT JOIN access_staffcard s ON s.client_id = m.client_id AND s.id = m.card_id
      LEFT JOIN knowledgebase_revision r ON r.client_id = m.client_id AND r.id = m.revision_id),
    'events', (
      SELECT json_agg(row_to_json(e) ORDER BY e.id) FROM (
        SELECT * FROM tickets_event e WHERE e.client_id = _client AND e.ticket_id = _ticket
        ORDER BY e.id DESC LIMIT _events) AS e),
    'files', (
      SELECT json_agg(json_build_array(row_to_json(a), row_to_json(f)) ORDER BY a.id)
      FROM tickets_attachment a JOIN post_storedfile f ON f.client_id = a.client_id AND f.id = a.file_id
      WHERE a.client_id = _client AND a.ticket_id = _ticket),
    'colleagues', (
      SELECT json_agg(json_build_array(s.id, s.name) ORDER BY s.name, s.id) FROM access_staffcard s
      WHERE s.client_id = _client AND s.id IN (
        SELECT w.card_id FROM access_assignment w
        WHERE NOT _clients_people AND w.client_id = _client AND w.role = ANY (_roles)
          AND w.starts_at <= _now AND (w.ends_at IS NULL OR w.ends_at > _now)
        UNION ALL
        SELECT w.card_id FROM access_membership w
        WHERE _clients_people AND w.client_id = _client AND w.role = ANY (_roles)
          AND w.starts_at <= _now AND (w.ends_at IS NULL OR w.ends_at > _now))),
    'sights', access_seen_by(_client, 'customer', _customer, _user, _ticket, _sights)
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0003_message_author_name"),
        ("access", "0003_seen_by"),
        ("post", "0002_walls"),
        ("knowledgebase", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="revisions",
            field=models.CharField(blank=True, db_default="", default="", max_length=400),
        ),
        migrations.RunSQL(TICKET),
        OnlyApp("tickets_ticket(bigint, bigint, bigint, bigint)"),
        migrations.RunSQL(PAGE),
        OnlyApp(
            "tickets_page(bigint, bigint, bigint, bigint, boolean, text[], timestamptz,"
            " integer, integer, integer, integer)"
        ),
    ]

"""What becomes of a ticket with an answer that waits, where its page reads it."""

from django.db import migrations

TICKET = """
CREATE OR REPLACE FUNCTION tickets_ticket(_client bigint, _number bigint, _own bigint, _user bigint)
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
        ORDER BY o.id),
      'waiting', ARRAY(
        SELECT json_build_object(
          'id', w.id, 'user_id', w.user_id, 'name', a.name, 'body', w.body, 'missing', w.missing,
          'then', w.then, 'at', w.at)
        FROM tickets_waitingreply w JOIN access_staffcard a ON a.client_id = w.client_id AND a.id = w.card_id
        WHERE w.client_id = t.client_id AND w.ticket_id = t.id ORDER BY w.id))
    FROM tickets_ticket t
    JOIN tickets_customer c ON c.client_id = t.client_id AND c.id = t.customer_id
    LEFT JOIN tickets_ticketcategory g ON g.client_id = t.client_id AND g.id = t.category_id
    LEFT JOIN access_staffcard s ON s.client_id = t.client_id AND s.id = t.assignee_id
    WHERE t.client_id = _client AND t.number = _number AND (_own IS NULL OR t.assignee_id = _own)
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_waiting_reply")]

    operations = [migrations.RunSQL(TICKET)]

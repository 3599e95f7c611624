"""What the queue can be filtered by has the clients' services."""

from django.db import migrations

# As before, with the names of services.
CHOICES = """
CREATE OR REPLACE FUNCTION tickets_choices(_clients bigint[], _user bigint) RETURNS json LANGUAGE plpgsql STABLE AS $$
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
    'services', ARRAY(
      SELECT DISTINCT s.name FROM tickets_service s WHERE s.client_id = ANY (_clients) AND (NOT s.is_retired OR EXISTS (
        SELECT 1 FROM tickets_ticket t WHERE t.client_id = s.client_id AND t.service_id = s.id))
      ORDER BY 1 LIMIT 200),
    'views', (
      SELECT json_agg(json_build_array(id, name, query) ORDER BY lower(name), id)
      FROM tickets_savedview WHERE user_id = _user),
    'to_send', (
      SELECT json_agg(json_build_array(w.client_id, t.number, a.name) ORDER BY w.at, w.id)
      FROM tickets_waitingreply w
      JOIN tickets_ticket t ON t.client_id = w.client_id AND t.id = w.ticket_id
      JOIN access_staffcard a ON a.client_id = w.client_id AND a.id = w.card_id
      WHERE w.for_user_id = _user AND w.client_id = ANY (_clients))
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_services")]

    operations = [migrations.RunSQL(CHOICES)]

"""The categories to filter by, each with its client: whose it is, or that several have one of this name."""

from django.db import migrations

# A category that is not offered any more, and that no ticket ever had, is nothing to look for.
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
    'views', (
      SELECT json_agg(json_build_array(id, name, query) ORDER BY lower(name), id)
      FROM tickets_savedview WHERE user_id = _user)
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_queue_head")]

    operations = [migrations.RunSQL(CHOICES)]

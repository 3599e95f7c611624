"""Who has opened a record, as a function: its plan is kept on the connection, planned once instead of on each page."""

from django.db import migrations

from access.walls import OnlyApp

# A reader's own view of the page that they look at is left out: of the record itself, or of the ticket `_here`.
SEEN_BY = """
CREATE FUNCTION access_seen_by(_client bigint, _kind text, _record bigint, _reader bigint, _here bigint, _most integer)
RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_agg(json_build_array(
      s.actor_name, s.side, s.is_known, s.at, s.action, s.ticket_number, s.reason, s.what))
    FROM (
      SELECT c.actor_name, c.side, c.customer_id IS NOT NULL AS is_known, c.at, c.action, c.ticket_number, c.reason,
        coalesce(c.detail->>'what', c.detail->>'did', '') AS what
      FROM access_accesslogrecord r
      JOIN access_accesslogcontent c ON c.client_id = r.client_id AND c.entry_id = r.entry_id
      WHERE r.client_id = _client AND r.kind = _kind AND r.record_id = _record
        AND NOT (c.action = 'view' AND coalesce(c.user_id = _reader, false) AND c.ticket_id IS NOT DISTINCT FROM _here)
      ORDER BY r.entry_id DESC LIMIT _most
    ) AS s
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_walls")]

    operations = [migrations.RunSQL(SEEN_BY), OnlyApp("access_seen_by(bigint, text, bigint, bigint, bigint, integer)")]

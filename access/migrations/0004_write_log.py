"""How entries of the log are written, as a function: planned once for each connection instead of with each entry."""

from django.db import migrations

from access.walls import OnlyApp

WRITE_LOG = """
CREATE FUNCTION access_write_log(_entries json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH fresh AS MATERIALIZED (
    SELECT nextval('access_accesslogentry_id_seq') AS entry_id, v.*
    FROM json_to_recordset(_entries) AS v (
      client_id bigint, at timestamptz, side text, user_id bigint, card_id bigint, vendor_id bigint, customer_id bigint,
      actor_name text, action text, records jsonb, ticket_id bigint, ticket_number bigint, assignment_id bigint,
      reason text, origin text, detail jsonb, commitments bytea[], salts bytea[])
  ), entry AS (
    INSERT INTO access_accesslogentry (id, client_id, at, commitments)
    SELECT entry_id, client_id, at, commitments FROM fresh
  ), content AS (
    INSERT INTO access_accesslogcontent (
      entry_id, client_id, at, side, user_id, card_id, vendor_id, customer_id, actor_name, action, records, ticket_id,
      ticket_number, assignment_id, reason, origin, detail, salts)
    SELECT entry_id, client_id, at, side, user_id, card_id, vendor_id, customer_id, actor_name, action, records,
      ticket_id, ticket_number, assignment_id, reason, origin, detail, salts
    FROM fresh
  )
  INSERT INTO access_accesslogrecord (client_id, entry_id, kind, record_id)
  SELECT client_id, entry_id, r->>0, (r->>1)::bigint FROM fresh, jsonb_array_elements(records) AS r;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0003_seen_by")]

    operations = [migrations.RunSQL(WRITE_LOG), OnlyApp("access_write_log(json)")]

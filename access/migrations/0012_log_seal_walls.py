"""The seal's tables behind their walls; and entries take a transaction id before they draw their own."""

from django.db import migrations

from access.walls import STAFF, AppendOnly, Fence, Wall

# Leaves, heads and what is remembered about them come from the sealer alone.
SYSTEM_WRITES = Fence("system_writes", "true", "{side} = 'system'")

# With a transaction id taken before the first entry's id: the sealer then knows when no transaction
# is left that may still commit an entry with a lower id than those it has seen (`access.seal`).
WRITE_LOG = """
CREATE OR REPLACE FUNCTION access_write_log(_entries json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_current_xact_id();
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
    dependencies = [("access", "0011_log_seal")]

    operations = [
        migrations.RunSQL(WRITE_LOG),
        *(
            Wall(model, sides=STAFF, fences=[SYSTEM_WRITES])
            for model in ("LogLeaf", "LogNode", "LogHead", "LogSealing")
        ),
        *(AppendOnly(model) for model in ("LogLeaf", "LogNode", "LogHead", "LogKey")),
    ]

"""The log's entries are written one by one, each row by a plain INSERT.

Nearly every statement writes one entry, and one plan over three tables costs more to start than
three small ones to run.
"""

from django.db import migrations

WRITE_LOG = """
CREATE OR REPLACE FUNCTION access_write_log(_entries json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  fresh record;
  _id bigint;
BEGIN
  PERFORM pg_current_xact_id();
  FOR fresh IN SELECT * FROM json_to_recordset(_entries) AS v (
      client_id bigint, at timestamptz, side text, user_id bigint, card_id bigint, vendor_id bigint, customer_id bigint,
      actor_name text, action text, records jsonb, ticket_id bigint, ticket_number bigint, assignment_id bigint,
      reason text, origin text, detail jsonb, commitments text, salts text)
  LOOP
    _id := nextval('access_accesslogentry_id_seq');
    INSERT INTO access_accesslogentry (id, client_id, at, commitments)
    VALUES (_id, fresh.client_id, fresh.at, decode(fresh.commitments, 'hex'));
    INSERT INTO access_accesslogcontent (
      entry_id, client_id, at, side, user_id, card_id, vendor_id, customer_id, actor_name, action, records, ticket_id,
      ticket_number, assignment_id, reason, origin, detail, salts)
    VALUES (
      _id, fresh.client_id, fresh.at, fresh.side, fresh.user_id, fresh.card_id, fresh.vendor_id, fresh.customer_id,
      fresh.actor_name, fresh.action, fresh.records, fresh.ticket_id, fresh.ticket_number, fresh.assignment_id,
      fresh.reason, fresh.origin, fresh.detail, decode(fresh.salts, 'hex'));
    INSERT INTO access_accesslogrecord (client_id, entry_id, kind, record_id)
    SELECT fresh.client_id, _id, r->>0, (r->>1)::bigint FROM jsonb_array_elements(fresh.records) AS r;
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0024_flag_of_nobodys_vendor")]

    operations = [migrations.RunSQL(WRITE_LOG)]

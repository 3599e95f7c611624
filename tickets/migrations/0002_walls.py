"""Row security and composite keys of the tickets, and the two functions that look past them."""

from django.db import migrations

from access.walls import (
    ALL_SIDES,
    AUDIENCE,
    CLIENTS,
    CUSTOMER,
    CUSTOMERS_OWN,
    CUSTOMERS_TICKET,
    SIDE,
    VENDOR,
    Fence,
    OnlyApp,
    Tie,
    Wall,
    client_rule,
)

THEMSELVES = Fence("customer_wall", "COALESCE({only_customer} = id, true)")
# Customers read no event, and that a vendor wrote a note of its own is the vendor's to know.
EVENTS = Fence(
    "staff_reads",
    "{side} = 'system' OR ({side} <> 'customer' AND data->>'audience' IS DISTINCT FROM 'vendor')"
    " OR ({side} = 'vendor' AND (data->>'vendor')::bigint = {vendor})",
    CUSTOMERS_TICKET.rule,
)

# A visitor of the portal gives an address; whose it is must be found without being shown.  The
# function looks with the system's eyes inside the caller's own clients and returns an id only.
FIND_CUSTOMER = """
CREATE FUNCTION tickets_find_customer(address text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  before text := coalesce(current_setting('app.side', true), '');
  clients bigint[] := NULLIF(current_setting('app.client_ids', true), '')::bigint[];
  found bigint;
BEGIN
  IF cardinality(clients) IS DISTINCT FROM 1 THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.side', 'system', true);
  SELECT c.id INTO found FROM public.tickets_customer c
  WHERE c.client_id = clients[1] AND lower(c.email) = lower(address);
  PERFORM set_config('app.side', before, true);
  RETURN found;
END $$
"""

# What was mailed to the old address opens nothing any more, whoever changed it.
NEW_ADDRESS = """
CREATE FUNCTION tickets_new_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_addressversion AS v (customer_id, version) VALUES (NEW.id, 1)
  ON CONFLICT (customer_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END $$
"""
NEW_ADDRESS_TRIGGER = """
CREATE TRIGGER new_address AFTER UPDATE ON tickets_customer FOR EACH ROW
WHEN (lower(OLD.email) IS DISTINCT FROM lower(NEW.email)) EXECUTE FUNCTION tickets_new_address()
"""

# Filters on all five settings, returns ids and ranks.  The newest hits are ranked only: ranking
# a word that stands in every tenth row would take long.  IS TRUE keeps the clients out of the
# index conditions: the planner would read every row of theirs from the unique index to spare
# itself the few that have the word.
SEARCH = """
CREATE FUNCTION tickets_search(words text, most integer)
RETURNS TABLE (client_id bigint, ticket_id bigint, rank real)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  WITH query AS (SELECT websearch_to_tsquery('simple', words) AS q),
  hits AS MATERIALIZED (
    SELECT s.id, s.client_id, s.ticket_id, s.vector
    FROM public.tickets_searchrow s
    WHERE s.vector @@ (SELECT q FROM query)
      AND (s.client_id = ANY ({CLIENTS})) IS TRUE
      AND CASE {SIDE} WHEN 'system' THEN true
          WHEN 'vendor' THEN s.audience <> 'vendor' OR s.vendor_id = {VENDOR}
          WHEN 'client' THEN s.audience <> 'vendor'
          WHEN 'customer' THEN s.audience = 'public' AND s.customer_id = {CUSTOMER} ELSE false END
    ORDER BY s.id DESC
    LIMIT 1000
  )
  SELECT h.client_id, h.ticket_id, max(ts_rank(h.vector, (SELECT q FROM query))) AS rank
  FROM hits h GROUP BY h.client_id, h.ticket_id
  ORDER BY 3 DESC, 2 DESC
  LIMIT most
$$
"""
for _name, _setting in (("{CLIENTS}", CLIENTS), ("{SIDE}", SIDE), ("{VENDOR}", VENDOR), ("{CUSTOMER}", CUSTOMER)):
    SEARCH = SEARCH.replace(_name, _setting)

SEARCH_RULE = client_rule(ALL_SIDES, "client_id")


# Why a vendor's agents pass over a ticket is not another vendor's to read.
OWN_PEOPLE = Fence("vendor_wall", "{side} <> 'vendor' OR vendor_id = {vendor}")


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0001_initial"),
        ("access", "0002_walls"),
        ("post", "0002_walls"),
        ("knowledgebase", "0002_walls"),
    ]

    operations = [
        Wall("Customer", sides=ALL_SIDES, fences=[THEMSELVES]),
        Wall("CustomerField"),
        Wall("TicketCategory", sides=ALL_SIDES),
        Wall("PriorityRule", sides=ALL_SIDES),
        Wall("ImpactWords", sides=ALL_SIDES),
        Wall("TicketCounter", sides=ALL_SIDES),
        Wall("Ticket", sides=ALL_SIDES, fences=[CUSTOMERS_OWN]),
        Wall("Tag"),
        Wall("TicketTag"),
        Wall("Skip", fences=[OWN_PEOPLE]),
        Wall("Message", sides=ALL_SIDES, fences=[AUDIENCE]),
        Wall("Attachment", sides=ALL_SIDES, fences=[AUDIENCE]),
        Wall("Event", sides=ALL_SIDES, fences=[EVENTS]),
        Wall("HolderSpan", sides=ALL_SIDES, fences=[CUSTOMERS_TICKET]),
        Wall("WaitSpan", sides=ALL_SIDES, fences=[CUSTOMERS_TICKET]),
        Wall("Draft", personal=True),
        Wall("RawMail"),
        Tie("CustomerField", "Ticket", "TicketTag", "Skip", "Message", "Attachment", "Event"),
        Tie("HolderSpan", "WaitSpan", "Draft", "RawMail"),
        migrations.RunSQL("ALTER TABLE tickets_searchrow ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL(f"CREATE POLICY base ON tickets_searchrow USING ({SEARCH_RULE}) WITH CHECK ({SEARCH_RULE})"),
        migrations.RunSQL(SEARCH),
        OnlyApp("tickets_search(text, integer)"),
        migrations.RunSQL(FIND_CUSTOMER),
        OnlyApp("tickets_find_customer(text)"),
        migrations.RunSQL(NEW_ADDRESS),
        migrations.RunSQL(NEW_ADDRESS_TRIGGER),
    ]

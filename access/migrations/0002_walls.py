"""Row security, composite keys, append-only tables and the triggers that count versions."""

from django.db import migrations

from access.walls import ALL_SIDES, STAFF_READ, AppendOnly, Fence, Tie, Wall

REFUSE_CHANGE = """
CREATE FUNCTION access_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""

BUMP_USER = """
CREATE FUNCTION access_bump_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_rightsversionuser AS v (user_id, version)
  SELECT DISTINCT u, 1 FROM unnest(ARRAY[
    CASE WHEN TG_OP <> 'INSERT' THEN OLD.user_id END,
    CASE WHEN TG_OP <> 'DELETE' THEN NEW.user_id END]) AS u
  WHERE u IS NOT NULL AND EXISTS (SELECT 1 FROM access_user WHERE id = u)
  ON CONFLICT (user_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END $$
"""

BUMP_CLIENT = """
CREATE FUNCTION access_bump_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_rightsversionclient AS v (client_id, version)
  SELECT DISTINCT c, 1 FROM unnest(ARRAY[
    CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD)->>TG_ARGV[0])::bigint END,
    CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW)->>TG_ARGV[0])::bigint END]) AS c
  WHERE c IS NOT NULL AND EXISTS (SELECT 1 FROM access_client WHERE id = c)
  ON CONFLICT (client_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END $$
"""

BUMPS = [
    ("access_assignment", "access_bump_user()"),
    ("access_membership", "access_bump_user()"),
    ("access_clientpermission", "access_bump_user()"),
    ("access_staffcard", "access_bump_user()"),
    ("access_contract", "access_bump_client('client_id')"),
    ("access_client", "access_bump_client('id')"),
]

# A vendor reads the entries of its own people and of the client's, never another vendor's.
LOG_READ = Fence(
    "log_wall",
    "{side} IN ('client', 'system') OR ({side} = 'vendor' AND (vendor_id IS NULL OR vendor_id = {vendor}))",
    "true",
)

# One vendor's contracts, rosters and grants are not another's to read.  A side that is not set
# yet (looking for one's own assignments) meets the client's wall alone.
VENDORS_CONTRACT = Fence("vendor_wall", "{side} IS DISTINCT FROM 'vendor' OR vendor_id = {vendor}")
VENDORS_GRANTS = Fence("vendor_wall", "{side} IS DISTINCT FROM 'vendor' OR user_id = {user}")


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE),
        migrations.RunSQL(BUMP_USER),
        migrations.RunSQL(BUMP_CLIENT),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}"
            )
            for table, function in BUMPS
        ),
        Wall("ClientProfile"),
        Wall("Contract", sides=ALL_SIDES, fences=[VENDORS_CONTRACT]),
        Wall("StaffCard", sides=ALL_SIDES),
        Wall("Assignment", own_rows=True, fences=[VENDORS_CONTRACT]),
        Wall("Membership", own_rows=True),
        Wall(
            "ClientPermission",
            own_rows=True,
            column="content_object_id",
            unique_id=False,
            fences=[VENDORS_GRANTS],
        ),
        Wall("AccessLogEntry", sides=ALL_SIDES, fences=[STAFF_READ]),
        Wall("AccessLogContent", sides=ALL_SIDES, fences=[LOG_READ]),
        Wall("AccessLogRecord", sides=ALL_SIDES, fences=[STAFF_READ]),
        Tie("Assignment", "Membership"),
        AppendOnly("AccessLogEntry"),
        AppendOnly("AccessLogContent", keeper_may_delete=True),
        AppendOnly("AccessLogRecord", keeper_may_delete=True),
    ]

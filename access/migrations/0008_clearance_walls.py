"""Row security of what clears people, the triggers behind its versions, and suspensions as rows of their own."""

from django.db import migrations

from access.rights import Side
from access.walls import (
    ALL_SIDES,
    STAFF,
    STAFF_AND_OFFICE,
    VENDORS_AND_CLIENTS,
    AppendOnly,
    Fence,
    Rewall,
    Tie,
    Wall,
)

# The migration is nobody's request: it names every client itself, and forgets them again.
EVERYBODYS = """
SELECT set_config('app.side', 'system', true),
  set_config('app.client_ids', COALESCE((SELECT array_agg(id)::text FROM access_client), ''), true)
"""
NOBODYS = "SELECT set_config('app.side', '', true), set_config('app.client_ids', '', true)"
MOVE_SUSPENSIONS = """
INSERT INTO access_suspension (client_id, vendor_id, team, since, by_name, reason, proof, ended_by_name)
SELECT DISTINCT ON (client_id, vendor_id) client_id, vendor_id, '', vendor_suspended_at, '', '', '{}', ''
FROM access_contract WHERE vendor_suspended_at IS NOT NULL
ORDER BY client_id, vendor_id, vendor_suspended_at
"""

# A person's location and whether they are active stand in their own row.
BUMP_PERSON = """
CREATE FUNCTION access_bump_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_rightsversionuser AS v (user_id, version) VALUES (NEW.id, 1)
  ON CONFLICT (user_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END $$
"""
BUMPS = [
    ("access_ndaacceptance", "access_bump_user()"),
    ("access_certificationheld", "access_bump_user()"),
    ("access_emergencyaccess", "access_bump_user()"),
    ("access_contractterms", "access_bump_client('client_id')"),
    ("access_clearancerules", "access_bump_client('client_id')"),
    ("access_nda", "access_bump_client('client_id')"),
    ("access_networkrule", "access_bump_client('client_id')"),
    ("access_certification", "access_bump_client('client_id')"),
    ("access_suspension", "access_bump_client('client_id')"),
]

# What both sides have signed stays as it is.
KEEP_SIGNED = """
CREATE FUNCTION access_keep_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.vendor_signed_at IS NOT NULL AND OLD.client_signed_at IS NOT NULL THEN
    RAISE EXCEPTION 'signed terms are never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$
"""

STAFF_READ = Fence("staff_reads", "COALESCE({side}, '') NOT IN ('customer', 'office')", "true")
LOG_READ = Fence(
    "log_wall",
    "{side} IN ('client', 'system') OR ({side} = 'vendor' AND (vendor_id IS NULL OR vendor_id = {vendor}))",
    "true",
)
# Whoever asked sees it, and no other vendor.
ASKED_BY_VENDOR = Fence("vendor_wall", "{side} IS DISTINCT FROM 'vendor' OR vendor_id = {vendor} OR user_id = {user}")
EVERY_SIDE = (*ALL_SIDES, Side.OFFICE)


class Migration(migrations.Migration):
    dependencies = [("access", "0007_clearance")]

    operations = [
        migrations.RunSQL([EVERYBODYS, MOVE_SUSPENSIONS, NOBODYS]),
        migrations.RemoveField(model_name="contract", name="vendor_suspended_at"),
        migrations.RunSQL(BUMP_PERSON),
        migrations.RunSQL(
            "CREATE TRIGGER bump_rights AFTER UPDATE OF location, is_active, vendor_id ON access_user"
            " FOR EACH ROW EXECUTE FUNCTION access_bump_person()"
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}"
            )
            for table, function in BUMPS
        ),
        migrations.RunSQL(KEEP_SIGNED),
        migrations.RunSQL(
            "CREATE TRIGGER keep_signed BEFORE UPDATE OR DELETE ON access_contractterms"
            " FOR EACH ROW EXECUTE FUNCTION access_keep_signed()"
        ),
        Rewall("Contract", sides=EVERY_SIDE, fences=[VENDORS_AND_CLIENTS], office_reads=True),
        Rewall("StaffCard", sides=EVERY_SIDE),
        Rewall("Assignment", sides=STAFF_AND_OFFICE, own_rows=True, fences=[VENDORS_AND_CLIENTS]),
        Rewall("AccessLogEntry", sides=EVERY_SIDE, fences=[STAFF_READ]),
        Rewall("AccessLogContent", sides=EVERY_SIDE, fences=[LOG_READ]),
        Rewall("AccessLogRecord", sides=EVERY_SIDE, fences=[STAFF_READ]),
        Wall("ClearanceRules", sides=STAFF_AND_OFFICE),
        Wall("Nda", sides=STAFF_AND_OFFICE),
        Wall("NdaAcceptance", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS], own_rows=True),
        Wall("NetworkRule"),
        Wall("Certification", sides=STAFF_AND_OFFICE),
        Wall("CertificationHeld", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS], own_rows=True),
        Wall("Suspension", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS]),
        Wall("WorkNow", sides=STAFF, fences=[VENDORS_AND_CLIENTS]),
        Wall("EmergencyAccess", sides=STAFF, fences=[ASKED_BY_VENDOR], own_rows=True),
        Wall("ContractTerms", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS]),
        Wall("OnboardingLine", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS]),
        Wall("RoleRights", sides=STAFF_AND_OFFICE),
        Tie("NdaAcceptance", "CertificationHeld", "WorkNow", "EmergencyAccess", "ContractTerms", "OnboardingLine"),
        AppendOnly("NdaAcceptance"),
        AppendOnly("Nda"),
    ]

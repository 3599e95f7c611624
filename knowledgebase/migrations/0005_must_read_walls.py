"""Row security of what agents must read, and the triggers that make it bite on the next request."""

from django.db import migrations

from access.walls import STAFF_AND_OFFICE, VENDORS_AND_CLIENTS, AppendOnly, Tie, Wall

BUMPS = [
    ("knowledgebase_mustread", "access_bump_client('client_id')"),
    ("knowledgebase_reading", "access_bump_user()"),
]


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0004_must_reads"), ("access", "0008_clearance_walls")]

    operations = [
        Wall("MustRead", sides=STAFF_AND_OFFICE),
        Wall("Reading", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS], own_rows=True),
        Tie("MustRead", "Reading"),
        AppendOnly("Reading"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}"
            )
            for table, function in BUMPS
        ),
    ]

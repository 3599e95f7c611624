"""Row security and composite keys of the jobs and rules; the keeper writes the log as the application does."""

from django.conf import settings
from django.db import migrations

from access.walls import Fence, Tie, Wall

# What one vendor's people leave to each other is not another vendor's to read.
_VENDORS_CARD = Fence(
    "vendor_wall",
    "{side} <> 'vendor' OR EXISTS (SELECT 1 FROM access_staffcard s WHERE s.client_id = {table}.client_id"
    " AND s.id = {table}.card_id AND s.vendor_id = {vendor})",
)


class Migration(migrations.Migration):
    dependencies = [("leaving", "0001_initial"), ("access", "0004_write_log")]

    operations = [
        Wall("Job"),
        Wall("RetentionRules"),
        Wall("HandOver", fences=[_VENDORS_CARD]),
        Tie("Job", "HandOver"),
        migrations.RunSQL(f'GRANT EXECUTE ON FUNCTION access_write_log(json) TO "{settings.KEEPER_ROLE}"'),
    ]

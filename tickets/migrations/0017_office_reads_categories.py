"""A vendor's office names categories in what it promises: it reads them, and changes none."""

from django.db import migrations

from access.rights import Side
from access.walls import ALL_SIDES, Fence, Rewall

OFFICE_READS = Fence("office_reads", "true", "{side} <> 'office'")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_call_at")]

    operations = [Rewall("TicketCategory", sides=(*ALL_SIDES, Side.OFFICE), fences=[OFFICE_READS])]

"""Row security and composite keys of calendars, clocks and matrices."""

from django.db import migrations

from access.walls import ALL_SIDES, CUSTOMERS_TICKET, Fence, Tie, Wall

# One vendor's promises are not another's to read; a customer is told when an answer comes.
OWN_CONTRACT = Fence("vendor_wall", "{side} <> 'vendor' OR vendor_id = {vendor}")


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_initial"), ("access", "0002_walls"), ("tickets", "0002_walls")]

    operations = [
        Wall("Calendar", sides=ALL_SIDES),
        Wall("SlaPolicy", sides=ALL_SIDES, fences=[OWN_CONTRACT]),
        Wall("SlaTarget", sides=ALL_SIDES),
        Wall("Clock", sides=ALL_SIDES, fences=[CUSTOMERS_TICKET]),
        Wall("Contact"),
        Wall("Matrix"),
        Wall("MatrixRow"),
        Wall("PathStep"),
        Wall("Escalation"),
        Wall("EscalationStep"),
        Tie("SlaPolicy", "SlaTarget", "Clock", "Contact", "MatrixRow", "PathStep", "Escalation", "EscalationStep"),
    ]

"""Hours of a vendor's teams; a vendor's office reads what its contracts promise, and changes none of it."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.rights import Side
from access.walls import ALL_SIDES, STAFF_AND_OFFICE, VENDORS_AND_CLIENTS, Fence, Rewall, Tie, Wall

WITH_OFFICE = (*ALL_SIDES, Side.OFFICE)
OFFICE_READS = Fence("office_reads", "true", "{side} <> 'office'")
OWN_CONTRACT = Fence("vendor_wall", "{side} NOT IN ('vendor', 'office') OR vendor_id = {vendor}")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0016_emergency"),
        ("escalation", "0010_on_call"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("team", models.CharField(blank=True, max_length=60)),
                ("zone", models.CharField(max_length=64)),
                ("week", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.CharField(max_length=160)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.client",
                    ),
                ),
                (
                    "contract",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.contract",
                        with_vendor=True,
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="teamhours",
            constraint=models.UniqueConstraint(
                fields=("client", "vendor", "contract", "team"), name="one_week_per_team"
            ),
        ),
        Wall("TeamHours", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS]),
        Tie("TeamHours"),
        Rewall("Calendar", sides=WITH_OFFICE, fences=[OFFICE_READS]),
        Rewall("SlaPolicy", sides=WITH_OFFICE, fences=[OWN_CONTRACT, OFFICE_READS]),
    ]

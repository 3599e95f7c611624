"""That a client's work goes over from one vendor to another."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.rights import Side
from access.walls import ALL_SIDES, Fence, Tie, Wall

# A customer opens tickets too, and each goes to whoever works by then.  Who hands over and who takes over read the
# same row, and no third vendor.
BOTH_VENDORS = Fence(
    "vendor_wall", "COALESCE({side}, '') NOT IN ('vendor', 'office') OR {vendor} IN (vendor_id, to_vendor_id)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0019_core_removal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Changeover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category_ids", models.JSONField(default=list)),
                ("category_names", models.JSONField(default=list)),
                ("on_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.CharField(max_length=160)),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                ("held_since", models.DateTimeField(blank=True, null=True)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("called_off_at", models.DateTimeField(blank=True, null=True)),
                ("called_off_by", models.CharField(blank=True, max_length=160)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.contract",
                        with_vendor=True,
                    ),
                ),
                (
                    "to_contract",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.contract"
                    ),
                ),
                (
                    "to_vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("called_off_at", None), ("done_at", None)),
                        fields=("client", "contract"),
                        name="one_open_changeover",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("contract", models.F("to_contract")), _negated=True),
                        name="changeover_to_another",
                    ),
                ],
            },
        ),
        Wall("Changeover", sides=(*ALL_SIDES, Side.OFFICE), fences=[BOTH_VENDORS]),
        Tie("Changeover"),
    ]

"""Who leaves a core team, when, and who follows."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import STAFF_AND_OFFICE, VENDORS_AND_CLIENTS, Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0018_log_flags"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoreRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_planned", models.BooleanField()),
                ("notice_days", models.PositiveSmallIntegerField()),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.CharField(max_length=160)),
                ("leaves_at", models.DateTimeField()),
                ("would_end_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("put_off_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("called_off_at", models.DateTimeField(blank=True, null=True)),
                ("called_off_by", models.CharField(blank=True, max_length=160)),
                (
                    "card",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.staffcard"
                    ),
                ),
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
                    "follower",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.staffcard",
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
                        fields=("client", "vendor", "contract", "card"),
                        name="one_open_removal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_planned", False), ("follower__isnull", False), _connector="OR"),
                        name="planned_has_follower",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_planned", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="at_once_has_reason",
                    ),
                ],
            },
        ),
        Wall("CoreRemoval", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS]),
        Tie("CoreRemoval"),
    ]

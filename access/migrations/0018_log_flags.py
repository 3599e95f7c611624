"""Flags of the access log and the thresholds behind them, behind their walls."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.fields
from access.walls import VENDORS_AND_CLIENTS, Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0017_systems_register"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlagRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("without_ticket_most", models.PositiveSmallIntegerField(blank=True, default=10, null=True)),
                ("bulk_most", models.PositiveSmallIntegerField(blank=True, default=50, null=True)),
                ("bulk_minutes", models.PositiveSmallIntegerField(default=10)),
                ("off_hours", models.BooleanField(default=False)),
                ("from_entry", models.BigIntegerField(default=0)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("client",), name="one_set_of_flag_rules")],
            },
        ),
        migrations.CreateModel(
            name="LogFlag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("without_ticket", "many records without a ticket"),
                            ("bulk", "many records in a short time"),
                            ("off_hours", "outside working hours"),
                        ],
                        max_length=16,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("threshold", models.PositiveSmallIntegerField()),
                ("entries", models.JSONField(default=list)),
                ("raised_at", models.DateTimeField()),
                ("shown_from", models.DateTimeField()),
                ("explanation", models.CharField(blank=True, max_length=500)),
                ("explained_by", models.CharField(blank=True, max_length=160)),
                ("explained_at", models.DateTimeField(blank=True, null=True)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "indexes": [models.Index(fields=["client", "-starts_at", "-id"], name="flags_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "kind", "user", "starts_at"), name="flag_raised_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="flag_has_a_stretch"
                    ),
                ],
            },
        ),
        Wall("FlagRules"),
        Wall("LogFlag", fences=[VENDORS_AND_CLIENTS]),
        Tie("LogFlag"),
    ]

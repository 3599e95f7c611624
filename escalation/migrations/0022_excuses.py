"""That a broken promise was nobody's fault: said by one side, decided by the other."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0030_back_and_forth"),
        ("escalation", "0021_special_targets"),
        ("tickets", "0017_office_reads_categories"),
    ]

    operations = [
        migrations.CreateModel(
            name="Excuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("accepted", "accepted"),
                            ("refused", "refused"),
                            ("taken_back", "taken back"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("side", models.CharField(choices=[("client", "the client"), ("vendor", "the vendor")], max_length=6)),
                ("reason", models.CharField(max_length=300)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by_name", models.CharField(max_length=160)),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=160)),
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
                    "clock",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.clock"
                    ),
                ),
                (
                    "ticket",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["client", "ticket", "id"], name="excuses_of_ticket")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "accepted"])),
                        fields=("client", "clock"),
                        name="one_excuse_per_breach",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "proposed")),
                            models.Q(models.Q(("state", "proposed"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="excuse_is_decided_at_a_time",
                    ),
                ],
            },
        ),
        Wall("Excuse"),
        Tie("Excuse"),
    ]

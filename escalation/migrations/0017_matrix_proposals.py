"""What a vendor would have the matrix say."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import VENDORS_AND_CLIENTS, Fence, Tie, Wall

# What is still written is its vendor's alone; a vendor decides nothing, and the client writes nothing in its name.
WRITTEN_THEN_DECIDED = Fence(
    "turn_wall",
    "{side} <> 'client' OR state <> 'written'",
    "CASE {side} WHEN 'vendor' THEN state IN ('written', 'sent')"
    " WHEN 'client' THEN state IN ('accepted', 'declined') ELSE true END",
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0032_matrix_right_granted"),
        ("escalation", "0016_promises_agreed"),
    ]

    operations = [
        migrations.AlterField(
            model_name="due",
            name="kind",
            field=models.CharField(
                choices=[
                    ("climb", "Climb"),
                    ("clock", "Clock"),
                    ("ticket", "Ticket"),
                    ("digest", "Digest"),
                    ("emergency", "Emergency"),
                    ("scope", "Scope"),
                    ("proposal", "Proposal"),
                ],
                max_length=9,
            ),
        ),
        migrations.RemoveField(
            model_name="matrix",
            name="vendor",
        ),
        migrations.AlterField(
            model_name="matrix",
            name="state",
            field=models.CharField(
                choices=[("draft", "draft"), ("published", "published"), ("declined", "declined")],
                default="published",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="MatrixProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("written", "being written"),
                            ("sent", "proposed"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        default="written",
                        max_length=10,
                    ),
                ),
                ("content", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("based_on", models.PositiveIntegerField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("written_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, max_length=160)),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("version", models.PositiveIntegerField(blank=True, null=True)),
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
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
                    ),
                ),
                (
                    "written_by",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.staffcard"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["written", "sent"])),
                        fields=("client", "vendor"),
                        name="one_open_matrix_proposal",
                    )
                ],
            },
        ),
        Wall("MatrixProposal", fences=[VENDORS_AND_CLIENTS, WRITTEN_THEN_DECIDED]),
        Tie("MatrixProposal"),
    ]

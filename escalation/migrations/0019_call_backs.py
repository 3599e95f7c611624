"""A call that a customer was promised is a clock of its own, which counts on nobody's hours."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0032_matrix_right_granted"),
        ("escalation", "0018_matrix_checks"),
        ("tickets", "0016_call_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("zone", models.CharField(max_length=64)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("made_by_name", models.CharField(max_length=160)),
                ("times_moved", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by_name", models.CharField(blank=True, max_length=160)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "reached them"),
                            ("not_reached", "called, nobody answered"),
                            ("message", "called, left a message"),
                            ("withdrawn", "taken back"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AlterField(
            model_name="clock",
            name="calendar",
            field=access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="escalation.calendar",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="metric",
            field=models.CharField(
                choices=[
                    ("first_response", "First answer"),
                    ("next_response", "Next answer"),
                    ("solve", "Time to solve"),
                    ("client_response", "The client's answer"),
                    ("call_back", "Promised call-back"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="clockmark",
            name="metric",
            field=models.CharField(
                choices=[
                    ("first_response", "First answer"),
                    ("next_response", "Next answer"),
                    ("solve", "Time to solve"),
                    ("client_response", "The client's answer"),
                    ("call_back", "Promised call-back"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="slatarget",
            name="metric",
            field=models.CharField(
                choices=[
                    ("first_response", "First answer"),
                    ("next_response", "Next answer"),
                    ("solve", "Time to solve"),
                    ("client_response", "The client's answer"),
                    ("call_back", "Promised call-back"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(("round_the_clock", True), ("calendar__isnull", False), _connector="OR"),
                name="clock_counts_on_hours",
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="clock",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.clock"
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="ticket",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(fields=["client", "ticket", "id"], name="call_backs_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("outcome", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="call_back_ends_with_an_outcome",
            ),
        ),
        Wall("CallBack"),
        Tie("CallBack"),
    ]

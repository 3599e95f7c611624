"""The matrix as a document, notices, marks of clocks, groups of contacts, and what is due."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import access.fields
import escalation.models.contacts
import escalation.models.promises
from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0025_write_log_row_by_row"),
        ("escalation", "0004_emergency"),
        ("tickets", "0013_answer_to_a_question"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("first_response", "First answer"),
                            ("next_response", "Next answer"),
                            ("solve", "Time to solve"),
                            ("client_response", "The client's answer"),
                        ],
                        max_length=16,
                    ),
                ),
                ("share", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ContactGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=escalation.models.contacts.new_key, max_length=20)),
                ("name", models.CharField(max_length=120)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("climb", "Climb"),
                            ("clock", "Clock"),
                            ("ticket", "Ticket"),
                            ("emergency", "Emergency"),
                        ],
                        max_length=9,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("due_at", models.DateTimeField(db_index=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("fence", models.BigIntegerField(db_default=0, default=0)),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unique", models.CharField(max_length=120)),
                ("telling", models.PositiveSmallIntegerField(default=1)),
                ("channel", models.CharField(max_length=8)),
                ("vendor_role", models.CharField(blank=True, max_length=24)),
                ("user_id", models.BigIntegerField(blank=True, null=True)),
                ("name", models.CharField(max_length=160)),
                ("is_instead", models.BooleanField(default=False)),
                ("due_at", models.DateTimeField()),
                ("attempted_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.DeleteModel(
            name="DueStep",
        ),
        migrations.AddField(
            model_name="clock",
            name="marked",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="clock",
            name="shares",
            field=models.JSONField(default=escalation.models.promises.broken),
        ),
        migrations.AddField(
            model_name="contact",
            name="key",
            field=models.CharField(default=escalation.models.contacts.new_key, max_length=20),
        ),
        migrations.AddField(
            model_name="escalation",
            name="leg",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="escalation",
            name="leg_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="escalation",
            name="origin",
            field=models.CharField(
                choices=[
                    ("asked", "asked"),
                    ("opened", "began with the ticket"),
                    ("clock", "a promise ran out"),
                    ("quiet", "nothing happened"),
                ],
                default="asked",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="path",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="definition",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="is_late",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="unheard_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="last_told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="leg",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="names",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="told",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="matrix",
            name="based_on",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matrix",
            name="content",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="matrix",
            name="made_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="matrix",
            name="made_by",
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name="matrix",
            name="note",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="matrix",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("proposed", "proposed"),
                    ("published", "published"),
                    ("declined", "declined"),
                ],
                default="published",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="matrix",
            name="valid_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matrix",
            name="vendor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
            ),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="warn_at",
            field=models.JSONField(default=escalation.models.promises.warnings),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "nobody is on it yet"),
                    ("acknowledged", "taken on"),
                    ("returned", "answered and returned"),
                    ("not_needed", "returned, not needed"),
                    ("incomplete", "returned, something is missing"),
                    ("taken_over", "taken over"),
                    ("withdrawn", "withdrawn"),
                    ("solved", "solved"),
                    ("declined", "declined"),
                    ("expired", "nobody answered"),
                ],
                default="running",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="escalationstep",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="matrix",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="matrix",
            name="version",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="matrix",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["client", "-version"],
                include=("valid_from",),
                name="matrix_newest",
            ),
        ),
        migrations.AddConstraint(
            model_name="matrix",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("client",), name="one_matrix_draft"
            ),
        ),
        migrations.AddField(
            model_name="clockmark",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="clockmark",
            name="clock",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="escalation.clock"
            ),
        ),
        migrations.AddField(
            model_name="clockmark",
            name="ticket",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="contactgroup",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddIndex(
            model_name="due",
            index=models.Index(fields=["client_id", "due_at"], name="due_of_client"),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.UniqueConstraint(fields=("kind", "subject_id"), name="due_once"),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="contact",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.contact"
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="group",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="escalation.contactgroup"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="contact",
            field=access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="escalation.contact",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="step",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="escalation.escalationstep"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="ticket",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="clockmark",
            index=models.Index(fields=["client", "ticket"], name="marks_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="clockmark",
            constraint=models.UniqueConstraint(fields=("client", "clock", "share"), name="one_mark_per_share"),
        ),
        migrations.AddConstraint(
            model_name="contactgroup",
            constraint=models.UniqueConstraint(fields=("client", "name"), name="contact_group_name"),
        ),
        migrations.AddConstraint(
            model_name="contactgroup",
            constraint=models.UniqueConstraint(fields=("client", "key"), name="contact_group_key"),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=models.UniqueConstraint(fields=("client", "group", "contact"), name="once_in_a_group"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["client", "step"], name="notices_of_step"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("client", "unique"), name="told_once"),
        ),
        Wall("ClockMark"),
        Wall("ContactGroup"),
        Wall("GroupMember"),
        Wall("Notice"),
        Tie("ClockMark", "GroupMember", "Notice"),
    ]

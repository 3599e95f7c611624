"""Work outside the contract: what the client allows, what was asked for, whom it was told, what was done."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import VENDORS_AND_CLIENTS, Fence, Tie, Wall

# A vendor reads what the client allows it, and never changes it.
CLIENT_SETS = Fence("client_sets", "true", "{side} IN ('client', 'system')")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0029_scope_right_granted"),
        ("escalation", "0012_digests"),
        ("tickets", "0013_answer_to_a_question"),
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
                ],
                max_length=9,
            ),
        ),
        migrations.CreateModel(
            name="ScopeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ticket_number", models.BigIntegerField()),
                ("priority", models.PositiveSmallIntegerField()),
                ("category", models.CharField(blank=True, max_length=120)),
                ("work_key", models.CharField(max_length=80)),
                ("work", models.CharField(max_length=80)),
                ("unit", models.CharField(choices=[("hour", "hour"), ("piece", "piece")], max_length=8)),
                ("price", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("hundredths", models.BigIntegerField()),
                ("estimate", models.BigIntegerField()),
                ("used_hundredths", models.BigIntegerField(default=0)),
                ("used", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("expired", "not answered"),
                            ("withdrawn", "taken back"),
                            ("done", "done"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=160)),
                (
                    "covered_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "a person"),
                            ("allowance", "emergency allowance"),
                            ("budget", "budget of the month"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("budget_of", models.CharField(blank=True, max_length=80)),
                ("month", models.DateField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
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
                    "ticket",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
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
        migrations.CreateModel(
            name="ScopeRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer_hours", models.PositiveSmallIntegerField(default=8)),
                ("approvers", models.JSONField(default=list)),
                ("allowance", models.BigIntegerField(default=0)),
                ("budgets", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=160)),
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
        migrations.CreateModel(
            name="ScopeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("is_reminder", models.BooleanField()),
                ("due_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
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
                    "contact",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="escalation.contact",
                    ),
                ),
                (
                    "request",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="escalation.scoperequest",
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
        migrations.CreateModel(
            name="ScopeWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("why", models.CharField(max_length=600)),
                ("otherwise", models.CharField(max_length=300)),
                ("answer", models.CharField(blank=True, max_length=300)),
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
                    "request",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="escalation.scoperequest",
                        with_vendor=True,
                    ),
                ),
                (
                    "ticket",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
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
        migrations.CreateModel(
            name="WorkEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hundredths", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
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
                    "request",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="escalation.scoperequest",
                        with_vendor=True,
                    ),
                ),
                (
                    "ticket",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
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
        migrations.AddIndex(
            model_name="scoperequest",
            index=models.Index(fields=["client", "ticket"], name="scope_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="scoperequest",
            index=models.Index(fields=["client", "contract", "month"], name="scope_of_month"),
        ),
        migrations.AddIndex(
            model_name="scoperequest",
            index=models.Index(fields=["client", "asked_by", "-id"], name="scope_of_asker"),
        ),
        migrations.AddConstraint(
            model_name="scoperequest",
            constraint=models.UniqueConstraint(fields=("client", "vendor", "id"), name="scope_request_of_vendor"),
        ),
        migrations.AddConstraint(
            model_name="scoperequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("estimate__gte", 0), ("price__gte", 0)), name="scope_price_is_none_or_more"
            ),
        ),
        migrations.AddConstraint(
            model_name="scoperequest",
            constraint=models.CheckConstraint(condition=models.Q(("hundredths__gt", 0)), name="scope_quantity_is_some"),
        ),
        migrations.AddConstraint(
            model_name="scoperequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used__gte", 0),
                    ("used__lte", models.F("estimate")),
                    ("used_hundredths__gte", 0),
                    ("used_hundredths__lte", models.F("hundredths")),
                ),
                name="scope_used_within_the_estimate",
            ),
        ),
        migrations.AddConstraint(
            model_name="scoperequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_hundredths", 0), ("state__in", ["approved", "done"]), _connector="OR"),
                name="scope_no_work_before_it_is_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="scoperules",
            constraint=models.UniqueConstraint(fields=("client", "vendor", "contract"), name="scope_rules_once"),
        ),
        migrations.AddConstraint(
            model_name="scoperules",
            constraint=models.CheckConstraint(
                condition=models.Q(("allowance__gte", 0)), name="scope_allowance_is_none_or_more"
            ),
        ),
        migrations.AddConstraint(
            model_name="scopestep",
            constraint=models.UniqueConstraint(
                fields=("client", "vendor", "request", "position"), name="scope_step_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scopewords",
            constraint=models.UniqueConstraint(fields=("client", "vendor", "request"), name="scope_words_once"),
        ),
        migrations.AddIndex(
            model_name="workentry",
            index=models.Index(fields=["client", "ticket"], name="work_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="workentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("hundredths__gt", 0)), name="work_entry_is_some"
            ),
        ),
        Wall("ScopeRules", fences=[VENDORS_AND_CLIENTS, CLIENT_SETS]),
        Wall("ScopeRequest", fences=[VENDORS_AND_CLIENTS], office_reads=True),
        Wall("ScopeWords", fences=[VENDORS_AND_CLIENTS]),
        Wall("ScopeStep", fences=[VENDORS_AND_CLIENTS]),
        Wall("WorkEntry", fences=[VENDORS_AND_CLIENTS]),
        Tie("ScopeRules", "ScopeRequest", "ScopeWords", "ScopeStep", "WorkEntry"),
    ]

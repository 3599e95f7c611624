"""On-call schedules, their rotations, overrides and swaps, who was on call, and the addresses of feeds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.fields
from access.walls import Fence, Tie, Wall

# A vendor reads its own and the client's; each side writes its own alone.
SCHEDULES = Fence(
    "vendor_wall",
    "{side} <> 'vendor' OR vendor_id IS NULL OR vendor_id = {vendor}",
    "CASE {side} WHEN 'vendor' THEN vendor_id = {vendor} WHEN 'client' THEN vendor_id IS NULL ELSE true END",
)
_PARENT = "EXISTS (SELECT 1 FROM %s p WHERE p.client_id = {table}.client_id AND p.id = {table}.%s)"
# What hangs on a schedule is reached through the schedule's own policies.
OF_SCHEDULE = Fence(
    "vendor_wall",
    _PARENT % ("escalation_oncallschedule", "schedule_id"),
    "EXISTS (SELECT 1 FROM escalation_oncallschedule p WHERE p.client_id = {table}.client_id"
    " AND p.id = {table}.schedule_id AND CASE {side} WHEN 'vendor' THEN p.vendor_id = {vendor}"
    " WHEN 'client' THEN p.vendor_id IS NULL ELSE true END)",
)
OF_LAYER = Fence("vendor_wall", _PARENT % ("escalation_oncalllayer", "layer_id"))


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0026_on_call_right"),
        ("escalation", "0009_sweep_turn"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OnCallSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=80)),
                ("zone", models.CharField(max_length=64)),
                ("passes_on", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("kept_until", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.vendor",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OnCallOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("made_by", models.CharField(max_length=160)),
                ("made_at", models.DateTimeField()),
                ("called_off_at", models.DateTimeField(blank=True, null=True)),
                (
                    "card",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.staffcard",
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
                    "schedule",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.oncallschedule"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OnCallLayer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("turn", models.PositiveSmallIntegerField()),
                ("unit", models.CharField(choices=[("day", "days"), ("week", "weeks")], max_length=4)),
                ("hand_over", models.PositiveSmallIntegerField()),
                ("first", models.DateField()),
                ("hours", models.JSONField(blank=True, default=list)),
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
                    "schedule",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="layers",
                        to="escalation.oncallschedule",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OnCallShift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("mark", models.CharField(blank=True, max_length=60)),
                (
                    "card",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.staffcard",
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
                    "schedule",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.oncallschedule"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OnCallSwap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("withdrawn", "taken back"),
                        ],
                        default="asked",
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asker",
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
                    "other",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.staffcard"
                    ),
                ),
                (
                    "schedule",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.oncallschedule"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OnCallFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="access.client"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "user"), name="one_on_call_feed_each")],
            },
        ),
        migrations.CreateModel(
            name="OnCallPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "card",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.staffcard",
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
                    "layer",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="people", to="escalation.oncalllayer"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("client", "layer", "position"), name="on_call_place_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("card", None), ("contact__isnull", False)),
                            models.Q(("card__isnull", False), ("contact", None)),
                            _connector="OR",
                        ),
                        name="on_call_place_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="oncallschedule",
            constraint=models.UniqueConstraint(
                fields=("client", "vendor", "key"), name="on_call_key_of_each_side", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="oncallschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("key__regex", "^[a-z0-9-]+$"), ("vendor", None)),
                    models.Q(("key__regex", "_[a-z0-9-]+$"), ("vendor__isnull", False)),
                    _connector="OR",
                ),
                name="on_call_key_says_whose",
            ),
        ),
        migrations.AddIndex(
            model_name="oncalloverride",
            index=models.Index(fields=["client", "schedule", "ends_at"], name="on_call_override_end"),
        ),
        migrations.AddConstraint(
            model_name="oncalloverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("card", None), ("contact__isnull", False)),
                    models.Q(("card__isnull", False), ("contact", None)),
                    _connector="OR",
                ),
                name="on_call_override_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="oncalloverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="on_call_override_runs"
            ),
        ),
        migrations.AddConstraint(
            model_name="oncalllayer",
            constraint=models.UniqueConstraint(
                fields=("client", "schedule", "position"), name="on_call_layer_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="oncalllayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("hand_over__lt", 1440), ("turn__gte", 1), ("turn__lte", 52)),
                name="on_call_turn_in_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="oncallshift",
            constraint=models.UniqueConstraint(fields=("client", "schedule", "starts_at"), name="on_call_shift_start"),
        ),
        migrations.AddConstraint(
            model_name="oncallshift",
            constraint=models.CheckConstraint(
                condition=models.Q(("card", None), ("contact", None), _connector="OR"),
                name="on_call_shift_is_one_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="oncallswap",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="on_call_swap_runs"
            ),
        ),
        migrations.AddConstraint(
            model_name="oncallswap",
            constraint=models.CheckConstraint(
                condition=models.Q(("asker", models.F("other")), _negated=True), name="on_call_swap_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="oncallswap",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("client", "schedule", "asker", "other", "starts_at"),
                name="on_call_swap_asked_once",
            ),
        ),
        Wall("OnCallSchedule", fences=[SCHEDULES]),
        Wall("OnCallLayer", fences=[OF_SCHEDULE]),
        Wall("OnCallPerson", fences=[OF_LAYER]),
        *(Wall(name, fences=[OF_SCHEDULE]) for name in ("OnCallOverride", "OnCallSwap", "OnCallShift")),
        Tie("OnCallLayer", "OnCallPerson", "OnCallOverride", "OnCallSwap", "OnCallShift"),
    ]

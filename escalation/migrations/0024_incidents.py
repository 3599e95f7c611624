"""One cause of many tickets: known problems and major incidents, and what their customers are told."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import ALL_SIDES, Fence, Tie, Wall

KINDS = ["climb", "clock", "ticket", "digest", "emergency", "scope", "proposal", "sorting", "announce", "incident"]
# Of a major incident customers read what stands on their portal now, and nothing else.
SHOWN = Fence("customer_wall", "{side} <> 'customer' OR ended_at IS NULL", "{side} <> 'customer'")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0033_incident_right"),
        ("escalation", "0023_moved_categories"),
        ("knowledgebase", "0005_must_read_walls"),
        ("tickets", "0018_category_tree"),
    ]

    operations = [
        migrations.AlterField(
            model_name="due",
            name="kind",
            field=models.CharField(choices=[(kind, kind.capitalize()) for kind in KINDS], max_length=9),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="origin",
            field=models.CharField(
                choices=[
                    ("asked", "asked"),
                    ("opened", "began with the ticket"),
                    ("clock", "a promise ran out"),
                    ("quiet", "nothing happened"),
                    ("incident", "a major incident"),
                ],
                default="asked",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "nature",
                    models.CharField(choices=[("problem", "known problem"), ("major", "major incident")], max_length=7),
                ),
                ("title", models.CharField(max_length=160)),
                ("known", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "being looked into"),
                            ("eased", "eased"),
                            ("fixed", "fixed"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=6,
                    ),
                ),
                ("owner", models.CharField(choices=[("client", "the client"), ("vendor", "the vendor")], max_length=6)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("began_at", models.DateTimeField()),
                ("began_by_name", models.CharField(max_length=160)),
                ("eased_at", models.DateTimeField(blank=True, null=True)),
                ("fixed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("review", models.TextField(blank=True)),
                ("revision", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "article",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledgebase.article",
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
                    "parent",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField()),
                ("solves", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=160)),
                ("once", models.CharField(max_length=64)),
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
                    "incident",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="announcements",
                        to="escalation.incident",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="incident",
            field=access.fields.ClientForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="escalation.incident",
            ),
        ),
        migrations.CreateModel(
            name="IncidentEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("began", "Began"),
                            ("changed", "Changed"),
                            ("linked", "Linked"),
                            ("unlinked", "Unlinked"),
                            ("told", "Told"),
                            ("banner", "Banner"),
                            ("no_banner", "No Banner"),
                            ("climbs", "Climbs"),
                            ("eased", "Eased"),
                            ("fixed", "Fixed"),
                            ("again", "Again"),
                            ("closed", "Closed"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=160)),
                ("data", models.JSONField(default=dict)),
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
                    "incident",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="escalation.incident"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="IncidentTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("linked_at", models.DateTimeField()),
                ("linked_by_name", models.CharField(max_length=160)),
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
                    "incident",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="escalation.incident"
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
            },
        ),
        migrations.CreateModel(
            name="PortalBanner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300)),
                ("said_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                    "incident",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalation.incident"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AnnouncementTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "waits"),
                            ("told", "told"),
                            ("over", "already over"),
                            ("failed", "could not be written"),
                        ],
                        default="waits",
                        max_length=6,
                    ),
                ),
                ("message_id", models.BigIntegerField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "announcement",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tickets",
                        to="escalation.announcement",
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
                    "ticket",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waits")),
                        fields=["client", "announcement", "ticket"],
                        name="announcements_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "announcement", "ticket"), name="announced_to_ticket_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("state", "waits")),
                            models.Q(models.Q(("state", "waits"), _negated=True), ("done_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="announcement_is_done_at_a_time",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["client", "state", "-number"], name="incidents_by_state"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(fields=("client", "number"), name="incident_number"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nature", "major"), models.Q(("state", "closed"), _negated=True)),
                fields=("client", "parent"),
                name="one_major_incident_per_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.UniqueConstraint(fields=("client", "once"), name="announced_once"),
        ),
        migrations.AddIndex(
            model_name="incidentevent",
            index=models.Index(fields=["client", "incident", "at", "id"], name="events_of_incident"),
        ),
        migrations.AddIndex(
            model_name="incidentticket",
            index=models.Index(fields=["client", "ticket"], name="incidents_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="incidentticket",
            constraint=models.UniqueConstraint(fields=("client", "incident", "ticket"), name="linked_to_incident_once"),
        ),
        migrations.AddIndex(
            model_name="portalbanner",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["client"], name="banners_shown"),
        ),
        migrations.AddConstraint(
            model_name="portalbanner",
            constraint=models.UniqueConstraint(fields=("client", "incident"), name="one_banner_per_incident"),
        ),
        Wall("Incident"),
        Wall("IncidentTicket"),
        Wall("IncidentEvent"),
        Wall("Announcement"),
        Wall("AnnouncementTicket"),
        Wall("PortalBanner", sides=ALL_SIDES, fences=(SHOWN,)),
        Tie("Incident", "IncidentTicket", "IncidentEvent", "Announcement", "AnnouncementTicket", "PortalBanner"),
        Tie("Notice", only="incident"),
    ]

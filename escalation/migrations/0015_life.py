"""Who took it on, what was asked of whoever escalated, and when its person saw a notice here."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields


class Migration(migrations.Migration):
    dependencies = [("escalation", "0014_matrix_drafts")]

    operations = [
        migrations.AddField("escalation", "acknowledged_by_name", models.CharField(blank=True, max_length=160)),
        migrations.AddField("escalation", "came_back", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("escalation", "checklist", models.JSONField(blank=True, default=list)),
        migrations.AddField("contact", "returned_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("contact", "returned_why", models.CharField(blank=True, max_length=200)),
        migrations.AddField("notice", "asked_by_name", models.CharField(blank=True, max_length=160)),
        migrations.AlterField(
            "notice",
            "step",
            access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="escalation.escalationstep",
            ),
        ),
        migrations.AddField("notice", "seen_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=["user_id", "client"],
                condition=models.Q(channel="app", seen_at=None),
                name="notices_unseen",
            ),
        ),
    ]

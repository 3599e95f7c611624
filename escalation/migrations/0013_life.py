"""Who took it on, what was asked of whoever escalated, and when its person saw a notice here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("escalation", "0012_digests")]

    operations = [
        migrations.AddField("escalation", "acknowledged_by_name", models.CharField(blank=True, max_length=160)),
        migrations.AddField("escalation", "came_back", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("escalation", "checklist", models.JSONField(blank=True, default=list)),
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

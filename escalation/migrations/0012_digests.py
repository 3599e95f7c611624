"""Notices that are told together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("escalation", "0011_team_hours")]

    operations = [
        migrations.AddField("notice", "is_held", models.BooleanField(default=False)),
        migrations.AddField("notice", "digest", models.BigIntegerField(blank=True, null=True)),
        migrations.AlterField("notice", "attempted_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "due",
            "kind",
            models.CharField(
                choices=[
                    ("climb", "Climb"),
                    ("clock", "Clock"),
                    ("ticket", "Ticket"),
                    ("digest", "Digest"),
                    ("emergency", "Emergency"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            "notice",
            models.Index(fields=["client", "contact", "user_id", "-attempted_at"], name="notices_of_person"),
        ),
    ]

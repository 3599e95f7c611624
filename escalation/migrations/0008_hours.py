"""Support hours say whose public holidays they keep, who saved them, and whether they were withdrawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalation", "0007_matrix_documents_only"),
    ]

    operations = [
        migrations.AddField("calendar", "country", models.CharField(blank=True, default="", max_length=2)),
        migrations.AddField("calendar", "region", models.CharField(blank=True, default="", max_length=60)),
        migrations.AddField("calendar", "names", models.JSONField(default=dict)),
        migrations.AddField("calendar", "own", models.JSONField(default=list)),
        migrations.AddField("calendar", "listed_until", models.DateField(blank=True, null=True)),
        migrations.AddField("calendar", "saved_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("calendar", "saved_by", models.CharField(blank=True, default="", max_length=160)),
        migrations.AddField("calendar", "restored_from", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("calendar", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("calendar", "withdrawn_by", models.CharField(blank=True, default="", max_length=160)),
    ]

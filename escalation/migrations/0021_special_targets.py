"""Promises for the tickets of a category, or of a tier of customers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0030_back_and_forth"),
        ("escalation", "0020_warnings"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="slatarget",
            name="one_target_per_priority",
        ),
        migrations.AddField(
            model_name="slatarget",
            name="category",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="slatarget",
            name="tier",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddConstraint(
            model_name="slatarget",
            constraint=models.UniqueConstraint(
                fields=("client", "policy", "metric", "priority", "category", "tier"), name="one_target_per_priority"
            ),
        ),
    ]

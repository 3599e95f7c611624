"""A notice may tell that a share of a promise has run."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import Tie


class Migration(migrations.Migration):
    dependencies = [
        ("escalation", "0019_call_backs"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="clock",
            field=access.fields.ClientForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="escalation.clock",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="share",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        Tie("Notice", only="clock"),
    ]

"""Tickets whose category has moved are due to be counted anew."""

from django.db import migrations, models

KINDS = ["climb", "clock", "ticket", "digest", "emergency", "scope", "proposal", "sorting"]


class Migration(migrations.Migration):
    dependencies = [("escalation", "0022_excuses")]

    operations = [
        migrations.AlterField(
            model_name="due",
            name="kind",
            field=models.CharField(choices=[(kind, kind.capitalize()) for kind in KINDS], max_length=9),
        ),
    ]

"""When the customer of a ticket was promised a call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0015_choose_services"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="call_at",
            field=models.DateTimeField(blank=True, help_text="When the customer was promised a call.", null=True),
        ),
    ]

"""When any worker last took a turn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("escalation", "0008_hours")]

    operations = [
        migrations.CreateModel(
            name="SweepTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("swept_at", models.DateTimeField()),
            ],
        ),
    ]

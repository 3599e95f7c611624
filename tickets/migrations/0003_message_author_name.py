"""The name of whoever wrote for the staff without a card."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_walls")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="author_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
    ]

"""An answer of a source says what it was asked, so that one told of another number counts for nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0012_kept_for_a_colleague"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourceanswer",
            name="question",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]

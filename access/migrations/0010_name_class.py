"""Who sees the names of a client's customers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0009_sign_in")]

    operations = [
        migrations.AddField(
            "client",
            "name_class",
            models.CharField(
                choices=[("public", "public"), ("contact", "contact"), ("sensitive", "sensitive")],
                db_default="public",
                default="public",
                help_text="Who sees the names of customers.",
                max_length=10,
            ),
        ),
    ]

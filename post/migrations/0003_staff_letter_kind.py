"""Letters to staff are of more than one kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("post", "0002_walls")]

    operations = [
        migrations.AddField(
            model_name="staffletter",
            name="kind",
            field=models.CharField(
                choices=[("reset_link", "Reset Link"), ("factors_changed", "Factors Changed")],
                db_default="reset_link",
                default="reset_link",
                max_length=16,
            ),
        ),
    ]

"""A letter to staff may say that a colleague's answer waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("post", "0004_flag_letter"),
    ]

    operations = [
        migrations.AlterField(
            model_name="staffletter",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reset_link", "Reset Link"),
                    ("factors_changed", "Factors Changed"),
                    ("log_flag", "Log Flag"),
                    ("reply_waits", "Reply Waits"),
                ],
                db_default="reset_link",
                default="reset_link",
                max_length=16,
            ),
        ),
    ]

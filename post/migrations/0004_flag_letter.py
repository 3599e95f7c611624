"""A letter to staff may say that a flag was raised."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("post", "0003_staff_letter_kind"),
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
                ],
                db_default="reset_link",
                default="reset_link",
                max_length=16,
            ),
        ),
    ]

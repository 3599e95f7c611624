"""A flag may be about somebody of no vendor: who runs the platform, under emergency access."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0023_certificate_before")]

    operations = [
        migrations.AlterField(
            model_name="logflag",
            name="vendor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
            ),
        ),
    ]

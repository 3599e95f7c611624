"""What the newest record of a certificate has replaced, for whoever takes it back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0022_log_bytes")]

    operations = [
        migrations.AddField(
            "CertificationHeld",
            "before",
            models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]

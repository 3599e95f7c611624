"""What exactly each side has signed."""

from django.db import migrations, models

DIGEST = models.CharField(blank=True, db_default="", default="", max_length=64)


class Migration(migrations.Migration):
    dependencies = [("access", "0020_changeover")]

    operations = [
        migrations.AddField("ContractTerms", f"{side}_signed_digest", DIGEST.clone()) for side in ("vendor", "client")
    ]

"""To which mailbox a link was sent, as a keyed digest; links of before are to none that is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0004_write_log")]

    operations = [
        migrations.AddField(
            "signedlink", "sent_to", models.CharField(blank=True, default="", max_length=64), preserve_default=False
        ),
    ]

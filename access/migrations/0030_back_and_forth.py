"""How often a question may go to the client and back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0029_scope_right_granted")]

    operations = [
        migrations.AddField("clientprofile", "back_and_forth_most", models.PositiveSmallIntegerField(default=3)),
    ]

"""A ticket's entries are found by an index; the newest of a client by the one that is there anyway."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0013_log_without_locks"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="accesslogentry",
            name="log_newest_first",
        ),
        migrations.AddIndex(
            model_name="accesslogcontent",
            index=models.Index(
                condition=models.Q(("ticket_number__isnull", False)),
                fields=["client", "ticket_number", "-entry_id"],
                name="log_of_ticket",
            ),
        ),
    ]

"""Customers ask for their own data: their jobs are theirs to see, and nobody else's."""

from django.db import migrations, models

from access.walls import ALL_SIDES, Fence, Rewall

_OWN = Fence(
    "customer_wall",
    "{side} <> 'customer' OR (by_customer AND kind = 'customer_data' AND customer_id = {customer})",
)


class Migration(migrations.Migration):
    dependencies = [
        ("leaving", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="by_customer",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="job",
            name="told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        Rewall("Job", sides=ALL_SIDES, fences=[_OWN]),
    ]

"""A category can be a part of another of the same client."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import Tie


class Migration(migrations.Migration):
    dependencies = [("tickets", "0017_office_reads_categories")]

    operations = [
        migrations.AddField(
            model_name="ticketcategory",
            name="parent",
            field=access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="tickets.ticketcategory",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketcategory",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="category_not_in_itself"
            ),
        ),
        Tie("TicketCategory", only="parent"),
    ]

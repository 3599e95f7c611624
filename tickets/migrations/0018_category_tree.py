"""A category can be a part of another of the same client, and can be retired."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import Tie

# As before, with the whole rows of the categories.
PAGE = import_module("tickets.migrations.0007_record_fields").PAGE.replace(
    "json_agg(json_build_array(g.id, g.name) ORDER BY g.position, g.name)", "json_agg(row_to_json(g))"
)
# As before, with the categories that others are a part of.
CHOICES = import_module("tickets.migrations.0015_choose_services").CHOICES.replace(
    "AND (c.is_offered OR EXISTS (",
    "AND (c.is_offered OR EXISTS (\n"
    "          SELECT 1 FROM tickets_ticketcategory p WHERE p.client_id = c.client_id AND p.parent_id = c.id)\n"
    "          OR EXISTS (",
)


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
        migrations.AddField(model_name="ticketcategory", name="is_retired", field=models.BooleanField(default=False)),
        migrations.RunSQL(PAGE),
        migrations.RunSQL(CHOICES),
    ]

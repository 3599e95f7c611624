"""A ticket can be merged into another of the same client."""

import django.db.models.deletion
from django.db import migrations

import access.fields
from access.walls import Tie


class Migration(migrations.Migration):
    dependencies = [("tickets", "0018_category_tree")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="merged_into",
            field=access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tickets.ticket",
            ),
        ),
        Tie("Ticket", only="merged_into"),
        migrations.AddField(
            model_name="message",
            name="merged_from",
            field=access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tickets.ticket",
            ),
        ),
        Tie("Message", only="merged_from"),
    ]

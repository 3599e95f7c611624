"""Tickets that are with the client only while their vendor is suspended."""

import django.db.models.deletion
from django.db import migrations, models

from access.fields import ClientForeignKey
from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [("access", "0012_log_seal_walls"), ("tickets", "0007_record_fields")]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.client",
                    ),
                ),
                (
                    "ticket",
                    ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            model_name="setaside",
            constraint=models.UniqueConstraint(fields=("client", "ticket"), name="set_aside_once"),
        ),
        Wall("SetAside"),
        Tie("SetAside"),
    ]

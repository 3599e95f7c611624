"""The systems register, behind its walls."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.fields
from access.walls import STAFF_AND_OFFICE, VENDORS_AND_CLIENTS, Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0016_emergency"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientSystem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("removed_by", models.CharField(max_length=160)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SystemAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("login", models.CharField(max_length=120)),
                ("since", models.DateField()),
                ("granted_by", models.CharField(max_length=160)),
                ("registered_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("asked_by", models.CharField(blank=True, max_length=160)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("removed_on", models.DateField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_by", models.CharField(blank=True, max_length=160)),
                (
                    "card",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.staffcard"
                    ),
                ),
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
                    "system",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="access.clientsystem"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="clientsystem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)), fields=("client", "name"), name="system_name"
            ),
        ),
        migrations.AddIndex(
            model_name="systemaccount",
            index=models.Index(fields=["client", "user"], name="accounts_of_person"),
        ),
        migrations.AddConstraint(
            model_name="systemaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at", None)),
                fields=("client", "system", "user", "login"),
                name="account_registered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="systemaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("removed_on", None)),
                    models.Q(("confirmed_at__isnull", False), ("removed_on__isnull", False)),
                    _connector="OR",
                ),
                name="removal_is_confirmed_with_its_day",
            ),
        ),
        Wall("ClientSystem", sides=STAFF_AND_OFFICE),
        Wall("SystemAccount", sides=STAFF_AND_OFFICE, fences=[VENDORS_AND_CLIENTS], own_rows=True),
        Tie("SystemAccount"),
    ]

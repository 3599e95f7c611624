"""The client's own systems, what they pushed, and what they answered last."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import access.fields
from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0010_name_class"),
        ("tickets", "0008_set_aside"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("lookup", models.CharField(blank=True, max_length=500)),
                ("link", models.CharField(blank=True, max_length=500)),
                ("fields", models.JSONField(blank=True, default=list)),
                (
                    "number_class",
                    models.CharField(
                        choices=[("public", "public"), ("contact", "contact"), ("sensitive", "sensitive")],
                        default="public",
                        max_length=10,
                    ),
                ),
                ("secret_version", models.PositiveIntegerField(default=1)),
                ("is_active", models.BooleanField(default=True)),
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
            name="ClientRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("order", "order"), ("account", "account"), ("device", "device")], max_length=8
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=160)),
                ("data", models.JSONField(default=dict)),
                ("source_updated_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "number_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Upper(
                            models.Func(
                                models.F("external_id"),
                                models.Value("[^[:alnum:]]"),
                                models.Value(""),
                                models.Value("g"),
                                function="regexp_replace",
                            )
                        ),
                        output_field=models.CharField(max_length=120),
                    ),
                ),
                (
                    "number_end",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Right(
                            django.db.models.functions.text.Upper(
                                models.Func(
                                    models.F("external_id"),
                                    models.Value("[^[:alnum:]]"),
                                    models.Value(""),
                                    models.Value("g"),
                                    function="regexp_replace",
                                )
                            ),
                            4,
                        ),
                        output_field=models.CharField(max_length=4),
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
                    "customer",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="records", to="tickets.customer"
                    ),
                ),
                (
                    "source",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="records", to="tickets.recordsource"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SourceAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("records", models.JSONField(default=list)),
                ("answered_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("fault", models.CharField(blank=True, max_length=20)),
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
                    "customer",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.customer"
                    ),
                ),
                (
                    "source",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="tickets.recordsource"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="recordsource",
            constraint=models.UniqueConstraint(fields=("client", "slug"), name="record_source_slug"),
        ),
        migrations.AddIndex(
            model_name="clientrecord",
            index=models.Index(fields=["client", "customer"], name="client_record_of_customer"),
        ),
        migrations.AddIndex(
            model_name="clientrecord",
            index=models.Index(fields=["client", "number_key"], name="client_record_by_number"),
        ),
        migrations.AddIndex(
            model_name="clientrecord",
            index=models.Index(fields=["client", "number_end"], name="client_record_by_number_end"),
        ),
        migrations.AddConstraint(
            model_name="clientrecord",
            constraint=models.UniqueConstraint(fields=("client", "source", "external_id"), name="client_record_once"),
        ),
        migrations.AddConstraint(
            model_name="sourceanswer",
            constraint=models.UniqueConstraint(fields=("client", "source", "customer"), name="source_answer_once"),
        ),
        Wall("RecordSource"),
        Wall("ClientRecord"),
        Wall("SourceAnswer"),
        Tie("ClientRecord", "SourceAnswer"),
    ]

"""Calls to endpoints, and claims with a number of their own."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import STAFF_AND_OFFICE, Fence, Tie, Wall

# The client's own are read by whoever works there, because what they do may cause a call; a vendor's by that vendor
# and the client, and by its office, which reads nothing else.
OWN_OR_CLIENTS = Fence(
    "vendor_wall",
    "CASE {side} WHEN 'vendor' THEN vendor_id IS NULL OR vendor_id = {vendor}"
    " WHEN 'office' THEN vendor_id = {vendor} ELSE true END",
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0025_write_log_row_by_row"),
        ("post", "0005_waiting_letter"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallHint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.BigIntegerField()),
                ("endpoint_id", models.BigIntegerField()),
                ("call_id", models.BigIntegerField(unique=True)),
                ("due_at", models.DateTimeField(db_index=True)),
                ("ends_at", models.DateTimeField(db_index=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("fence", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("address", models.CharField(max_length=500)),
                (
                    "carries",
                    models.CharField(
                        choices=[("webhook", "signed webhook"), ("sms", "text message"), ("phone", "phone call")],
                        default="webhook",
                        max_length=8,
                    ),
                ),
                ("provider", models.CharField(default="webhook", max_length=40)),
                ("secret", models.TextField(blank=True)),
                ("old_secret", models.TextField(blank=True)),
                ("old_until", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="EndpointPace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("endpoint_id", models.BigIntegerField(unique=True)),
                ("client_id", models.BigIntegerField()),
                ("failures", models.BigIntegerField(default=0)),
                ("opens_at", models.DateTimeField(blank=True, null=True)),
                ("took_ms", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="OutboxCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unique", models.CharField(help_text="What this call is about: one call for each.", max_length=160)),
                ("kind", models.CharField(max_length=40)),
                ("body", models.JSONField(default=dict)),
                ("idempotency_key", models.CharField(max_length=64)),
                ("ticket_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "waiting to be sent"),
                            ("accepted", "accepted"),
                            ("dead", "could not be sent"),
                        ],
                        default="due",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("attempted_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="outboxhint",
            name="fence",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="outboxmail",
            name="attempted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="outboxmail",
            name="bounced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(fields=["client", "message_id"], name="mail_by_message_id"),
        ),
        migrations.AddIndex(
            model_name="callhint",
            index=models.Index(fields=["endpoint_id", "due_at"], name="call_hint_of_endpoint"),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="vendor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
            ),
        ),
        migrations.AddField(
            model_name="outboxcall",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="outboxcall",
            name="endpoint",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="post.endpoint"
            ),
        ),
        migrations.AddField(
            model_name="outboxcall",
            name="vendor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                fields=("client", "vendor", "key"), name="endpoint_key", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="outboxcall",
            index=models.Index(fields=["client", "endpoint", "-id"], name="calls_newest_first"),
        ),
        migrations.AddIndex(
            model_name="outboxcall",
            index=models.Index(condition=models.Q(("state", "dead")), fields=["client", "-id"], name="dead_calls"),
        ),
        migrations.AddConstraint(
            model_name="outboxcall",
            constraint=models.UniqueConstraint(
                fields=("client", "vendor", "unique"), name="one_call_per_cause", nulls_distinct=False
            ),
        ),
        Wall("Endpoint", sides=STAFF_AND_OFFICE, fences=[OWN_OR_CLIENTS]),
        Wall("OutboxCall", fences=[OWN_OR_CLIENTS]),
        Tie("OutboxCall"),
    ]

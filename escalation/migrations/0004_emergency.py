"""Who was asked to let somebody in, and that such a request is due."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0016_emergency"),
        ("escalation", "0003_vendor_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("due_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="duestep",
            name="kind",
            field=models.CharField(
                choices=[("step", "Step"), ("emergency", "Emergency")], db_default="step", default="step", max_length=9
            ),
        ),
        migrations.AlterField(
            model_name="duestep",
            name="step_id",
            field=models.BigIntegerField(),
        ),
        migrations.AddConstraint(
            model_name="duestep",
            constraint=models.UniqueConstraint(fields=("kind", "step_id"), name="due_once"),
        ),
        migrations.AddField(
            model_name="emergencystep",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
            ),
        ),
        migrations.AddField(
            model_name="emergencystep",
            name="contact",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="escalation.contact"
            ),
        ),
        migrations.AddField(
            model_name="emergencystep",
            name="emergency",
            field=access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="access.emergencyaccess"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencystep",
            constraint=models.UniqueConstraint(
                fields=("client", "emergency", "position"), name="one_row_per_emergency_step"
            ),
        ),
        Wall("EmergencyStep"),
        Tie("EmergencyStep"),
    ]

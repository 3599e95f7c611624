"""Emergency access with what was said and when it was ended, and who runs the platform."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from access.walls import STAFF_AND_OFFICE, Fence, Rewall

# As `VENDORS_AND_CLIENTS`; who runs the platform is of no vendor, and accepts in their own name all the same.
OWN_OR_VENDORS = Fence(
    "vendor_wall", "COALESCE({side}, '') NOT IN ('vendor', 'office') OR vendor_id = {vendor} OR user_id = {user}"
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0015_office_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="clearancerules",
            name="emergency_minutes",
            field=models.PositiveSmallIntegerField(db_default=240, default=240),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="answer",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="stopped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="stopped_by_name",
            field=models.CharField(blank=True, db_default="", max_length=160),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="team",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.AlterField(
            model_name="emergencyaccess",
            name="priority",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="emergencyaccess",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "asked"),
                    ("granted", "granted"),
                    ("unanswered", "granted, nobody answered"),
                    ("refused", "refused"),
                    ("expired", "not answered"),
                    ("withdrawn", "taken back"),
                ],
                default="asked",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="emergencyaccess",
            name="ticket_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="ndaacceptance",
            name="vendor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.vendor"
            ),
        ),
        migrations.AlterField(
            model_name="signedlink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("customer", "Customer"),
                    ("ticket", "Ticket"),
                    ("escalation", "Escalation"),
                    ("emergency", "Emergency"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Operator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON access_operator"
            " FOR EACH ROW EXECUTE FUNCTION access_bump_user()"
        ),
        Rewall("NdaAcceptance", sides=STAFF_AND_OFFICE, fences=[OWN_OR_VENDORS], own_rows=True),
    ]

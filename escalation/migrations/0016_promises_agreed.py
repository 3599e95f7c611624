"""Promises are proposed by one side and agreed to by the other; a clock knows whose targets it has."""

import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.rights import Side
from access.walls import ALL_SIDES, Fence, Rewall, Tie

WITH_OFFICE = (*ALL_SIDES, Side.OFFICE)
OWN_CONTRACT = Fence("vendor_wall", "{side} NOT IN ('vendor', 'office') OR vendor_id = {vendor}")
# The office reaches a target through the walls of its policy.
OWN_POLICYS = Fence(
    "vendor_wall",
    "{side} <> 'office' OR EXISTS (SELECT 1 FROM escalation_slapolicy p"
    " WHERE p.client_id = {table}.client_id AND p.id = {table}.policy_id)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0029_scope_right_granted"),
        ("escalation", "0015_life"),
    ]

    operations = [
        migrations.AddField(
            "clock",
            "policy",
            access.fields.ClientForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="escalation.slapolicy",
            ),
        ),
        migrations.AddField("slapolicy", "decided_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "slapolicy", "decided_by", models.CharField(blank=True, db_default="", default="", max_length=160)
        ),
        migrations.AddField("slapolicy", "proposed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "slapolicy", "proposed_by", models.CharField(blank=True, db_default="", default="", max_length=160)
        ),
        migrations.AddField(
            "slapolicy",
            "proposed_side",
            models.CharField(
                blank=True,
                choices=[("client", "the client"), ("vendor", "the vendor")],
                db_default="",
                default="",
                max_length=6,
            ),
        ),
        migrations.AddField(
            "slapolicy",
            "state",
            models.CharField(
                choices=[
                    ("proposed", "proposed"),
                    ("agreed", "agreed"),
                    ("declined", "declined"),
                    ("taken_back", "taken back"),
                ],
                db_default="agreed",
                default="agreed",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "slapolicy",
            models.UniqueConstraint(
                condition=models.Q(state="proposed"),
                fields=("client", "vendor", "contract"),
                name="one_proposed_policy",
            ),
        ),
        Tie("Clock", only="policy"),
        # The office proposes promises now; until here it read them alone.
        migrations.RunSQL("DROP POLICY office_reads ON escalation_slapolicy", migrations.RunSQL.noop),
        Rewall("SlaPolicy", sides=WITH_OFFICE, fences=[OWN_CONTRACT]),
        Rewall("SlaTarget", sides=WITH_OFFICE, fences=[OWN_POLICYS]),
    ]

"""A line of the log no longer locks its client's row: with every page shown, each would have."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0012_log_seal_walls"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accesslogcontent",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.client",
            ),
        ),
        migrations.AlterField(
            model_name="accesslogentry",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.client",
            ),
        ),
        migrations.AlterField(
            model_name="accesslogrecord",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.client",
            ),
        ),
    ]

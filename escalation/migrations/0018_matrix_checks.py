"""When a matrix was last looked over, and what was told of it."""

import django.db.models.deletion
from django.db import migrations, models

from access.walls import Fence, Wall

# A vendor reads when its client's matrix was looked over, and notes nothing about it.
CLIENT_SETS = Fence("client_sets", "true", "{side} IN ('client', 'system')")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0032_matrix_right_granted"),
        ("escalation", "0017_matrix_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="MatrixCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("checked_at", models.DateTimeField()),
                ("found", models.PositiveIntegerField(default=0)),
                ("told", models.JSONField(default=list)),
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
                "constraints": [models.UniqueConstraint(fields=("client",), name="one_matrix_check")],
            },
        ),
        Wall("MatrixCheck", fences=[CLIENT_SETS]),
    ]

"""What the documents have taken the place of, away; and what must be true of them from now on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("escalation", "0006_matrix_documents_data")]

    operations = [
        migrations.RemoveField(
            model_name="matrixrow",
            name="category",
        ),
        migrations.RemoveField(
            model_name="matrixrow",
            name="client",
        ),
        migrations.RemoveField(
            model_name="matrixrow",
            name="matrix",
        ),
        migrations.RemoveField(
            model_name="pathstep",
            name="row",
        ),
        migrations.RemoveField(
            model_name="pathstep",
            name="client",
        ),
        migrations.RemoveField(
            model_name="pathstep",
            name="contact",
        ),
        migrations.RemoveField(
            model_name="escalationstep",
            name="contact",
        ),
        migrations.RemoveField(
            model_name="escalationstep",
            name="target",
        ),
        migrations.RemoveField(
            model_name="escalationstep",
            name="target_name",
        ),
        migrations.RemoveField(
            model_name="escalationstep",
            name="vendor_role",
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(fields=("client", "key"), name="contact_key"),
        ),
        migrations.AddConstraint(
            model_name="matrix",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True),
                    models.Q(("valid_from__isnull", False), ("version__isnull", False)),
                    _connector="OR",
                ),
                name="published_matrix_has_a_version",
            ),
        ),
        migrations.DeleteModel(
            name="MatrixRow",
        ),
        migrations.DeleteModel(
            name="PathStep",
        ),
        migrations.AlterField("matrix", "content", models.JSONField()),
        migrations.AlterField("matrix", "made_at", models.DateTimeField()),
        migrations.AlterField("escalationstep", "definition", models.JSONField()),
    ]

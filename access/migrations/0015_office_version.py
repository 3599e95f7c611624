"""Running a vendor's office is part of what is remembered of a person: a change of it raises their version."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0014_log_of_ticket")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON access_officemember"
            " FOR EACH ROW EXECUTE FUNCTION access_bump_user()"
        ),
    ]

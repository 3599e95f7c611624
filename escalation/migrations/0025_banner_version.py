"""What a portal says of a major incident is part of its client's public face: a change of it raises the version."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("escalation", "0024_incidents")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON escalation_portalbanner"
            " FOR EACH ROW EXECUTE FUNCTION access_bump_client('client_id')",
            "DROP TRIGGER bump_rights ON escalation_portalbanner",
        ),
    ]

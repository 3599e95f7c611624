"""The right to lead incidents: held by leads and the clients' admins, also by those who were hired before."""

from django.db import migrations

from access.walls import InEachClient

# The names of rights are written after the migrations only; on an empty database there is nobody to grant it to.
NAMED = """
INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'lead incidents', id, 'lead_incidents' FROM django_content_type WHERE app_label = 'access' AND model = 'client'
ON CONFLICT DO NOTHING
"""
# A client's own copy of a role stays as the client has made it.
GRANTED = """
INSERT INTO access_clientpermission (content_object_id, user_id, permission_id)
SELECT h.client_id, h.user_id, p.id
FROM (SELECT client_id, user_id, role, ends_at FROM access_assignment
      UNION SELECT client_id, user_id, role, ends_at FROM access_membership) AS h, auth_permission p
WHERE p.codename = 'lead_incidents' AND h.role IN ('team_lead', 'client_admin')
  AND (h.ends_at IS NULL OR h.ends_at > now())
  AND NOT EXISTS (SELECT FROM access_rolerights r WHERE r.client_id = h.client_id AND r.role = h.role)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0032_matrix_right_granted")]

    operations = [
        migrations.AlterModelOptions(
            name="client",
            options={
                "default_permissions": (),
                "permissions": [
                    ("read_tickets", "read tickets"),
                    ("read_all_tickets", "read all tickets"),
                    ("open_tickets", "open tickets"),
                    ("reply_to_customers", "reply to customers"),
                    ("write_notes", "write notes"),
                    ("triage_tickets", "triage tickets"),
                    ("escalate_tickets", "escalate tickets"),
                    ("read_customers", "read customers"),
                    ("search_customers", "search customers"),
                    ("edit_customers", "edit customers"),
                    ("read_playbooks", "read playbooks"),
                    ("write_articles", "write articles"),
                    ("publish_articles", "publish articles"),
                    ("answer_escalations", "answer escalations"),
                    ("read_matrix", "read matrix"),
                    ("edit_matrix", "edit matrix"),
                    ("propose_matrix", "propose matrix"),
                    ("edit_on_call", "edit on call"),
                    ("lead_incidents", "lead incidents"),
                    ("read_reports", "read reports"),
                    ("read_access_log", "read access log"),
                    ("open_console", "open console"),
                    ("reveal_fields", "reveal fields"),
                    ("erase_customers", "erase customers"),
                    ("edit_record_sources", "edit record sources"),
                    ("edit_clearance", "edit clearance"),
                    ("extend_clearance", "extend clearance"),
                    ("edit_roles", "edit roles"),
                    ("sign_contracts", "sign contracts"),
                    ("suspend_access", "suspend access"),
                    ("decide_emergency_access", "decide emergency access"),
                    ("decide_scope_requests", "decide scope requests"),
                    ("export_everything", "export everything"),
                ],
            },
        ),
        migrations.RunSQL(NAMED),
        InEachClient(GRANTED),
    ]

"""The right to propose a matrix, and the letters in which one is proposed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0030_back_and_forth"),
    ]

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
        migrations.AlterField(
            model_name="signedlink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("customer", "Customer"),
                    ("ticket", "Ticket"),
                    ("escalation", "Escalation"),
                    ("emergency", "Emergency"),
                    ("scope", "Scope"),
                    ("matrix", "Matrix"),
                ],
                max_length=12,
            ),
        ),
    ]

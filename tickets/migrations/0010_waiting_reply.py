"""Answers that wait for a colleague who may send them, and where a ticket's page reads them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.fields
from access.walls import VENDORS_AND_CLIENTS, Tie, Wall

TICKET = """
CREATE OR REPLACE FUNCTION tickets_ticket(_client bigint, _number bigint, _own bigint, _user bigint)
RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_build_object(
      'ticket', row_to_json(t), 'customer', row_to_json(c), 'category', row_to_json(g), 'assignee', row_to_json(s),
      'tags', ARRAY(
        SELECT n.name FROM tickets_tickettag x JOIN tickets_tag n ON n.client_id = x.client_id AND n.id = x.tag_id
        WHERE x.client_id = t.client_id AND x.ticket_id = t.id ORDER BY n.name),
      'draft', (
        SELECT json_build_object(
          'body', d.body, 'audience', d.audience, 'revisions', d.revisions, 'at', d.updated_at)
        FROM tickets_draft d WHERE d.client_id = t.client_id AND d.user_id = _user AND d.ticket_id = t.id),
      'undelivered', ARRAY(
        SELECT json_build_object(
          'id', o.id, 'kind', o.kind, 'unique', o."unique", 'to_name', o.to_name, 'to_address', o.to_address,
          'said', o.last_error, 'at', o.created_at)
        FROM post_outboxmail o WHERE o.client_id = t.client_id AND o.ticket_id = t.id AND o.state = 'dead'
          AND (o.kind <> 'escalation_vendor'
            OR t.vendor_id = NULLIF(current_setting('app.vendor_id', true), '')::bigint)
        ORDER BY o.id),
      'waiting', ARRAY(
        SELECT json_build_object(
          'id', w.id, 'user_id', w.user_id, 'name', a.name, 'body', w.body, 'missing', w.missing, 'at', w.at)
        FROM tickets_waitingreply w JOIN access_staffcard a ON a.client_id = w.client_id AND a.id = w.card_id
        WHERE w.client_id = t.client_id AND w.ticket_id = t.id ORDER BY w.id))
    FROM tickets_ticket t
    JOIN tickets_customer c ON c.client_id = t.client_id AND c.id = t.customer_id
    LEFT JOIN tickets_ticketcategory g ON g.client_id = t.client_id AND g.id = t.category_id
    LEFT JOIN access_staffcard s ON s.client_id = t.client_id AND s.id = t.assignee_id
    WHERE t.client_id = _client AND t.number = _number AND (_own IS NULL OR t.assignee_id = _own)
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0014_log_of_ticket"),
        ("knowledgebase", "0005_must_read_walls"),
        ("tickets", "0009_record_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField()),
                ("then", models.CharField(max_length=8)),
                ("missing", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "card",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.staffcard"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.client",
                    ),
                ),
                (
                    "revision",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="knowledgebase.revision",
                    ),
                ),
                (
                    "ticket",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.vendor",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("client", "ticket", "user"), name="one_waiting_reply")],
            },
        ),
        Wall("WaitingReply", fences=[VENDORS_AND_CLIENTS]),
        Tie("WaitingReply"),
        migrations.RunSQL(TICKET),
    ]

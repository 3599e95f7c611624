"""Services of a client, what they weigh, and which one a ticket is about."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import access.fields
from access.walls import ALL_SIDES, Fence, Tie, Wall

# A customer's ticket is weighed while they open it; they change none of it.
CUSTOMERS_READ = Fence("customers_read", "true", "{side} <> 'customer'")

# As before, with the ticket's service and those that can be chosen.
TICKET = """
CREATE OR REPLACE FUNCTION tickets_ticket(_client bigint, _number bigint, _own bigint, _user bigint)
RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_build_object(
      'ticket', row_to_json(t), 'customer', row_to_json(c), 'category', row_to_json(g), 'assignee', row_to_json(s),
      'service', row_to_json(v),
      'services', (
        SELECT json_agg(json_build_array(u.id, u.name) ORDER BY u.name)
        FROM tickets_service u WHERE u.client_id = _client AND (NOT u.is_retired OR u.id = t.service_id)),
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
          'id', w.id, 'user_id', w.user_id, 'name', a.name, 'body', w.body, 'missing', w.missing,
          'then', w.then, 'at', w.at, 'for_user_id', w.for_user_id,
          'files', ARRAY(
            SELECT json_build_object('id', k.id, 'name', f.name, 'size', f.size, 'sha256', f.sha256)
            FROM tickets_draftfile k JOIN post_storedfile f ON f.client_id = k.client_id AND f.id = k.file_id
            WHERE k.client_id = w.client_id AND k.waiting_id = w.id ORDER BY k.id))
        FROM tickets_waitingreply w JOIN access_staffcard a ON a.client_id = w.client_id AND a.id = w.card_id
        WHERE w.client_id = t.client_id AND w.ticket_id = t.id ORDER BY w.id),
      'draft_files', ARRAY(
        SELECT json_build_object('id', k.id, 'name', f.name, 'size', f.size, 'sha256', f.sha256)
        FROM tickets_draftfile k JOIN post_storedfile f ON f.client_id = k.client_id AND f.id = k.file_id
        WHERE k.client_id = t.client_id AND k.ticket_id = t.id AND k.user_id = _user ORDER BY k.id),
      'let_in', ARRAY(
        SELECT json_build_object('name', a.name, 'vendor', v.name, 'ends_at', e.ends_at)
        FROM access_emergencyaccess e
        JOIN access_staffcard a ON a.client_id = e.client_id AND a.id = e.card_id
        LEFT JOIN access_vendor v ON v.id = e.vendor_id
        WHERE e.client_id = t.client_id AND e.ticket_id = t.id AND e.state IN ('granted', 'unanswered')
          AND e.stopped_at IS NULL
        ORDER BY e.id))
    FROM tickets_ticket t
    JOIN tickets_customer c ON c.client_id = t.client_id AND c.id = t.customer_id
    LEFT JOIN tickets_ticketcategory g ON g.client_id = t.client_id AND g.id = t.category_id
    LEFT JOIN tickets_service v ON v.client_id = t.client_id AND v.id = t.service_id
    LEFT JOIN access_staffcard s ON s.client_id = t.client_id AND s.id = t.assignee_id
    WHERE t.client_id = _client AND t.number = _number AND (_own IS NULL OR t.assignee_id = _own)
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0027_on_call_right_granted"),
        ("tickets", "0013_answer_to_a_question"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="weighed",
            field=models.CharField(blank=True, db_default="", default="", max_length=24),
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=80)),
                ("owner", models.CharField(blank=True, max_length=160)),
                (
                    "criticality",
                    models.CharField(
                        choices=[("vital", "Vital"), ("important", "Important"), ("ordinary", "Ordinary")],
                        default="ordinary",
                        max_length=9,
                    ),
                ),
                ("seasons", models.JSONField(blank=True, default=list)),
                ("is_offered", models.BooleanField(default=True, help_text="Shown in the portal's form.")),
                ("is_retired", models.BooleanField(default=False)),
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
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="service",
            field=access.fields.ClientForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="tickets.service",
            ),
        ),
        migrations.CreateModel(
            name="ServiceWeights",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "vital",
                    models.SmallIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(-1),
                            django.core.validators.MaxValueValidator(2),
                        ],
                    ),
                ),
                (
                    "important",
                    models.SmallIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(-1),
                            django.core.validators.MaxValueValidator(2),
                        ],
                    ),
                ),
                (
                    "ordinary",
                    models.SmallIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(-1),
                            django.core.validators.MaxValueValidator(2),
                        ],
                    ),
                ),
                (
                    "busy",
                    models.SmallIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(-1),
                            django.core.validators.MaxValueValidator(2),
                        ],
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(fields=("client", "key"), name="service_key"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(fields=("client", "name"), name="service_name"),
        ),
        migrations.AddConstraint(
            model_name="serviceweights",
            constraint=models.UniqueConstraint(fields=("client",), name="one_row_of_weights_per_client"),
        ),
        migrations.AddConstraint(
            model_name="serviceweights",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("busy__range", (-1, 2)),
                    ("important__range", (-1, 2)),
                    ("ordinary__range", (-1, 2)),
                    ("vital__range", (-1, 2)),
                ),
                name="weights_within_reach",
            ),
        ),
        Wall("Service", sides=ALL_SIDES, fences=[CUSTOMERS_READ]),
        Wall("ServiceWeights", sides=ALL_SIDES, fences=[CUSTOMERS_READ]),
        Tie("Ticket", only="service"),
        migrations.RunSQL(TICKET),
    ]

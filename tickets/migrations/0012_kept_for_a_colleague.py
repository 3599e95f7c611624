"""Who was named for an answer that waits, the files beside it, and who is in a ticket by emergency access."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.fields
from access.walls import Fence, Tie, Wall

# Its person's own; a colleague's only where an answer waits that they may read, which that table's walls say.
OWN_OR_WAITING = Fence(
    "draft_wall",
    "{side} = 'system' OR user_id = {user} OR EXISTS"
    " (SELECT 1 FROM tickets_waitingreply w WHERE w.client_id = {table}.client_id AND w.id = {table}.waiting_id)",
)

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
    LEFT JOIN access_staffcard s ON s.client_id = t.client_id AND s.id = t.assignee_id
    WHERE t.client_id = _client AND t.number = _number AND (_own IS NULL OR t.assignee_id = _own)
  );
END $$
"""


# As before, with the answers that wait for the reader by name.
CHOICES = """
CREATE OR REPLACE FUNCTION tickets_choices(_clients bigint[], _user bigint) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN json_build_object(
    'categories', (
      SELECT json_agg(json_build_array(g.name, g.client) ORDER BY g.name)
      FROM (
        SELECT c.name, CASE WHEN count(*) = 1 THEN min(c.client_id) END AS client
        FROM tickets_ticketcategory c
        WHERE c.client_id = ANY (_clients) AND (c.is_offered OR EXISTS (
          SELECT 1 FROM tickets_ticket t WHERE t.client_id = c.client_id AND t.category_id = c.id))
        GROUP BY c.name
      ) AS g),
    'tags', ARRAY(SELECT DISTINCT name FROM tickets_tag WHERE client_id = ANY (_clients) ORDER BY 1 LIMIT 200),
    'views', (
      SELECT json_agg(json_build_array(id, name, query) ORDER BY lower(name), id)
      FROM tickets_savedview WHERE user_id = _user),
    'to_send', (
      SELECT json_agg(json_build_array(w.client_id, t.number, a.name) ORDER BY w.at, w.id)
      FROM tickets_waitingreply w
      JOIN tickets_ticket t ON t.client_id = w.client_id AND t.id = w.ticket_id
      JOIN access_staffcard a ON a.client_id = w.client_id AND a.id = w.card_id
      WHERE w.for_user_id = _user AND w.client_id = ANY (_clients))
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0024_flag_of_nobodys_vendor"),
        ("post", "0005_waiting_letter"),
        ("tickets", "0011_waiting_then"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="waitingreply",
            name="for_user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="DraftFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "file",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="post.storedfile"
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
                    "waiting",
                    access.fields.ClientForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="files",
                        to="tickets.waitingreply",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["client", "ticket", "user"], name="files_of_draft")],
                "constraints": [models.UniqueConstraint(fields=("client", "file"), name="file_kept_once")],
            },
        ),
        Wall("DraftFile", fences=[OWN_OR_WAITING]),
        Tie("DraftFile"),
        migrations.RunSQL(TICKET),
        migrations.RunSQL(CHOICES),
    ]

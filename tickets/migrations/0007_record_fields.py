"""Fields of the client's own on its customers' records, who sees which field, and how a customer is found by one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower, Right, Upper

import access.fields
from access.walls import Fence, Tie, Wall

KINDS = [
    ("text", "text"),
    ("number", "number"),
    ("date", "date"),
    ("yes_no", "yes or no"),
    ("choice", "one of several"),
    ("email", "e-mail address"),
    ("phone", "phone number"),
]
CLASSES = [("public", "public"), ("contact", "contact"), ("sensitive", "sensitive")]
# Why somebody looks is theirs; the log has told the client.
OWN = Fence("person_wall", "{side} = 'system' OR user_id = {user}")

# Every label that stood on a record becomes a field of its client, guarded as well as its best guarded value was.
# The owner of the tables reads nothing while their policies are forced, and would move nothing.
MOVE_LABELS = """
ALTER TABLE tickets_customerfield NO FORCE ROW LEVEL SECURITY;
INSERT INTO tickets_recordfield
  (client_id, key, label, kind, sensitivity, required, least, most, choices, position)
SELECT client_id, 'field-' || row_number() OVER (PARTITION BY client_id ORDER BY min(position), label), label, 'text',
  CASE max(CASE sensitivity WHEN 'sensitive' THEN 2 WHEN 'contact' THEN 1 ELSE 0 END)
    WHEN 2 THEN 'sensitive' WHEN 1 THEN 'contact' ELSE 'public' END,
  false, '', '', '[]', min(position)
FROM tickets_customerfield GROUP BY client_id, label;
UPDATE tickets_customerfield v SET field_id = d.id
FROM tickets_recordfield d WHERE d.client_id = v.client_id AND d.label = v.label;
ALTER TABLE tickets_customerfield FORCE ROW LEVEL SECURITY;
"""

# As before, with the definitions of the client's own fields, how the client guards the others,
# and the ticket for which the reader may see how to reach this customer.
PAGE = """
CREATE OR REPLACE FUNCTION tickets_page(
  _client bigint, _number bigint, _own bigint, _user bigint, _clients_people boolean, _roles text[], _now timestamptz,
  _messages integer, _events integer, _earlier integer, _sights integer
) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
  found json := tickets_ticket(_client, _number, _own, _user);
  _ticket bigint := found->'ticket'->>'id';
  _customer bigint := found->'ticket'->>'customer_id';
BEGIN
  IF found IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN json_build_object(
    'found', found,
    'profile', (SELECT row_to_json(p) FROM access_clientprofile p WHERE p.client_id = _client),
    'categories', (
      SELECT json_agg(json_build_array(g.id, g.name) ORDER BY g.position, g.name)
      FROM tickets_ticketcategory g WHERE g.client_id = _client),
    'fields', (
      SELECT json_agg(json_build_array(row_to_json(d), f.value) ORDER BY d.position, d.id)
      FROM tickets_customerfield f
      JOIN tickets_recordfield d ON d.client_id = f.client_id AND d.id = f.field_id
      WHERE f.client_id = _client AND f.customer_id = _customer),
    'classes', (SELECT s.classes FROM tickets_recordsettings s WHERE s.client_id = _client),
    'held', (
      SELECT json_build_array(h.id, h.number) FROM tickets_ticket h
      JOIN access_staffcard s ON s.client_id = h.client_id AND s.id = h.assignee_id
      WHERE h.client_id = _client AND h.customer_id = _customer AND h.status = 'open' AND s.user_id = _user
      ORDER BY h.id = _ticket DESC, h.id DESC LIMIT 1),
    'earlier', (
      SELECT json_agg(json_build_array(e.number, e.subject, e.status, e.created_at)) FROM (
        SELECT e.number, e.subject, e.status, e.created_at FROM tickets_ticket e
        WHERE e.client_id = _client AND e.customer_id = _customer AND e.id <> _ticket
          AND (_own IS NULL OR e.assignee_id = _own)
        ORDER BY e.created_at DESC LIMIT _earlier) AS e),
    'messages', (
      SELECT json_agg(
        json_build_array(row_to_json(m), row_to_json(s), CASE WHEN r.id IS NOT NULL THEN json_build_object(
          'id', r.id, 'client_id', r.client_id, 'article_id', r.article_id, 'number', r.number, 'title', r.title) END)
        ORDER BY m.id)
      FROM (
        SELECT * FROM tickets_message m WHERE m.client_id = _client AND m.ticket_id = _ticket
        ORDER BY m.id DESC LIMIT _messages) AS m
      LEFT JOIN access_staffcard s ON s.client_id = m.client_id AND s.id = m.card_id
      LEFT JOIN knowledgebase_revision r ON r.client_id = m.client_id AND r.id = m.revision_id),
    'events', (
      SELECT json_agg(row_to_json(e) ORDER BY e.id) FROM (
        SELECT * FROM tickets_event e WHERE e.client_id = _client AND e.ticket_id = _ticket
        ORDER BY e.id DESC LIMIT _events) AS e),
    'files', (
      SELECT json_agg(json_build_array(row_to_json(a), row_to_json(f)) ORDER BY a.id)
      FROM tickets_attachment a JOIN post_storedfile f ON f.client_id = a.client_id AND f.id = a.file_id
      WHERE a.client_id = _client AND a.ticket_id = _ticket),
    'colleagues', (
      SELECT json_agg(json_build_array(s.id, s.name) ORDER BY s.name, s.id) FROM access_staffcard s
      WHERE s.client_id = _client AND s.id IN (
        SELECT w.card_id FROM access_assignment w
        WHERE NOT _clients_people AND w.client_id = _client AND w.role = ANY (_roles)
          AND w.starts_at <= _now AND (w.ends_at IS NULL OR w.ends_at > _now)
        UNION ALL
        SELECT w.card_id FROM access_membership w
        WHERE _clients_people AND w.client_id = _client AND w.role = ANY (_roles)
          AND w.starts_at <= _now AND (w.ends_at IS NULL OR w.ends_at > _now))),
    'sights', access_seen_by(_client, 'customer', _customer, _user, _ticket, _sights)
  );
END $$
"""


# As before, by the column that is an index condition under row security; `lower(email)` is none.
FIND_CUSTOMER = """
CREATE OR REPLACE FUNCTION tickets_find_customer(address text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  before text := coalesce(current_setting('app.side', true), '');
  clients bigint[] := NULLIF(current_setting('app.client_ids', true), '')::bigint[];
  found bigint;
BEGIN
  IF cardinality(clients) IS DISTINCT FROM 1 THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.side', 'system', true);
  SELECT c.id INTO found FROM public.tickets_customer c
  WHERE c.client_id = clients[1] AND c.email_key = lower(address);
  PERFORM set_config('app.side', before, true);
  RETURN found;
END $$
"""


def kept(expression: object, length: int) -> models.GeneratedField:
    """A column that the database fills."""
    return models.GeneratedField(
        db_persist=True, expression=expression, output_field=models.CharField(max_length=length)
    )


def without(column: str, pattern: str) -> models.Func:
    """A column without some characters."""
    return models.Func(
        models.F(column), models.Value(pattern), models.Value(""), models.Value("g"), function="regexp_replace"
    )


def own_id() -> models.BigAutoField:
    """The primary key."""
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def of_client() -> models.ForeignKey:
    """Whose row it is."""
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.client"
    )


def plain(column: str) -> models.Func:
    """A column's letters and digits alone, in capitals."""
    return Upper(without(column, "[^[:alnum:]]"))


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0010_name_class"),
        ("tickets", "0006_queue_head"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordField",
            fields=[
                ("id", own_id()),
                ("client", of_client()),
                ("key", models.SlugField(max_length=40)),
                ("label", models.CharField(max_length=80)),
                ("kind", models.CharField(choices=KINDS, default="text", max_length=8)),
                ("sensitivity", models.CharField(choices=CLASSES, default="public", max_length=10)),
                ("required", models.BooleanField(default=False)),
                ("least", models.CharField(blank=True, max_length=20)),
                ("most", models.CharField(blank=True, max_length=20)),
                ("choices", models.JSONField(blank=True, default=list)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("client", "key"), name="record_field_key"),
                    models.UniqueConstraint(fields=("client", "label"), name="record_field_label"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordSettings",
            fields=[
                ("id", own_id()),
                ("client", of_client()),
                ("classes", models.JSONField(blank=True, default=dict)),
                ("reasons", models.JSONField(blank=True, default=list)),
                ("country", models.CharField(blank=True, max_length=2)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("client",), name="one_record_settings")],
            },
        ),
        migrations.CreateModel(
            name="RevealReason",
            fields=[
                ("id", own_id()),
                ("client", of_client()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.customer"
                    ),
                ),
                ("reason", models.CharField(max_length=120)),
                ("until", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("client", "user", "customer"), name="one_reveal_reason")
                ],
            },
        ),
        migrations.CreateModel(
            name="VerifyTry",
            fields=[
                ("id", own_id()),
                ("client", of_client()),
                (
                    "customer",
                    access.fields.ClientForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.customer"
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddField(
            "customerfield",
            "field",
            access.fields.ClientForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="values", to="tickets.recordfield"
            ),
        ),
        migrations.RunSQL(MOVE_LABELS),
        migrations.AlterField(
            "customerfield",
            "field",
            access.fields.ClientForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="values", to="tickets.recordfield"
            ),
        ),
        migrations.RemoveConstraint("customerfield", "customer_field_label"),
        migrations.RemoveField("customerfield", "label"),
        migrations.RemoveField("customerfield", "position"),
        migrations.RemoveField("customerfield", "sensitivity"),
        migrations.AddConstraint(
            "customerfield",
            models.UniqueConstraint(fields=("client", "customer", "field"), name="customer_field_once"),
        ),
        migrations.AddField(
            "customer", "postal_address", models.CharField(blank=True, db_default="", default="", max_length=300)
        ),
        migrations.AddField(
            "customer", "postcode", models.CharField(blank=True, db_default="", default="", max_length=16)
        ),
        migrations.AddField("customer", "email_key", kept(Lower("email"), 254)),
        migrations.AddField("customer", "phone_key", kept(without("phone", r"\D"), 40)),
        migrations.AddField("customer", "phone_end", kept(Right(without("phone", r"\D"), 4), 4)),
        migrations.AddField("customer", "number_key", kept(plain("external_id"), 120)),
        migrations.AddField("customer", "number_end", kept(Right(plain("external_id"), 4), 4)),
        migrations.AddField("customerfield", "value_key", kept(plain("value"), 300)),
        migrations.AddField("customerfield", "value_end", kept(Right(plain("value"), 4), 4)),
        *(
            migrations.AddIndex("customer", models.Index(fields=["client", column], name=name))
            for column, name in (
                ("email_key", "customer_by_email"),
                ("phone_key", "customer_by_phone"),
                ("phone_end", "customer_by_phone_end"),
                ("number_key", "customer_by_number"),
                ("number_end", "customer_by_number_end"),
            )
        ),
        migrations.AddIndex(
            "customerfield", models.Index(fields=["client", "field", "value_key"], name="customer_field_by_value")
        ),
        migrations.AddIndex(
            "customerfield", models.Index(fields=["client", "field", "value_end"], name="customer_field_by_end")
        ),
        Wall("RecordField"),
        Wall("RecordSettings"),
        Wall("RevealReason", fences=[OWN]),
        Wall("VerifyTry"),
        Tie("RevealReason", "VerifyTry"),
        # The key to the customer stands already; this adds the one to the field.
        Tie("CustomerField", only="field"),
        migrations.RunSQL(PAGE),
        migrations.RunSQL(FIND_CUSTOMER),
    ]

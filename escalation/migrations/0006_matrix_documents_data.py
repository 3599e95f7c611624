"""Rows of each client in their new form: matrices as documents, steps with their definition, what is due anew."""

from django.db import migrations

from access.walls import InEachClient

# Functions of this session alone: how a step and a path are written.
STEP = """
CREATE FUNCTION pg_temp.step_of(minutes int, role text, contact text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object(
    'trigger', 'start', 'minutes', minutes, 'percent', 0, 'metric', '',
    'to', jsonb_build_array(CASE WHEN contact IS NULL THEN jsonb_build_array('vendor_role', role)
                                 ELSE jsonb_build_array('contact', contact) END),
    'instead', '[]'::jsonb, 'channels', '["app", "mail"]'::jsonb, 'again_minutes', 0, 'again_times', 0,
    'needs_yes', true, 'hands_over', contact IS NOT NULL)
$$
"""
PATH = """
CREATE FUNCTION pg_temp.path_of(name text, steps jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('name', name, 'steps', coalesce(steps, '[]'), 'asks', '[]'::jsonb, 'idle_minutes', 0,
                            'then', '', 'then_minutes', 0, 'ends_minutes', 0)
$$
"""
KEYS = "UPDATE escalation_contact SET key = substr(md5(random()::text || id::text), 1, 10)"
MATRICES = """
UPDATE escalation_matrix m SET made_at = m.published_at, valid_from = m.published_at, made_by = m.published_by,
  content = jsonb_build_object('format', 1,
    'rows', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'categories', CASE WHEN t.id IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(t.slug) END,
        'priority_from', r.priority_from, 'priority_to', r.priority_to, 'tiers', '[]'::jsonb,
        'languages', '[]'::jsonb, 'tags', '[]'::jsonb, 'services', '[]'::jsonb,
        'hours', '{"span": "any", "own": []}'::jsonb, 'begins', 'asked', 'path', 'Path ' || r.position)
        ORDER BY r.position)
      FROM escalation_matrixrow r
      LEFT JOIN tickets_ticketcategory t ON t.client_id = r.client_id AND t.id = r.category_id
      WHERE r.client_id = m.client_id AND r.matrix_id = m.id), '[]'),
    'paths', coalesce((
      SELECT jsonb_agg(pg_temp.path_of('Path ' || r.position, (
          SELECT jsonb_agg(pg_temp.step_of(s.after_minutes, s.vendor_role, c.key) ORDER BY s.position)
          FROM escalation_pathstep s
          LEFT JOIN escalation_contact c ON c.client_id = s.client_id AND c.id = s.contact_id
          WHERE s.client_id = r.client_id AND s.row_id = r.id)) ORDER BY r.position)
      FROM escalation_matrixrow r WHERE r.client_id = m.client_id AND r.matrix_id = m.id), '[]'))
"""
CLIMBS = "UPDATE escalation_escalation SET leg_at = started_at, path = pg_temp.path_of('', '[]')"
STEPS = """
UPDATE escalation_escalationstep s SET
  definition = pg_temp.step_of(
    greatest(0, extract(epoch FROM s.due_at - e.started_at)::int / 60), s.vendor_role, c.key),
  names = CASE WHEN c.id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('contact:' || c.key, s.target_name) END,
  told = (s.attempted_at IS NOT NULL)::int, last_told_at = s.attempted_at
FROM escalation_escalation e, escalation_escalationstep o
LEFT JOIN escalation_contact c ON c.client_id = o.client_id AND c.id = o.contact_id
WHERE e.client_id = s.client_id AND e.id = s.escalation_id AND o.client_id = s.client_id AND o.id = s.id
"""
NOTICES = """
INSERT INTO escalation_notice (client_id, "unique", step_id, ticket_id, telling, channel, contact_id, vendor_role, name,
  is_instead, due_at, attempted_at, failure, acknowledged_at)
SELECT s.client_id, s.id || '/1/mail/' || coalesce('c' || s.contact_id, 'r'), s.id, e.ticket_id, 1, 'mail',
  s.contact_id, s.vendor_role, s.target_name, false, s.due_at, s.attempted_at, '', s.acknowledged_at
FROM escalation_escalationstep s JOIN escalation_escalation e ON e.client_id = s.client_id AND e.id = s.escalation_id
WHERE s.attempted_at IS NOT NULL
"""
DUE = """
INSERT INTO escalation_due (client_id, kind, subject_id, due_at)
SELECT client_id, 'climb', id, now() FROM escalation_escalation WHERE ended_at IS NULL
UNION ALL SELECT client_id, 'clock', id, now() FROM escalation_clock WHERE due_at IS NOT NULL
UNION ALL SELECT client_id, 'emergency', id, now() FROM access_emergencyaccess WHERE state = 'asked'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("escalation", "0005_matrix_documents")]

    operations = [
        migrations.RunSQL([STEP, PATH]),
        *(InEachClient(sql) for sql in (KEYS, MATRICES, CLIMBS, STEPS, NOTICES, DUE)),
    ]

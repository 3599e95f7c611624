"""Whom the roles give the right to propose a matrix have it already where they were hired before there was one."""

from django.db import migrations

from access.walls import InEachClient

# The names of rights are written after the migrations only; on an empty database there is nobody to grant it to.
NAMED = """
INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'propose matrix', id, 'propose_matrix' FROM django_content_type WHERE app_label = 'access' AND model = 'client'
ON CONFLICT DO NOTHING
"""
# A client's own copy of a role stays as the client has made it.
GRANTED = """
INSERT INTO access_clientpermission (content_object_id, user_id, permission_id)
SELECT h.client_id, h.user_id, p.id
FROM (SELECT client_id, user_id, role, ends_at FROM access_assignment
      UNION SELECT client_id, user_id, role, ends_at FROM access_membership) AS h, auth_permission p
WHERE p.codename = 'propose_matrix' AND h.role IN ('team_lead', 'client_admin')
  AND (h.ends_at IS NULL OR h.ends_at > now())
  AND NOT EXISTS (SELECT FROM access_rolerights r WHERE r.client_id = h.client_id AND r.role = h.role)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0031_matrix_right")]

    operations = [migrations.RunSQL(NAMED), InEachClient(GRANTED)]

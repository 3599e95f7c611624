"""Whom the roles give the right to decide on work outside the contract, and who were hired before, have it too."""

from django.db import migrations

from access.walls import InEachClient

# The names of rights are written after the migrations only; on an empty database there is nobody to grant it to.
NAMED = """
INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'decide scope requests', id, 'decide_scope_requests' FROM django_content_type
WHERE app_label = 'access' AND model = 'client'
ON CONFLICT DO NOTHING
"""
# A client's own copy of a role stays as the client has made it.
GRANTED = """
INSERT INTO access_clientpermission (content_object_id, user_id, permission_id)
SELECT h.client_id, h.user_id, p.id
FROM access_membership h, auth_permission p
WHERE p.codename = 'decide_scope_requests' AND h.role = 'client_admin'
  AND (h.ends_at IS NULL OR h.ends_at > now())
  AND NOT EXISTS (SELECT FROM access_rolerights r WHERE r.client_id = h.client_id AND r.role = h.role)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0028_scope_right")]

    operations = [migrations.RunSQL(NAMED), InEachClient(GRANTED)]

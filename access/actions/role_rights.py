"""A client adjusts its own copy of a role; whoever has the role has exactly its rights from then on."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from access import log, roles
from access.actions import staffing
from access.actor import Actor
from access.errors import Invalid
from access.models import Client, ClientPermission, RoleRights
from access.rights import CLIENT_ROLES, GRANTABLE, Right, Role
from access.tasks import in_client
from helpdesk.lib import clock

ROLE = "role"
# What only the client's own people may ever hold: the vendor's roles never stand for these.
CLIENTS_ALONE = frozenset(
    {
        Right.CONTRACT_SIGN,
        Right.ACCESS_SUSPEND,
        Right.EMERGENCY_DECIDE,
        Right.ROLES_EDIT,
        Right.CLEARANCE_EDIT,
        Right.CUSTOMER_ERASE,
        Right.DATA_EXPORT,
        Right.MATRIX_EDIT,
        Right.ESCALATION_ANSWER,
    }
)


def set_role_rights(actor: Actor, *, client_id: int, role: Role, rights: Collection[Right]) -> int:
    """Let a role stand for these rights at this client; returns how many people have it.

    Raises `RightMissing`, and `Invalid` for a right that is the client's alone in a vendor's role, for
    one that the actor does not hold, for more in the actor's own role, and where nobody would be left
    who may change roles.
    """
    held = actor.require(Right.ROLES_EDIT, client_id)
    wanted = frozenset(rights) & GRANTABLE
    with in_client(client_id, "access.set_role_rights"):
        before = roles.rights_at(client_id, role)
        more = wanted - before
        _check(role, held.role, held.rights, wanted, more)
        if wanted == before:
            return 0
        if wanted == role.rights:
            RoleRights.objects.filter(client_id=client_id, role=role).delete()
        else:
            values = {
                "rights": sorted(right.value for right in wanted),
                "changed_at": clock.now(),
                "changed_by": actor.name,
            }
            RoleRights.objects.update_or_create(client_id=client_id, role=role, defaults=values)
        people = staffing.regrant(Client.objects.get(pk=client_id), role)
        if not _somebody_may_change_roles(client_id):
            raise Invalid(_("Nobody would be left who may change roles. Give another role that right first."))
        detail = {
            "what": "role_rights_set",
            "role": role.value,
            "added": sorted(right.value for right in more),
            "removed": sorted(right.value for right in before - wanted),
        }
        log.record(actor, client_id, log.Action.CLEARANCE, detail=detail)
    return people


def _check(role: Role, own: str, held: frozenset[Right], wanted: frozenset[Right], more: frozenset[Right]) -> None:
    if role not in CLIENT_ROLES and (theirs := wanted & CLIENTS_ALONE):
        names = ", ".join(sorted(str(right.label) for right in theirs))
        raise Invalid(_("Only your own people can hold this: %(rights)s.") % {"rights": names}, "rights")
    if own == role and more:
        raise Invalid(_("Nobody raises their own rights. Ask a colleague who may change roles."), "rights")
    if not more <= held:
        raise Invalid(_("You can give only rights that you hold yourself."), "rights")


def _somebody_may_change_roles(client_id: int) -> bool:
    rows = ClientPermission.objects.filter(content_object_id=client_id)
    return rows.filter(permission__codename=Right.ROLES_EDIT.value).exists()

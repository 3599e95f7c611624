"""What a role stands for at one client: the template's rights, or the client's own copy of it."""

from access.models import RoleRights
from access.rights import GRANTABLE, Right, Role


def rights_at(client_id: int, role: Role) -> frozenset[Right]:
    """The rights of a role at this client; in the scope of the client."""
    return copies(client_id).get(role, role.rights)


def copies(client_id: int) -> dict[Role, frozenset[Right]]:
    """The roles of which the client has a copy of its own."""
    known = {right.value: right for right in GRANTABLE}
    rows = RoleRights.objects.filter(client_id=client_id)
    return {
        Role(row.role): frozenset(known[name] for name in row.rights if name in known)
        for row in rows
        if row.role in set(Role)
    }

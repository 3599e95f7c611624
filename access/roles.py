"""What a role stands for at one client, the template's rights or the client's own copy of it, and who has a right."""

from datetime import datetime

from django.db.models import Q

from access.models import ClientPermission, Membership, RoleRights, User
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


def holders(client_id: int, right: Right, at: datetime) -> list[User]:
    """The client's own people who have a right of their client at a moment, by name."""
    held = ClientPermission.objects.filter(content_object_id=client_id, permission__codename=right.value)
    running = Q(ends_at=None) | Q(ends_at__gt=at)
    places = Membership.objects.filter(
        running, client_id=client_id, starts_at__lte=at, user_id__in=list(held.values_list("user_id", flat=True))
    )
    ids = list(places.values_list("user_id", flat=True))
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("name", "pk"))

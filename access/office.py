"""A vendor's office: who runs it, and what it sees of the clients it has contracts with.

Its scope has a side of its own, which no policy of a table with customers' data names: whoever staffs
contracts sees no customer by that alone, whatever a view forgets.
"""

from access import scope
from access.actor import Actor, Standing
from access.models import Client, Contract, OfficeMember, User
from access.rights import Right, Side
from access.scope import Scope
from access.standing import face
from helpdesk.lib import clock


def is_member(user: User) -> bool:
    """Whether the person runs their vendor's office today."""
    if user.vendor_id is None:
        return False
    member = OfficeMember.objects.filter(user_id=user.pk, vendor_id=user.vendor_id).first()
    return member is not None and member.runs_at(clock.now())


def actor_for(user: User, *, origin: str = "", client_slug: str | None = None) -> Actor | None:
    """The actor of somebody who runs their vendor's office, with the scope set; None for everybody else.

    They stand at every client with which the vendor has or had a contract, in whatever state it is;
    with `client_slug` at that one alone.  Four statements.
    """
    if user.vendor_id is None or not is_member(user):
        return None
    scope.become(Scope(Side.OFFICE, (), user.vendor_id, None, user.pk))
    ids = set(Contract.objects.filter(vendor_id=user.vendor_id).values_list("client_id", flat=True))
    rows = Client.objects.filter(pk__in=ids)
    if client_slug is not None:
        rows = rows.filter(slug=client_slug)
    standings = {row.pk: Standing(face(row), frozenset({Right.STAFF}), card_name=user.name) for row in rows}
    actor = Actor(
        Side.OFFICE,
        user.name,
        standings,
        user_id=user.pk,
        vendor_id=user.vendor_id,
        origin=origin,
        time_zone=user.time_zone,
        runs_office=True,
    )
    scope.become(actor.scope())
    return actor

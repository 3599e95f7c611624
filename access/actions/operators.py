"""Who runs the platform: named at the shell, with no client's data in reach but by emergency access."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access import scope
from access.errors import Invalid
from access.models import Membership, Operator, User
from access.scope import Scope
from helpdesk.lib import clock


def make_operator(*, user: User, starts_at: datetime | None = None, ends_at: datetime | None = None) -> Operator:
    """Let a person ask any client for emergency access, from a moment on, until another.

    Raises `Invalid` for a vendor's person and for one of a client's own people: they would look with other
    eyes than an operator has.
    """
    if user.vendor_id is not None or _is_member(user):
        raise Invalid(_("Only somebody who works for no vendor and no client can be an operator."))
    row, _made = Operator.objects.update_or_create(
        user=user, defaults={"starts_at": starts_at or clock.now(), "ends_at": ends_at}
    )
    return row


def _is_member(user: User) -> bool:
    """Whether the person has a place at a client; asked with their own eyes."""
    with transaction.atomic(), scope.enter(Scope(user_id=user.pk)):
        return Membership.objects.filter(user_id=user.pk).exists()

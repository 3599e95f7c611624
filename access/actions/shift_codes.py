"""A code for one shift: made by a lead for a colleague who is without their key, and used by that colleague."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from access import log, scope, standing
from access.actor import Actor
from access.errors import Invalid, NotFound
from access.models import Assignment, Membership, ShiftCode, User
from access.rights import Right, Side
from access.scope import Scope
from access.throttle import SHIFT_CODES_BY_LEAD, take
from helpdesk.lib import clock

USABLE = timedelta(minutes=30)
SHIFT = timedelta(hours=12)
# No letter that is taken for a digit, or for another one, when it is read aloud; five bits each.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 12


def right_for(actor: Actor) -> Right:
    """What it takes to make a code: a vendor's lead extends clearance, a client's admin decides on roles."""
    return Right.ROLES_EDIT if actor.side is Side.CLIENT else Right.CLEARANCE_EXTEND


def colleagues(actor: Actor, client_id: int) -> list[tuple[int, str]]:
    """Who may be given a code by this person at this client: (user, name on the card), by name."""
    now = clock.now()
    rows: Any = Membership.objects if actor.side is Side.CLIENT else Assignment.objects.filter(vendor=actor.vendor_id)
    found = rows.filter(client_id=client_id, starts_at__lte=now).exclude(ends_at__lte=now).exclude(user=actor.user_id)
    names = dict(found.values_list("user_id", "card__name"))
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


@transaction.atomic
def make_shift_code(*, actor: Actor, client_id: int, user_id: int) -> str:
    """A new code for a colleague at this client; returns its text, which is nowhere stored.

    It ends one made before and not used.  Raises `RightMissing`, `NotFound` for somebody who is no
    colleague there, `Invalid` for oneself, `TooMany`.
    """
    actor.require(right_for(actor), client_id)
    if user_id == actor.user_id:
        raise Invalid(_("Nobody makes a code for themselves. Ask another lead."), "person")
    if user_id not in dict(colleagues(actor, client_id)):
        raise NotFound
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if actor.side is Side.CLIENT and _stands_elsewhere(user, client_id):
        raise Invalid(_("This colleague works for another company here too, so their code is not yours to make."))
    take(SHIFT_CODES_BY_LEAD, f"user {actor.user_id}")
    maker = User.objects.get(pk=actor.user_id or 0)
    now, text = clock.now(), "".join(secrets.choice(_LETTERS) for _each in range(_LENGTH))
    ShiftCode.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=now)
    ShiftCode.objects.create(
        user=user, digest=_digest(user, text), made_by=maker, made_at=now, usable_until=now + USABLE
    )
    _note(actor, user, "shift_code_made")
    return "-".join(text[i : i + 4] for i in range(0, _LENGTH, 4))


@transaction.atomic
def use_shift_code(*, user: User, code: str, origin: str = "") -> datetime | None:
    """Use up the person's code; returns until when it opens, or None where it is not theirs, late or used."""
    text = "".join(ch for ch in code.upper() if ch.isalnum())
    now = clock.now()
    live = ShiftCode.objects.select_for_update().filter(user=user, used_at=None, revoked_at=None, usable_until__gt=now)
    row = live.order_by("-pk").first()
    is_right = constant_time_compare(_digest(user, text), row.digest if row else "")
    if row is None or not is_right:
        return None
    row.used_at, row.open_until = now, now + SHIFT
    row.save(update_fields=["used_at", "open_until"])
    with standing.acting(user, origin=origin) as actor:
        _note(actor, user, "shift_code_used")
    return row.open_until


def _digest(user: User, text: str) -> str:
    """Under our own key: sixty bits alone could be tried by whoever has a copy of the table."""
    return salted_hmac("access.shift_code", f"{user.pk} {text}", algorithm="sha256").hexdigest()


def _standings(user: User) -> list[int]:
    """Every client where the person stands, whatever gate is closed there."""
    with standing.acting(user) as theirs:
        return sorted(theirs.standings)


def _stands_elsewhere(user: User, client_id: int) -> bool:
    return any(each != client_id for each in _standings(user))


def _note(actor: Actor, user: User, what: str) -> None:
    """In the log of every client where the colleague stands."""
    client_ids = tuple(_standings(user))
    entries = [
        log.Entry(client_id, log.Action.CLEARANCE, [("user", user.pk)], detail={"what": what})
        for client_id in client_ids
    ]
    with scope.enter(Scope(actor.side, client_ids, actor.vendor_id, None, actor.user_id)):
        log.write(actor, entries)

"""Keys for programs: made by the person whose rights they carry, shown once, taken back at once."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from access import log, scope, standing
from access.errors import Invalid, NotFound
from access.models import ApiToken, Client, User
from access.rights import Right
from access.scope import Scope
from helpdesk.lib import clock, tokens

KEY = "token"


def make_token(
    *,
    user: User,
    client: Client,
    rights: Collection[Right] | None = None,
    expires_at: datetime | None = None,
    origin: str = "",
) -> str:
    """A new key that acts as `user` at one client, with a part of their rights there; returns its text.

    Without `rights` it carries all that the person holds now.  The text is nowhere stored.
    Raises `NotFound` or `GateClosed` where the person has no open standing, `Invalid` for no
    rights, for rights that they do not hold, or for a time that is over.
    """
    with standing.acting(user, origin=origin) as actor:
        held = actor.standing(client.pk).rights
        wanted = held if rights is None else frozenset(rights)
        if not wanted or not wanted <= held:
            raise Invalid(_("A key carries at least one right, and only rights that you hold yourself."), "rights")
        if expires_at is not None and expires_at <= clock.now():
            raise Invalid(_("Choose a day in the future."), "expires_at")
        text = tokens.random_token()
        names = sorted(right.value for right in wanted)
        row = ApiToken.objects.create(
            digest=tokens.digest(text), user=user, client=client, rights=names, expires_at=expires_at
        )
        detail = {"what": "token_made", "rights": names}
        log.record(actor, client.pk, log.Action.CHANGE, (KEY, row.pk), detail=detail)
    return text


def revoke_token(*, user: User, token_id: int, origin: str = "") -> ApiToken:
    """Take back one of the person's own keys; a second time changes nothing.

    Returns it, with its client.  Raises `NotFound` for a key that is not theirs.
    """
    with standing.acting(user, origin=origin) as actor:
        rows = ApiToken.objects.select_for_update(of=("self",)).select_related("client")
        row = rows.filter(pk=token_id, user=user).first()
        if row is None:
            raise NotFound
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            row.save(update_fields=["revoked_at"])
            # Where a gate is closed now, the entry can't be written and the key must die all the same.
            if row.client_id in actor.client_ids:
                log.record(actor, row.client_id, log.Action.CHANGE, (KEY, row.pk), detail={"what": "token_revoked"})
    return row


def end_tokens(*, user: User, origin: str = "") -> int:
    """Take back all of a person's keys, because whoever knew the password may have made one; returns how many.

    To be called where a forgotten or feared password is replaced.  A second time changes nothing.
    """
    with standing.acting(user, origin=origin) as actor:
        rows = list(ApiToken.objects.select_for_update().filter(user=user, revoked_at=None).order_by("pk"))
        ApiToken.objects.filter(pk__in=[row.pk for row in rows]).update(revoked_at=clock.now())
        # Behind a closed gate too: the entry is the client's.
        here = {row.client_id for row in rows} & actor.standings.keys()
        with scope.enter(Scope(actor.side, tuple(sorted(here)), actor.vendor_id, None, actor.user_id)):
            detail = {"what": "token_ended_by_reset"}
            known = [row for row in rows if row.client_id in here]
            log.write(
                actor, [log.Entry(row.client_id, log.Action.CHANGE, [(KEY, row.pk)], detail=detail) for row in known]
            )
    return len(rows)

"""What closes a client to its agents, mailed to each at once: a new NDA, and a suspension, which leads read of too.

The client speaks: its name, the day, and to leads its reason.  Nothing of its customers stands in them.  They are
written behind the request, so that nobody stays in for as long as a hundred letters take.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access import clearance, links
from access.actions.suspending import stopped_by
from access.actor import Actor
from access.models import Assignment, Client, Nda, StaffCard, Suspension, User
from access.rights import Role
from helpdesk.lib import clock, locks
from post import kinds
from post.models import OutboxMail
from post.outbox import post_mail
from post.telling import letter_to

# What is older and was told nobody concerns nobody any more.
TOLD_WITHIN = timedelta(days=1)


def listen() -> None:
    """Say of these letters that they are not sent again: they tell what their reader meets at the door anyway."""
    kinds.declare("nda", kinds.Whose.NOBODY, _("A new NDA"), None)
    kinds.declare("suspended", kinds.Whose.NOBODY, _("A suspension"), None)


def mail_clearance(actor: Actor, client_id: int) -> int:
    """Mail what was published and suspended here in the last day, each once; returns how many letters are new."""
    # One after the other, so that a twin finds what the first has written.
    locks.hold("post.mail_clearance", client_id)
    since = clock.now() - TOLD_WITHIN
    sent = 0
    for nda in Nda.objects.filter(client_id=client_id, published_at__gt=since).defer("text").order_by("number"):
        sent += 0 if _is_told(client_id, _cause(nda)) else _tell_nda(actor, nda)
    running = Suspension.objects.filter(client_id=client_id, since__gt=since, ended_at=None)
    for suspension in running.order_by("pk"):
        sent += 0 if _is_told(client_id, _cause(suspension)) else _tell_suspension(actor, suspension)
    return sent


def _cause(row: Nda | Suspension) -> str:
    return f"{'nda' if isinstance(row, Nda) else 'suspended'}/{row.pk}"


def _is_told(client_id: int, cause: str) -> bool:
    """Whether its letters are written; they are all written together."""
    return bool(OutboxMail.objects.filter(client_id=client_id, unique__startswith=f"{cause}/").exists())


def _tell_nda(actor: Actor, nda: Nda) -> int:
    """To whoever has to accept it: everybody of a vendor with a place here today."""
    people = {each.user_id for each in _at_work(nda.client_id)}
    told = {"nda": nda, "is_now": nda.effective_at <= clock.now()}
    return _mail(actor, nda.client_id, _cause(nda), "nda", people, told)


def _tell_suspension(actor: Actor, suspension: Suspension) -> int:
    """To whoever has a place here today and is stopped, and to their leads."""
    client_id, now = suspension.client_id, clock.now()
    here = {each.user_id for each in _at_work(client_id)}
    stopped = here & {row.user_id for row in stopped_by(suspension)}
    leads = Assignment.objects.filter(client_id=client_id, vendor_id=suspension.vendor_id, role=Role.TEAM_LEAD)
    leads = leads.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
    lead_ids = here & set(leads.values_list("user_id", flat=True))
    told = {"suspension": suspension, "who": _who(suspension), "leads": lead_ids}
    people = stopped | lead_ids
    return _mail(actor, client_id, _cause(suspension), "suspended", people, {**told, "stopped": stopped})


def _at_work(client_id: int) -> list[clearance.PersonLine]:
    """Whoever is not the client's own and has a place there today, even if something keeps them from it."""
    lines = clearance.grid(client_id, "")
    return [each for each in lines if each.has_place and (each.vendor_id is not None or each.is_emergency)]


def _who(suspension: Suspension) -> str:
    """A person by the name that the client knows, a team by its own; nothing where it is the whole vendor."""
    if suspension.user_id is None:
        return suspension.team
    cards = StaffCard.objects.filter(client_id=suspension.client_id, user_id=suspension.user_id)
    return cards.values_list("name", flat=True).first() or ""


def _mail(actor: Actor, client_id: int, cause: str, kind: str, user_ids: Iterable[int], told: dict[str, Any]) -> int:
    """Write each person's letter in their language and on their clock; returns how many are new."""
    client, page, sent = Client.objects.get(pk=client_id), links.absolute(reverse("desk:my_access")), 0
    for user in User.objects.filter(pk__in=list(user_ids), is_active=True).order_by("pk"):
        letter = letter_to(
            user,
            f"post/mail/{kind}",
            {"user": user, "client": client, "page": page, **told},
            otherwise=settings.LANGUAGE_CODE,
            unique=f"{cause}/{user.pk}",
            kind=kind,
            from_name=client.name,
        )
        sent += post_mail(actor, client_id, letter) is not None
    return sent

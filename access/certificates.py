"""What the buttons beside a certificate do, and the sentence that says so: on the client's page and the floor board."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from access.actions import clearing
from access.errors import Conflict
from access.models import CertificationHeld
from access.requests import DoorRequest


def done(request: DoorRequest, user_id: int, certification_id: int) -> str:
    """Record that somebody has passed, extend it or take the record back, as the button says; returns what was done.

    Raises what the actions raise.
    """
    about: dict[str, Any] = {"client_id": request.client.id, "user_id": user_id, "certification_id": certification_id}
    if "undo" in request.POST:
        held = clearing.undo_certificate(request.actor, passed_at=_moment(request.POST["undo"]), **about)
        return _("Taken back: that %(name)s passed %(certificate)s. What was recorded before counts again.") % _of(
            request, held
        )
    if request.POST.get("extend"):
        held = clearing.extend_certificate(request.actor, **about)
        until = date_format(localtime(held.extended_until), "j M H:i")
        said = _("%(name)s takes new tickets until %(until)s although %(certificate)s has ended.")
        return said % {**_of(request, held), "until": until}
    held = clearing.record_certificate(request.actor, **about)
    return _("%(name)s passed %(certificate)s today.") % _of(request, held)


def _of(request: DoorRequest, held: CertificationHeld) -> dict[str, str]:
    """Who and what, by the name that the reader knows them by."""
    ours = request.actor.vendor_id is not None
    return {"name": held.user.name if ours else held.card.name, "certificate": held.certification.name}


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Conflict(_("It is recorded differently by now. Look at it again.")) from None

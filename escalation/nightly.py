"""The matrix is looked over each night: what became wrong is mailed once, to who can mend it."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy

from access import links
from access.actor import Actor, ClientFace
from access.models import Assignment, Client, User
from access.rights import Right, Role
from access.roles import holders
from escalation import drafting, rows, shown
from escalation.known import Place
from escalation.matrix import stored
from escalation.matrix.checking import Finding
from escalation.matrix.document import Document, Target
from escalation.models import MatrixCheck, OnCallSchedule
from helpdesk.lib import clock, locks
from post import kinds
from post.models import OutboxMail
from post.outbox import post_mail
from post.telling import letter_to

# By the client's clock: before anybody is at work, after the day's changes of staff.
NIGHT = time(3)
LISTED_MOST = 40
KIND = "matrix_check"


def listen() -> None:
    """Say how what a night has found is mailed again."""
    kinds.declare(KIND, kinds.Whose.SIDE, gettext_lazy("What a night’s check found"), _renew)


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """As it was found that night; raises `Conflict` where its reader could not mend it any more."""
    place, reader = Place(mail.client_id, clock.now()), kinds.last_number(mail)
    owners = holders(place.client_id, Right.MATRIX_EDIT, place.at)
    if reader not in {person.pk for person in (owners if mail.vendor_id is None else _leads(place, mail.vendor_id))}:
        raise kinds.nobody()
    kinds.to_person(actor, mail)


def last_of(client_id: int) -> MatrixCheck | None:
    """When the client's matrix was last looked over; one statement."""
    return MatrixCheck.objects.filter(client_id=client_id).first()


def is_waiting(client_id: int) -> bool:
    """Whether a night has passed since the matrix was looked over, or since it was made."""
    newest, last = rows.newest(client_id), last_of(client_id)
    if newest is None:
        return False
    since = last.checked_at if last is not None else newest.published_at or newest.made_at
    zone = Client.objects.values_list("time_zone", flat=True).get(pk=client_id)
    return since < night_before(clock.now(), zone)


def night_before(now: datetime, zone: str) -> datetime:
    """The last moment at which it was time to look, by a client's clock."""
    local = now.astimezone(ZoneInfo(zone))
    tonight = datetime.combine(local.date(), NIGHT, local.tzinfo)
    return tonight if tonight <= local else datetime.combine(local.date() - timedelta(days=1), NIGHT, local.tzinfo)


def look_over(actor: Actor, *, client_id: int) -> int:
    """Check the matrix in force and mail what nobody was told yet; returns how many findings are new.

    For the task: the actor is the system inside one client.  A twin finds nothing to do.
    """
    locks.hold("escalation.check_matrix", client_id)
    if not is_waiting(client_id):
        return 0
    place = Place(client_id, clock.now())
    _number, document = drafting.in_force(client_id)
    findings = drafting.findings_of(client_id, document, place)
    last = last_of(client_id)
    told = set(last.told) if last is not None else set()
    new = [finding for finding in findings if finding.key not in told]
    # What was seen of a version that is still to come was seen.
    _keep(client_id, findings, told & _of_coming(client_id, place))
    if new:
        _tell(actor, place, document, new)
    return len(new)


def note_seen(client_id: int, findings: Sequence[Finding], *, is_in_force: bool) -> None:
    """Note what somebody was shown who put a version in force, or has one come in force later."""
    last = last_of(client_id)
    if is_in_force:
        _keep(client_id, findings, set())
    elif last is not None:
        last.told = sorted({*last.told, *(finding.key for finding in findings)})
        last.save(update_fields=["told"])


def _keep(client_id: int, findings: Sequence[Finding], more: Collection[str]) -> None:
    told = sorted({*more, *(finding.key for finding in findings)})
    values: dict[str, Any] = {"checked_at": clock.now(), "found": len(findings), "told": told}
    MatrixCheck.objects.update_or_create(client_id=client_id, defaults=values)


def _of_coming(client_id: int, place: Place) -> set[str]:
    coming = drafting.coming(client_id, clock.now())
    if coming is None:
        return set()
    return {finding.key for finding in drafting.findings_of(client_id, stored.read(coming.content), place)}


def _tell(actor: Actor, place: Place, document: Document, new: Sequence[Finding]) -> None:
    """Mail the client's owners all of it, and each vendor's leads what is about their own people."""
    face = actor.standing(place.client_id).client
    for person in holders(place.client_id, Right.MATRIX_EDIT, place.at):
        _mail(actor, face, person, place, document, new)
    for vendor_id in place.vendor_ids:
        theirs = [finding for finding in new if finding.is_vendors and _concerns(place, finding, vendor_id)]
        for person in _leads(place, vendor_id) if theirs else ():
            _mail(actor, face, person, place, document, theirs, vendor_id=vendor_id)


def _concerns(place: Place, finding: Finding, vendor_id: int) -> bool:
    """Whether a finding is about this vendor's people: another one's teams and schedules are not its to read of."""
    who = finding.who
    assert who is not None
    if place.vendor_ids == [vendor_id]:
        return True
    about = {"client_id": place.client_id, "vendor_id": vendor_id}
    if who.kind is Target.VENDOR_CALL:
        return OnCallSchedule.objects.filter(key=who.key, **about).exists()
    return who.kind is Target.ROLE or Assignment.objects.filter(team=who.key, **about).exists()


def _leads(place: Place, vendor_id: int) -> list[User]:
    found = [one.user_id for one in place.reach.of_vendor(vendor_id) if one.role == Role.TEAM_LEAD and one.user_id]
    return list(User.objects.filter(pk__in=found, is_active=True).order_by("name", "pk"))


def _mail(
    actor: Actor,
    face: ClientFace,
    person: User,
    place: Place,
    document: Document,
    new: Sequence[Finding],
    *,
    vendor_id: int | None = None,
) -> None:
    def context() -> dict[str, Any]:
        said = shown.sentences(new, document, place.names(document), place)
        return {
            "client": face,
            "name": person.name,
            "link": links.absolute(reverse("console:matrix", kwargs={"client": face.slug})),
            "findings": said[:LISTED_MOST],
            "more": len(said) - LISTED_MOST,
            "count": len(said),
        }

    day = place.at.astimezone(ZoneInfo(face.time_zone)).date()
    letter = letter_to(
        person,
        "escalation/mail/matrix_check",
        context,
        otherwise=face.language,
        unique=f"matrix_check/{place.client_id}/{day:%Y-%m-%d}/{person.pk}",
        kind=KIND,
        vendor_id=vendor_id,
        from_name=face.name,
    )
    post_mail(actor, place.client_id, letter)

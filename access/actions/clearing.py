"""What the client asks for before somebody may work: its NDA, networks, certificates and grace.

Each change is the client's own, logged as a clearance change, and bites on the next request of
whoever it concerns.
"""

import hashlib
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from access import log, signals
from access.actor import Actor
from access.clearance import at_the_door, may_be_asked, ndas_to_accept
from access.emergency import LENGTHS, LONGEST_EMERGENCY
from access.errors import Conflict, Invalid, NotFound
from access.models import (
    Assignment,
    Certification,
    CertificationHeld,
    ClearanceRules,
    Nda,
    NdaAcceptance,
    NetworkRule,
)
from access.networks import BadLine, parse_list
from access.rights import Right, Side
from access.soft_gates import LONGEST_EXTENSION
from access.wording import needed_line, one_line, own_name
from helpdesk.lib import clock
from helpdesk.lib.html import TooLong, clean_text

LONGEST_NDA = 200_000
NOTICE = timedelta(days=7)
LONGEST_GRACE = 30
NDA, RULES, CERTIFICATION, PERSON = "nda", "rules", "certification", "user"


class BadNetworks(Invalid):
    """Lines of a network list that cannot be taken, each with its number."""

    def __init__(self, lines: list[BadLine]) -> None:
        self.lines = lines
        said = "; ".join(_("line %(number)s: %(why)s") % {"number": b.number, "why": b.sentence} for b in lines[:5])
        super().__init__(_("Nothing was changed. %(lines)s") % {"lines": said}, "networks")


def digest_of(text: str) -> str:
    """SHA-256 of the exact text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def publish_nda(
    actor: Actor, *, client_id: int, text: str, effective_at: datetime | None = None, at_once: bool = False
) -> Nda:
    """Publish the next version; it takes effect in seven days, at `effective_at`, or `at_once`.

    Raises `RightMissing`, `Invalid` for a text that is empty, too long or the same as the newest, or
    for a date that is over.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    now = clock.now()
    try:
        cleaned = clean_text(text, limit=LONGEST_NDA)
    except TooLong:
        said = _("The text is too long: at most %(most)s characters. Put annexes into files of their own.")
        raise Invalid(said % {"most": LONGEST_NDA}, "text") from None
    if not cleaned:
        raise Invalid(_("Paste the text of the NDA."), "text")
    effective_at = now if at_once else effective_at or now + NOTICE
    if effective_at < now:
        raise Invalid(_("Choose a day in the future, or at once."), "effective_at")
    newest = Nda.objects.filter(client_id=client_id).order_by("-number").first()
    if newest is not None and newest.digest == digest_of(cleaned):
        raise Invalid(_("That is the text of version %(number)s already.") % {"number": newest.number}, "text")
    nda = Nda.objects.create(
        client_id=client_id,
        number=newest.number + 1 if newest else 1,
        text=cleaned,
        digest=digest_of(cleaned),
        published_at=now,
        published_by=actor.name,
        effective_at=effective_at,
    )
    detail = {
        "what": "nda_published",
        "number": nda.number,
        "digest": nda.digest,
        "effective": effective_at.isoformat(),
    }
    log.record(actor, client_id, log.Action.CLEARANCE, (NDA, nda.pk), detail=detail)
    signals.nda_published.send(Nda, actor=actor, nda=nda)
    return nda


def accept_nda(actor: Actor, *, client_id: int, number: int, typed_name: str) -> NdaAcceptance:
    """Accept a version in one's own name, from where one is; the gate opens with it.

    Raises `NotFound` for a version that is not to be accepted, `Invalid` where the name typed is not the
    actor's own.
    """
    if actor.side is not Side.VENDOR or actor.user_id is None or not may_be_asked(actor, client_id):
        raise NotFound
    typed_name = own_name(actor, typed_name)
    with at_the_door(actor, client_id) as here:
        asked = {nda.number: nda for nda in ndas_to_accept(here, client_id)}
        if number not in asked:
            raise NotFound
        return _accept(here, asked[number], typed_name)


def accept_nda_that_was_read(here: Actor, nda: Nda, *, read: str, typed_name: str) -> NdaAcceptance:
    """As `accept_nda`, by somebody who asks to be let in: in the scope of the client, whose card they have by then.

    `read` is the digest of the text that they have seen.  Raises `Invalid` where that is another text, or the
    name typed is not the actor's own.
    """
    client = here.standings[nda.client_id].client.name
    if read != nda.digest:
        raise Invalid(_("Read the NDA of %(client)s and accept it with your name.") % {"client": client}, "typed_name")
    return _accept(here, nda, own_name(here, typed_name))


def _accept(here: Actor, nda: Nda, typed_name: str) -> NdaAcceptance:
    accepted, made = NdaAcceptance.objects.get_or_create(
        client_id=nda.client_id,
        nda=nda,
        user_id=here.user_id or 0,
        defaults={
            "vendor_id": here.vendor_id,
            "card_id": here.standings[nda.client_id].card_id or 0,
            "typed_name": typed_name,
            "at": clock.now(),
            "origin": here.origin[:64],
            "digest": nda.digest,
        },
    )
    if made:
        detail = {"what": "nda_accepted", "number": nda.number, "digest": nda.digest}
        log.record(here, nda.client_id, log.Action.CLEARANCE, (NDA, nda.pk), detail=detail)
    return accepted


def set_networks(actor: Actor, *, client_id: int, text: str) -> int:
    """Make these the networks from which the client may be worked for; an empty list means from anywhere.

    Returns how many.  Raises `BadNetworks` with every line that can't be taken; then nothing changes.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    lines, bad = parse_list(text)
    if bad:
        raise BadNetworks(bad)
    wanted = {str(line.network): line.note for line in lines}
    present = {row.network: row for row in NetworkRule.objects.select_for_update().filter(client_id=client_id)}
    for network, row in present.items():
        if network not in wanted:
            row.delete()
        elif row.note != wanted[network]:
            row.note = wanted[network]
            row.save(update_fields=["note"])
    fresh = [n for n in wanted if n not in present]
    NetworkRule.objects.bulk_create(NetworkRule(client_id=client_id, network=n, note=wanted[n]) for n in fresh)
    gone = [n for n in present if n not in wanted]
    if fresh or gone:
        detail = {"what": "networks_set", "added": fresh, "removed": gone}
        log.record(actor, client_id, log.Action.CLEARANCE, detail=detail)
    return len(wanted)


def set_rules(
    actor: Actor,
    *,
    client_id: int,
    needs_second_factor: bool,
    certification_grace_days: int,
    must_read_grace_days: int,
    unanswered_emergency: bool,
    emergency_minutes: int = LONGEST_EMERGENCY,
) -> ClearanceRules:
    """Say how strict the client is.

    Raises `Invalid` for a grace over 30 days, and for a longest emergency access that is none of `LENGTHS`.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    for name, days in (
        ("certification_grace_days", certification_grace_days),
        ("must_read_grace_days", must_read_grace_days),
    ):
        if not 0 <= days <= LONGEST_GRACE:
            raise Invalid(_("Grace is at most %(most)s days.") % {"most": LONGEST_GRACE}, name)
    if emergency_minutes not in LENGTHS:
        raise Invalid(_("Choose one of the lengths."), "emergency_minutes")
    rules = rules_of(client_id)
    given = {
        "needs_second_factor": needs_second_factor,
        "certification_grace_days": certification_grace_days,
        "must_read_grace_days": must_read_grace_days,
        "unanswered_emergency": unanswered_emergency,
        "emergency_minutes": emergency_minutes,
    }
    changed = {name: value for name, value in given.items() if getattr(rules, name) != value}
    for name, value in changed.items():
        setattr(rules, name, value)
    if changed:
        rules.save()
        log.record(actor, client_id, log.Action.CLEARANCE, (RULES, rules.pk), detail={"what": "rules_set", **changed})
    return rules


def rules_of(client_id: int) -> ClearanceRules:
    """The client's rules; those of a client that has set none are the mildest."""
    return ClearanceRules.objects.filter(client_id=client_id).first() or ClearanceRules(client_id=client_id)


def require_certification(
    actor: Actor, *, client_id: int, name: str, description: str = "", valid_days: int | None = None
) -> Certification:
    """Ask for a certificate from everybody who takes this client's tickets, from now on.

    Raises `Invalid` without a name, `Conflict` for one that is asked for already.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    name = needed_line(name, "name", 120, _("Give the certificate a name."))
    description = one_line(description, "description", 300)
    if valid_days is not None and not 1 <= valid_days <= 3650:
        raise Invalid(_("A certificate is good for 1 to 3650 days."), "valid_days")
    if Certification.objects.filter(client_id=client_id, name=name, retired_at=None).exists():
        raise Conflict(_("%(name)s is asked for already.") % {"name": name})
    row = Certification.objects.create(client_id=client_id, name=name, description=description, valid_days=valid_days)
    detail = {"what": "certification_required", "name": name}
    log.record(actor, client_id, log.Action.CLEARANCE, (CERTIFICATION, row.pk), detail=detail)
    return row


def retire_certification(actor: Actor, *, client_id: int, certification_id: int) -> Certification:
    """Ask for it no longer; a second time changes nothing."""
    actor.require(Right.CLEARANCE_EDIT, client_id)
    row = _certification(client_id, certification_id)
    if row.retired_at is None:
        row.retired_at = clock.now()
        row.save(update_fields=["retired_at"])
        detail = {"what": "certification_retired", "name": row.name}
        log.record(actor, client_id, log.Action.CLEARANCE, (CERTIFICATION, row.pk), detail=detail)
    return row


def record_certificate(
    actor: Actor, *, client_id: int, user_id: int, certification_id: int, passed_at: datetime | None = None
) -> CertificationHeld:
    """Record that somebody has passed, now if not said; the lead's or the client's word, never one's own.

    Raises `RightMissing`, `NotFound`, or `Invalid` for oneself and for a day that is yet to come.
    """
    _require_lead(actor, client_id)
    if user_id == actor.user_id:
        raise Invalid(_("Nobody certifies themselves. Ask another lead, or the client."))
    place, row, now = _place(actor, client_id, user_id), _certification(client_id, certification_id), clock.now()
    passed_at = passed_at or now
    if passed_at > now:
        raise Invalid(_("That day is yet to come."), "passed_at")
    until = passed_at + timedelta(days=row.valid_days) if row.valid_days else None
    earlier = _held(client_id, user_id, certification_id)
    held, _made = CertificationHeld.objects.update_or_create(
        client_id=client_id,
        certification=row,
        user_id=user_id,
        defaults={
            "vendor_id": place.vendor_id,
            "card_id": place.card_id,
            "passed_at": passed_at,
            "expires_at": until,
            "extended_until": None,
            "extended_by": "",
            "recorded_by": actor.name,
            "before": _before(earlier, passed_at),
        },
    )
    detail = {"what": "certificate_recorded", "name": row.name, "until": until.isoformat() if until else ""}
    log.record_of_vendor(actor, place.vendor_id, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail=detail)
    return held


def extend_certificate(actor: Actor, *, client_id: int, user_id: int, certification_id: int) -> CertificationHeld:
    """Let somebody take new tickets for 72 hours more although a certificate has ended; once, and the client sees it.

    Raises `Conflict` the second time, `Invalid` for oneself or a certificate that has not ended.
    """
    _require_lead(actor, client_id)
    if user_id == actor.user_id:
        raise Invalid(_("Nobody extends their own. Ask another lead, or the client."))
    place = _place(actor, client_id, user_id)
    held = _held(client_id, user_id, certification_id)
    if held is None:
        raise NotFound
    if held.extended_until is not None:
        raise Conflict(_("It has been extended once already, by %(name)s.") % {"name": held.extended_by})
    now = clock.now()
    if held.expires_at is None or held.expires_at > now + timedelta(days=7):
        raise Invalid(_("It has not ended; there is nothing to extend yet."))
    held.extended_until, held.extended_by = max(now, held.expires_at) + LONGEST_EXTENSION, actor.name
    held.save(update_fields=["extended_until", "extended_by"])
    detail = {"what": "certificate_extended", "name": held.certification.name, "until": held.extended_until.isoformat()}
    log.record_of_vendor(actor, place.vendor_id, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail=detail)
    return held


def undo_certificate(
    actor: Actor, *, client_id: int, user_id: int, certification_id: int, passed_at: datetime
) -> CertificationHeld:
    """Take the newest record back, the one that says `passed_at`: what was recorded before it counts again, or nothing.

    Both stay in the log.  Returns the record that was taken back.  Raises `RightMissing`, `NotFound`, `Invalid`
    for oneself, `Conflict` where another record is the newest by now or nothing can be taken back.
    """
    _require_lead(actor, client_id)
    if user_id == actor.user_id:
        raise Invalid(_("Nobody changes their own. Ask another lead, or the client."))
    place = _place(actor, client_id, user_id)
    held = _held(client_id, user_id, certification_id)
    if held is None:
        raise NotFound
    if held.passed_at != passed_at or not held.may_be_undone:
        raise Conflict(_("It is recorded differently by now. Look at it again."))
    undone, was = copy(held), held.before["was"]
    if was is None:
        held.delete()
    else:
        held.return_to(was)
        held.before = {}
        held.save(update_fields=[*CertificationHeld.MOMENTS, *CertificationHeld.NAMES, "before"])
    until = was["expires_at"] or "" if was else ""
    detail = {"what": "certificate_undone", "name": held.certification.name, "until": until}
    log.record_of_vendor(actor, place.vendor_id, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail=detail)
    return undone


def _before(earlier: CertificationHeld | None, passed_at: datetime) -> dict[str, Any]:
    """What taking a new record back returns to; of two of the same day, a double click, to what was before both."""
    if earlier is None:
        return {"was": None}
    if earlier.may_be_undone and localdate(earlier.passed_at) == localdate(passed_at):
        return dict(earlier.before)
    return {"was": earlier.record()}


def _held(client_id: int, user_id: int, certification_id: int) -> CertificationHeld | None:
    """What is recorded now, locked."""
    rows = CertificationHeld.objects.select_for_update(of=("self",)).select_related("certification")
    return rows.filter(client_id=client_id, user_id=user_id, certification_id=certification_id).first()


def _require_lead(actor: Actor, client_id: int) -> None:
    if not actor.may(Right.CLEARANCE_EDIT, client_id):
        actor.require(Right.CLEARANCE_EXTEND, client_id)


def _place(actor: Actor, client_id: int, user_id: int) -> Assignment:
    """The person's assignment, as far as the actor sees it."""
    row = Assignment.objects.filter(client_id=client_id, user_id=user_id).order_by("-starts_at").first()
    if row is None:
        raise NotFound
    return row


def _certification(client_id: int, certification_id: int) -> Certification:
    row = Certification.objects.filter(client_id=client_id, pk=certification_id).first()
    if row is None:
        raise NotFound
    return row

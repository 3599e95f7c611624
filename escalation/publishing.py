"""What putting a matrix in force takes, whoever wrote it: the check, the next number, one at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid
from escalation import drafting, nightly
from escalation import rows as stored
from escalation.engine import due
from escalation.errors import MatrixChanged
from escalation.matrix import stored as documents
from escalation.matrix.checking import Finding
from escalation.matrix.document import Document
from escalation.models import Matrix
from helpdesk.lib import clock

MATRIX = "matrix"
State = Matrix.State
# So far ahead a version may be set to come in force.
LONGEST_AHEAD = timedelta(days=366)


def hold_versions(client_id: int) -> None:
    """Let one at a time publish: who comes second reads what the first has published.

    The oldest version is locked, which stays the same row; where there is none yet, the unique key decides.
    """
    found = Matrix.objects.select_for_update().filter(client_id=client_id, version__isnull=False)
    found.order_by("version").values_list("pk", flat=True).first()


def written(document: Document) -> object:
    """The content, as strictly as it will be read."""
    content = documents.write(document)
    try:
        documents.read(content)
    except documents.BadDocument as error:
        raise Invalid(_("The matrix can’t be kept: look at %(place)s.") % {"place": error.place}) from error
    return content


def refuse_coming(client_id: int, now: datetime) -> None:
    """Raise `Conflict` where a version is to come in force already."""
    coming = drafting.coming(client_id, now)
    if coming is not None:
        raise Conflict(
            _("Version %(number)s is to come in force already. Call it off first, or wait for it.")
            % {"number": coming.version}
        )


def checked(client_id: int, document: Document) -> list[Finding]:
    """The warnings; raises `Invalid` where something keeps it from being put in force."""
    findings = drafting.findings_of(client_id, document)
    blocking = sum(finding.blocks for finding in findings)
    if blocking:
        raise Invalid(
            ngettext(
                "%(count)s thing keeps this matrix from being put in force. Look at the draft.",
                "%(count)s things keep this matrix from being put in force. Look at the draft.",
                blocking,
            )
            % {"count": blocking}
        )
    return findings


def ready(
    client_id: int, *, based_on: int | None, content: Any, seen: int, at: datetime | None
) -> tuple[datetime, list[Finding]]:
    """The moment from which a document may be in force (`at`, or now), with its warnings.

    Under the lock of `hold_versions`.

    `seen` is how many warnings whoever publishes was shown.  Raises `MatrixChanged` where another version than
    `based_on` is in force, `Conflict` where one is to come, `Invalid` for what keeps a version from being put in
    force, for a moment that has been, and where there are other warnings than were seen.
    """
    now = clock.now()
    if at is not None and not now < at <= now + LONGEST_AHEAD:
        raise Invalid(_("Choose a moment that is still to come, within a year."), "at")
    refuse_coming(client_id, now)
    newest = stored.newest(client_id)
    if (newest.version if newest is not None else None) != based_on:
        raise MatrixChanged(newest.published_by if newest is not None else "")
    warnings = checked(client_id, documents.read(content))
    if len(warnings) != seen:
        raise Invalid(_("What is said of the draft has changed meanwhile. Look at it, then publish."))
    return at or now, warnings


def publish(actor: Actor, row: Matrix, name: str, at: datetime, note: str, warnings: Sequence[Finding]) -> Matrix:
    """Put this row in force as the next version, whose warnings were seen.

    Raises `MatrixChanged` where somebody was first.
    """
    last = Matrix.objects.filter(client_id=row.client_id).aggregate(last=Max("version"))["last"]
    row.state, row.version, row.valid_from = State.PUBLISHED, (last or 0) + 1, at
    row.published_by, row.published_at, row.note = name, clock.now(), note[:300]
    try:
        # Two at once: the unique key lets one of them through.
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "matrix_version" in str(error):
            raise MatrixChanged("") from error
        raise
    due.put(row.client_id, due.Kind.MATRIX, {row.pk: at})
    nightly.note_seen(row.client_id, warnings, is_in_force=at <= clock.now())
    log_change(actor, row, "matrix published", version=row.version, rows=len(documents.read(row.content).rows))
    return row


def log_change(actor: Actor, row: Matrix, what: str, **detail: object) -> None:
    """Write what became of a matrix into the access log."""
    log.record(actor, row.client_id, log.Action.CHANGE, (MATRIX, row.pk), detail={"what": what, **detail})

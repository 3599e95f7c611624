"""The vendor writes what it would have the matrix say, sends it to the client, and takes it back."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access import links
from access.actor import Actor
from access.errors import Conflict, Invalid, RightMissing
from access.models import SignedLink
from access.rights import Right
from access.wording import needed_line
from escalation import drafting
from escalation import rows as stored
from escalation.engine import due
from escalation.errors import DraftChanged
from escalation.matrix import stored as documents
from escalation.matrix.document import Document
from escalation.models import MatrixProposal
from escalation.proposals.parts import State, log_change
from escalation.publishing import checked, written
from helpdesk.lib import clock

LONGEST_WHY = 300


def save_proposal(actor: Actor, *, client_id: int, document: Document, revision: int) -> MatrixProposal:
    """Keep this as what the actor's vendor is about to propose; the client does not see it.

    Needs MATRIX_PROPOSE and to be of a vendor.  `revision` is that of what the editor began with, 0 for the
    version in force: raises `DraftChanged` where a colleague has changed it meanwhile, `Conflict` while one waits for
    the client's answer, `Invalid` for what no matrix can say.
    """
    vendor_id, card_id = _writer(actor, client_id)
    content = written(document)
    row = _lock_open(client_id, vendor_id)
    if row is not None and row.state == State.SENT:
        raise Conflict(_("It waits for the client's answer. Take it back to change it."))
    if (row.revision if row is not None else 0) != revision:
        raise DraftChanged(row.written_by.name if row is not None else "")
    if row is None:
        row = _begun(client_id, vendor_id, card_id, content)
    else:
        row.content, row.written_by_id, row.written_at, row.revision = content, card_id, clock.now(), row.revision + 1
        row.save(update_fields=["content", "written_by", "written_at", "revision"])
    log_change(actor, row, "matrix proposal saved", rows=len(document.rows), paths=len(document.paths))
    return row


def send_proposal(actor: Actor, *, client_id: int, revision: int, why: str) -> MatrixProposal:
    """Ask the client for its word: each of its people who may change the matrix gets a letter with a link.

    As `save_proposal`.  Raises `Invalid` without a reason, where it says what the version in force says, and for what
    keeps it from being put in force; `Conflict` where another version came in force since it was begun.
    """
    _vendor_id, card_id = _writer(actor, client_id)
    row = _locked(actor, client_id, revision)
    row.why = needed_line(why, "why", LONGEST_WHY, _("Say why, so that they can decide."))
    number, present = drafting.in_force(client_id)
    if row.based_on != number:
        raise Conflict(
            _("Version %(number)s came in force since this was begun. Look at it first.") % {"number": number}
        )
    document = documents.read(row.content)
    if document == present:
        raise Invalid(_("It says what the version in force says."))
    checked(client_id, document)
    row.state, row.sent_at, row.written_by_id = State.SENT, clock.now(), card_id
    row.save(update_fields=["state", "sent_at", "why", "written_by"])
    due.put(client_id, due.Kind.PROPOSAL, {row.pk: row.sent_at})
    log_change(actor, row, "matrix proposed")
    return row


def take_back_proposal(actor: Actor, *, client_id: int) -> MatrixProposal:
    """Have the client decide on it no longer: it can be written on, and its links are dead.

    As `save_proposal`; raises `Conflict` where none waits.
    """
    vendor_id, _card_id = _writer(actor, client_id)
    row = _lock_open(client_id, vendor_id)
    if row is None or row.state != State.SENT:
        raise Conflict(_("Nothing waits for the client's answer."))
    row.state, row.sent_at, row.revision = State.WRITTEN, None, row.revision + 1
    row.save(update_fields=["state", "sent_at", "revision"])
    due.drop(due.Kind.PROPOSAL, [row.pk])
    links.revoke(purpose=SignedLink.Purpose.MATRIX, client_id=client_id, subject_id=row.pk)
    log_change(actor, row, "matrix proposal taken back")
    return row


def rebase_proposal(actor: Actor, *, client_id: int, revision: int) -> MatrixProposal:
    """Say that it was held against the version in force now, and stays as it is.  As `save_proposal`."""
    _writer(actor, client_id)
    row = _locked(actor, client_id, revision)
    newest = stored.newest(client_id)
    row.based_on, row.revision = newest.version if newest is not None else None, row.revision + 1
    row.save(update_fields=["based_on", "revision"])
    return row


def discard_proposal(actor: Actor, *, client_id: int, revision: int) -> None:
    """Throw away what is written and not sent.  As `save_proposal`."""
    _writer(actor, client_id)
    row = _locked(actor, client_id, revision)
    log_change(actor, row, "matrix proposal discarded")
    row.delete()


def _writer(actor: Actor, client_id: int) -> tuple[int, int]:
    """The vendor and the card of whoever writes; the client's own people change the matrix themselves."""
    actor.require(Right.MATRIX_PROPOSE, client_id)
    card_id = actor.card_id(client_id)
    if actor.vendor_id is None or card_id is None:
        raise RightMissing(_("Only the vendor's people propose; you may change the matrix yourself."))
    return actor.vendor_id, card_id


def _lock_open(client_id: int, vendor_id: int) -> MatrixProposal | None:
    rows = MatrixProposal.objects.select_for_update(of=("self",)).filter(
        client_id=client_id, vendor_id=vendor_id, state__in=MatrixProposal.OPEN
    )
    return rows.select_related("vendor", "written_by").first()


def _locked(actor: Actor, client_id: int, revision: int) -> MatrixProposal:
    """What is written, as the editor has seen it; raises `DraftChanged`, also where it is sent or gone."""
    assert actor.vendor_id is not None
    row = _lock_open(client_id, actor.vendor_id)
    if row is None or row.state != State.WRITTEN or row.revision != revision:
        raise DraftChanged(row.written_by.name if row is not None else "")
    return row


def _begun(client_id: int, vendor_id: int, card_id: int, content: object) -> MatrixProposal:
    newest = stored.newest(client_id)
    try:
        # Two colleagues at once: the unique key lets one of them through.
        with transaction.atomic():
            return MatrixProposal.objects.create(
                client_id=client_id,
                vendor_id=vendor_id,
                content=content,
                based_on=newest.version if newest is not None else None,
                written_by_id=card_id,
                written_at=clock.now(),
            )
    except IntegrityError as error:
        if "one_open_matrix_proposal" in str(error):
            raise DraftChanged("") from error
        raise

"""A matrix changes by a draft that is published as a new version; climbs that run keep the path they began with."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from escalation import drafting, paste
from escalation import rows as stored
from escalation.errors import DraftChanged, MatrixChanged
from escalation.matrix import cells
from escalation.matrix import stored as documents
from escalation.matrix.document import Document
from escalation.models import Contact, Matrix
from escalation.paste import Pasted
from escalation.publishing import checked, hold_versions, log_change, publish, ready, refuse_coming, written
from helpdesk.lib import clock

State = Matrix.State


def save_draft(actor: Actor, *, client_id: int, document: Document, revision: int) -> Matrix:
    """Keep this as the client's draft; nothing of it is in force.

    Needs MATRIX_EDIT.  `revision` is that of the draft which the editor began with, 0 for none: raises
    `DraftChanged` where somebody has changed it meanwhile, `Invalid` for what no matrix can say.
    """
    name = _editor(actor, client_id)
    content = written(document)
    row = _locked_draft(client_id)
    if (row.revision if row is not None else 0) != revision:
        raise DraftChanged(row.made_by if row is not None else "")
    if row is None:
        newest = stored.newest(client_id)
        row = _new_draft(client_id, name, content, newest.version if newest is not None else None)
    else:
        row.content, row.made_by, row.made_at, row.revision = content, name, clock.now(), row.revision + 1
        row.save(update_fields=["content", "made_by", "made_at", "revision"])
    log_change(actor, row, "matrix draft saved", rows=len(document.rows), paths=len(document.paths))
    return row


def save_pasted(actor: Actor, *, client_id: int, pasted: Pasted, where: str, revision: int) -> Matrix:
    """Create the sheet's new contacts and put its rows into the draft: instead of (`replace`), above or below its own.

    Raises `Invalid` where the sheet has an error, and as `save_draft`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    if pasted.errors:
        raise Invalid(str(pasted.errors[0]), "text")
    keys = cells.by_name(Contact.objects.filter(client_id=client_id).values_list("name", "key"))
    for new in pasted.contacts:
        if cells.find(keys, new.name) is None:
            row = Contact.objects.create(
                client_id=client_id,
                name=new.name,
                email=new.email,
                phone=new.phone,
                job=new.job,
                language=actor.standing(client_id).client.language,
            )
            keys[new.name] = row.key
    document = paste.put(pasted, drafting.draft_of(client_id).document, keys, where)
    return save_draft(actor, client_id=client_id, document=document, revision=revision)


def discard_draft(actor: Actor, *, client_id: int, revision: int) -> None:
    """Throw the draft away; without one nothing happens.  Needs MATRIX_EDIT.  Raises `DraftChanged`."""
    _editor(actor, client_id)
    row = _locked_draft(client_id)
    if row is None:
        return
    if row.revision != revision:
        raise DraftChanged(row.made_by)
    log_change(actor, row, "matrix draft discarded")
    row.delete()


def publish_draft(
    actor: Actor, *, client_id: int, revision: int, seen: int, at: datetime | None = None, note: str = ""
) -> Matrix:
    """Put the draft in force as the next version, now or at a later moment.

    Needs MATRIX_EDIT.  `seen` is how many warnings the editor was shown.  Raises `DraftChanged` where the
    draft is another one or gone, `MatrixChanged` where a newer version came in force since it was begun,
    `Invalid` for what keeps a version from being put in force, for a moment that has been, and where there
    are other warnings than were seen.
    """
    name = _editor(actor, client_id)
    hold_versions(client_id)
    row = _locked_draft(client_id)
    if row is None or row.revision != revision:
        raise DraftChanged(row.made_by if row is not None else "")
    since, warnings = ready(client_id, based_on=row.based_on, content=row.content, seen=seen, at=at)
    return publish(actor, row, name, since, note, warnings)


def publish_matrix(actor: Actor, *, client_id: int, document: Document, expected_version: int | None) -> Matrix:
    """Put this document in force at once, as the next version, whatever the draft says.

    Needs MATRIX_EDIT.  Raises `MatrixChanged` where another version than the expected one is in force,
    `Invalid` for what keeps it from being put in force.
    """
    name = _editor(actor, client_id)
    hold_versions(client_id)
    newest = stored.newest(client_id)
    if (newest.version if newest is not None else None) != expected_version:
        raise MatrixChanged(newest.published_by if newest is not None else "")
    now = clock.now()
    refuse_coming(client_id, now)
    warnings = checked(client_id, document)
    row = Matrix(client_id=client_id, content=written(document), based_on=expected_version, made_by=name, made_at=now)
    return publish(actor, row, name, now, "", warnings)


def call_off_matrix(actor: Actor, *, client_id: int, version: int) -> Matrix:
    """Keep a version from coming in force; it becomes the draft again where there is none.

    Needs MATRIX_EDIT.  Raises `NotFound`, or `Conflict` where it is in force already.
    """
    name = _editor(actor, client_id)
    row = _locked_version(client_id, version)
    now = clock.now()
    if row.valid_from is None or row.valid_from <= now:
        raise Conflict(_("This version is in force already. Restore another one instead."))
    if row.state == State.PUBLISHED:
        row.state = State.DECLINED
        row.save(update_fields=["state"])
        if _locked_draft(client_id) is None:
            _new_draft(client_id, name, row.content, row.based_on)
        log_change(actor, row, "matrix called off", version=version)
    return row


def restore_matrix(actor: Actor, *, client_id: int, version: int, revision: int) -> Matrix:
    """Make an earlier version the draft.  Needs MATRIX_EDIT.  Raises `NotFound`, and as `save_draft`."""
    actor.require(Right.MATRIX_EDIT, client_id)
    row = _locked_version(client_id, version)
    document = documents.read(row.content)
    saved = save_draft(actor, client_id=client_id, document=document, revision=revision)
    newest = stored.newest(client_id)
    saved.based_on = newest.version if newest is not None else None
    saved.save(update_fields=["based_on"])
    return saved


def rebase_draft(actor: Actor, *, client_id: int, revision: int) -> Matrix:
    """Say that the draft was held against the version in force now, and stays as it is.

    Needs MATRIX_EDIT.  Raises `DraftChanged`.
    """
    _editor(actor, client_id)
    row = _locked_draft(client_id)
    if row is None or row.revision != revision:
        raise DraftChanged(row.made_by if row is not None else "")
    newest = stored.newest(client_id)
    row.based_on, row.revision = newest.version if newest is not None else None, row.revision + 1
    row.save(update_fields=["based_on", "revision"])
    return row


def _editor(actor: Actor, client_id: int) -> str:
    """Who edits, as the client's people know them; refuses whoever may not."""
    standing = actor.require(Right.MATRIX_EDIT, client_id)
    return (standing.card_name or actor.name)[:160]


def _locked_draft(client_id: int) -> Matrix | None:
    return Matrix.objects.select_for_update().filter(client_id=client_id, state=State.DRAFT).first()


def _locked_version(client_id: int, version: int) -> Matrix:
    row = Matrix.objects.select_for_update().filter(client_id=client_id, version=version).first()
    if row is None:
        raise NotFound
    return row


def _new_draft(client_id: int, name: str, content: object, based_on: int | None) -> Matrix:
    try:
        # Two editors at once: the unique key lets one of them through.
        with transaction.atomic():
            return Matrix.objects.create(
                client_id=client_id,
                state=State.DRAFT,
                content=content,
                based_on=based_on,
                made_by=name,
                made_at=clock.now(),
            )
    except IntegrityError as error:
        if "one_matrix_draft" in str(error):
            raise DraftChanged("") from error
        raise

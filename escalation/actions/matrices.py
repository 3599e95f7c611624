"""A matrix changes by publishing a new version; climbs that run keep the path they began with."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid
from access.rights import VENDOR_ROLES, Right
from escalation import rows as stored
from escalation.delays import LONGEST
from escalation.errors import MatrixChanged
from escalation.matrix import stored as documents
from escalation.models import Contact, Matrix
from escalation.paste import MOST_ROWS, MOST_STEPS, Pasted, by_name, find
from escalation.plain import PRIORITIES, Row, Step
from helpdesk.lib import clock
from tickets.models import TicketCategory

MATRIX = "matrix"


def publish_matrix(actor: Actor, *, client_id: int, rows: Sequence[Row], expected_version: int | None) -> Matrix:
    """Put these rows in force, in this order, as the next version.

    Needs MATRIX_EDIT.  `expected_version` is the one that the editor began with: raises
    `MatrixChanged` where a newer one is in force, `Invalid` naming the row that can't be taken.
    """
    standing = actor.require(Right.MATRIX_EDIT, client_id)
    before = stored.newest(client_id)
    if (before.version if before else None) != expected_version:
        raise MatrixChanged(before.published_by if before else "")
    _check(client_id, rows)
    name = standing.card_name or actor.name
    document = stored.document_of(client_id, [_sorted(row) for row in rows])
    matrix = _next_version(client_id, before, name, documents.write(document))
    detail = {"what": "matrix published", "version": matrix.version, "rows": len(rows)}
    log.record(actor, client_id, log.Action.CHANGE, (MATRIX, matrix.pk), detail=detail)
    return matrix


def publish_pasted(actor: Actor, *, client_id: int, pasted: Pasted, where: str, expected_version: int | None) -> Matrix:
    """Create the sheet's new contacts and publish its rows: instead of (`replace`), above or below those in force.

    Raises `Invalid` where the sheet has an error, and as `publish_matrix`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    if pasted.errors:
        raise Invalid(str(pasted.errors[0]), "text")
    contacts = by_name(Contact.objects.filter(client_id=client_id).values_list("name", "pk"))
    for new in pasted.contacts:
        if find(contacts, new.name) is None:
            row = Contact.objects.create(
                client_id=client_id,
                name=new.name,
                email=new.email,
                phone=new.phone,
                job=new.job,
                language=actor.standing(client_id).client.language,
            )
            contacts[new.name] = row.pk
    fresh = rows_of(pasted, contacts)
    _version, present = stored.in_force(client_id)
    rows = {"replace": fresh, "above": [*fresh, *present], "below": [*present, *fresh]}[where]
    return publish_matrix(actor, client_id=client_id, rows=rows, expected_version=expected_version)


def rows_of(pasted: Pasted, contacts: Mapping[str, int]) -> list[Row]:
    """The sheet's rows with the contacts' ids, which `paste.by_name` holds."""
    return [
        Row(
            row.number,
            row.category_id,
            row.priority_from,
            row.priority_to,
            tuple(
                Step(s.after_minutes, s.vendor_role, find(contacts, s.contact) if s.contact else None)
                for s in row.steps
            ),
        )
        for row in pasted.rows
    ]


def _next_version(client_id: int, before: Matrix | None, name: str, content: dict[str, Any]) -> Matrix:
    now = clock.now()
    try:
        # Two editors at once: the unique key lets one of them through.
        with transaction.atomic():
            return Matrix.objects.create(
                client_id=client_id,
                version=(before.version or 0) + 1 if before else 1,
                content=content,
                based_on=before.version if before else None,
                made_by=name[:160],
                made_at=now,
                valid_from=now,
                published_at=now,
                published_by=name[:160],
            )
    except IntegrityError as error:
        if "matrix_version" in str(error):
            raise MatrixChanged("") from error
        raise


def _check(client_id: int, rows: Sequence[Row]) -> None:
    if len(rows) > MOST_ROWS:
        raise Invalid(_("A matrix has at most %(most)s rows.") % {"most": MOST_ROWS}, "rows")
    categories = set(TicketCategory.objects.filter(client_id=client_id).values_list("pk", flat=True))
    contacts = set(Contact.objects.filter(client_id=client_id).values_list("pk", flat=True))
    for number, row in enumerate(rows, start=1):
        if wrong := _wrong(row, categories, contacts):
            raise Invalid(_("Row %(row)s: %(wrong)s") % {"row": number, "wrong": wrong}, f"row-{number}")


def _wrong(row: Row, categories: set[int], contacts: set[int]) -> str:
    if row.category_id is not None and row.category_id not in categories:
        return _("there is no such category.")
    if row.priority_from not in PRIORITIES or row.priority_to not in PRIORITIES or row.priority_from > row.priority_to:
        return _("priorities run from 1 to 4, the higher one first.")
    if not row.steps:
        return _("say who is told, at least once.")
    if len(row.steps) > MOST_STEPS:
        return _("a path has at most %(most)s steps.") % {"most": MOST_STEPS}
    for step in row.steps:
        if not 0 <= step.after_minutes <= LONGEST:
            return _("a delay is between at once and 30 days.")
        if step.contact_id is None and step.vendor_role not in {role.value for role in VENDOR_ROLES}:
            return _("there is no such role.")
        if step.contact_id is not None and step.contact_id not in contacts:
            return _("there is no such contact.")
    return ""


def _sorted(row: Row) -> Row:
    steps = tuple(sorted(row.steps, key=lambda step: step.after_minutes))
    return Row(row.position, row.category_id, row.priority_from, row.priority_to, steps)

"""What the tests of proposals do again and again."""

import re
from typing import Any

from access.models import User
from escalation import actions, drafting, tasks
from escalation.matrix import stored
from escalation.matrix.document import Document
from escalation.models import Matrix, MatrixProposal
from escalation.proposals import deciding, writing
from post.models import OutboxMail
from tests.cast import World

State = MatrixProposal.State
WHY = "Billing waits too long."


def in_force(world: World) -> tuple[int | None, Document]:
    with world.enter(world.c1):
        return drafting.in_force(world.c1.pk)


def fewer(document: Document) -> Document:
    """The same without its first row."""
    return Document(document.rows[1:], document.paths)


def write(world: World, document: Document | None = None, *, by: User | None = None, revision: int = 0) -> Any:
    with world.enter(by or world.lead, only=world.c1) as actor:
        document = document or fewer(drafting.in_force(world.c1.pk)[1])
        return writing.save_proposal(actor, client_id=world.c1.pk, document=document, revision=revision)


def send(world: World, row: MatrixProposal, *, why: str = WHY) -> MatrixProposal:
    """Send it, and let a worker tell the client of it."""
    with world.enter(world.lead, only=world.c1) as actor:
        found = writing.send_proposal(actor, client_id=world.c1.pk, revision=row.revision, why=why)
    tasks.sweep_due()
    return found


def take_back(world: World) -> MatrixProposal:
    with world.enter(world.lead, only=world.c1) as actor:
        return writing.take_back_proposal(actor, client_id=world.c1.pk)


def warnings(world: World, row: MatrixProposal) -> int:
    with world.enter(world.c1):
        return len(drafting.findings_of(world.c1.pk, stored.read(row.content)))


def accept(world: World, row: MatrixProposal, *, by: User | None = None, **more: Any) -> Matrix:
    seen = warnings(world, row)
    with world.enter(by or world.o1, only=world.c1) as actor:
        about = {"client_id": world.c1.pk, "proposal_id": row.pk, "revision": row.revision, "seen": seen, **more}
        return deciding.accept_proposal(actor, **about)


def decline(world: World, row: MatrixProposal, answer: str = "Not now.") -> MatrixProposal:
    with world.enter(world.o1, only=world.c1) as actor:
        return deciding.decline_proposal(actor, client_id=world.c1.pk, proposal_id=row.pk, answer=answer)


def publish_another(world: World) -> Matrix:
    """The client puts a version of its own in force meanwhile."""
    number, document = in_force(world)
    turned = Document(document.rows[::-1], document.paths)
    with world.enter(world.o1, only=world.c1) as actor:
        return actions.publish_matrix(actor, client_id=world.c1.pk, document=turned, expected_version=number)


def fresh(world: World, row: MatrixProposal) -> MatrixProposal:
    with world.enter(world.c1):
        row.refresh_from_db()
    return row


def mails(world: World, kind: str) -> list[tuple[str, str]]:
    """Address and text of the mails of a kind, in their order."""
    with world.enter(world.c1):
        found = OutboxMail.objects.filter(kind=f"proposal_{kind}").order_by("pk")
        return list(found.values_list("to_address", "text"))


def link_in(text: str) -> str:
    found = re.search(r"/l/matrix/[\w-]+/", text)
    assert found, text
    return found[0]

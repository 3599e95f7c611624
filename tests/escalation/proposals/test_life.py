"""A vendor's proposal from its first row to the client's word: who may do what with it, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from access import log
from access.errors import Conflict, Invalid, RightMissing
from access.models import AccessLogContent
from escalation.errors import DraftChanged, MatrixChanged
from escalation.matrix.document import Document, When
from escalation.models import MatrixProposal
from escalation.proposals.parts import NoLongerOpen
from tests.cast import World
from tests.escalation.proposals.things import (
    WHY,
    State,
    accept,
    decline,
    fewer,
    fresh,
    in_force,
    mails,
    publish_another,
    send,
    take_back,
    write,
)
from tests.faults.together import together


def test_what_is_written_is_neither_in_force_nor_seen_by_the_client(world: World) -> None:
    before = in_force(world)

    row = write(world)

    assert (row.state, row.based_on) == (State.WRITTEN, before[0])
    assert in_force(world) == before
    with world.enter(world.o1, only=world.c1):
        assert not MatrixProposal.objects.filter(client_id=world.c1.pk).exists()


@pytest.mark.parametrize("who", ["v1", "v12", "a1", "e1", "o1"])
def test_only_the_vendors_lead_proposes(world: World, who: str) -> None:
    with pytest.raises(RightMissing):
        write(world, fewer(in_force(world)[1]), by=getattr(world, who))


def test_a_colleagues_change_is_not_written_over_unseen(world: World) -> None:
    write(world)

    with pytest.raises(DraftChanged):
        write(world)


def test_two_who_begin_at_once_leave_one_proposal(world: World) -> None:
    document = fewer(in_force(world)[1])

    def begin() -> str:
        try:
            write(world, document)
        except DraftChanged:
            return "refused"
        return "kept"

    assert sorted(together(begin, begin)) == ["kept", "refused"]


def test_sent_it_is_told_to_who_may_decide_with_what_would_change(world: World, sent: MatrixProposal) -> None:
    ((to, text),) = mails(world, "ask")

    assert to == world.o1.email
    assert WHY in text
    assert "Row 1 of the version in force goes away." in text
    assert "/l/matrix/" in text


def test_the_mail_says_what_each_said_before_and_says_now(world: World) -> None:
    _number, document = in_force(world)
    first, second = document.paths[0], document.rows[1]
    later = replace(first.steps[1], when=When(minutes=45))
    paths = (replace(first, steps=(first.steps[0], later)), *document.paths[1:])
    rows = (document.rows[0], replace(second, languages=("sv",)), *document.rows[2:])

    send(world, write(world, Document(rows, paths)))

    text = mails(world, "ask")[0][1]
    assert "step 2 differs. Before: 15 min, Team lead" in text
    assert "Now: 45 min, Team lead" in text
    assert "Before: Language any. Now: Language sv." in text


def test_without_a_reason_or_a_change_it_is_not_sent(world: World) -> None:
    row = write(world)
    with pytest.raises(Invalid, match="Say why"):
        send(world, row, why=" ")

    row = write(world, in_force(world)[1], revision=row.revision)
    with pytest.raises(Invalid, match="version in force says"):
        send(world, row)
    assert not mails(world, "ask")


def test_what_cannot_be_in_force_is_not_sent(world: World) -> None:
    _number, document = in_force(world)
    row = write(world, Document(document.rows, document.paths[1:]))

    with pytest.raises(Invalid, match="keeps this matrix"):
        send(world, row)


def test_while_it_waits_nothing_else_is_written(world: World, sent: MatrixProposal) -> None:
    with pytest.raises(Conflict, match="Take it back"):
        write(world, revision=sent.revision)


def test_accepted_it_is_the_next_version_with_both_names(world: World, sent: MatrixProposal) -> None:
    number, document = in_force(world)

    version = accept(world, sent)

    assert version.version == (number or 0) + 1
    assert in_force(world) == (version.version, fewer(document))
    assert world.havnvik.name in version.made_by
    assert (version.note, fresh(world, sent).state, sent.version) == (WHY, State.ACCEPTED, version.version)
    ((to, text),) = mails(world, "outcome")
    assert to == world.lead.email
    assert f"as version {version.version}" in text


def test_accepted_for_later_it_comes_in_force_then(world: World, clock, sent: MatrixProposal) -> None:
    number, _document = in_force(world)
    at = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)

    version = accept(world, sent, at=at)

    assert in_force(world)[0] == number
    clock.move_to(at + timedelta(seconds=1))
    assert in_force(world)[0] == version.version


def test_declined_it_changes_nothing_and_says_why(world: World, sent: MatrixProposal) -> None:
    before = in_force(world)
    with pytest.raises(Invalid, match="Say why not"):
        decline(world, sent, answer="")

    decline(world, sent, answer="Billing is quick enough.")

    assert in_force(world) == before
    assert "Billing is quick enough." in mails(world, "outcome")[0][1]
    assert write(world).state == State.WRITTEN


def test_of_two_who_decide_one_counts(world: World, sent: MatrixProposal) -> None:
    accept(world, sent)

    with pytest.raises(NoLongerOpen, match="accepted it"):
        decline(world, sent)
    with pytest.raises(NoLongerOpen):
        accept(world, sent)


def test_a_vendor_decides_nothing(world: World, sent: MatrixProposal) -> None:
    with pytest.raises(RightMissing):
        accept(world, sent, by=world.lead)
    with pytest.raises(DatabaseError), world.enter(world.lead, only=world.c1), transaction.atomic():
        MatrixProposal.objects.filter(client_id=world.c1.pk).update(state=State.ACCEPTED)


def test_overtaken_it_cannot_be_accepted_and_is_sent_again_once_it_was_looked_at(
    world: World, sent: MatrixProposal
) -> None:
    publish_another(world)
    with pytest.raises(MatrixChanged):
        accept(world, sent)

    row = take_back(world)
    with pytest.raises(Conflict, match="came in force since"):
        send(world, row)

    from escalation.proposals import writing

    with world.enter(world.lead, only=world.c1) as actor:
        row = writing.rebase_proposal(actor, client_id=world.c1.pk, revision=row.revision)
    accept(world, send(world, row))
    assert fresh(world, row).state == State.ACCEPTED


def test_warnings_that_nobody_has_seen_keep_it_from_being_accepted(world: World, sent: MatrixProposal) -> None:
    with pytest.raises(Invalid, match="has changed meanwhile"):
        accept(world, sent, seen=10_000)
    with pytest.raises(Invalid, match="still to come"):
        accept(world, sent, at=datetime(2020, 1, 1, tzinfo=UTC))


def test_sent_anew_it_is_not_what_was_read_before(world: World, sent: MatrixProposal) -> None:
    old = sent.revision
    row = take_back(world)
    send(world, row)

    with pytest.raises(DraftChanged):
        accept(world, sent, revision=old)


def test_everything_stands_in_the_access_log(world: World, sent: MatrixProposal) -> None:
    accept(world, sent)

    with world.enter(world.c1):
        found = AccessLogContent.objects.filter(action=log.Action.CHANGE).values_list("detail", flat=True)
        said = {each.get("what") for each in found if each}
    assert {"matrix proposal saved", "matrix proposed", "matrix proposal accepted", "matrix published"} <= said

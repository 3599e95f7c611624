"""One turn of a worker: claims what is due, a client's at a time, and works on it inside that client.

Each batch is one transaction that gives its rows back in the end; where it fails its rows are tried one
by one, so that one bad row holds up nobody.  Any number of workers may do this at once.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from access.actor import Actor
from access.tasks import in_client
from escalation import emergencies
from escalation.engine import beginnings, climbs, digests, due, marks, sorting, watch
from escalation.engine.due import Claim, Kind, TooLate
from escalation.incidents import announcing, climbing
from escalation.proposals import letters as proposals
from escalation.scope import clockwork
from helpdesk.lib import clock

Following = dict[tuple[Kind, int], datetime | None]
NAME = "escalation.sweep_due"
BATCH = 200
# A turn ends by then at the latest: the next one is told by the beat, and a worker can be stopped in between.
LONGEST_TURN = 5.0
_log = logging.getLogger(__name__)


def sweep(*, most_seconds: float = LONGEST_TURN) -> int:
    """Work on what is due until nothing is, or the time is over; returns how many rows were worked on.

    A worker whose clock is wrong leaves it to the others, and says so in its log.
    """
    worked, until = 0, time.monotonic() + most_seconds
    try:
        watch.note_turn(clock.now())
    except watch.WrongClock as wrong:
        _log.error("nothing is swept here: %s; set the time of this host", wrong)
        return 0
    while time.monotonic() < until:
        claimed = due.claim(clock.now(), most=BATCH)
        if claimed is None:
            break
        work_on(claimed)
        worked += len(claimed.rows)
    return worked


def work_on(claimed: Claim) -> None:
    """Do what is due on the rows of a claim; never raises for what a row can cause."""
    if _done(claimed) or len(claimed.rows) == 1:
        return
    for row in claimed.rows:
        _done(Claim(claimed.client_id, (row,)))


def _done(claimed: Claim) -> bool:
    """Whether the batch is done with, by us or by whoever has it now; a single row that fails is put off."""
    try:
        with in_client(claimed.client_id, NAME) as actor:
            due.settle(claimed, _work(actor, claimed))
    except TooLate:
        return True
    except Exception:
        if len(claimed.rows) > 1:
            _log.warning("a batch of %s due rows failed, they are tried one by one", len(claimed.rows))
            return False
        (row,) = claimed.rows
        _log.exception("a due row failed: %s %s", row.kind, row.subject_id)
        due.put_off(claimed, row, clock.now())
    return True


def _work(actor: Actor, claimed: Claim) -> Following:
    following: Following = {(row.kind, row.subject_id): None for row in claimed.rows}
    now = clock.now()
    for kind, work in _WORK.items():
        subjects = claimed.of(kind)
        if subjects:
            following |= {(kind, s): at for s, at in work(actor, claimed.client_id, subjects, now).items()}
    return following


def _emergencies(actor: Actor, client_id: int, subjects: list[int], at: datetime) -> dict[int, datetime | None]:
    return {subject: emergencies.look(actor, emergency_id=subject) for subject in subjects}


def _climbs(actor: Actor, client_id: int, subjects: list[int], at: datetime) -> dict[int, datetime | None]:
    return climbs.advance(actor, client_id, subjects, at=at)


_WORK: dict[Kind, Callable[[Actor, int, list[int], datetime], dict[int, datetime | None]]] = {
    # First, so that a mark that is due already is known before.
    Kind.MATRIX: beginnings.follow,
    Kind.SORTING: sorting.look,
    Kind.TICKET: beginnings.look,
    Kind.CLOCK: marks.mark,
    Kind.CLIMB: _climbs,
    Kind.EMERGENCY: _emergencies,
    Kind.SCOPE: clockwork.look,
    Kind.PROPOSAL: proposals.look,
    Kind.INCIDENT: climbing.look,
    Kind.ANNOUNCE: announcing.look,
    Kind.DIGEST: digests.send,
}

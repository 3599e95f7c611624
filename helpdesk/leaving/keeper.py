"""Does one job at a time, inside one client's scope, and survives being killed between any two statements.

Runs in a process of its own as the role `keeper`, which alone may remove what the log says of a customer.
The exit package only reads, and is made here too: the same walls stand around the role, and one process
with one connection is easier to watch than two.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import translation

from helpdesk.leaving import customer_data, dispatch, erasure, retention
from helpdesk.leaving.errors import GivenUp, KeeperBlind, NotYet
from helpdesk.leaving.models import Job, Kind
from helpdesk.leaving.package import build
from helpdesk.leaving.work import Work
from helpdesk.lib import clock

logger = logging.getLogger("helpdesk.keeper")

MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)
SOON = timedelta(seconds=3)


Doing = Callable[[Work], None]
_DOINGS: dict[Kind, tuple[str, Doing]] = {
    Kind.ERASURE: ("leaving.erase", erasure.run),
    Kind.RETENTION: ("leaving.retain", retention.run),
    Kind.CUSTOMER_DATA: ("leaving.pack", customer_data.run),
    Kind.PACKAGE: ("leaving.pack", build.run),
}


def do_next(now: datetime) -> bool:
    """Claim the job that is due longest and do it; False where none is due."""
    claimed = dispatch.claim(now)
    if claimed is None:
        return False
    do(*claimed)
    return True


def do(client_id: int, job_id: int) -> None:
    """Do one job to its end, or note why it could not be done and when it is tried again."""
    work = Work(client_id, job_id, "leaving.keep")
    with work.step() as (_actor, job):
        if job.state in (Job.State.DONE, Job.State.FAILED):
            dispatch.drop(job_id)
            return
        job.state, job.started_at = Job.State.RUNNING, job.started_at or clock.now()
        job.attempts += 1
        job.save(update_fields=["state", "started_at", "attempts"])
        kind, language = Kind(job.kind), job.language
    name, doing = _DOINGS[kind]
    work.name = name
    try:
        with translation.override(language), work.beating():
            doing(work)
    except NotYet as error:
        _wait(work, str(error))
    except GivenUp as error:
        _fail(work, str(error))
    except KeeperBlind:
        logger.exception("job %s of client %s", job_id, client_id)
        _fail(work, "rows that should be there were not")
    except Exception as error:
        logger.exception("job %s of client %s", job_id, client_id)
        _try_again(work, type(error).__name__)
    else:
        _finish(work)


def _finish(work: Work) -> None:
    with work.step() as (_actor, job):
        job.state, job.ended_at, job.said = Job.State.DONE, clock.now(), ""
        job.save(update_fields=["state", "ended_at", "said"])
        dispatch.drop(job.pk)


def _wait(work: Work, why: str) -> None:
    with work.step() as (_actor, job):
        job.said, job.attempts = why[:200], 0
        job.save(update_fields=["said", "attempts"])
        dispatch.postpone(job.pk, clock.now() + SOON)


def _fail(work: Work, why: str) -> None:
    with work.step() as (_actor, job):
        job.state, job.ended_at, job.said = Job.State.FAILED, clock.now(), why[:200]
        job.save(update_fields=["state", "ended_at", "said"])
        dispatch.drop(job.pk)


def _try_again(work: Work, why: str) -> None:
    with work.step() as (_actor, job):
        attempts = job.attempts
        job.said = why[:200]
        job.save(update_fields=["said"])
        if attempts < MOST_ATTEMPTS:
            dispatch.postpone(job.pk, clock.now() + FIRST_WAIT * 2 ** (attempts - 1))
    if attempts >= MOST_ATTEMPTS:
        _fail(work, why)

"""One job under way, as its function sees it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType

from django.db import DatabaseError, connection

from access.actor import Actor
from access.tasks import in_client
from helpdesk.leaving import dispatch
from helpdesk.leaving.models import Job
from helpdesk.lib import clock

logger = logging.getLogger("helpdesk.keeper")

_LOOK_SECONDS = 1.0
_RENEW_EVERY = timedelta(seconds=30)


class Work:
    """One job under way: what its function gets, to enter the scope step by step and to show how far it is."""

    def __init__(self, client_id: int, job_id: int, name: str) -> None:
        self.client_id, self.job_id, self.name = client_id, job_id, name
        self._shown = (0, 0)

    def step(self) -> "StepScope":
        """A transaction as the system inside the one client; gives the actor and the job's row, locked."""
        return StepScope(self)

    def show(self, done: int, total: int) -> None:
        """How far it is; costs nothing and may be called anywhere, `beating` tells it to those who look."""
        self._shown = (done, total)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Keep the lease and tell how far it is meanwhile, on a connection of its own."""
        ended = Event()
        thread = Thread(target=self._beat, args=(ended,), name="keeper-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat(self, ended: Event) -> None:
        renewed, told = clock.now(), (0, 0)
        while not ended.wait(_LOOK_SECONDS):
            try:
                if clock.now() - renewed > _RENEW_EVERY:
                    renewed = clock.now()
                    dispatch.renew(self.job_id, renewed)
                if told != (shown := self._shown):
                    with in_client(self.client_id, self.name):
                        rows = Job.objects.filter(client_id=self.client_id, pk=self.job_id)
                        rows.update(done=shown[0], total=shown[1])
                    told = shown
            except DatabaseError as error:
                # The work itself meets it too, and says so.
                logger.warning("the keeper's beat was lost: %s", type(error).__name__)
                connection.close()
        connection.close()


class StepScope:
    """The context manager of `Work.step`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._inside = in_client(work.client_id, work.name)

    def __enter__(self) -> tuple[Actor, Job]:
        actor = self._inside.__enter__()
        rows = Job.objects.select_for_update().filter(client_id=self._work.client_id, pk=self._work.job_id)
        return actor, rows.get()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._inside.__exit__(kind, error, trace)

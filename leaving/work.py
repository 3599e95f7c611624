"""One job under way, as its function sees it."""

from datetime import datetime, timedelta

from access.actor import Actor
from access.tasks import in_client
from helpdesk.lib import clock
from leaving import dispatch
from leaving.models import Job


class Work:
    """One job under way: what its function gets, to enter the scope step by step and to tell how far it is."""

    def __init__(self, client_id: int, job_id: int, name: str) -> None:
        self.client_id, self.job_id, self.name = client_id, job_id, name
        self._told_at: datetime | None = None

    def step(self) -> "StepScope":
        """A transaction as the system inside the one client; gives the actor and the job's row, locked."""
        return StepScope(self)

    def tell(self, done: int, total: int) -> None:
        """Note how far it is and keep the lease, once a second at most; call it outside a step."""
        now = clock.now()
        if self._told_at is not None and now - self._told_at < timedelta(seconds=1):
            return
        self._told_at = now
        dispatch.renew(self.job_id, now)
        with in_client(self.client_id, self.name):
            Job.objects.filter(client_id=self.client_id, pk=self.job_id).update(done=done, total=total)


class StepScope:
    """The context manager of `Work.step`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._inside = in_client(work.client_id, work.name)

    def __enter__(self) -> tuple[Actor, Job]:
        actor = self._inside.__enter__()
        rows = Job.objects.select_for_update().filter(client_id=self._work.client_id, pk=self._work.job_id)
        return actor, rows.get()

    def __exit__(self, *error: object) -> bool | None:
        return self._inside.__exit__(*error)  # type: ignore[arg-type]  # the three of an exception

"""The base of every task, one client, one transaction, one scope; and the tasks of `access` itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task, shared_task
from django.db import transaction

from access import actor as actors
from access import scope, seal, standing
from access.connections import is_aborted
from access.models import Client


class TransactionLost(RuntimeError):
    """A database error was swallowed: the transaction would have been rolled back silently."""


class ClientTask(Task):
    """Runs as the system inside one client; the first argument is `client_id`, the task gets an actor.

    A task may run twice: what it calls is idempotent.  Arguments are ids only.
    """

    abstract = True
    acks_late = True
    reject_on_worker_lost = True

    def __call__(self, client_id: int, *args: Any, **kwargs: Any) -> Any:
        """Enter the client's scope and run."""
        with in_client(client_id, self.name) as actor:
            return self.run(actor, *args, **kwargs)


@contextmanager
def in_client(client_id: int, name: str) -> Iterator[actors.Actor]:
    """A transaction as the system inside one client; gives the actor.

    For the base task and for named commands, and for nothing else.  Raises `TransactionLost`
    where a database error was swallowed inside.
    """
    with transaction.atomic():
        client = Client.objects.get(pk=client_id)
        actor = actors.system(standing.face(client), name)
        with scope.enter(actor.scope()):
            yield actor
        if is_aborted():
            raise TransactionLost(name)


@shared_task(name="access.sweep_seals")
def sweep_seals() -> int:
    """Have every log sealed that has entries without a place in the tree; returns how many those are."""
    client_ids = Client.objects.order_by("pk").values_list("pk", flat=True)
    waiting = [client_id for client_id in client_ids if _waits(client_id)]
    for client_id in waiting:
        seal_log.delay(client_id)
    return len(waiting)


def _waits(client_id: int) -> bool:
    with in_client(client_id, "access.sweep_seals"):
        return seal.is_waiting(client_id)


@shared_task(base=ClientTask, name="access.seal_log")
def seal_log(actor: actors.Actor) -> None:
    """Give one client's new entries their places and sign the head; a twin finds nothing to do."""
    for client_id in actor.client_ids:
        seal.seal(actor, client_id)


@shared_task(name="access.sweep_removals")
def sweep_removals() -> None:
    """Have the accounts of whoever has left each client asked back, one task a client."""
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        ask_removals.delay(client_id)


@shared_task(base=ClientTask, name="access.ask_removals")
def ask_removals(actor: actors.Actor) -> int:
    """Ask this client to remove the accounts of those whose place has ended; returns how many are new."""
    # The actions enter a client by way of this module.
    from access.actions import systems

    (client_id,) = actor.standings
    return systems.ask_for_those_who_left(actor, client_id=client_id)


@shared_task(name="access.sweep_flags")
def sweep_flags() -> None:
    """Have each client's log looked at for what passes its thresholds, one task a client."""
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        raise_flags.delay(client_id)


@shared_task(base=ClientTask, name="access.raise_flags")
def raise_flags(actor: actors.Actor) -> int:
    """Raise what has passed one of this client's thresholds; returns how many are new."""
    # As above.
    from access.actions import flags

    (client_id,) = actor.standings
    return flags.raise_flags(actor, client_id=client_id)

"""Takes one customer's data out of everything that holds it; tickets stay as numbers, times and categories.

The rows go in one transaction, which notes in the job what is left: the files on the disk, and what the log
says of the customer.  A keeper that is killed in between finds it there.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from access import log, registries
from access.models import Client
from access.registries import Fate, Holding, Subject, Words
from helpdesk.leaving import log_values
from helpdesk.leaving.errors import GivenUp, KeeperBlind
from helpdesk.leaving.work import Work
from helpdesk.lib.locks import hold
from tickets.models import Customer, Ticket

_SHORTEST_NAME = 5


def run(work: Work) -> None:
    """Erase the customer of the job; what a keeper before has done is not done again."""
    with work.step() as (actor, job):
        if not job.result:
            subject = _subject(work.client_id, job.customer_id or 0)
            counts = erase_rows(subject)
            entries = log_values.entries_naming(subject)
            counts["log_entries"], counts["stored_files"] = len(entries), len(subject.keys)
            record = (log.CUSTOMER, subject.customer_id or 0)
            detail = {"what": "customer erased", "job": job.pk}
            log.record(actor, work.client_id, log.Action.CHANGE, record, detail=detail)
            job.result = {**dict(sorted(counts.items())), "entry": log_values.newest(work.client_id)}
            job.left = {"keys": subject.keys, "entries": entries}
            job.save(update_fields=["result", "left"])
    delete_files(work)
    log_values.forget(work)


def delete_files(work: Work) -> None:
    """Delete the files that the job has noted; a file that is gone already was deleted before."""
    with work.step() as (_actor, job):
        keys = list(job.left.get("keys", []))
    for number, key in enumerate(keys):
        default_storage.delete(key)
        work.show(number, len(keys))
    if keys:
        with work.step() as (_actor, job):
            job.left = {key: value for key, value in job.left.items() if key != "keys"}
            job.done, job.total = len(keys), len(keys)
            job.save(update_fields=["left", "done", "total"])


def _subject(client_id: int, customer_id: int) -> Subject:
    """The customer with their tickets, and nobody writes to the client's customers of that address meanwhile."""
    customer = Customer.objects.select_for_update().filter(client_id=client_id, pk=customer_id).first()
    if customer is None:
        raise GivenUp(_("There is no such customer."))
    if customer.email:
        hold("customer", client_id, customer.email.lower())
    tickets = Ticket.objects.select_for_update().filter(client_id=client_id, customer_id=customer_id)
    return Subject(
        client_id,
        list(tickets.order_by("pk").values_list("pk", flat=True)),
        customer.pk,
        names_of(customer),
        word_of(client_id),
    )


def names_of(customer: Customer) -> tuple[str, ...]:
    """What names the customer wherever it stands, in lower case; a first name alone names many."""
    whole = customer.name if len(customer.name.split()) > 1 else ""
    texts = (customer.email, customer.phone, customer.external_id, whole)
    return tuple(text.strip().lower() for text in texts if len(text.strip()) >= _SHORTEST_NAME)


def word_of(client_id: int) -> str:
    """What stands for an erased text, in the client's own language."""
    with translation.override(Client.objects.get(pk=client_id).language):
        return _("(erased)")


def erase_rows(subject: Subject) -> Counter[str]:
    """Run every declared eraser, then overwrite or delete the rows; returns how many, by kind.

    Raises `KeeperBlind` where fewer rows were touched than were seen.
    """
    counts: Counter[str] = Counter()
    for eraser in registries.erasers():
        counts.update(eraser(subject))
    for holding in registries.holdings():
        if holding.erasing is not None and (rows := rows_of(holding, subject)) is not None:
            counts[holding.part or holding.table] += _apply(holding.erasing, rows, subject)
    return counts


def rows_of(holding: Holding, subject: Subject) -> "models.QuerySet[Any] | None":
    """The rows of a table that are the subject's; None where columns can't tell."""
    whose = models.Q()
    if holding.customer and subject.customer_id is not None:
        whose |= models.Q(**{holding.customer: subject.customer_id})
    if holding.ticket:
        whose |= models.Q(**{f"{holding.ticket}__in": subject.ticket_ids})
    if not whose:
        return None
    rows: models.QuerySet[Any] = holding.model._default_manager.filter(whose, client_id=subject.client_id)
    return rows


def _apply(erasing: registries.Erasing, rows: "models.QuerySet[Any]", subject: Subject) -> int:
    seen = rows.count()
    if not seen:
        return 0
    if isinstance(erasing, Mapping):
        touched = rows.update(**{name: _value(value, subject) for name, value in erasing.items()})
    else:
        assert erasing is Fate.DELETED
        touched = rows.delete()[0]
    if touched < seen:
        raise KeeperBlind(f"{rows.model._meta.label}: {touched} of {seen} rows")
    return seen


def _value(value: Any, subject: Subject) -> Any:
    return subject.word if value is Words.ERASED else value

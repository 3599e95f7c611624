"""Clears away what is older than a client's rules keep: by few tickets at a time, so that any stop is between two."""

from collections import Counter
from datetime import datetime

from access import log
from access.registries import Subject
from helpdesk.leaving import erasure, log_values
from helpdesk.leaving.models import RetentionRules
from helpdesk.leaving.work import Work
from helpdesk.lib import clock
from post.models import OutboxMail, StoredFile
from tickets.models import Attachment, DraftFile, RawMail, Status, Ticket

_AT_ONCE = 200
_KINDS = ("tickets", "attachments", "raw_mails", "log")


def run(work: Work) -> None:
    """Apply each rule that the client has set, batch by batch, then write what was removed."""
    with work.step() as (_actor, job):
        rules = RetentionRules.objects.filter(client_id=work.client_id).first()
        counts: Counter[str] = Counter(job.result.get("removed", {}))
        done = set(job.result.get("kinds", []))
    steps = {"tickets": _tickets, "attachments": _files, "raw_mails": _raw_mails}
    for kind in _KINDS:
        months = getattr(rules, kind) if rules else None
        if months is None or kind in done:
            continue
        before = months_before(clock.now(), months)
        if kind == "log":
            if gone := log_values.forget_before(work, before):
                counts["log_entries"] += gone
            continue
        while True:
            with work.step() as (_actor, job):
                removed, keys = steps[kind](work.client_id, before)
                counts.update(removed)
                job.left = {**job.left, "keys": [*job.left.get("keys", []), *keys]}
                if not removed:
                    done.add(kind)
                job.result = {"removed": dict(sorted(counts.items())), "kinds": sorted(done)}
                job.save(update_fields=["left", "result"])
            erasure.delete_files(work)
            if not removed:
                break
    _note(work, counts)


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time so many months earlier, or that month's last day."""
    index = now.year * 12 + now.month - 1 - months
    year, month = divmod(index, 12)
    for day in range(now.day, 27, -1):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return now.replace(year=year, month=month + 1, day=min(now.day, 28))


def _tickets(client_id: int, before: datetime) -> tuple[Counter[str], list[str]]:
    """The content of tickets closed before then, and of letters of that time that are about no ticket."""
    word = erasure.word_of(client_id)
    old = Ticket.objects.filter(client_id=client_id, status=Status.CLOSED, closed_at__lt=before).exclude(subject=word)
    ids = list(old.order_by("closed_at", "pk").values_list("pk", flat=True)[:_AT_ONCE])
    subject = Subject(client_id, ids, word=word)
    if not ids:
        return _letters(subject, before), []
    counts = erasure.erase_rows(subject)
    return Counter({kind: number for kind, number in counts.items() if number}), subject.keys


def _letters(subject: Subject, before: datetime) -> Counter[str]:
    """What was mailed before then about no ticket, and is not to be sent any more: links to sign in, news for staff."""
    rows = OutboxMail.objects.filter(client_id=subject.client_id, ticket_id=None, created_at__lt=before)
    old = rows.exclude(state=OutboxMail.State.DUE).exclude(text="").order_by("pk").values_list("pk", flat=True)
    some = OutboxMail.objects.filter(client_id=subject.client_id, pk__in=list(old[:_AT_ONCE]))
    gone = some.update(subject=subject.word, text="", html="", to_name="", to_address="", from_name="", last_error="")
    return Counter({"letters": gone} if gone else {})


def _files(client_id: int, before: datetime) -> tuple[Counter[str], list[str]]:
    """Attachments that came in before then."""
    old = StoredFile.objects.filter(client_id=client_id, created_at__lt=before).order_by("created_at", "pk")
    rows = list(old.values_list("pk", "key", "preview_key")[:_AT_ONCE])
    ids = [pk for pk, _key, _preview in rows]
    for model in (Attachment, DraftFile):
        model.objects.filter(client_id=client_id, file_id__in=ids).delete()
    gone = StoredFile.objects.filter(client_id=client_id, pk__in=ids).delete()[0]
    keys = [key for _pk, *pair in rows for key in pair if key]
    return Counter({"files": gone} if gone else {}), keys


def _raw_mails(client_id: int, before: datetime) -> tuple[Counter[str], list[str]]:
    """Mails as they came in before then."""
    old = RawMail.objects.filter(client_id=client_id, received_at__lt=before).order_by("received_at", "pk")
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    gone = RawMail.objects.filter(client_id=client_id, pk__in=ids).delete()[0]
    return Counter({"raw_mails": gone} if gone else {}), []


def _note(work: Work, counts: Counter[str]) -> None:
    with work.step() as (actor, job):
        if counts and not job.result.get("noted"):
            detail = {"what": "retention", "job": job.pk, "removed": dict(sorted(counts.items()))}
            log.record(actor, work.client_id, log.Action.CHANGE, detail=detail)
        job.result = {"removed": dict(sorted(counts.items())), "noted": True, "kinds": list(_KINDS)}
        job.save(update_fields=["result"])

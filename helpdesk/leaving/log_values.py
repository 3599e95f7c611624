"""Removes what entries of the access log say; the entries, their commitments and their seals stay.

In steps, because the log must hold at any moment: first a sealed entry names the places, then the values
go.  Each step can be the last before the keeper is killed; the job knows how far it was.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from access import erasing, seal
from access.log_keys import KeyMissing
from access.models import AccessLogContent, AccessLogEntry, AccessLogRecord, LogLeaf
from access.registries import Subject
from access.tasks import in_client
from helpdesk.leaving.errors import KeeperBlind, NotYet
from helpdesk.leaving.work import Work

_AT_ONCE = 2000
# An entry that names many customers or tickets by number stays for the others' sake: the number leads to
# a row without a name.  So do the entries about erasing itself.
_OF_CUSTOMER = """
SELECT c.entry_id FROM access_accesslogcontent c
WHERE c.client_id = %(client)s
  AND coalesce(c.detail->>'what', '') NOT IN ('erasure asked for', 'customer erased', 'erased', 'retained', 'retention')
  AND (
    c.customer_id = %(customer)s
    OR c.ticket_id = ANY (%(tickets)s)
    OR (jsonb_array_length(c.records) = 1 AND c.records->0->>0 = 'customer'
      AND (c.records->0->>1)::bigint = %(customer)s)
    OR (jsonb_array_length(c.records) = 1 AND c.records->0->>0 = 'ticket'
      AND (c.records->0->>1)::bigint = ANY (%(tickets)s))
    OR EXISTS (
      SELECT 1 FROM unnest(%(names)s::text[]) AS n
      WHERE strpos(lower(c.detail::text || ' ' || c.reason || ' ' || c.actor_name), n) > 0)
  )
ORDER BY c.entry_id
"""


def entries_naming(subject: Subject) -> list[int]:
    """The entries that name the customer and have their values still, the oldest first."""
    named = {
        "client": subject.client_id,
        "customer": subject.customer_id,
        "tickets": subject.ticket_ids,
        "names": list(subject.names),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OF_CUSTOMER, named)
        return [entry_id for (entry_id,) in cursor.fetchall()]


def forget(work: Work) -> None:
    """Remove the values of the entries that the job has noted in `left["entries"]`.

    Raises `NotYet` while they can't be sealed here and now.
    """
    with work.step() as (_actor, job):
        entries, is_told = list(job.left.get("entries", [])), bool(job.left.get("told"))
    if not entries:
        return
    if not is_told:
        seal_all(work)
        with work.step() as (actor, job):
            places = erasing.indexes_of(work.client_id, entries)
            if len(places) != len(entries):
                raise NotYet("the log is being sealed")
            erasing.note_erasure(actor, work.client_id, places.values())
            job.left = {**job.left, "told": True}
            job.save(update_fields=["left"])
    seal_all(work)
    with work.step() as (_actor, job):
        if erasing.erasable(work.client_id, entries) != set(entries):
            raise NotYet("the log is being sealed")
        _remove(work.client_id, entries)
        job.left = {key: value for key, value in job.left.items() if key not in ("entries", "told")}
        job.save(update_fields=["left"])


def forget_before(work: Work, before: datetime) -> int:
    """Remove the values of all entries up to the last place before the first entry from then or later.

    Returns how many.  A prefix, so that one number tells a verifier which values may be missing.  Raises
    `NotYet` while it can't be sealed here and now.
    """
    seal_all(work)
    with work.step() as (actor, job):
        through = int(job.left.get("through", -1))
        if through < 0:
            through = _last_place_before(work.client_id, before)
            if through <= erasing.retained_through(work.client_id):
                return 0
            erasing.note_retention(actor, work.client_id, through)
            job.left = {**job.left, "through": through}
            job.save(update_fields=["left"])
    seal_all(work)
    removed = 0
    while True:
        with work.step() as (_actor, job):
            if erasing.retained_through(work.client_id) < through:
                raise NotYet("the log is being sealed")
            some = _with_values(work.client_id, through)
            _remove(work.client_id, some)
            removed += len(some)
            if not some:
                job.left = {key: value for key, value in job.left.items() if key != "through"}
                job.save(update_fields=["left"])
                return removed


def newest(client_id: int) -> int:
    """The number of the entry that was written last in this transaction."""
    return AccessLogEntry.objects.filter(client_id=client_id).order_by("-pk").values_list("pk", flat=True)[0]


def seal_all(work: Work) -> None:
    """Give every entry its place under a head; raises `NotYet` where this machine has no key for it."""
    try:
        while True:
            with in_client(work.client_id, work.name) as actor:
                if seal.seal(actor, work.client_id) is None:
                    return
    except KeyMissing as error:
        raise NotYet("the key that seals the log is not on this machine") from error


def _last_place_before(client_id: int, before: datetime) -> int:
    """The last place of the tree before the first entry from that moment or later; -1 where there is none."""
    later = AccessLogEntry.objects.filter(client_id=client_id, at__gte=before).values("pk")
    places = LogLeaf.objects.filter(client_id=client_id)
    first_kept = places.filter(entry_id__in=later).order_by("index").values_list("index", flat=True).first()
    if first_kept is not None:
        return int(first_kept) - 1
    return seal.size_of(client_id) - 1


def _with_values(client_id: int, through: int) -> list[int]:
    """Some entries up to a place that have their values still."""
    places = LogLeaf.objects.filter(client_id=client_id, index__lte=through).values("entry_id")
    found = AccessLogContent.objects.filter(client_id=client_id, entry_id__in=places).order_by("entry_id")
    return list(found.values_list("entry_id", flat=True)[:_AT_ONCE])


def _remove(client_id: int, entry_ids: Collection[int]) -> None:
    ids = list(entry_ids)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        AccessLogRecord.objects.filter(client_id=client_id, entry_id__in=some).delete()
        removed, _by_model = AccessLogContent.objects.filter(client_id=client_id, entry_id__in=some).delete()
        if removed != len(some):
            raise KeeperBlind(f"access log: {removed} of {len(some)} values removed")

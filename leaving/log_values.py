"""Removes what entries of the access log say; the entries, their commitments and their seals stay."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from access import erasing
from access.actor import Actor
from access.models import AccessLogContent, AccessLogEntry, AccessLogRecord
from access.registries import Subject
from leaving.errors import KeeperBlind

_AT_ONCE = 2000
# An entry that names many customers or tickets by number stays for the others' sake: the number leads to
# a row without a name.  So does the entry about who asked for the erasure.
_OF_CUSTOMER = """
SELECT c.entry_id FROM access_accesslogcontent c
WHERE c.client_id = %(client)s
  AND coalesce(c.detail->>'what', '') NOT IN ('erasure asked for', 'erased', 'retention')
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


def forget_customer(actor: Actor, subject: Subject) -> int:
    """Remove the values of the entries that name the customer, and write an entry about it; returns how many."""
    named = {
        "client": subject.client_id,
        "customer": subject.customer_id,
        "tickets": subject.ticket_ids,
        "names": list(subject.names),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OF_CUSTOMER, named)
        entry_ids = [entry_id for (entry_id,) in cursor.fetchall()]
    _remove(subject.client_id, entry_ids)
    if entry_ids:
        erasing.note_erasure(actor, subject.client_id, entry_ids)
    return len(entry_ids)


def forget_before(actor: Actor, client_id: int, before: datetime) -> int:
    """Remove the values of all entries up to the last one from before that moment; returns how many.

    A contiguous prefix, so that one number tells a verifier which values may be missing.
    """
    later = AccessLogEntry.objects.filter(client_id=client_id, at__gte=before).order_by("pk")
    first_kept = later.values_list("pk", flat=True).first()
    prefix = AccessLogContent.objects.filter(client_id=client_id)
    if first_kept is not None:
        prefix = prefix.filter(entry_id__lt=first_kept)
    entry_ids = list(prefix.order_by("entry_id").values_list("entry_id", flat=True))
    _remove(client_id, entry_ids)
    if entry_ids:
        erasing.note_retention(actor, client_id, entry_ids[-1])
    return len(entry_ids)


def newest(client_id: int) -> int:
    """The number of the entry that was written last in this transaction."""
    return AccessLogEntry.objects.filter(client_id=client_id).order_by("-pk").values_list("pk", flat=True)[0]


def _remove(client_id: int, entry_ids: Collection[int]) -> None:
    ids = list(entry_ids)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        AccessLogRecord.objects.filter(client_id=client_id, entry_id__in=some).delete()
        removed, _by_model = AccessLogContent.objects.filter(client_id=client_id, entry_id__in=some).delete()
        if removed != len(some):
            raise KeeperBlind(f"access log: {removed} of {len(some)} values removed")

"""What the log says of its own erasure: values may only be taken away that a sealed entry names.

`note_retention` and `note_erasure` write such an entry.  Once it stands under a head, the values may
go: `erasable` says which.  Nothing here deletes.
"""

from collections.abc import Collection, Iterable

from access import log, seal
from access.actor import Actor
from access.log_format import ERASED, LOG, RETAINED
from access.models import AccessLogContent, AccessLogRecord, LogLeaf

# How many places one entry names at most, so that no line of the exported log grows without bounds.
NAMED_AT_ONCE = 10_000


def note_retention(actor: Actor, client_id: int, through: int) -> None:
    """Say in the log that the values of every entry up to the place `through` (inclusive) end their time.

    Raises `ValueError` for a place that nothing sealed stands at.
    """
    if not 0 <= through < _covered_size(client_id):
        raise ValueError(f"No sealed entry stands at {through}.")
    _note(actor, client_id, {"what": RETAINED, "through": through})


def note_erasure(actor: Actor, client_id: int, indexes: Iterable[int]) -> None:
    """Say in the log that the values of the entries at these places are erased.

    Raises `ValueError` for a place that nothing sealed stands at.
    """
    places = sorted(set(indexes))
    if places and not (places[0] >= 0 and places[-1] < _covered_size(client_id)):
        raise ValueError("Not every place named holds a sealed entry.")
    for first in range(0, len(places), NAMED_AT_ONCE):
        _note(actor, client_id, {"what": ERASED, "indexes": places[first : first + NAMED_AT_ONCE]})


def _note(actor: Actor, client_id: int, detail: dict[str, object]) -> None:
    log.record(actor, client_id, log.Action.CHANGE, (LOG, client_id), detail=detail)


def indexes_of(client_id: int, entry_ids: Collection[int]) -> dict[int, int]:
    """The places of those of these entries that stand under a head, by entry id."""
    found = LogLeaf.objects.filter(client_id=client_id, entry_id__in=entry_ids, index__lt=_covered_size(client_id))
    return dict(found.values_list("entry_id", "index"))


def erasable(client_id: int, entry_ids: Collection[int]) -> set[int]:
    """Those of these entries whose values may be deleted: a later entry under a head says that they are.

    Who deletes before that leaves a log that does not hold until the next head.
    """
    through, erased = _covered(client_id)
    places = indexes_of(client_id, entry_ids)
    return {entry_id for entry_id, index in places.items() if index <= through or index in erased}


def retained_through(client_id: int) -> int:
    """Up to which place (inclusive) values may be deleted as a whole; -1 where none may."""
    return _covered(client_id)[0]


def _covered(client_id: int) -> tuple[int, set[int]]:
    """What the entries under a head say was erased: a place that all up to it are, and single ones."""
    about = AccessLogRecord.objects.filter(client_id=client_id, kind=LOG, record_id=client_id)
    ids = list(about.values_list("entry_id", flat=True))
    sealed = indexes_of(client_id, ids)
    told = AccessLogContent.objects.filter(client_id=client_id, entry_id__in=list(sealed), action=log.Action.CHANGE)
    through, erased = -1, set()
    for entry_id, detail in told.values_list("entry_id", "detail"):
        own = sealed[entry_id]
        if detail.get("what") == RETAINED:
            through = max(through, min(detail["through"], own - 1))
        elif detail.get("what") == ERASED and isinstance(named := detail.get("indexes"), list):
            erased |= {index for index in named if index < own}
    return through, erased


def _covered_size(client_id: int) -> int:
    head = seal.newest_head(client_id)
    return head.size if head is not None else 0

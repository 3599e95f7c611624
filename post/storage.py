"""The folder behind stored files: reading one, and clearing away those whose row was never committed."""

from datetime import timedelta

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Q

from helpdesk.lib import clock
from post.models import StoredFile

ORPHAN_AFTER = timedelta(hours=24)


def open_bytes(key: str) -> File | None:
    """The bytes under a storage key; None where they are gone."""
    try:
        return default_storage.open(key, "rb")
    except FileNotFoundError:
        return None


def forget_orphans(client_id: int) -> int:
    """Delete a client's files that are a day old and belong to no row: their request was rolled back.

    Returns how many.  Runs inside that client's scope.
    """
    folder = str(client_id)
    if not default_storage.exists(folder):
        return 0
    _folders, names = default_storage.listdir(folder)
    oldest = clock.now() - ORPHAN_AFTER
    gone = 0
    for name in names:
        key = f"{folder}/{name}"
        try:
            if default_storage.get_modified_time(key) >= oldest:
                continue
        except FileNotFoundError:
            # A twin of this task was there first.
            continue
        if not StoredFile.objects.filter(Q(key=key) | Q(preview_key=key), client_id=client_id).exists():
            default_storage.delete(key)
            gone += 1
    return gone

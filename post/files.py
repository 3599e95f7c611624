"""Stores uploads: normalised names, types from the content, random keys, previews drawn by us."""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from access.errors import Invalid, NoRoom, TooLarge
from helpdesk.lib import clock
from helpdesk.lib import files as kinds
from helpdesk.lib.passing import passes
from post.models import StoredFile

logger = logging.getLogger("helpdesk.files")

HEAD = 4096
PREVIEW_SIDE = 1280
PREVIEW_PIXELS = 40_000_000
# Over all files of one message: what is decoded while its sender waits.
PREVIEW_PIXELS_AT_ONCE = 40_000_000


class Upload(Protocol):
    """An uploaded file as Django gives it."""

    name: str | None
    size: int | None
    file: BinaryIO

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """An upload that was checked and may be stored; `is_drawn` unless the pictures before it were work enough."""

    name: str
    data: bytes
    media: kinds.MediaType
    is_drawn: bool = True


def check_uploads(uploads: Sequence[Upload]) -> list[Incoming]:
    """Check every upload before any is stored: all or nothing.

    Raises `TooLarge` over the limits and `Invalid` for an empty file or a program.  A file of a
    type that could act in a browser is taken, and only ever downloaded.
    """
    if len(uploads) > settings.UPLOAD_MAX_FILES:
        raise Invalid(_("At most %(count)s files at a time.") % {"count": settings.UPLOAD_MAX_FILES}, "files")
    checked: list[tuple[str, bytes]] = []
    for upload in uploads:
        name = kinds.safe_name(upload.name or "")
        most = settings.UPLOAD_MAX_BYTES
        if (upload.size or 0) > most:
            raise TooLarge(
                _("“%(name)s” is too large: at most %(megabytes)s MB a file.")
                % {"name": name, "megabytes": most // (1024 * 1024)}
            )
        data = upload.read()
        if not data:
            raise Invalid(_("“%(name)s” is empty.") % {"name": name}, "files")
        if kinds.is_program(name, data[:HEAD]):
            sentence = _("“%(name)s” is a program, and those are not taken. Send a picture, a document or the text.")
            raise Invalid(sentence % {"name": name}, "files")
        checked.append((name, data))
    return taken(checked)


def taken(files: Iterable[tuple[str, bytes]]) -> list[Incoming]:
    """The files of one message, by name and content; the first pictures are drawn, until it is enough."""
    left = PREVIEW_PIXELS_AT_ONCE
    incoming = []
    for name, data in files:
        cost = kinds.drawing_cost(data)
        is_drawn = cost <= left
        left -= cost if is_drawn else 0
        incoming.append(Incoming(name, data, kinds.sniff(data[:HEAD]), is_drawn))
    return incoming


def store(
    *, client_id: int, incoming: Incoming, audience: str, customer_id: int | None, vendor_id: int | None
) -> StoredFile:
    """Write the bytes under a random key, with a preview where it is a picture that can be drawn.

    Raises `NoRoom` where the disk is full.
    """
    return StoredFile.objects.create(
        client_id=client_id,
        key=_write(client_id, incoming.data),
        name=incoming.name,
        media_type=incoming.media.mime,
        size=len(incoming.data),
        sha256=hashlib.sha256(incoming.data).hexdigest(),
        preview_key=draw_preview(client_id, incoming),
        audience=audience,
        customer_id=customer_id,
        vendor_id=vendor_id,
        created_at=clock.now(),
    )


def draw_preview(client_id: int, incoming: Incoming) -> str:
    """Draw and store a picture's preview; returns its key, or nothing where it is no picture that can be drawn."""
    if not incoming.is_drawn or not kinds.is_preview_image(incoming.media, incoming.name):
        return ""
    try:
        drawn = kinds.reencode_image(incoming.data, max_side=PREVIEW_SIDE, max_pixels=PREVIEW_PIXELS)
    except kinds.BadImage:
        return ""
    return _write(client_id, drawn)


def _write(client_id: int, data: bytes) -> str:
    """Store bytes under a key that nobody guesses; returns it."""
    key = f"{client_id}/{secrets.token_hex(24)}"
    try:
        default_storage.save(key, ContentFile(data))
    except OSError as error:
        if not passes(error):
            raise
        logger.error("a file of %s bytes could not be stored: %s", len(data), error.strerror)
        # The half of it would take up room where there is none.
        default_storage.delete(key)
        raise NoRoom from error
    return key

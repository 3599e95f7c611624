"""Sends a finished file piece by piece, from wherever a download broke off, and asks for the right on the way."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core import signing
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from access import standing
from access.errors import NotFound, Refused
from access.models import User
from access.rights import Right
from helpdesk.leaving import places
from helpdesk.leaving.models import Job

_SALT = "leaving.download"
# Long enough for a slow line to come back again and again; the right is asked each time, and on the way.
LINK_LASTS = 24 * 60 * 60
_PIECE = 256 * 1024
# After so many bytes the right is asked again.
_ASKED_EVERY = 8 * 1024 * 1024
_RANGE = re.compile(r"bytes=(?=.*[0-9])([0-9]{0,18})-([0-9]{0,18})")


def token(job: Job) -> str:
    """Says that somebody has just shown who they are before this download: it may be resumed for a day."""
    return signing.dumps([job.client_id, job.pk], salt=_SALT)


def check_token(text: str, job: Job) -> None:
    """Raises `NotFound` for a token of another file or of yesterday."""
    try:
        told = signing.loads(text, salt=_SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        raise NotFound from None
    if told != [job.client_id, job.pk]:
        raise NotFound


# Whether whoever downloads may still have it; asked on the way.
Still = Callable[[], bool]


def send(job: Job, still: Still, *, name: str, media: str, headers: Any) -> HttpResponseBase:
    """The file, or the part of it that the headers ask for (RFC 9110, section 14): 200, 206 or 416."""
    path = places.finished(job.client_id, job.pk)
    if not job.size or not path.is_file():
        raise NotFound
    mark = f'"{job.sha256}"'
    found = _RANGE.fullmatch(headers.get("Range", "").strip()) if headers.get("If-Range", mark) == mark else None
    try:
        first, last = _range(found[1], found[2], job.size) if found else (0, job.size - 1)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{job.size}"})
    response = StreamingHttpResponse(
        _pieces(path, first, last, still), content_type=media, status=206 if found else 200
    )
    response["Content-Length"] = str(last - first + 1)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Accept-Ranges"], response["ETag"] = "bytes", mark
    response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
    if found:
        response["Content-Range"] = f"bytes {first}-{last}/{job.size}"
    return response


def _range(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and the last byte of "first-last", "first-" or "-so many"; raises `ValueError` for none there is."""
    if first:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
    else:
        begin, end = max(0, size - int(last)), size - 1
    if begin > end:
        raise ValueError(first)
    return begin, end


def _pieces(path: Path, first: int, last: int, still: Still) -> Iterator[bytes]:
    left, asked = last - first + 1, 0
    with path.open("rb") as file:
        file.seek(first)
        while left > 0:
            data = file.read(min(_PIECE, left))
            if not data:
                return
            asked += len(data)
            if asked > _ASKED_EVERY:
                asked = 0
                if not still():
                    # The length that was promised is not reached: the browser knows that it has a part only.
                    return
            left -= len(data)
            yield data


def may_still(user: User, slug: str) -> bool:
    """Whether a member of staff still holds the right to take exports away."""
    try:
        # Whether this session had a code was asked at its door.
        with standing.acting(user, by_code=True) as actor:
            return actor.may(Right.DATA_EXPORT, actor.standing_by_slug(slug).client.id)
    except Refused:
        return False

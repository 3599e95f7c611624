"""The bytes of stored files, from an origin of their own, and the demo's mailbox."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from access import scope
from access.actor import Actor, ClientFace
from access.doors import demo, files, peer
from access.errors import NotFound
from access.models import Client, User
from access.rights import Side
from access.scope import Scope
from access.standing import acting, face
from access.tasks import in_client
from helpdesk.lib import html, tokens
from post import staff_letters, storage
from post.models import OutboxMail, StoredFile

FILE_LINK_LASTS = timedelta(seconds=60)
MAILS_SHOWN = 100
# Another purpose with each change of what is signed: an earlier link then opens nothing.
_PURPOSE = "post.file/2"
_PREVIEW_TYPES = {b"\x89PNG": "image/png", b"RIFF": "image/webp"}


def file_address(actor: Actor, client_id: int, file_id: int, *, preview: bool = False) -> str:
    """Where this actor gets the bytes during the next minute, on the files' own origin.

    The caller has checked that the actor may see the file; the scope in the token is checked by
    row security again when the bytes are fetched, and that a person of the staff is still let in.
    """
    who = [actor.side.value, client_id, actor.vendor_id, actor.customer_id, actor.user_id]
    by_code = client_id in actor.standings and actor.standings[client_id].by_code
    token = tokens.signed(_PURPOSE, [*who, file_id, preview, by_code], FILE_LINK_LASTS)
    return settings.FILES_ORIGIN.rstrip("/") + reverse("file_bytes", kwargs={"token": token})


@files()
@require_safe
def file_bytes(request: HttpRequest, token: str) -> FileResponse:
    """One file, to be saved and not shown; a picture drawn by us may be shown."""
    if request.get_host().lower() != urlsplit(settings.FILES_ORIGIN).netloc.lower():
        raise NotFound
    try:
        payload = tokens.unsigned(_PURPOSE, token)
    except tokens.BadToken:
        raise NotFound from None
    side, client_id, vendor_id, customer_id, user_id, file_id, preview, by_code = payload
    if user_id is not None and not _is_let_in(user_id, client_id, peer(request), by_code=by_code):
        raise NotFound
    with scope.enter(Scope(Side(side), (client_id,), vendor_id, customer_id, user_id)):
        stored = StoredFile.objects.filter(client_id=client_id, pk=file_id).first()
    if stored is None or (preview and not stored.preview_key):
        raise NotFound
    handle = storage.open_bytes(stored.preview_key if preview else stored.key)
    if handle is None:
        raise NotFound
    return _guarded(FileResponse(handle, content_type="application/octet-stream"), stored, preview=preview)


def _is_let_in(user_id: int, client_id: int, origin: str, *, by_code: bool) -> bool:
    """Whether the person for whom a link was made is still let in: it opens nothing after they are not."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    with acting(user, origin=origin, by_code=by_code) as actor:
        return client_id in actor.client_ids


def _guarded(response: FileResponse, stored: StoredFile, *, preview: bool) -> FileResponse:
    """The headers under which no file can act: saved under its name, or an image and nothing else."""
    if preview:
        handle: Any = response.file_to_stream
        response["Content-Type"] = _PREVIEW_TYPES.get(handle.read(4), "application/octet-stream")
        handle.seek(0)
        response["Content-Disposition"] = "inline"
        # The page that shows it has another origin.
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
    else:
        ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in ".-_ ") else "_" for c in stored.name)
        response["Content-Disposition"] = (
            f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(stored.name, safe='')}"
        )
        response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response._csp_exempt = True  # type: ignore[attr-defined]  # the pages' own policy stays off the files
    return response


@demo()
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every letter that the demo would have sent, newest first."""
    letters: list[tuple[ClientFace, OutboxMail]] = []
    for client in Client.objects.order_by("name"):
        with in_client(client.pk, "post.mailbox"):
            newest = OutboxMail.objects.filter(client=client).order_by("-pk")[:MAILS_SHOWN]
            letters += [(face(client), mail) for mail in newest]
    letters.sort(key=lambda pair: (pair[1].created_at, pair[1].pk), reverse=True)
    shown = letters[:MAILS_SHOWN]
    faces = list(dict.fromkeys(client for client, _mail in shown))
    context = {"letters": shown, "faces": faces, "staff_letters": staff_letters.newest(MAILS_SHOWN)}
    with timezone.override(_zone(request, faces)):
        return _unkept(render(request, "post/mailbox.html", context))


@demo()
@require_safe
def mailbox_letter(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One letter as its reader would see it."""
    client = Client.objects.filter(slug=slug).first()
    if client is None:
        raise NotFound
    with in_client(client.pk, "post.mailbox"):
        mail = OutboxMail.objects.filter(client=client, pk=number).first()
    if mail is None:
        raise NotFound
    context = {"mail": mail, "face": face(client), "text": html.plain_to_html(mail.text)}
    with timezone.override(_zone(request, [face(client)])):
        return _unkept(render(request, "post/letter.html", context))


def _zone(request: HttpRequest, faces: Sequence[ClientFace]) -> str:
    """The reader's time zone where they are signed in as staff; else that of the newest letter's client."""
    own = getattr(request.user, "time_zone", "")
    return own or (faces[0].time_zone if faces else settings.TIME_ZONE)


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response

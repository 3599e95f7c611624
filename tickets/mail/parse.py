"""One raw mail as what a ticket needs: who, to whom, what kind, the words and the files.

The standard library's tolerant `compat32` policy takes any bytes; headers and charsets are
decoded in `words`, because the newer policies raise on headers that real mail holds.
"""

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from django.conf import settings

from helpdesk.lib import files as kinds
from helpdesk.lib.html_text import html_to_text
from post.files import Incoming, taken
from tickets.mail import bounces, nature, words
from tickets.mail.limits import DEEPEST, LONGEST_TEXT, MOST_FILES, MOST_PARTS, TooMuch

RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To")
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[\x21-\x7e]{3,248}>)", re.IGNORECASE | re.MULTILINE)
_SAID = re.compile(
    rb"^(?:from|subject|date):[^\r\n]{0,8000}(?:\r?\n[ \t][^\r\n]{0,8000}){0,50}", re.IGNORECASE | re.MULTILINE
)
_HEADERS_LOOKED_AT = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What was read.  `text` is never longer than `LONGEST_TEXT`; `left_out` counts files not taken."""

    message_id: str
    sender_name: str
    sender: str
    reply_to: str
    recipients: list[str]
    subject: str
    text: str
    kind: nature.Nature
    failed_checks: bool
    # Another program may have taken somebody else for the sender.
    one_sender: bool = True
    files: list[Incoming] = field(default_factory=list)
    left_out: int = 0
    # Of a mail server: which letter came back.
    bounce: bounces.Bounce | None = None


def fingerprint(raw: bytes) -> tuple[str, str]:
    """The Message-ID (empty where there is none) and the digest under which a repeated mail is known.

    With a Message-ID the digest covers the body and what the sender wrote above it, not the
    headers that every relay adds; without one it covers everything, so that two people's equal
    words stay two mails.
    """
    end = _HEAD_END.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    found = _MESSAGE_ID.search(head[:_HEADERS_LOOKED_AT])
    message_id = found[1].decode("ascii") if found else ""
    said = b"\n".join(sorted(b" ".join(part.split()) for part in _SAID.findall(head[:_HEADERS_LOOKED_AT])))
    covered = said + b"\n\n" + body if message_id else raw
    return message_id, hashlib.sha256(covered.replace(b"\r\n", b"\n").strip()).hexdigest()


def parse(raw: bytes) -> Mail:
    """Read a mail.  Raises `TooMuch` for one that is built to hurt."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        parts = list(_leaves(message, 0))
    except RecursionError:
        raise TooMuch("nested too deep") from None
    text = _text(message, parts)
    name, address = words.sender(message)
    files, left_out = _files(parts)
    subject = words.header(message, "Subject")
    kind = nature.of(message, [part.type for part in parts], subject=subject, sender=address, text=text)
    return Mail(
        message_id=fingerprint(raw)[0],
        sender_name=name,
        sender=address,
        reply_to=words.sender(message, "Reply-To")[1],
        recipients=words.addresses(message, *RECIPIENT_HEADERS),
        subject=subject,
        text=text,
        kind=kind,
        failed_checks=nature.failed_checks(message),
        one_sender=words.has_one_sender(message),
        files=files,
        left_out=left_out,
        bounce=bounces.read(message) if kind is nature.Nature.BOUNCE else None,
    )


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One part that holds no parts; `group` is the innermost multipart/alternative around it."""

    part: Message
    type: str
    group: int
    name: str
    attached: bool


def _leaves(message: Message, depth: int, group: int = 0, counter: list[int] | None = None) -> Iterator[_Leaf]:
    counter = [0] if counter is None else counter
    counter[0] += 1
    if depth > DEEPEST or counter[0] > MOST_PARTS:
        raise TooMuch("too many parts")
    kind = message.get_content_type()
    # Asked of one part only, the library would decode it by whatever charset the part names.
    inner = message.get_payload() if message.is_multipart() else None
    if isinstance(inner, list) and message.get_content_maintype() == "multipart":
        own = counter[0] if kind == "multipart/alternative" else group
        for part in inner:
            if isinstance(part, Message):
                yield from _leaves(part, depth + 1, own, counter)
        return
    disposition = words.header(message, "Content-Disposition").lower()
    yield _Leaf(message, kind, group, _file_name(message), disposition.startswith("attachment"))


def _file_name(part: Message) -> str:
    try:
        return words.readable(str(part.get_filename() or ""))
    except (ValueError, LookupError, TypeError, IndexError, UnicodeError):
        return ""


def _is_words(leaf: _Leaf) -> bool:
    return leaf.type in ("text/plain", "text/html") and not leaf.attached and not leaf.name


def _text(message: Message, leaves: list[_Leaf]) -> str:
    """The mail's words: of alternatives the plain one if it says anything, else what the page says."""
    told: list[str] = []
    groups: dict[int, dict[str, str]] = {}
    for leaf in leaves:
        if not _is_words(leaf):
            continue
        text = _read(leaf)
        if leaf.group == 0:
            told.append(text)
            continue
        if leaf.group not in groups:
            groups[leaf.group] = {}
            told.append(f"\x00{leaf.group}\x00")
        versions = groups[leaf.group]
        versions[leaf.type] = f"{versions.get(leaf.type, '')}{text}\n"
    for number, versions in groups.items():
        plain, page = versions.get("text/plain", ""), versions.get("text/html", "")
        told[told.index(f"\x00{number}\x00")] = plain if plain.strip() else page
    whole = "\n\n".join(part.strip("\n") for part in told if part.strip())
    if not whole and not message.is_multipart() and not leaves[0].attached and _is_words(leaves[0]):
        whole = _read(leaves[0])
    return whole[:LONGEST_TEXT]


def _read(leaf: _Leaf) -> str:
    text = words.decoded(_bytes(leaf.part)[: 4 * LONGEST_TEXT], leaf.part.get_content_charset(None))[:LONGEST_TEXT]
    text = text.replace("\x00", "")
    return html_to_text(text) if leaf.type == "text/html" else text


def _bytes(part: Message) -> bytes:
    """The part's content, decoded as far as its encoding allows."""
    if part.is_multipart():
        try:
            return b"\n".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message))
        except Exception:
            # The standard library's writer raises many kinds of errors on headers that its own
            # reader let through; the raw mail is kept in any case.
            return b""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, TypeError, AssertionError, LookupError):
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def _files(leaves: list[_Leaf]) -> tuple[list[Incoming], int]:
    found: list[tuple[str, bytes]] = []
    left_out = 0
    for leaf in leaves:
        if _is_words(leaf):
            continue
        data = _bytes(leaf.part)
        if not data:
            continue
        if len(found) >= MOST_FILES or len(data) > settings.UPLOAD_MAX_BYTES:
            left_out += 1
            continue
        name = kinds.safe_name(leaf.name or _made_up_name(leaf, len(found) + 1))
        found.append((name, data))
    return taken(found), left_out


_ENDINGS = {
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/html": "html",
    "text/plain": "txt",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "application/pdf": "pdf",
}


def _made_up_name(leaf: _Leaf, number: int) -> str:
    return f"part-{number}.{_ENDINGS.get(leaf.type, 'bin')}"

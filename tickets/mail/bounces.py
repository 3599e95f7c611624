"""What a mail server tells of a letter that it could not deliver: of which, to whom, and why.

Pure.  RFC 3464 where it is kept to; of others what can be found in their words.  Nothing here is believed: whether
the letter was ours, and went to that address, is asked in `post.bounces`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from tickets.mail import words
from tickets.mail.limits import LONGEST_TEXT, MOST_PARTS

LONGEST_REASON = 200
_MOST_IDS = 5
_MOST_RECIPIENTS = 20
# The form of our own ids (`post.outbox.message_id`).
_OUR_ID = re.compile(r"<\d{1,19}\.[0-9a-f]{32}@[A-Za-z0-9.-]{1,253}>")
_PERMANENT = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])|(?<![\d.])55[0-4](?=[ -])")
_TEMPORARY = re.compile(
    r"(?<![\d.])4\.\d{1,3}\.\d{1,3}(?![\d.])|delayed|will (?:be )?retr|keep trying|not yet|temporar", re.IGNORECASE
)
_TYPED = re.compile(r"^\s*[\w-]+\s*;\s*")


@dataclass(frozen=True, slots=True)
class Bounce:
    """One letter that came back for good: its Message-ID may be any of `ids`, and it went to `recipients`.

    `text` is all that the mail says, for a server that names the address only in its words.
    """

    ids: tuple[str, ...]
    recipients: tuple[str, ...]
    reason: str
    text: str = ""


def read(message: Message) -> Bounce | None:
    """What a mail that is a bounce tells; None where it names no letter of ours, or says that it still tries."""
    said, heads = "\n".join(_words(message))[:LONGEST_TEXT], "\n".join(_heads(message))[:LONGEST_TEXT]
    texts = f"{said}\n{heads}"
    ids = tuple(dict.fromkeys(_OUR_ID.findall(texts)))[:_MOST_IDS]
    if not ids:
        return None
    blocks = [block for block in _blocks(message) if words.header(block, "Action") or words.header(block, "Status")]
    if blocks:
        failed = [block for block in blocks if _is_final(block)]
        recipients = dict.fromkeys(address for block in failed for address in _recipients(block))
        if not recipients:
            return None
        return Bounce(ids, tuple(recipients)[:_MOST_RECIPIENTS], _reason(failed[0]))
    # Above the letter itself, which may speak of anything.
    above = _OUR_ID.split(said)[0]
    found = _PERMANENT.search(above)
    if found is None and _TEMPORARY.search(f"{words.header(message, 'Subject')}\n{above}"):
        return None
    named = words.addresses(message, "X-Failed-Recipients")
    reason = _one_line(above[found.start() : found.start() + LONGEST_REASON]) if found else "returned without a reason"
    return Bounce(ids, tuple(dict.fromkeys(named))[:_MOST_RECIPIENTS], reason, texts)


def _parts(message: Message) -> Iterator[Message]:
    """The mail and all that is in it, within bounds."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _blocks(message: Message) -> Iterator[Message]:
    """The groups of fields of a delivery status, of whichever part holds them."""
    for part in _parts(message):
        if part.get_content_type() != "message/delivery-status":
            continue
        inner = part.get_payload()
        if isinstance(inner, list):
            yield from (block for block in inner if isinstance(block, Message))


def _heads(message: Message) -> Iterator[str]:
    """The headers of every part, in order."""
    for part in _parts(message):
        yield from (f"{name}: {str(value)[:2000]}" for name, value in part.raw_items())


def _words(message: Message) -> Iterator[str]:
    """The words of every part, in order."""
    for part in _parts(message):
        if part.is_multipart() or part.get_content_maintype() not in ("text", "message"):
            continue
        try:
            data = part.get_payload(decode=True)
        except (ValueError, TypeError, AssertionError, LookupError):
            continue
        if isinstance(data, bytes):
            yield words.decoded(data[:LONGEST_TEXT], part.get_content_charset(None))


def _is_final(block: Message) -> bool:
    action = words.header(block, "Action").lower()
    status = words.header(block, "Status").strip()
    return action.startswith("failed") or (not action and status.startswith("5"))


def _recipients(block: Message) -> list[str]:
    return words.addresses(block, "Final-Recipient", "Original-Recipient")


def _reason(block: Message) -> str:
    """The server's own words where they begin with a code, else the status before them."""
    said = _TYPED.sub("", words.header(block, "Diagnostic-Code"))
    status = words.header(block, "Status").split("(")[0].strip()
    return _one_line(said if re.match(r"[45]\d\d\b", said) else f"{status} {said}")


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_REASON]

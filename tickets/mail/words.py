"""Bytes and headers of mails as text, whatever charset they claim or break."""

import codecs
import email.errors
import email.header
import email.utils
import re
from email.message import Message

from tickets.mail.limits import LONGEST_HEADER

# Written by programs that use another name, or the name of a part of what they write.
_KNOWN_AS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
}
# Codecs of Python that are no charset of a mail, and slow or surprising.
_NEVER = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "mbcs", "undefined"}
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\x00-\x20]{1,250}@[^\s<>,;:\"()\[\]@\x00-\x20]{1,250}")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def decoded(data: bytes, charset: str | None) -> str:
    """The text of these bytes; an unknown or wrong charset never loses a readable letter."""
    for name in (_codec(charset), "utf-8"):
        if name is not None:
            try:
                return data.decode(name)
            except (UnicodeError, LookupError, ValueError):
                continue
    if charset and (name := _codec(charset)) and name not in ("utf-8", "ascii"):
        return data.decode(name, "replace")
    return data.decode("windows-1252", "replace")


def _codec(charset: str | None) -> str | None:
    wanted = (charset or "utf-8").strip().strip("\"'").lower()[:40]
    try:
        name = codecs.lookup(_KNOWN_AS.get(wanted, wanted)).name
        # Some codecs, as rot13 and zlib, make no text of bytes.
        b"a".decode(name, "ignore")
    except (LookupError, ValueError):
        return None
    return None if name in _NEVER else name


def raw_headers(message: Message, name: str) -> list[str]:
    """A header's values as they stand there, at most `LONGEST_HEADER` characters each."""
    wanted = name.lower()
    return [str(value)[:LONGEST_HEADER] for key, value in message.raw_items() if key.lower() == wanted]


def header(message: Message, name: str) -> str:
    """A header's first value as one readable line; empty where there is none."""
    values = raw_headers(message, name)
    return readable(values[0]) if values else ""


def readable(raw: str) -> str:
    """A header's value with its encoded words decoded, in one line."""
    plain = decoded(raw.encode("utf-8", "surrogateescape"), None) if not raw.isascii() else raw
    try:
        pieces = email.header.decode_header(plain)
    except (email.errors.HeaderParseError, ValueError):
        pieces = [(plain, None)]
    text = "".join(decoded(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)
    return " ".join(text.split())


def addresses(message: Message, *names: str) -> list[str]:
    """Every address in these headers, in order."""
    return [found for name in names for raw in raw_headers(message, name) for found in _ADDRESS.findall(raw)]


def sender(message: Message, name: str = "From") -> tuple[str, str]:
    """Name and address of the first sender; two empty texts where there is no usable one."""
    for raw in raw_headers(message, name):
        for text in (raw, readable(raw)):
            called, address = email.utils.parseaddr(text)
            if _ADDRESS.fullmatch(address):
                return readable(called), address
        if found := _ADDRESS.search(readable(raw)):
            return "", found[0]
    return "", ""


def has_one_sender(message: Message) -> bool:
    """Whether the mail names one sender: who reads the first of two is not who checks the second."""
    raw = raw_headers(message, "From")
    named = {found.lower() for each in raw for found in _ADDRESS.findall(_QUOTED.sub("", each))}
    return len(raw) == 1 and len(named) == 1

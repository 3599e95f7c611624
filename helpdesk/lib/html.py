"""Text that people wrote, made safe: cleaned when it comes in, escaped or sanitised on the way out.

Every function that returns SafeString returns markup that holds only the tags and attributes named
here. Reading foreign HTML is in `html_text`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from helpdesk.lib.html_text import html_to_text

__all__ = [
    "TooLong",
    "clean_line",
    "clean_text",
    "html_to_text",
    "plain_to_html",
    "render_markdown",
    "snippet",
]

TAGS = frozenset("a blockquote br code em h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul".split())
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
CLASSES = {tag: {"text-start", "text-center", "text-end"} for tag in ("th", "td")}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
REL = "noopener noreferrer nofollow"
# Longer than any article; above it the parser, which is plain Python, would take seconds.
MARKDOWN_LIMIT = 50_000
# UAX 15 lets nobody write more marks on one letter, and normalising takes quadratic time in them.
MAX_MARKS = 30

# Wider than the standard's: "javascript%20:" is no scheme to a browser, but nobody needs it either.
_SCHEME = re.compile(r"([^/?#]*?):")
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
    url_schemes=set(SCHEMES),
    url_relative=lambda url: None if _SCHEME.match(url) else url,
    link_rel=REL,
)
# Bounded, so that no text makes it slow; without the characters that hide where a link leads.
_BARE_LINK = re.compile(
    r"(?<![\w@])https?://[^\s<>\"'`\\\x00-\x20\x7f-\xa0\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
    r"{1,2000}",
    re.IGNORECASE,
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls but newline and tab, lone surrogates, byte order marks, and what reorders text for the
# eye. The marks that only give a direction (200E, 200F) stay: right-to-left text needs them.
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
# What nobody sees.  Joiners and marks of direction are kept where the letters on both sides may need them.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u206a-\u206f\u2800\u3164\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
    "|(?<![^\u0000-\u02ff])[\u061c\u200c-\u200f]++"
    "|(?<![\u061c\u200c-\u200f])[\u061c\u200c-\u200f]++(?![^\u0000-\u02ff])"
)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


class TooLong(ValueError):
    """A text is longer than its field; says by how much, in words for its writer."""

    def __init__(self, *, length: int, limit: int) -> None:
        self.length, self.limit = length, limit
        super().__init__(
            ngettext(
                "This is %(length)s characters long and %(limit)s fits. Please shorten it.",
                "This is %(length)s characters long and %(limit)s fit. Please shorten it.",
                limit,
            )
            % {"length": length, "limit": limit}
        )


class _Markdown(MarkdownIt):
    """CommonMark with tables and strikethrough, without HTML, linking to allowed schemes only."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"])
        self.core.ruler.push("house", _house_rules)

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        scheme = _SCHEME.match(url.strip())
        return scheme is None or scheme[1].lower() in SCHEMES


def render_markdown(text: str) -> SafeString:
    """Markdown as safe HTML.

    Headings are one level lower, so that the page keeps its own h1. An image becomes a link:
    loading it would tell its host who reads, or make the reader's browser open a page here in the
    reader's name. Bare addresses become links. Above MARKDOWN_LIMIT characters the text is shown
    as plain text.
    """
    text = _encodable(text)
    if len(text) > MARKDOWN_LIMIT:
        return plain_to_html(text)
    return mark_safe(_CLEANER.clean(_markdown().render(text)).strip())


@lru_cache(maxsize=1)
def _markdown() -> _Markdown:
    return _Markdown()


def _house_rules(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        elif token.type in ("th_open", "td_open") and "style" in token.attrs:
            # The content security policy allows no inline style.
            side = str(token.attrs.pop("style")).removeprefix("text-align:")
            word = {"left": "start", "right": "end"}.get(side, side)
            token.attrs["class"] = f"text-{word}"
        elif token.type == "inline":
            token.children = list(_adapted(token.children or []))


def _adapted(tokens: Iterable[Token]) -> Iterator[Token]:
    """The inline tokens with images as links and bare addresses as links, never one in another."""
    in_link = False
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            in_link = token.type == "link_open"
            yield token
        elif token.type == "image":
            address = str(token.attrs.get("src", ""))
            words = token.content or address
            yield from [_text_token(words)] if in_link else _link_tokens(address, words)
        elif token.type == "text" and not in_link:
            for words, address in _split_links(token.content):
                yield from _link_tokens(address, words) if address else [_text_token(words)]
        else:
            yield token


def _text_token(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _link_tokens(address: str, words: str) -> list[Token]:
    return [
        Token("link_open", "a", 1, attrs={"href": address}),
        _text_token(words),
        Token("link_close", "a", -1),
    ]


def plain_to_html(text: str) -> SafeString:
    """Plain text as paragraphs with its line breaks; bare web addresses become links."""
    lines = _NEWLINES.sub("\n", _encodable(text))
    paragraphs = (part for part in _BLANK_LINES.split(lines.strip()) if part.strip())
    return mark_safe("\n".join(f"<p>{_linked(part.strip())}</p>" for part in paragraphs))


def _linked(text: str) -> str:
    return "".join(
        f'<a href="{escape(address)}" rel="{REL}">{_escaped(words)}</a>'
        if address
        else _escaped(words).replace("\n", "<br>\n")
        for words, address in _split_links(text)
    )


def _escaped(text: str) -> str:
    return str(escape(text.replace("\0", "\ufffd")))


def _split_links(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with its address where it is one, or ""."""
    at = 0
    for found in _BARE_LINK.finditer(text):
        address = _without_trailing_marks(found[0])
        if not _is_plain_address(address):
            continue
        if found.start() > at:
            yield text[at : found.start()], ""
        yield address, address
        at = found.start() + len(address)
    if at < len(text):
        yield text[at:], ""


def _without_trailing_marks(address: str) -> str:
    """The address without the full stop of its sentence, or a bracket that was opened before it."""
    surplus = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in surplus and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in ".,;:!?*_~|":
            break
        end -= 1
    return address[:end]


def _is_plain_address(address: str) -> bool:
    """Whether it has a host, and no user name that poses as one (https://bank.example@evil.test)."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def clean_text(text: str, *, limit: int) -> str:
    """The text as it is to be stored: NFC, `\\n` for newlines, trimmed.

    Without controls other than newline and tab, without bidi overrides, and with at most MAX_MARKS
    combining marks in a row; nothing where nobody would see any of it. Raises TooLong above
    `limit` characters.
    """
    if not text.isascii():
        excess = _too_many_marks()
        text = excess.sub(r"\1", _DROPPED.sub("", _NEWLINES.sub("\n", text)))
        # Twice, because normalising takes some characters apart into several marks.
        text = excess.sub(r"\1", unicodedata.normalize("NFC", text))
    text = _DROPPED.sub("", _NEWLINES.sub("\n", text)).strip()
    if not text.isascii() and not _UNSEEN.sub("", text).strip():
        text = ""
    if len(text) > limit:
        raise TooLong(length=len(text), limit=limit)
    return text


def clean_line(text: str, *, limit: int) -> str:
    """Like clean_text, in one line: every run of blanks, tabs and newlines becomes one blank.

    Without what nobody sees, so that no name passes for another, or for none.
    """
    line, before = clean_text(text, limit=len(text) * 3), ""
    while line != before and not line.isascii():
        # What is left may join, and what stood beside it may have been kept for its sake.
        line, before = unicodedata.normalize("NFC", _UNSEEN.sub("", line)), line
    line = " ".join(line.split())
    if len(line) > limit:
        raise TooLong(length=len(line), limit=limit)
    return line


@lru_cache(maxsize=1)
def _too_many_marks() -> re.Pattern[str]:
    # No combining mark of Unicode stands above this plane's 1E94A.
    marks = "".join(chr(code) for code in range(0x300, 0x1E94B) if unicodedata.combining(chr(code)))
    return re.compile(f"([{marks}]{{{MAX_MARKS}}})[{marks}]+")


def snippet(text: str, words: Sequence[str], *, length: int) -> SafeString:
    """About `length` characters of `text` around the first hit, escaped, each hit in <mark>.

    A word is found at the beginning of words, in any case. Blanks are folded, and "…" stands where
    text was left out.
    """
    line = " ".join(_encodable(text).split())
    hits = _hits_pattern(words)
    first = hits.search(line) if hits else None
    start = max(0, first.start() - length // 3) if first else 0
    start = max(0, min(start, len(line) - length))
    if start and " " in line[start : first.start() if first else None]:
        start = line.index(" ", start) + 1
    end = min(len(line), start + length)
    if end < len(line) and (cut := line.rfind(" ", first.end() if first else start, end + 1)) > 0:
        end = cut
    before, after = "… " if start else "", " …" if end < len(line) else ""
    return mark_safe(before + _marked(line[start:end], hits) + after)


def _hits_pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    wanted = sorted({word for word in words if word.strip()}, key=len, reverse=True)[:32]
    if not wanted:
        return None
    # Scripts without upper and lower case often have no blanks between words either.
    starts = (r"(?<!\w)" if w[0].isdigit() or w[0].lower() != w[0].upper() else "" for w in wanted)
    either = "|".join(start + re.escape(w) for start, w in zip(starts, wanted, strict=True))
    return re.compile(either, re.IGNORECASE)


def _marked(text: str, hits: re.Pattern[str] | None) -> str:
    if hits is None:
        return _escaped(text)
    parts, at = [], 0
    for hit in hits.finditer(text):
        parts += [_escaped(text[at : hit.start()]), f"<mark>{_escaped(hit[0])}</mark>"]
        at = hit.end()
    return "".join([*parts, _escaped(text[at:])])


def _encodable(text: str) -> str:
    """The text with each lone surrogate replaced: it can't be sent, and the sanitiser raises."""
    return text.encode("utf-8", "replace").decode("utf-8")

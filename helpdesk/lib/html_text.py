"""Readable text out of foreign HTML, for mail and for search.

No HTML comes out of here, so nothing depends on reading the markup exactly as a browser would. What
matters is that any input, however broken, is read once from front to back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

# What stands between these tags is never shown to a reader.
UNSEEN = frozenset({"script", "style", "title", "template", "noframes", "iframe", "object", "svg", "math", "xml"})
PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre figure form fieldset section article".split())
LINES = frozenset(
    "div tr li dt dd br hr address aside caption center details footer header main nav summary "
    "body html option textarea".split()
)
MAX_QUOTE_DEPTH = 9
LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")

# Any other "<" is text.
_OPENS = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_START = re.compile(r"""\bstart\s*=\s*["']?(\d{1,9})\b""", re.IGNORECASE)
_QUOTE_OR_END = re.compile(r"""[>"']""")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")


def html_to_text(html: str) -> str:
    """What a person would read in `html`, as plain lines.

    Blocks stand on lines of their own, list items begin with "- " or their number, quoted blocks
    with "> " at each depth, and a link whose words hide its address gets the address in brackets. Scripts, styles and
    comments are left out. Never raises; takes time in proportion to the input.
    """
    page = _Page()
    for piece, tag in _pieces(html.replace("\0", "")):
        if tag:
            page.tag(tag, closing=piece.startswith("</"), source=piece)
        else:
            page.text(unescape(piece))
    return page.finished()


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """The source in pieces, each with its tag's name in lower case, or "" for text."""
    at, quotes_close = 0, True
    while at < len(html):
        opens = _OPENS.search(html, at)
        start = opens.start() if opens else len(html)
        if start > at:
            yield html[at:start], ""
        match = _TAG.match(html, start)
        if match is None:
            at = _after_comment(html, start)
            continue
        name = match[1].lower()
        if quotes_close:
            at, quotes_close = _tag_end(html, match.end())
        if not quotes_close:
            # Looking for the missing quote again at every tag would take quadratic time.
            at = html.find(">", match.end()) + 1 or len(html)
        source = html[start:at]
        if name in UNSEEN and not source.startswith("</") and not source.endswith("/>"):
            at = _after_element(html, at, name)
        yield source, name


def _tag_end(html: str, at: int) -> tuple[int, bool]:
    """Where the tag ends, and whether each of its quotes was closed."""
    while found := _QUOTE_OR_END.search(html, at):
        if found[0] == ">":
            return found.end(), True
        at = html.find(found[0], found.end()) + 1
        if not at:
            return len(html), False
    return len(html), True


def _after_comment(html: str, start: int) -> int:
    """Where reading goes on after `<!--`, and after `<!`, `<?` and `</` that are no tags."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 2)
        return len(html) if end < 0 else end + 3
    return html.find(">", start) + 1 or len(html)


def _after_element(html: str, at: int, name: str) -> int:
    end = re.compile(rf"</{re.escape(name)}(?=[\s/>])[^>]*>?", re.IGNORECASE).search(html, at)
    return end.end() if end else len(html)


@dataclass
class _Page:
    """The text so far, in lines; `gap` says whether a blank line must come before the next one."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    gap: bool = False
    quotes: int = 0
    verbatim: int = 0
    # The next number of each list that is open, the innermost last; None where there are no numbers.
    lists: list[int | None] = field(default_factory=list)
    marked: bool = False
    link: str = ""
    link_words: list[str] | None = None

    def text(self, text: str) -> None:
        if self.verbatim:
            first, *rest = text.split("\n")
            self._add(first)
            for line in rest:
                self._break()
                self._add(line)
        else:
            self._add(_BLANKS.sub(" ", text))

    def tag(self, name: str, *, closing: bool, source: str) -> None:
        if name == "br" and not "".join(self.line).strip():
            self.gap = bool(self.lines)
        # A paragraph that an item of a list begins with stands beside the mark, not under it.
        if name in PARAGRAPHS and self.marked and not closing:
            self.marked = False
        elif name in PARAGRAPHS or name in LINES:
            self._break()
            nested = name in ("ul", "ol") and len(self.lists) > closing
            self.gap = self.gap or (name in PARAGRAPHS and bool(self.lines) and not nested)
        if name == "blockquote":
            self.quotes = max(0, self.quotes + (-1 if closing else 1))
        elif name == "pre":
            self.verbatim = max(0, self.verbatim + (-1 if closing else 1))
        elif name == "a":
            self._link(closing=closing, source=source)
        elif name in ("ul", "ol"):
            self._list(name, closing=closing, source=source)
        elif name == "li" and not closing:
            self._item()
        elif name in ("td", "th") and self.line:
            self._add(" ")

    def finished(self) -> str:
        self._break()
        return "\n".join(self.lines).strip("\n")

    def _list(self, name: str, *, closing: bool, source: str) -> None:
        if closing:
            del self.lists[-1:]
        else:
            start = _START.search(source)
            self.lists.append(None if name == "ul" else int(start[1]) if start else 1)

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        self._add("- " if number is None else f"{number}. ")
        self.marked = True

    def _add(self, words: str) -> None:
        if words:
            self.marked = self.marked and not words.strip()
            self.line.append(words)
            if self.link_words is not None:
                self.link_words.append(words)

    def _break(self) -> None:
        words = "".join(self.line)
        words = words.rstrip() if self.verbatim else _BLANKS.sub(" ", words).strip()
        self.line, self.marked = [], False
        if not words:
            return
        if self.gap:
            self.lines.append("")
        self.gap = False
        self.lines.append("> " * min(self.quotes, MAX_QUOTE_DEPTH) + words)

    def _link(self, *, closing: bool, source: str) -> None:
        words, self.link_words = self.link_words, None
        if words is not None and self.link:
            said = "".join(words).strip()
            if said and said not in (self.link, self.link.partition(":")[2].strip("/")):
                self.line.append(f" ({self.link})")
        found = None if closing else _HREF.search(source)
        self.link = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
        if self.link.lower().startswith(LINK_SCHEMES) and len(self.link) <= 2000:
            self.link_words = []
        else:
            self.link = ""

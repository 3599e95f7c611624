"""An article's sanitised HTML as plain words: for a letter, for what of it may be sent, and for one line of a list."""

import re

from helpdesk.lib.html_text import html_to_text

_QUOTE = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)
_MARKS = re.compile(r"^(?:> )*(?:- )?", re.MULTILINE)


def as_letter(html: str) -> str:
    """The whole article as it can stand in a letter: no marks but "- " and numbers, links as "text (address)"."""
    return html_to_text(html)


def quoted(html: str) -> str:
    """The quoted parts alone, with a blank line between them: what a playbook says word for word; "" without one.

    A quote within a quote ends the part, so that never more comes out than was quoted.
    """
    return "\n\n".join(filter(None, (html_to_text(part) for part in _QUOTE.findall(html))))


def as_prose(html: str) -> str:
    """The article's words without the marks of lists and quotes, to cut a snippet from."""
    return _MARKS.sub("", html_to_text(html))

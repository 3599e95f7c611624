"""What is drawn once and handed out many times: public pages, and the frame of every page.

The little that belongs to one request (the token of the visitor's own forms, the address of the
page) is put in when a drawing is handed out.
"""

import secrets
from collections.abc import Callable, Hashable
from contextlib import suppress
from itertools import count
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# What stands in a drawing where the request's own values belong; nobody who writes a text can guess it.
_BLANKS = {"csrf_token": secrets.token_hex(32), "here": secrets.token_hex(32)}
_numbers = count()


class Memory:
    """Drawings by their keys, up to so many; the oldest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._drawings: dict[Hashable, str] = {}

    def get(self, key: Hashable, draw: Callable[[], str]) -> str:
        """The drawing made under this key before, or the one that `draw` makes now."""
        drawing = self._drawings.get(key)
        if drawing is None:
            drawing = str(draw())
            # Another thread may have taken the same one away.
            with suppress(KeyError, RuntimeError, StopIteration):
                while len(self._drawings) >= self._most:
                    del self._drawings[next(iter(self._drawings))]
            self._drawings[key] = drawing
        return drawing

    def forget(self) -> None:
        """Drop every drawing."""
        self._drawings.clear()


# Of their own, so that visitors who look at many pages take no drawing of the staff's away.
_parts, _pages = Memory(2000), Memory(500)
remembered = _parts.get


def page(request: HttpRequest, key: Hashable, draw: Callable[[dict[str, Any]], str]) -> HttpResponse:
    """The page that `draw` makes of a context, or the one it made before: for pages that are the same for everybody.

    `key` names everything that the page depends on besides its path and language.  For a visitor
    who has a session or a message waiting, and for an address with a query, it is drawn anew.
    """
    is_own = settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES
    if is_own or request.META.get("QUERY_STRING"):
        return HttpResponse(draw({}))
    drawing = _pages.get((request.path, get_language(), key), lambda: draw(dict(_BLANKS)))
    return HttpResponse(_filled(drawing, get_token(request), request.path))


def forget_all() -> None:
    """Drop every drawing (a test's database was emptied)."""
    _parts.forget()
    _pages.forget()


def _filled(drawing: str, token: str, here: str) -> str:
    return drawing.replace(_BLANKS["csrf_token"], token).replace(_BLANKS["here"], escape(here))


class DrawnNode(Node):
    """A part of a page that depends on the given values, the reader's language and nothing else."""

    def __init__(self, nodelist: NodeList, keys: list[FilterExpression]) -> None:
        self.nodelist, self.keys, self.number = nodelist, keys, next(_numbers)

    def render(self, context: Context) -> SafeString:
        """The drawing with the request's token and address."""
        key = (self.number, get_language(), *(expression.resolve(context) for expression in self.keys))

        def draw() -> str:
            with context.push(**_BLANKS):
                return self.nodelist.render(context)

        return mark_safe(
            _filled(remembered(key, draw), str(context.get("csrf_token", "")), str(context.get("here", "")))
        )


def compile_drawn(parser: Parser, token: Token) -> DrawnNode:
    """`{% drawn value value … %}…{% enddrawn %}`: everything between them depends on these values alone."""
    keys = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    if not keys:
        raise TemplateSyntaxError("drawn needs the values that its content depends on.")
    nodelist = parser.parse(("enddrawn",))
    parser.delete_first_token()
    return DrawnNode(nodelist, keys)

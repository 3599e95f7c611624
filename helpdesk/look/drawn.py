"""What is drawn once and handed out many times: public pages, and the frame of every page.

The little that belongs to one request (the token of the visitor's own forms, the address of the
page) is put in when a drawing is handed out.
"""

import secrets
from collections.abc import Callable, Hashable
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
_REMEMBERED_MOST = 2000
_remembered: dict[Hashable, str] = {}
_numbers = count()


def page(request: HttpRequest, key: Hashable, draw: Callable[[dict[str, Any]], str]) -> HttpResponse:
    """The page that `draw` makes of a context, or the one it made before: for pages that are the same for everybody.

    `key` names everything that the page depends on besides its address and language.  For a
    visitor who has a session, or a message waiting, it is drawn anew.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
        return HttpResponse(draw({}))
    whole_key = (request.get_host(), request.get_full_path(), get_language(), key)
    drawing = remembered(whole_key, lambda: draw(dict(_BLANKS)))
    return HttpResponse(_filled(drawing, get_token(request), request.get_full_path()))


def forget_all() -> None:
    """Drop every drawing (a test's database was emptied)."""
    _remembered.clear()


def remembered(key: Hashable, draw: Callable[[], str]) -> str:
    """The drawing made under this key before, or the one that `draw` makes now."""
    drawing = _remembered.get(key)
    if drawing is None:
        drawing = str(draw())
        if len(_remembered) >= _REMEMBERED_MOST:
            _remembered.clear()
        _remembered[key] = drawing
    return drawing


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

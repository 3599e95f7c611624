"""What is drawn once and handed out many times: public pages, and the frame of every page.

What belongs to one request (the token of the visitor's own forms, the address of the page, and the
values that a part names) is put in when a drawing is handed out.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, render_value_in_context, token_kwargs
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# What every drawing may leave open.
OF_REQUEST = ("csrf_token", "here")
_numbers = count()
# What depends on more is nobody's to be drawn once, and is not kept.
_LONGEST_KEY = 20_000


@cache
def _blank(name: str) -> str:
    """What stands for a named value while drawing: forty digits, which fit into an address too, and nobody guesses."""
    return f"{secrets.randbelow(10**40):040}"


class Drawing:
    """A text that was drawn with some named values left open."""

    def __init__(self, text: str, blanks: Mapping[str, str]) -> None:
        names = {blank: name for name, blank in blanks.items()}
        self._pieces = re.split(f"({'|'.join(names)})", text)
        self._names = [names[blank] for blank in self._pieces[1::2]]

    def filled(self, value_of: Callable[[str], str]) -> SafeString:
        """The text with what `value_of` gives for each name that it holds, which is put in as it is."""
        values = {name: value_of(name) for name in set(self._names)}
        pieces = list(self._pieces)
        pieces[1::2] = [values[name] for name in self._names]
        return mark_safe("".join(pieces))


class Memory:
    """Drawings by their keys, up to so many; the oldest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._drawings: dict[Hashable, Drawing] = {}

    def get(self, key: Hashable, draw: Callable[[dict[str, str]], str], names: Iterable[str] = OF_REQUEST) -> Drawing:
        """The drawing made under this key before, or the one that `draw` makes now.

        `draw` is given what stands for each of the named values.
        """
        drawing = self._drawings.get(key)
        if drawing is None:
            blanks = {name: _blank(name) for name in names}
            drawing = Drawing(draw(blanks), blanks)
            if len(repr(key)) > _LONGEST_KEY:
                return drawing
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
    who has a session or a message waiting or has closed a notice, and for an address with a query, it
    is drawn anew.
    """
    is_own = not request.COOKIES.keys().isdisjoint(
        {settings.SESSION_COOKIE_NAME, "messages", settings.CLOSED_BANNERS_COOKIE}
    )
    if is_own or request.META.get("QUERY_STRING"):
        return HttpResponse(draw({}))
    own = {"csrf_token": get_token(request), "here": escape(request.path)}
    drawing = _pages.get((request.path, get_language(), key), lambda blanks: draw(dict(blanks)))
    return HttpResponse(drawing.filled(own.__getitem__))


def forget_all() -> None:
    """Drop every drawing (a test's database was emptied)."""
    _parts.forget()
    _pages.forget()


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


class DrawnNode(Node):
    """A part of a page that depends on the given values, the reader's language and nothing else."""

    def __init__(self, nodelist: NodeList, keys: list[FilterExpression], named: dict[str, FilterExpression]) -> None:
        self.nodelist, self.keys, self.named, self.number = nodelist, keys, named, next(_numbers)

    def render(self, context: Context) -> SafeString:
        """The drawing with the request's token and address and the named values, each as a template puts it out."""
        key = (self.number, get_language(), *(_hashable(each.resolve(context)) for each in self.keys))

        def draw(blanks: dict[str, str]) -> str:
            with context.push(**blanks):
                return self.nodelist.render(context)

        def value_of(name: str) -> str:
            given = self.named.get(name)
            value = context.get(name, "") if given is None else given.resolve(context)
            return str(render_value_in_context(value, context))

        return remembered(key, draw, (*OF_REQUEST, *self.named)).filled(value_of)


def compile_drawn(parser: Parser, token: Token) -> DrawnNode:
    """`{% drawn value value … with name=value … %}…{% enddrawn %}`.

    Everything in between depends on the first values alone.  Those behind `with` are put in each
    time: in between, their names can be put out or stand in an address, and nothing can be asked of them.
    """
    bits = token.split_contents()[1:]
    place = bits.index("with") if "with" in bits else len(bits)
    keys, named = bits[:place], bits[place + 1 :]
    if not keys:
        raise TemplateSyntaxError("drawn needs the values that its content depends on.")
    given = token_kwargs(named, parser)
    if named:
        raise TemplateSyntaxError(f"drawn takes name=value behind “with”, not {named[0]}.")
    nodelist = parser.parse(("enddrawn",))
    parser.delete_first_token()
    return DrawnNode(nodelist, [parser.compile_filter(bit) for bit in keys], given)

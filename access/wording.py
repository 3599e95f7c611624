"""What people type into a field, as it is stored; what is too long for one is refused by how much it is."""

import unicodedata

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Invalid
from helpdesk.lib.html import TooLong, clean_line, clean_text


def one_line(text: str, field: str, most: int) -> str:
    """The text in one clean line; raises `Invalid` naming the field where it has more than `most` characters."""
    try:
        return clean_line(text, limit=most)
    except TooLong as error:
        raise Invalid(str(error), field) from None


def needed_line(text: str, field: str, most: int, missing: str) -> str:
    """As `one_line`; raises `Invalid` with `missing` where nothing is left of it."""
    line = one_line(text, field, most)
    if not line:
        raise Invalid(missing, field)
    return line


def whole_text(text: str, field: str, most: int) -> str:
    """The clean text; raises `Invalid` naming the field where it has more than `most` characters."""
    try:
        return clean_text(text, limit=most)
    except TooLong as error:
        raise Invalid(str(error), field) from None


def own_name(actor: Actor, typed: str) -> str:
    """The name that somebody types to sign with; raises `Invalid` where it is not the actor's own."""
    if _same(typed) != _same(actor.name):
        raise Invalid(_("Type your name as it stands here: %(name)s.") % {"name": actor.name}, "typed_name")
    return typed.strip()[:120]


def _same(name: str) -> str:
    """A name however it is typed: capitals, spaces and the spelling of accents make no other person of somebody."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())

"""What people type into a field, as it is stored."""

from django.utils.translation import gettext as _

from access.errors import Invalid
from helpdesk.lib.html import TooLong, clean_line, clean_text


def one_line(text: str, field: str, most: int) -> str:
    """The text in one clean line; raises `Invalid` naming the field where it has more than `most` characters."""
    try:
        return clean_line(text, limit=most)
    except TooLong:
        raise Invalid(_("At most %(most)s characters.") % {"most": most}, field) from None


def needed_line(text: str, field: str, most: int, missing: str = "") -> str:
    """The text in one clean line; raises `Invalid` by how much it is too long, or `missing` where it is empty."""
    try:
        line = clean_line(text, limit=most)
    except TooLong as error:
        raise Invalid(str(error), field) from None
    if not line and missing:
        raise Invalid(missing, field)
    return line


def whole_text(text: str, field: str, most: int) -> str:
    """The clean text; raises `Invalid` naming the field where it has more than `most` characters."""
    try:
        return clean_text(text, limit=most)
    except TooLong:
        raise Invalid(_("The text is too long: at most %(most)s characters.") % {"most": most}, field) from None

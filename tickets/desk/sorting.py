"""The fields of a ticket's small forms as they stand on its page, untouched.

A form is drawn once for what was chosen in it, and the words of the ticket are put in: drawing
widgets would take longer than the rest of the page.
"""

from collections.abc import Hashable, Mapping
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from helpdesk.look import drawn
from helpdesk.look.fields import fields
from tickets.desk.forms import DeskForm, PriorityForm, SortForm, TagsForm
from tickets.queries.ticket_page import TicketPage


def forms(page: TicketPage, refused: Mapping[str, DeskForm]) -> dict[str, Any]:
    """The fields of each form by the name under which the page shows them; `refused` are forms as they were sent."""
    sent = {name: fields(form, optional=False) for name, form in refused.items()}
    return {**_untouched(page), **sent, "priority_open": "priority_fields" in refused}


def _untouched(page: TicketPage) -> dict[str, SafeString]:
    ticket: Any = page.ticket
    chosen = {
        "category": ticket.category_id,
        "service": ticket.service_id,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
    }
    choices = (tuple(page.categories), tuple(page.services))
    lists = {"categories": page.categories, "services": page.services}
    return {
        "sort_fields": _fields("need", ticket.need, (*chosen.values(), choices), SortForm, chosen, **lists),
        "priority_fields": _fields("", "", ticket.priority, PriorityForm, {"priority": ticket.priority}),
        "tags_fields": _fields("tags", ", ".join(ticket.tag_names), "", TagsForm, {}),
    }


def _fields(
    field: str, words: str, key: Hashable, form: type[DeskForm], initial: dict[str, Any], **more: Any
) -> SafeString:
    """`field` is the one that holds words of its own; an empty one is drawn empty."""

    def draw(blanks: dict[str, str]) -> str:
        prefix = form.__name__.removesuffix("Form").lower()
        held = {field: blanks["words"]} if words else {}
        return fields(form(initial={**initial, **held}, auto_id=f"{prefix}_%s", **more), optional=False)

    drawing = drawn.remembered((form, key, bool(words), get_language()), draw, ["words"])
    return drawing.filled(lambda _name: escape(words))

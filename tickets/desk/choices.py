"""The lists to choose from above the queue, as ready markup: some hundred entries stand on every page."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access.actor import ClientFace
from helpdesk.look import pictures
from helpdesk.look.fields import fields
from tickets.desk.card import language_name
from tickets.desk.filters import Filters
from tickets.desk.forms import SkipForm
from tickets.models import Status


def options(first: str, pairs: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """An empty choice in words, then (value, label) pairs, of which `chosen` is selected; all escaped."""
    parts = [f'<option value="">{escape(first)}</option>']
    parts += (_option(value, label, chosen) for value, label in pairs)
    return mark_safe("".join(parts))


def _option(value: str, label: str, chosen: str) -> str:
    mark = " selected" if value == chosen else ""
    return f'<option value="{escape(value)}"{mark}>{escape(label)}</option>'


def lists(
    asked: Filters,
    clients: Sequence[ClientFace],
    categories: Sequence[tuple[str, int | None]],
    tags: Iterable[str],
    services: Iterable[str],
) -> dict[str, SafeString]:
    """The lists of the filter form by the names of their fields."""
    language = get_language() or "en"
    return {
        "client": options(_("Client"), ((c.slug, c.name) for c in clients), asked.client.slug if asked.client else ""),
        "status": _statuses(asked.status.value if asked.status else "", language),
        "priority": _priorities(str(asked.priority or ""), language),
        "category": _categories(asked, clients, categories),
        "language": _languages(asked.language, language),
        "tag": options(_("Tag"), ((name, name) for name in tags), asked.tag),
        "service": options(_("Service"), ((name, name) for name in services), asked.service),
    }


def _categories(
    asked: Filters, clients: Sequence[ClientFace], categories: Sequence[tuple[str, int | None]]
) -> SafeString:
    """Those of the client chosen; without one under their clients' names, after those that several have."""
    if asked.client is not None or len(clients) < 2:
        return options(_("Category"), ((name, name) for name, _client in categories), asked.category)
    names: dict[int | None, list[str]] = {}
    for name, client_id in categories:
        names.setdefault(client_id, []).append(name)
    labels: list[tuple[int | None, str]] = [(None, _("Several clients")), *((c.id, c.name) for c in clients)]
    groups = ((label, names[client_id]) for client_id, label in labels if client_id in names)
    return options(_("Category"), (), "") + mark_safe(
        "".join(
            f'<optgroup label="{escape(label)}">{_named(each, asked.category)}</optgroup>' for label, each in groups
        )
    )


def _named(names: Iterable[str], chosen: str) -> SafeString:
    return mark_safe("".join(_option(name, name, chosen) for name in names))


@lru_cache(maxsize=64)
def _statuses(chosen: str, language: str) -> SafeString:
    return options(_("Status"), ((s.value, str(s.label)) for s in Status), chosen)


@lru_cache(maxsize=64)
def _priorities(chosen: str, language: str) -> SafeString:
    return options(_("Priority"), ((str(n), f"P{n}") for n in range(1, 5)), chosen)


@lru_cache(maxsize=64)
def _languages(chosen: str, language: str) -> SafeString:
    return options(_("Language"), ((code, language_name(code)) for code, _name in settings.LANGUAGES), chosen)


def skip_fields() -> SafeString:
    """The fields of an empty skip form."""
    return _skip_fields(get_language() or "en")


@lru_cache(maxsize=8)
def _skip_fields(language: str) -> SafeString:
    return fields(SkipForm(auto_id="skip_%s"), optional=False)


def new_ticket(clients: Sequence[ClientFace]) -> SafeString:
    """A link for each client at which a ticket may be opened."""
    return _new_ticket(tuple(clients))


@lru_cache(maxsize=256)
def _new_ticket(clients: tuple[ClientFace, ...]) -> SafeString:
    return format_html_join(
        "",
        '<a class="btn btn-plain" href="{}">{}</a>',
        ((reverse("desk:new", kwargs={"client": face.slug}), pictures.who(face)) for face in clients),
    )

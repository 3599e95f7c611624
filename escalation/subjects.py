"""Tickets as a matrix looks at them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from access.models import Client
from escalation.calendars import support_hours
from escalation.matrix.document import Subject, fold, language_of
from escalation.matrix.reach import ancestors
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar, is_open
from tickets.models import Service, Ticket, TicketCategory, TicketTag


def subjects_of(client_id: int, tickets: Iterable[Ticket], at: datetime) -> dict[int, Subject]:
    """What a matrix sees in each of these tickets at a moment, by id; at most six statements for all of them."""
    rows = list(tickets)
    if not rows:
        return {}
    tree = category_tree(client_id)
    tags: dict[int, set[str]] = {}
    found = TicketTag.objects.filter(client_id=client_id, ticket__in=rows).values_list("ticket_id", "tag__name")
    for ticket_id, name in found:
        tags.setdefault(ticket_id, set()).add(fold(name))
    keys = services_of(client_id, rows)
    zone = Client.objects.values_list("time_zone", flat=True).get(pk=client_id)
    in_hours, minute = open_at(support_hours(client_id), at), minute_of(at, zone)
    return {
        row.pk: Subject(
            categories=tree.get(row.category_id or 0, frozenset()),
            priority=row.priority,
            tier=fold(row.customer.tier),
            language=language_of(row.language),
            service=keys.get(row.service_id or 0, ""),
            tags=frozenset(tags.get(row.pk, ())),
            is_open=in_hours,
            minute=minute,
        )
        for row in rows
    }


def subject_of(
    client_id: int,
    at: datetime,
    *,
    category: str,
    priority: int,
    tier: str,
    language: str,
    tags: Iterable[str],
    service: str = "",
) -> Subject:
    """What a matrix would see in a ticket with these facts at a moment; two statements, three with a category."""
    zone = Client.objects.values_list("time_zone", flat=True).get(pk=client_id)
    return Subject(
        categories=_line_of(client_id, category) if category else frozenset(),
        priority=priority,
        tier=fold(tier),
        language=language_of(language),
        tags=frozenset(map(fold, tags)),
        service=service,
        is_open=open_at(support_hours(client_id), at),
        minute=minute_of(at, zone),
    )


def subjects_opened(client_id: int, tickets: Iterable[Ticket]) -> dict[int, Subject]:
    """What a matrix would have seen in each of these tickets when it was opened, by id; five statements for all.

    By their category, priority and tags of today and the support hours of today: earlier ones are not kept.
    """
    rows = list(tickets)
    calendars = support_hours(client_id) if rows else []
    zone = Client.objects.values_list("time_zone", flat=True).get(pk=client_id)
    found = subjects_of(client_id, rows, clock.now())
    return {
        row.pk: replace(
            found[row.pk], is_open=open_at(calendars, row.created_at), minute=minute_of(row.created_at, zone)
        )
        for row in rows
    }


def category_tree(client_id: int) -> Mapping[int, frozenset[str]]:
    """Each category's key with those above it, by id; one statement."""
    rows = list(TicketCategory.objects.filter(client_id=client_id).values_list("pk", "slug", "parent__slug"))
    above = {slug: parent for _pk, slug, parent in rows}
    return {pk: ancestors(slug, above) for pk, slug, _parent in rows}


def _line_of(client_id: int, category: str) -> frozenset[str]:
    rows = TicketCategory.objects.filter(client_id=client_id).values_list("slug", "parent__slug")
    return ancestors(category, dict(rows))


def services_of(client_id: int, tickets: Iterable[Ticket]) -> Mapping[int, str]:
    """The keys of the services of these tickets, by id; one statement, none where no ticket has a service."""
    wanted = {row.service_id for row in tickets if row.service_id}
    if not wanted:
        return {}
    return dict(Service.objects.filter(client_id=client_id, pk__in=wanted).values_list("pk", "key"))


def open_at(calendars: Sequence[WeekCalendar], at: datetime) -> bool:
    """Whether any of the client's support hours are on."""
    return any(is_open(calendar, at) for calendar in calendars)


def minute_of(at: datetime, zone: str) -> int:
    """The minute of the client's week, from Monday 00:00."""
    local = at.astimezone(ZoneInfo(zone))
    return (local.weekday() * 24 + local.hour) * 60 + local.minute

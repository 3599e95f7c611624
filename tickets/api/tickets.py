"""Tickets for programs, and everything that is done with them."""

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api import PlainFormParser, PlainJSONParser
from access.doors import api
from access.errors import Invalid
from access.rights import Right
from helpdesk.lib.paging import Order
from post.api import ClientViewSet
from tickets import index
from tickets.actions import conversation, customers, handling, intake, merging
from tickets.actions.conversation import Then
from tickets.actions.handling import NO_SERVICE
from tickets.api import shapes
from tickets.api.messages import with_files
from tickets.desk.ticket import log_view
from tickets.models import Customer, Impact, Message, Service, Ticket, TicketCategory, TicketTag, Urgency
from tickets.queries import customers as customer_queries
from tickets.queries import ticket_page
from tickets.queries.categories import ids_with_parts

FOUND_MOST = 200
_WITH_FILES = (PlainJSONParser, PlainFormParser)


def _forms(shape: type[shapes.WithFiles]) -> dict[str, type[shapes.WithFiles]]:
    """What the schema says of a body that may also come as a form with files."""
    return dict.fromkeys(("application/json", "multipart/form-data"), shape)


def shaped(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with all that their shape shows, still one statement."""
    names = TicketTag.objects.filter(client_id=OuterRef("client_id"), ticket_id=OuterRef("pk")).order_by("tag__name")
    return rows.select_related("merged_into", "customer", "category", "service", "assignee").annotate(
        tag_names=ArraySubquery(names.values("tag__name")), name_class=F("client__name_class")
    )


@extend_schema(tags=["tickets"])
@extend_schema_view(
    list=extend_schema(parameters=[shapes.TicketQuery], summary="Tickets, by default the last changed first"),
    retrieve=extend_schema(summary="One ticket"),
)
class TicketViewSet(ClientViewSet):
    """Tickets of the token's client."""

    door = {
        "list": api(Right.TICKET_READ),
        "retrieve": api(Right.TICKET_READ),
        "create": api(Right.TICKET_OPEN),
        "reply": api(Right.TICKET_REPLY),
        "note": api(Right.TICKET_NOTE),
        "assign": api(Right.TICKET_TRIAGE),
        "solve": api(Right.TICKET_TRIAGE),
        "close": api(Right.TICKET_TRIAGE),
        "reopen": api(Right.TICKET_TRIAGE),
        "sort": api(Right.TICKET_TRIAGE),
        "merge": api(Right.TICKET_TRIAGE),
        "priority": api(Right.TICKET_TRIAGE),
        "tags": api(Right.TICKET_TRIAGE),
    }
    queries = {"list": shapes.TicketQuery}
    serializer_class = shapes.TicketShape
    lookup_field = "number"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Ticket]:
        """What the token may read."""
        return shaped(Ticket.objects.visible_to(self.actor).filter(client_id=self.client_id))

    def order(self) -> Order:
        """By one of two times, the id last."""
        asked = self.asked["ordering"]
        return (asked, "-id" if asked.startswith("-") else "id")

    def list(self, request: Request) -> Response:
        """Tickets by filters, a page at a time."""
        rows = self._filtered(self.get_queryset())
        return self.get_paginated_response([shapes.ticket(row) for row in self.page_of(rows)])

    def _filtered(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        asked = self.asked
        # Every name is one that `TicketQuery` declares; none of them comes from the request.
        plain = {
            "status": "status",
            "holder": "holder",
            "priority": "priority",
            "customer": "customer_id",
            "service": "service__key",
            "language": "language",
            "tag": "ticket_tags__tag__name",
            "external_id": "external_id",
            "updated_since": "updated_at__gte",
            "created_since": "created_at__gte",
        }
        for name, column in plain.items():
            if name in asked:
                rows = rows.filter(**{column: asked[name]})
        if (assignee := asked.get("assignee")) is not None:
            rows = rows.filter(assignee_id=assignee)
        if "category" in asked:
            named = TicketCategory.objects.filter(client_id=self.client_id, slug=asked["category"])
            rows = rows.filter(category_id__in=ids_with_parts(self.client_id, named.values_list("pk", flat=True)))
        if asked.get("unassigned"):
            rows = rows.filter(assignee_id=None)
        if "q" in asked:
            rows = rows.filter(pk__in=index.find(asked["q"], most=FOUND_MOST))
        return rows

    def retrieve(self, request: Request, number: int) -> Response:
        """One ticket; that it was opened stands in the client's access log."""
        ticket = ticket_page.find_ticket(self.actor, self.client_id, number)
        log_view(self.actor, ticket)
        return Response(shapes.ticket(self._shown(ticket)))

    @extend_schema(
        request=shapes.OpenTicket, responses={201: shapes.TicketShape}, summary="Open a ticket for a customer"
    )
    def create(self, request: Request) -> Response:
        """Open a ticket in a customer's words; its clocks start now."""
        given = self.body(shapes.OpenTicket)
        ticket = intake.open_ticket(
            self.actor,
            client_id=self.client_id,
            customer=self._customer(given),
            subject=given["subject"],
            body=given["body"],
            impact=Impact(given["impact"]),
            urgency=Urgency(given["urgency"]),
            category_id=self._category(given.get("category")),
            service_id=self._service(given.get("service")),
            channel="api",
            language=given["language"],
            acknowledge=given["acknowledge"],
        )
        location = reverse("api:ticket-detail", kwargs={"number": ticket.number})
        # What was just written is all there is of it: it need not be read.
        told = shapes.ticket(self._shown(ticket, tag_names=[]))
        if self._is_strange(ticket):
            # An address would become a name: known or new, they hear of the customer what they said themselves.
            told |= {"customer": {"id": None, "name": given["customer_name"]}, "language": given["language"]}
        return Response(told, status=201, headers={"Location": location})

    @extend_schema(request=_forms(shapes.Reply), responses={201: shapes.ReplyShape}, summary="Answer the customer")
    @action(detail=True, methods=["post"], parser_classes=_WITH_FILES)
    def reply(self, request: Request, number: int) -> Response:
        """Answer in the client's name, and leave the ticket waiting, solved or with us."""
        given = self.body(shapes.Reply)
        message = conversation.reply(
            self.actor,
            client_id=self.client_id,
            ticket_id=self._ticket(number),
            body=given["body"],
            then=Then(given["then"]),
            uploads=self.uploads(given),
            revision_id=given.get("revision"),
            seen_message_id=given.get("seen_message"),
            channel="api",
        )
        return self._written(message, shapes.ReplyShape)

    @extend_schema(request=_forms(shapes.NoteIn), responses={201: shapes.MessageShape}, summary="Write a note")
    @action(detail=True, methods=["post"], parser_classes=_WITH_FILES)
    def note(self, request: Request, number: int) -> Response:
        """Write a note that the customer never sees."""
        given = self.body(shapes.NoteIn)
        message = conversation.add_note(
            self.actor,
            client_id=self.client_id,
            ticket_id=self._ticket(number),
            body=given["body"],
            audience=Message.Audience(given["audience"]),
            uploads=self.uploads(given),
            revision_id=given.get("revision"),
            channel="api",
        )
        return self._written(message)

    @extend_schema(
        request=shapes.Assign, responses=shapes.TicketShape, summary="Give the ticket to somebody, or nobody"
    )
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, number: int) -> Response:
        """Give the ticket to a member of staff; `expected` is who has it as far as you know."""
        given = self.body(shapes.Assign)
        ticket = handling.assign(
            self.actor,
            client_id=self.client_id,
            ticket_id=self._ticket(number),
            card_id=given["assignee"],
            expected_card_id=given.get("expected"),
        )
        return self._answer(ticket)

    @extend_schema(request=shapes.Nothing, responses=shapes.TicketShape, summary="Say that the ticket is solved")
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, number: int) -> Response:
        """Solve; a second time changes nothing."""
        return self._handle(handling.solve, number)

    @extend_schema(request=shapes.Nothing, responses=shapes.TicketShape, summary="Close the ticket for good")
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: int) -> Response:
        """Close; a second time changes nothing."""
        return self._handle(handling.close, number)

    @extend_schema(request=shapes.Nothing, responses=shapes.TicketShape, summary="Open the ticket again")
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: int) -> Response:
        """Open a solved or closed ticket again; an open one stays as it is."""
        return self._handle(handling.reopen, number)

    @extend_schema(
        request=shapes.Merge, responses=shapes.TicketShape, summary="Merge into another ticket of the customer"
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, number: int) -> Response:
        """Its messages go over; the answer is the ticket that stays."""
        given = self.body(shapes.Merge)
        about = {"ticket_id": self._ticket(number), "into_id": self._ticket(given["into"])}
        return self._answer(merging.merge(self.actor, client_id=self.client_id, **about))

    @extend_schema(
        request=shapes.Sort, responses=shapes.TicketShape, summary="Change impact, urgency, category, service, need"
    )
    @action(detail=True, methods=["post"])
    def sort(self, request: Request, number: int) -> Response:
        """Change what the ticket is about; the client's own table gives the priority."""
        given = self.body(shapes.Sort)
        ticket = handling.sort(
            self.actor,
            client_id=self.client_id,
            ticket_id=self._ticket(number),
            impact=Impact(given["impact"]) if "impact" in given else None,
            urgency=Urgency(given["urgency"]) if "urgency" in given else None,
            category_id=self._category(given.get("category")),
            service_id=(self._service(given["service"]) or NO_SERVICE) if "service" in given else None,
            need=given.get("need"),
        )
        return self._answer(ticket)

    @extend_schema(
        request=shapes.Priority, responses=shapes.TicketShape, summary="Override the priority, with a reason"
    )
    @action(detail=True, methods=["post"])
    def priority(self, request: Request, number: int) -> Response:
        """Set a priority that the client's table does not give."""
        given = self.body(shapes.Priority)
        ticket = handling.override_priority(
            self.actor,
            client_id=self.client_id,
            ticket_id=self._ticket(number),
            priority=given["priority"],
            reason=given["reason"],
        )
        return self._answer(ticket)

    @extend_schema(request=shapes.Tags, responses=shapes.TicketShape, summary="Make these the ticket's tags")
    @action(detail=True, methods=["post"])
    def tags(self, request: Request, number: int) -> Response:
        """Replace all tags."""
        given = self.body(shapes.Tags)
        ticket = handling.set_tags(
            self.actor, client_id=self.client_id, ticket_id=self._ticket(number), names=given["tags"]
        )
        return self._answer(ticket)

    def _written(self, message: Message, shape: type[shapes.MessageShape] = shapes.MessageShape) -> Response:
        """A message just written, with its files."""
        (shown,) = with_files([message])
        return Response(shape(shown).data, status=201)

    def _handle(self, act: Callable[..., Ticket], number: int) -> Response:
        self.body(shapes.Nothing)
        return self._answer(act(self.actor, client_id=self.client_id, ticket_id=self._ticket(number)))

    def _ticket(self, number: int) -> int:
        return ticket_page.ticket_id_of(self.actor, self.client_id, number)

    def _answer(self, ticket: Ticket) -> Response:
        """The ticket as the action left it, even where it has left the actor's own tickets by that."""
        found = shaped(Ticket.objects.filter(client_id=self.client_id, pk=ticket.pk)).get()
        return Response(shapes.ticket(found))

    def _shown(self, ticket: Ticket, **more: Any) -> Ticket:
        """The ticket with what its shape needs beside its own row."""
        vars(ticket).update(more, name_class=self.actor.standings[self.client_id].client.name_class)
        return ticket

    def _is_strange(self, ticket: Ticket) -> bool:
        """Whether the actor may not open the record of this ticket's customer."""
        readable = customer_queries.readable(self.actor, self.client_id)
        return not readable.filter(pk=ticket.customer_id).exists()

    def _category(self, slug: str | None) -> int | None:
        if not slug:
            return None
        found = TicketCategory.objects.filter(client_id=self.client_id, slug=slug).values_list("pk", flat=True).first()
        if found is None:
            raise Invalid(_("No such category."), "category")
        return int(found)

    def _service(self, key: str | None) -> int | None:
        if not key:
            return None
        found = Service.objects.filter(client_id=self.client_id, key=key).values_list("pk", flat=True).first()
        if found is None:
            raise Invalid(_("No such service."), "service")
        return int(found)

    def _customer(self, given: dict[str, Any]) -> Customer:
        if "customer" in given:
            found = customer_queries.readable(self.actor, self.client_id).filter(pk=given["customer"]).first()
            if found is None:
                raise Invalid(_("No such customer."), "customer")
            return found
        return customers.customer_for_ticket(
            self.actor,
            client_id=self.client_id,
            email=given["customer_email"],
            name=given["customer_name"],
            language=given["language"],
        )

"""Customers for programs: looked for, opened, made and changed."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access import log, throttle
from access.actor import ClientFace
from access.doors import api
from access.errors import Invalid
from access.rights import Right
from post.api import ClientViewSet
from tickets import finding
from tickets.actions import customers
from tickets.api import shapes
from tickets.desk.customers import SEARCHES
from tickets.finding import LastFour
from tickets.models import Customer
from tickets.queries import customers as customer_queries
from tickets.queries import records, ticket_page
from tickets.queries.records import Keeping
from tickets.records import Relation, record, show


@extend_schema(tags=["customers"])
class CustomerViewSet(ClientViewSet):
    """Customers of the token's client; fields are masked as they are on the screen."""

    door = {
        "list": api(Right.CUSTOMER_SEARCH),
        "retrieve": api(Right.CUSTOMER_READ),
        "create": api(Right.CUSTOMER_EDIT),
        "partial_update": api(Right.CUSTOMER_EDIT),
    }
    queries = {"list": shapes.CustomerQuery, "retrieve": shapes.RecordQuery}
    serializer_class = shapes.CustomerShape
    lookup_value_converter = "int"

    @extend_schema(
        parameters=[shapes.CustomerQuery],
        summary="Look for a customer by a whole address, phone or number",
        description="A whole value, or the last four of a number with a name or a postcode: then five at most."
        " What was looked for stands in the client's access log.",
    )
    def list(self, request: Request) -> Response:
        """The customers that this one term names."""
        throttle.take(SEARCHES, f"user {self.actor.user_id}")
        terms = {name: text for name, text in self.asked.items() if name in shapes.CustomerQuery.TERMS}
        kept = records.keeping(self.face)
        rows = Customer.objects.filter(client_id=self.client_id)
        if "last_four" in terms:
            beside = self.asked.get("postcode") or self.asked["name"]
            asked = LastFour(finding.plain(terms["last_four"]), beside)
            found = customer_queries.candidates(kept, self.client_id, asked)
            rows = rows.filter(pk__in=[each.pk for each in found])
            masked = "••••"
        else:
            ((key, value),) = terms.items()
            rows = rows.filter(customer_queries.exactly(kept, key, value))
            masked = show(kept.specs[key], value, Relation.OTHER).text
        page = self.page_of(rows.order_by("id"))
        hits = [(log.CUSTOMER, each.pk) for each in page]
        detail = {"terms": masked, "by": next(iter(terms)), "hits": len(hits)}
        log.record(self.actor, self.client_id, log.Action.SEARCH, *hits, detail=detail)
        return self.get_paginated_response([self._shape(kept, each, Relation.OTHER, own=False) for each in page])

    @extend_schema(parameters=[shapes.RecordQuery], summary="One customer's record")
    def retrieve(self, request: Request, pk: int) -> Response:
        """The record; contact fields are whole for whoever has an open ticket of this customer's."""
        customer = customer_queries.find(self.actor, self.client_id, pk)
        held = records.held_ticket(self.actor, self.client_id, customer.pk)
        if "ticket" in self.asked:
            ticket = ticket_page.find_ticket(self.actor, self.client_id, self.asked["ticket"])
            if ticket.customer_id != customer.pk:
                raise Invalid(_("This ticket is not this customer’s."), "ticket")
            origin: records.Held | None = records.Held(ticket.pk, ticket.number)
        else:
            origin = held
        log.record(
            self.actor,
            self.client_id,
            log.Action.VIEW,
            (log.CUSTOMER, customer.pk),
            ticket_id=origin.id if origin else None,
            ticket_number=origin.number if origin else None,
        )
        return Response(self._shape(records.keeping(self.face), customer, records.relation(held)))

    @extend_schema(request=shapes.NewCustomer, responses={201: shapes.CustomerShape}, summary="Make a record")
    def create(self, request: Request) -> Response:
        """A new customer of the client."""
        customer = customers.add_customer(self.actor, client_id=self.client_id, **self.body(shapes.NewCustomer))
        location = reverse("api:customer-detail", kwargs={"pk": customer.pk})
        return Response(self._seen(customer), status=201, headers={"Location": location})

    @extend_schema(request=shapes.ChangedCustomer, responses=shapes.CustomerShape, summary="Change a record")
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given, and nothing else."""
        given = self.body(shapes.ChangedCustomer)
        customer = customers.change_customer(self.actor, client_id=self.client_id, customer_id=pk, **given)
        return Response(self._seen(customer))

    def _seen(self, customer: Customer) -> Any:
        """The record as it is after a change, as this reader may see it."""
        held = records.held_ticket(self.actor, self.client_id, customer.pk)
        return self._shape(records.keeping(self.face), customer, records.relation(held))

    def _shape(self, kept: Keeping, customer: Customer, relation: Relation, *, own: bool = True) -> Any:
        """The record by the one rule for what of it is shown; in a list without the client's own fields."""
        whole = records.of_customer(kept, customer) if own else record(kept.specs, customer, {})
        shown = {key: whole.shown(key, relation) for key in kept.specs}
        plain = ("name", "language", "tier", "external_id")
        return shapes.CustomerShape(
            {
                "id": customer.pk,
                **{key: shown[key].text for key in plain},
                **{key: shown[key] for key in ("email", "phone", "postal_address", "postcode")},
                "masked": [key for key in plain if shown[key].masked],
                "email_confirmed": customer.email_confirmed_at is not None,
                "created_at": customer.created_at,
                "own_fields": [shown[spec.key] for spec in kept.own if whole.values.get(spec.key)],
            }
        ).data

    @property
    def face(self) -> ClientFace:
        """The token's client."""
        found: ClientFace = self.actor.standings[self.client_id].client
        return found

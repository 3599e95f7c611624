"""Customers for programs: looked for, opened, made and changed."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access import log, throttle
from access.doors import api
from access.errors import Invalid
from access.rights import Right
from post.api import ClientViewSet
from tickets.actions import customers
from tickets.api import shapes
from tickets.desk.customers import SEARCHES
from tickets.models import Customer, CustomerField
from tickets.queries import customers as customer_queries
from tickets.queries import ticket_page
from tickets.records import show


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
        description="Exact only. What was looked for stands in the client's access log.",
    )
    def list(self, request: Request) -> Response:
        """The customers that this one term names."""
        throttle.take(SEARCHES, f"user {self.actor.user_id}")
        terms = {name: text for name, text in self.asked.items() if name in shapes.CustomerQuery.TERMS}
        rows = Customer.objects.filter(client_id=self.client_id)
        if "email" in terms:
            rows = rows.filter(email__iexact=terms["email"])
        if "external_id" in terms:
            rows = rows.filter(external_id=terms["external_id"])
        if "phone" in terms:
            rows = rows.filter(phone=terms["phone"])
        page = self.page_of(rows.order_by("id"))
        records = [(log.CUSTOMER, each.pk) for each in page]
        detail = {"terms": " ".join(terms.values()), "hits": len(records)}
        log.record(self.actor, self.client_id, log.Action.SEARCH, *records, detail=detail)
        return self.get_paginated_response([self._shape(each, [], contact_open=False) for each in page])

    @extend_schema(parameters=[shapes.RecordQuery], summary="One customer's record")
    def retrieve(self, request: Request, pk: int) -> Response:
        """The record; contact fields are whole where a ticket of this customer's is named."""
        customer = customer_queries.find(self.actor, self.client_id, pk)
        ticket = None
        if "ticket" in self.asked:
            ticket = ticket_page.find_ticket(self.actor, self.client_id, self.asked["ticket"])
            if ticket.customer_id != customer.pk:
                raise Invalid(_("This ticket is not this customer’s."), "ticket")
        log.record(
            self.actor,
            self.client_id,
            log.Action.VIEW,
            (log.CUSTOMER, customer.pk),
            ticket_id=ticket.pk if ticket else None,
            ticket_number=ticket.number if ticket else None,
        )
        fields = customer_queries.fields(customer)
        return Response(self._shape(customer, fields, contact_open=ticket is not None))

    @extend_schema(request=shapes.NewCustomer, responses={201: shapes.CustomerShape}, summary="Make a record")
    def create(self, request: Request) -> Response:
        """A new customer of the client."""
        customer = customers.add_customer(self.actor, client_id=self.client_id, **self.body(shapes.NewCustomer))
        location = reverse("api:customer-detail", kwargs={"pk": customer.pk})
        return Response(self._shape(customer, [], contact_open=True), status=201, headers={"Location": location})

    @extend_schema(request=shapes.ChangedCustomer, responses=shapes.CustomerShape, summary="Change a record")
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given, and nothing else."""
        given = self.body(shapes.ChangedCustomer)
        customer = customers.change_customer(self.actor, client_id=self.client_id, customer_id=pk, **given)
        return Response(self._shape(customer, customer_queries.fields(customer), contact_open=False))

    def _shape(self, customer: Customer, fields: Sequence[CustomerField], *, contact_open: bool) -> Any:
        """The record by the one rule for what of it is shown."""
        contact = CustomerField.Sensitivity.CONTACT
        return shapes.CustomerShape(
            {
                "id": customer.pk,
                "name": customer.name,
                "email": show("email", customer.email, contact, contact_open=contact_open),
                "phone": show("phone", customer.phone, contact, contact_open=contact_open),
                "email_confirmed": customer.email_confirmed_at is not None,
                "language": customer.language,
                "tier": customer.tier,
                "external_id": customer.external_id,
                "created_at": customer.created_at,
                "own_fields": [show(f.label, f.value, f.sensitivity, contact_open=contact_open) for f in fields],
            }
        ).data

"""Questions to the client for programs: asked, read and answered."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.doors import api
from access.errors import Invalid, NotFound
from access.rights import Right
from escalation import actions
from escalation.actions.answers import LONGEST_ANSWER
from escalation.actions.climb import LONGEST_GIVEN
from escalation.models import Escalation
from post.api import ClientViewSet, PageQuery, Strict, one_of
from tickets.desk.ticket import log_view
from tickets.models import Ticket
from tickets.queries import ticket_page

NUMBER_MOST = 2**62


class EscalationShape(serializers.ModelSerializer[Escalation]):
    """One question to the client, and what came back."""

    ticket = serializers.IntegerField(source="ticket.number", read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Escalation
        fields = (
            "id",
            "ticket",
            "state",
            "reason",
            "question",
            "facts",
            "suggestion",
            "missing",
            "asked_by_name",
            "answer",
            "answered_by_name",
            "started_at",
            "acknowledged_at",
            "ended_at",
        )
        read_only_fields = fields


class EscalationQuery(PageQuery):
    """Which questions."""

    state = one_of(Escalation.State.values)
    open = serializers.BooleanField(required=False, help_text="True for those without an answer yet.")
    ticket = serializers.IntegerField(required=False, min_value=1, max_value=NUMBER_MOST)


class Ask(Strict):
    """A question about a ticket."""

    ticket = serializers.IntegerField(min_value=1, max_value=NUMBER_MOST)
    reason = serializers.CharField(max_length=40)
    question = serializers.CharField(max_length=300)
    facts = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)
    suggestion = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)
    given = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=LONGEST_GIVEN),
        required=False,
        default=dict,
        help_text="What the path asks for, by what it asks; at priority 1 it may come later.",
    )


class Answered(Strict):
    """The answer."""

    answer = serializers.CharField(max_length=LONGEST_ANSWER)


class Remark(Strict):
    """A remark, which may be left out."""

    answer = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_ANSWER)


class Declined(Strict):
    """Why the client won't."""

    reason = serializers.CharField(max_length=LONGEST_ANSWER)


class Missing(Strict):
    """What is missing to decide."""

    missing = serializers.CharField(max_length=LONGEST_ANSWER)


@extend_schema(tags=["escalations"])
@extend_schema_view(
    list=extend_schema(parameters=[EscalationQuery], summary="Questions to the client, the newest first"),
    retrieve=extend_schema(summary="One question, and what came back"),
)
class EscalationViewSet(ClientViewSet):
    """Questions to the token's client about tickets that the token may read."""

    door = {
        "list": api(Right.TICKET_READ),
        "retrieve": api(Right.TICKET_READ),
        "create": api(Right.TICKET_ESCALATE),
        "return_to_support": api(Right.ESCALATION_ANSWER),
        "not_needed": api(Right.ESCALATION_ANSWER),
        "incomplete": api(Right.ESCALATION_ANSWER),
        "decline": api(Right.ESCALATION_ANSWER),
        "take_over": api(Right.ESCALATION_ANSWER),
    }
    queries = {"list": EscalationQuery}
    serializer_class = EscalationShape
    lookup_value_converter = "int"
    sort_order = ("-started_at", "-id")

    def get_queryset(self) -> QuerySet[Escalation]:
        """Those on tickets that the token may read."""
        readable = Ticket.objects.visible_to(self.actor).filter(client_id=self.client_id)
        rows = Escalation.objects.filter(client_id=self.client_id, ticket__in=readable)
        return rows.select_related("ticket")

    def list(self, request: Request) -> Response:
        """Questions by filters, a page at a time."""
        rows, asked = self.get_queryset(), self.asked
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if "open" in asked:
            rows = rows.filter(ended_at__isnull=asked["open"])
        if "ticket" in asked:
            rows = rows.filter(ticket__number=asked["ticket"])
        return self.get_paginated_response(EscalationShape(self.page_of(rows), many=True).data)

    def retrieve(self, request: Request, pk: int) -> Response:
        """One question; that its ticket's facts were opened stands in the client's access log."""
        found = self._found(pk)
        log_view(self.actor, found.ticket)
        return Response(EscalationShape(found).data)

    @extend_schema(request=Ask, responses={201: EscalationShape}, summary="Escalate a ticket to the client")
    def create(self, request: Request) -> Response:
        """Ask the client: the ticket climbs the path of its row in the client's matrix."""
        given = self.body(Ask)
        try:
            ticket_id = ticket_page.ticket_id_of(self.actor, self.client_id, given.pop("ticket"))
        except NotFound:
            raise Invalid(_("No such ticket."), "ticket") from None
        asked = actions.escalate(self.actor, client_id=self.client_id, ticket_id=ticket_id, **given)
        location = reverse("api:escalation-detail", kwargs={"pk": asked.pk})
        return Response(EscalationShape(asked).data, status=201, headers={"Location": location})

    @extend_schema(request=Answered, responses=EscalationShape, summary="Answer, and return the ticket to support")
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_to_support(self, request: Request, pk: int) -> Response:
        """The vendor's clock goes on where it paused."""
        return self._end(actions.return_to_support, pk, Answered)

    @extend_schema(request=Remark, responses=EscalationShape, summary="Return the ticket: not needed")
    @action(detail=True, methods=["post"], url_path="not-needed", url_name="not-needed")
    def not_needed(self, request: Request, pk: int) -> Response:
        """The vendor's clock goes on as if it had never paused."""
        return self._end(actions.not_needed, pk, Remark)

    @extend_schema(request=Missing, responses=EscalationShape, summary="Return the ticket: something is missing")
    @action(detail=True, methods=["post"])
    def incomplete(self, request: Request, pk: int) -> Response:
        """The vendor's clock goes on as if it had never paused."""
        return self._end(actions.incomplete, pk, Missing)

    @extend_schema(request=Declined, responses=EscalationShape, summary="Decline, and return the ticket to support")
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        """The client won't do what is asked; the vendor's clock goes on where it paused."""
        return self._end(actions.decline, pk, Declined)

    @extend_schema(request=Remark, responses=EscalationShape, summary="Take the ticket over")
    @action(detail=True, methods=["post"], url_path="take-over", url_name="take-over")
    def take_over(self, request: Request, pk: int) -> Response:
        """The client's own people work the ticket from here."""
        return self._end(actions.take_over, pk, Remark)

    def _end(self, act: Callable[..., Escalation], pk: int, body: type[Strict]) -> Response:
        given: dict[str, Any] = self.body(body)
        found = self._found(pk)
        ended = act(self.actor, client_id=self.client_id, escalation_id=found.pk, **given)
        return Response(EscalationShape(ended).data)

    def _found(self, pk: int) -> Escalation:
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found

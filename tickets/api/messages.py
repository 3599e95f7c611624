"""What was said on a ticket, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.doors import api
from access.rights import Right
from post.api import ClientViewSet, PageQuery
from tickets.api import shapes
from tickets.desk.ticket import log_view
from tickets.models import Attachment, Message
from tickets.queries import ticket_page


@extend_schema(tags=["messages"])
class MessageViewSet(ClientViewSet):
    """What was said on one ticket, the oldest first, with the notes that the token's person may read."""

    door = {"list": api(Right.TICKET_READ)}
    queries = {"list": PageQuery}
    serializer_class = shapes.MessageShape
    sort_order = ("id",)

    @extend_schema(parameters=[PageQuery], summary="The messages and notes of a ticket")
    def list(self, request: Request, number: int) -> Response:
        """One page of the thread; that it was read stands in the client's access log."""
        ticket = ticket_page.find_ticket(self.actor, self.client_id, number)
        log_view(self.actor, ticket)
        rows = Message.objects.filter(client_id=self.client_id, ticket=ticket).select_related("card", "revision")
        page = self.page_of(rows)
        files = Attachment.objects.filter(client_id=self.client_id, message__in=[m.pk for m in page])
        by_message: dict[int, Any] = {}
        for attachment in files.select_related("file").order_by("pk"):
            by_message.setdefault(attachment.message_id, []).append(attachment)
        for message in page:
            message.files = by_message.get(message.pk, [])
        return self.get_paginated_response(shapes.MessageShape(page, many=True).data)

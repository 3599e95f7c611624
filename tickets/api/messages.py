"""What was said on a ticket, for programs."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.doors import api
from access.rights import Right
from post.api import ClientViewSet, PageQuery
from post.views import file_address
from tickets import files
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
        page = with_files(self.page_of(rows))
        return self.get_paginated_response(shapes.MessageShape(page, many=True).data)


@extend_schema(tags=["messages"])
class FileViewSet(ClientViewSet):
    """Files on messages that the token's person may read."""

    door = {"retrieve": api(Right.TICKET_READ)}
    serializer_class = shapes.FileShape
    lookup_value_converter = "int"

    @extend_schema(
        responses={302: OpenApiResponse(description="`Location` is where the bytes are, for one minute.")},
        summary="Open a file",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        """Send the program to the bytes; that the file was opened stands in the client's access log."""
        attachment = files.find_file(self.actor, self.client_id, pk)
        files.log_file(self.actor, attachment)
        return Response(status=302, headers={"Location": file_address(self.actor, self.client_id, attachment.file_id)})


def with_files(messages: Sequence[Any]) -> Sequence[Any]:
    """The messages of one client, each with its `files`; one statement."""
    by_message: dict[int, list[Attachment]] = {}
    rows = Attachment.objects.filter(
        client_id__in={message.client_id for message in messages}, message__in=[message.pk for message in messages]
    )
    for attachment in rows.select_related("file").order_by("pk"):
        by_message.setdefault(attachment.message_id, []).append(attachment)
    for message in messages:
        message.files = by_message.get(message.pk, [])
    return messages

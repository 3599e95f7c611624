"""Records that the client's own systems push: orders, accounts and devices of its customers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from access.doors import api
from access.rights import Right
from post.api import ClientViewSet, Strict
from tickets.actions import sources
from tickets.models import RecordKind
from tickets.sources import LONGEST_TITLE


class RecordIn(Strict):
    """A record as its system has it now."""

    customer = serializers.CharField(max_length=120, help_text="The customer's number (`external_id`).")
    kind = serializers.ChoiceField(choices=RecordKind.choices)
    title = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_TITLE)
    updated_at = serializers.DateTimeField(help_text="When the system changed it; an older one changes nothing.")
    fields_ = serializers.DictField(child=serializers.JSONField(), required=False, default=dict)

    def get_fields(self) -> dict[str, Any]:
        """`fields` is a name that the library keeps to itself."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class RecordOut(serializers.Serializer[Any]):
    """What is kept now."""

    source = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class
    external_id = serializers.CharField()
    updated_at = serializers.DateTimeField(help_text="Of the version that is kept.")


@extend_schema(tags=["records"])
class RecordViewSet(ClientViewSet):
    """Records of the client's own systems; what is kept is read on the desk, masked, and not here."""

    door = {"update": api(Right.SOURCES_EDIT), "destroy": api(Right.SOURCES_EDIT)}
    serializer_class = RecordOut
    lookup_field = "external_id"
    lookup_value_converter = "str"

    @extend_schema(request=RecordIn, responses={200: RecordOut, 201: RecordOut}, summary="Keep a record as it is now")
    def update(self, request: Request, source: str, external_id: str) -> Response:
        """New, newer or unchanged: the same request twice does nothing twice."""
        given = self.body(RecordIn)
        row, is_new = sources.put_record(
            self.actor,
            client_id=self.client_id,
            source=source,
            external_id=external_id,
            customer_number=given["customer"],
            kind=RecordKind(given["kind"]),
            updated_at=given["updated_at"],
            title=given["title"],
            fields=given["fields"],
        )
        told = {"source": source, "external_id": row.external_id, "updated_at": row.source_updated_at}
        return Response(RecordOut(told).data, status=201 if is_new else 200)

    @extend_schema(responses={204: None}, summary="Forget a record")
    def destroy(self, request: Request, source: str, external_id: str) -> Response:
        """Its system has it no more."""
        sources.remove_record(self.actor, client_id=self.client_id, source=source, external_id=external_id)
        return Response(status=204)

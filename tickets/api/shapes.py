"""What tickets, messages and customers look like to programs: what is shown, and what is taken."""

from functools import cache
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from access import links
from knowledgebase.models import Revision
from post.api import IdField, NoQuery, PageQuery, Strict, one_of
from tickets.actions.conversation import Then
from tickets.actions.customers import LONGEST
from tickets.actions.parts import LONGEST_BODY, LONGEST_SUBJECT
from tickets.models import Attachment, Holder, Impact, Message, Status, Ticket, Urgency
from tickets.records import name_by_class

ORDERINGS = ("-updated_at", "updated_at", "-created_at", "created_at")
NUMBER_MOST = 2**62
NOTE_AUDIENCES = [Message.Audience.SHARED.value, Message.Audience.VENDOR.value]


class Person(serializers.Serializer[Any]):
    """Somebody, by the name that this client knows."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()


class Reporter(serializers.Serializer[Any]):
    """The customer of a ticket; `id` is null where the reader may not open their record."""

    id = serializers.IntegerField(source="pk", allow_null=True)
    name = serializers.CharField()


class TicketShape(serializers.ModelSerializer[Ticket]):
    """A ticket with its `tag_names`, and the `name_class` of its client; `ticket` gives the same quicker."""

    category = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    service = serializers.SlugRelatedField[Any](slug_field="key", read_only=True, allow_null=True)
    merged_into = serializers.SlugRelatedField[Any](
        slug_field="number",
        read_only=True,
        allow_null=True,
        help_text="The number of the ticket that this is a part of.",
    )
    tags = serializers.ListField(source="tag_names", child=serializers.CharField(), read_only=True)
    customer = serializers.SerializerMethodField()
    assignee = Person(read_only=True, allow_null=True)
    unconfirmed = serializers.BooleanField(source="reporter_unconfirmed", read_only=True)

    class Meta:
        model = Ticket
        fields = (
            "number",
            "subject",
            "status",
            "holder",
            "priority",
            "priority_reason",
            "impact",
            "urgency",
            "category",
            "service",
            "tags",
            "language",
            "channel",
            "need",
            "customer",
            "assignee",
            "unconfirmed",
            "external_id",
            "asked_at",
            "due_at",
            "due_metric",
            "call_at",
            "created_at",
            "updated_at",
            "first_answered_at",
            "solved_at",
            "closed_at",
            "reopened",
            "merged_into",
        )
        read_only_fields = fields

    @extend_schema_field(Reporter)
    def get_customer(self, ticket: Ticket) -> Any:
        """The customer, by the name that anybody at this client may read."""
        name = ticket.customer.name
        return {"id": ticket.customer_id, "name": name and name_by_class(ticket.name_class, name)}  # type: ignore[attr-defined]  # put there


@cache
def _ticket_shape() -> TicketShape:
    """One for the whole process: to build its fields takes longer than to read a ticket by them."""
    return TicketShape()


def ticket(row: Ticket) -> dict[str, Any]:
    """What `TicketShape` says of a ticket."""
    return _ticket_shape().to_representation(row)


class TicketQuery(PageQuery):
    """Which tickets, in which order."""

    status = one_of(Status.values)
    holder = one_of(Holder.values)
    priority = serializers.IntegerField(required=False, min_value=1, max_value=4)
    category = serializers.SlugField(required=False, max_length=100)
    service = serializers.SlugField(required=False, max_length=60)
    tag = serializers.CharField(required=False, max_length=40)
    language = serializers.CharField(required=False, max_length=8)
    customer = IdField(required=False)
    assignee = IdField(required=False, help_text="The id of a member of staff.")
    unassigned = serializers.BooleanField(required=False)
    external_id = serializers.CharField(required=False, max_length=120)
    updated_since = serializers.DateTimeField(required=False)
    created_since = serializers.DateTimeField(required=False)
    q = serializers.CharField(required=False, max_length=300, help_text="Words; the 200 best tickets are looked at.")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), required=False, default="-updated_at")


class Merge(Strict):
    """Into which ticket."""

    into = serializers.IntegerField(min_value=1, max_value=2**62, help_text="The number of the ticket that stays.")


class Nothing(Strict):
    """An empty body."""


class OpenTicket(Strict):
    """A ticket for a customer, who is named by id or by address."""

    subject = serializers.CharField(max_length=LONGEST_SUBJECT)
    body = serializers.CharField(max_length=LONGEST_BODY)
    customer = IdField(required=False)
    customer_email = serializers.CharField(required=False, max_length=254)
    customer_name = serializers.CharField(required=False, default="", allow_blank=True, max_length=160)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False, default=Impact.HINDERED)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, default=Urgency.SOON)
    category = serializers.SlugField(required=False, max_length=100)
    service = serializers.SlugField(required=False, max_length=60, help_text="The key of a service in use.")
    language = serializers.CharField(required=False, default="", allow_blank=True, max_length=8)
    acknowledge = serializers.BooleanField(
        required=False, default=True, help_text="Whether the customer is sent the number."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way to name the customer."""
        if ("customer" in attrs) == ("customer_email" in attrs):
            raise serializers.ValidationError({"customer": [_("Name the customer by id or by address, not both.")]})
        return attrs


class WithFiles(Strict):
    """What may come as a form (`multipart/form-data`) with files."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=1000), required=False, help_text="In a form only."
    )


class Reply(WithFiles):
    """An answer to the customer."""

    body = serializers.CharField(max_length=LONGEST_BODY)
    then = serializers.ChoiceField(choices=[then.value for then in Then], required=False, default=Then.WAIT.value)
    revision = IdField(required=False, help_text="The article revision that the answer was taken from.")
    seen_message = IdField(
        required=False, help_text="The newest message that you have seen: 409 where somebody answered since."
    )


class NoteIn(WithFiles):
    """A note that the customer never sees."""

    body = serializers.CharField(max_length=LONGEST_BODY)
    audience = serializers.ChoiceField(
        choices=NOTE_AUDIENCES,
        required=False,
        default=Message.Audience.SHARED.value,
    )
    revision = IdField(required=False, help_text="The article revision that the note was taken from.")


class Assign(Strict):
    """Who shall have the ticket; null for nobody."""

    assignee = IdField(allow_null=True)
    expected = IdField(required=False, allow_null=True, help_text="Who has it as far as you know.")


class Sort(Strict):
    """What the ticket is about and how grave it is."""

    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    category = serializers.SlugField(required=False, max_length=100)
    service = serializers.SlugField(
        required=False, allow_null=True, max_length=60, help_text="Null takes the service away."
    )
    need = serializers.CharField(required=False, allow_blank=True, max_length=200)


class Priority(Strict):
    """A priority that the client's table does not give, and why."""

    priority = serializers.IntegerField(min_value=1, max_value=4)
    reason = serializers.CharField(max_length=200)


class Tags(Strict):
    """All tags that the ticket shall have."""

    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20)


class FileShape(serializers.ModelSerializer[Attachment]):
    """A file on a message."""

    name = serializers.CharField(source="file.name")
    media_type = serializers.CharField(source="file.media_type")
    size = serializers.IntegerField(source="file.size")
    url = serializers.SerializerMethodField(help_text="Leads to the bytes, for a minute; each opening is logged.")

    class Meta:
        model = Attachment
        fields = ("id", "name", "media_type", "size", "url")
        read_only_fields = fields

    def get_url(self, attachment: Attachment) -> str:
        """Where a program with the token asks for it."""
        return links.absolute(reverse("api:file-detail", kwargs={"pk": attachment.pk}))


class MessageShape(serializers.ModelSerializer[Message]):
    """A message, or a note where `audience` is not public."""

    staff = Person(source="card", read_only=True, allow_null=True)
    revision = serializers.PrimaryKeyRelatedField[Revision](read_only=True, allow_null=True)
    files = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields: tuple[str, ...] = (
            "id",
            "author",
            "audience",
            "staff",
            "body",
            "channel",
            "revision",
            "unverified",
            "files",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(FileShape(many=True))
    def get_files(self, message: Message) -> Any:
        """The files that were read with the message."""
        return FileShape(getattr(message, "files", []), many=True).data


class ReplyShape(MessageShape):
    """An answer just written; `mailed` is false where the customer has no address to which it could go."""

    mailed = serializers.SerializerMethodField()

    class Meta(MessageShape.Meta):
        fields = (*MessageShape.Meta.fields, "mailed")
        read_only_fields = fields

    def get_mailed(self, message: Message) -> bool:
        """Whether there is an address to mail it to."""
        return bool(message.ticket.customer.email)


class CustomerQuery(PageQuery):
    """One whole term to look for."""

    TERMS: ClassVar = ("email", "external_id", "phone", "last_four")

    email = serializers.CharField(required=False, max_length=254)
    external_id = serializers.CharField(required=False, max_length=120)
    phone = serializers.CharField(required=False, max_length=40)

    last_four = serializers.RegexField(
        r"\A[0-9A-Za-z]{4}\Z", required=False, help_text="Of a phone, a number or a field; with name or postcode."
    )
    name = serializers.CharField(required=False, max_length=160, help_text="Whole words of it, beside last_four.")
    postcode = serializers.CharField(required=False, max_length=16, help_text="Beside last_four.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Customers are looked for, never listed."""
        beside = ("name" in attrs) + ("postcode" in attrs)
        if beside != ("last_four" in attrs):
            raise serializers.ValidationError({"last_four": [_("Give the last four with a name or a postcode.")]})
        if sum(name in attrs for name in self.TERMS) != 1:
            raise serializers.ValidationError({"email": [_("Look for one address, phone or number.")]})
        return attrs


class RecordQuery(NoQuery):
    """On which ticket a record is opened."""

    ticket = serializers.IntegerField(required=False, min_value=1, max_value=NUMBER_MOST)


class Field(serializers.Serializer[Any]):
    """A field of a record: its text, or its last characters where it is masked."""

    text = serializers.CharField()
    masked = serializers.BooleanField()


class LabelledField(Field):
    """A field of the client's own."""

    key = serializers.CharField()
    kind = serializers.CharField()
    sensitivity = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class


class CustomerShape(serializers.Serializer[Any]):
    """A customer's record."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = Field()
    email_confirmed = serializers.BooleanField()
    phone = Field()
    postal_address = Field()
    postcode = Field()
    language = serializers.CharField()
    tier = serializers.CharField()
    external_id = serializers.CharField()
    masked = serializers.ListField(
        child=serializers.CharField(), help_text="Which of name, language, tier and external_id are masks."
    )
    created_at = serializers.DateTimeField()
    own_fields = LabelledField(many=True)


class ChangedCustomer(Strict):
    """What is given is changed."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["name"])
    email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["phone"])
    postal_address = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["postal_address"])
    postcode = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["postcode"])
    language = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["language"])
    tier = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["tier"])
    external_id = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["external_id"])
    own_fields = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=300),
        required=False,
        help_text="Fields of the client's own by their keys; an empty text takes the value away.",
    )


class NewCustomer(ChangedCustomer):
    """A new record, which has a name or an address at least."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Somebody without name and address could not be found again."""
        if not (attrs.get("name") or attrs.get("email")):
            raise serializers.ValidationError({"name": [_("Give a name or an address.")]})
        return attrs

"""The client's own systems: what they tell about a customer, and when they told it."""

from django.db import models
from django.db.models.functions import Right, Upper
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from tickets.models.customers import Customer, Sensitivity, kept, without


class RecordKind(models.TextChoices):
    """What a record of the client's is about."""

    ORDER = "order", _("order")
    ACCOUNT = "account", _("account")
    DEVICE = "device", _("device")


class RecordSource(ClientModel):
    """One system of the client's: it pushes its records here, or is asked for them.

    `fields` are those of its records as {key, label, kind, sensitivity}; whatever else it tells is
    left out.  `link` and `lookup` are addresses with {external_id}; a source without `lookup`
    pushes.  The secret that signs a lookup is computed from our own key and `secret_version`.
    """

    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    lookup = models.CharField(max_length=500, blank=True)
    link = models.CharField(max_length=500, blank=True)
    fields = models.JSONField(default=list, blank=True)
    number_class = models.CharField(max_length=10, choices=Sensitivity, default=Sensitivity.PUBLIC)
    secret_version = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "slug"], name="record_source_slug")]

    def __str__(self) -> str:
        return self.name


class ClientRecord(ClientModel):
    """An order, account or device of a customer, as its source pushed it last."""

    source = ClientForeignKey(RecordSource, models.CASCADE, related_name="records")
    customer = ClientForeignKey(Customer, models.CASCADE, related_name="records")
    external_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=RecordKind)
    title = models.CharField(max_length=160, blank=True)
    data = models.JSONField(default=dict)
    source_updated_at = models.DateTimeField()
    received_at = models.DateTimeField()
    number_key = kept(Upper(without("external_id", "[^[:alnum:]]")), 120)
    number_end = kept(Right(Upper(without("external_id", "[^[:alnum:]]")), 4), 4)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "source", "external_id"], name="client_record_once")]
        indexes = [
            models.Index(fields=["client", "customer"], name="client_record_of_customer"),
            models.Index(fields=["client", "number_key"], name="client_record_by_number"),
            models.Index(fields=["client", "number_end"], name="client_record_by_number_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class SourceAnswer(ClientModel):
    """What a source answered about a customer when it was asked last, kept for when it does not answer.

    `fault` is the word for what was wrong the last time, "" where nothing was.  `question` is the digest
    of the address that was asked, with the customer's number in it: what another number, or another
    address, was told counts for nothing.
    """

    source = ClientForeignKey(RecordSource, models.CASCADE, related_name="answers")
    customer = ClientForeignKey(Customer, models.CASCADE, related_name="+")
    question = models.CharField(max_length=64, blank=True)
    records = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    fault = models.CharField(max_length=20, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "source", "customer"], name="source_answer_once")]

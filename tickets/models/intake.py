"""Mail as it came in, byte for byte, and the index that tickets are found by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from access.fields import ClientForeignKey
from access.managers import ClientModel
from tickets.models.messages import Message


class RawMail(ClientModel):
    """One mail taken from a mailbox; one row for each (mailbox, Message-ID, body)."""

    mailbox = models.EmailField()
    message_id = models.CharField(max_length=250, blank=True)
    digest = models.CharField(max_length=64)
    raw = models.BinaryField()
    outcome = models.CharField(max_length=24, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    became = ClientForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "mailbox", "message_id", "digest"], name="one_row_per_mail")
        ]


class SearchRow(models.Model):
    """The words of one message (or of a ticket's subject), and who may find them; no readable text.

    Row security is enabled, not forced: `tickets_search` runs as the owner, filters on all five
    settings itself and returns ids, because a full-text match under a forced policy can't use
    its index.  No customer field ever enters a vector.
    """

    client_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField()
    message_id = models.BigIntegerField(null=True)
    audience = models.CharField(max_length=8)
    vendor_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField()
    vector = SearchVectorField()

    client_column = "client_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client_id", "ticket_id", "message_id"], nulls_distinct=False, name="one_search_row_per_message"
            )
        ]
        indexes = [GinIndex(fields=["vector"], name="search_words", fastupdate=False)]

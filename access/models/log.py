"""The access log: who saw or changed which customer record, when and why.

`AccessLogEntry` holds salted commitments that are sealed later and never change;
`AccessLogContent` holds the values and salts behind them, which erasure may remove.
"""

from django.db import models

from access.log_format import COMMITTED_BYTES, SALTED_BYTES
from access.managers import ClientModel


class LogModel(ClientModel):
    """A row of the log: of one client, without a constraint that would lock the client's row with every page.

    The wall lets nobody write for a client outside their scope, and a client's own rows keep it from being deleted.
    """

    client = models.ForeignKey(
        "access.Client", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta(ClientModel.Meta):
        abstract = True


class AccessLogEntry(LogModel):
    """One line of the log: the SHA-256 commitments to its fields, joined in the order of `access.log_format.FIELDS`."""

    at = models.DateTimeField()
    commitments = models.BinaryField(max_length=COMMITTED_BYTES)


class AccessLogContent(LogModel):
    """The values of an entry; each is committed to with its own salt, and the salts are joined likewise."""

    entry_id = models.BigIntegerField()
    at = models.DateTimeField()
    side = models.CharField(max_length=8)
    user_id = models.BigIntegerField(null=True)
    card_id = models.BigIntegerField(null=True)
    vendor_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=160)
    action = models.CharField(max_length=24)
    records = models.JSONField(default=list)
    ticket_id = models.BigIntegerField(null=True)
    ticket_number = models.BigIntegerField(null=True)
    assignment_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    salts = models.BinaryField(max_length=SALTED_BYTES)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "entry_id"], name="one_content_per_entry")]
        indexes = [
            models.Index(fields=["client", "user_id", "-entry_id"], name="log_of_person"),
            models.Index(
                fields=["client", "ticket_number", "-entry_id"],
                condition=models.Q(ticket_number__isnull=False),
                name="log_of_ticket",
            ),
        ]


class AccessLogRecord(LogModel):
    """Which records an entry speaks of, for *Seen by*: a row per (kind, record)."""

    entry_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    record_id = models.BigIntegerField()

    class Meta(ClientModel.Meta):
        indexes = [models.Index(fields=["client", "kind", "record_id", "-entry_id"], name="seen_by")]


class SecurityEvent(models.Model):
    """A refusal that belongs to no client of the actor's: ids and enums only."""

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=24)
    user_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    status = models.PositiveSmallIntegerField()

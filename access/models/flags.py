"""Flags of the access log: plain thresholds that the client sets, and what has passed one of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models.organisations import Vendor
from access.models.people import StaffCard, User


class FlagRules(ClientModel):
    """One client's thresholds; None switches one off.  Entries up to `from_entry` have been looked at for good."""

    without_ticket_most = models.PositiveSmallIntegerField(null=True, blank=True, default=10)
    bulk_most = models.PositiveSmallIntegerField(null=True, blank=True, default=50)
    bulk_minutes = models.PositiveSmallIntegerField(default=10)
    off_hours = models.BooleanField(default=False)
    from_entry = models.BigIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_set_of_flag_rules")]


class LogFlag(ClientModel):
    """That what one person of a vendor did in a stretch of time passed a threshold, with its arithmetic.

    `entries` are the ids of the log's entries behind it, the oldest first; `count` the customers' records
    in them.  The client reads it once the vendor's lead has explained it, at `shown_from` at the latest.
    """

    class Kind(models.TextChoices):
        WITHOUT_TICKET = "without_ticket", _("many records without a ticket")
        BULK = "bulk", _("many records in a short time")
        OFF_HOURS = "off_hours", _("outside working hours")

    kind = models.CharField(max_length=16, choices=Kind)
    # None: an operator of the platform, under emergency access.
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    threshold = models.PositiveSmallIntegerField()
    entries = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    shown_from = models.DateTimeField()
    explanation = models.CharField(max_length=500, blank=True)
    explained_by = models.CharField(max_length=160, blank=True)
    explained_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "kind", "user", "starts_at"], name="flag_raised_once"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="flag_has_a_stretch"),
        ]
        indexes = [models.Index(fields=["client", "-starts_at", "-id"], name="flags_newest")]

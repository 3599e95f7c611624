"""What a contract promises, and the clocks that measure it on each ticket."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import Contract, Vendor
from escalation.models.hours import Calendar
from tickets.models import Ticket


class Metric(models.TextChoices):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response", _("First answer")
    NEXT_RESPONSE = "next_response", _("Next answer")
    SOLVE = "solve", _("Time to solve")
    CLIENT_RESPONSE = "client_response", _("The client's answer")


def broken() -> list[int]:
    """The one share that every clock is looked at for."""
    return [100]


def warnings() -> list[int]:
    """When a contract begins to warn, unless it says otherwise."""
    return [80]


class SlaPolicy(ClientModel):
    """The promises of a contract from a moment on; a change is a new version.

    One side proposes it, and it counts once the other has agreed.  What a contract begins with
    was agreed with the contract.
    """

    class State(models.TextChoices):
        """How far the two sides are."""

        PROPOSED = "proposed", _("proposed")
        AGREED = "agreed", _("agreed")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken_back", _("taken back")

    class Party(models.TextChoices):
        """Whose proposal it is."""

        CLIENT = "client", _("the client")
        VENDOR = "vendor", _("the vendor")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField()
    calendar = ClientForeignKey(Calendar, models.PROTECT, related_name="+")
    # At which shares of a target, in percent, somebody is warned.
    warn_at = models.JSONField(default=warnings)
    state = models.CharField(max_length=10, choices=State, default=State.AGREED, db_default=State.AGREED)
    proposed_side = models.CharField(max_length=6, choices=Party, blank=True, default="", db_default="")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.CharField(max_length=160, blank=True, default="", db_default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=160, blank=True, default="", db_default="")

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "version"], name="sla_policy_version"),
            models.UniqueConstraint(
                fields=["client", "vendor", "contract"],
                condition=models.Q(state="proposed"),
                name="one_proposed_policy",
            ),
        ]


class SlaTarget(ClientModel):
    """One promise: a metric at a priority within so many seconds, business time unless `round_the_clock`."""

    policy = ClientForeignKey(SlaPolicy, models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=16, choices=Metric)
    priority = models.PositiveSmallIntegerField()
    seconds = models.PositiveIntegerField()
    round_the_clock = models.BooleanField(default=False)
    promised_percent = models.PositiveSmallIntegerField(default=90)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "policy", "metric", "priority"], name="one_target_per_priority")
        ]


class Clock(ClientModel):
    """One promise running on one ticket.

    While it runs, `due_at` is set; paused, `used_seconds` holds what has been counted so far;
    stopped, `used_seconds` is the whole and `met` tells whether it was in time, or is None where
    the ticket ended in time without what was promised: that is not judged.
    """

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="clocks")
    metric = models.CharField(max_length=16, choices=Metric)
    target_seconds = models.PositiveIntegerField()
    round_the_clock = models.BooleanField(default=False)
    calendar = ClientForeignKey(Calendar, models.PROTECT, related_name="+")
    # Whose targets it has; none for one that began before clocks remembered it.
    policy = ClientForeignKey(SlaPolicy, models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    used_seconds = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # At which shares of the target, in percent, something is to be done; 100 is always one of them.
    shares = models.JSONField(default=broken)
    # The highest share of the target, in percent, of which it was told that it has run.
    marked = models.PositiveSmallIntegerField(default=0, db_default=0)
    met = models.BooleanField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "ticket", "metric"], condition=models.Q(stopped_at=None), name="one_clock_per_metric"
            ),
            models.CheckConstraint(
                condition=models.Q(stopped_at=None) | models.Q(running_since=None, due_at=None),
                name="stopped_clock_does_not_run",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "metric", "stopped_at"], name="clocks_by_stop"),
            models.Index(fields=["client", "ticket", "metric"], name="clocks_of_ticket"),
        ]


class ClockMark(ClientModel):
    """That a share of a promise has run, and when that was acted on; 100 is the breach."""

    clock = ClientForeignKey(Clock, models.CASCADE, related_name="marks")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    metric = models.CharField(max_length=16, choices=Metric)
    share = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "clock", "share"], name="one_mark_per_share")]
        indexes = [models.Index(fields=["client", "ticket"], name="marks_of_ticket")]

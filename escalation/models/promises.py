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
    CALL_BACK = "call_back", _("Promised call-back")


# What a contract promises; a call is promised by itself, for a moment of its own.
PLEDGED: tuple[Metric, ...] = tuple(metric for metric in Metric if metric is not Metric.CALL_BACK)


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
    """One promise: a metric at a priority within so many seconds, business time unless `round_the_clock`.

    For the tickets of a category (its key) or of a tier of customers where those are named (`escalation.special`).
    """

    policy = ClientForeignKey(SlaPolicy, models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=16, choices=Metric)
    priority = models.PositiveSmallIntegerField()
    seconds = models.PositiveIntegerField()
    round_the_clock = models.BooleanField(default=False)
    promised_percent = models.PositiveSmallIntegerField(default=90)
    category = models.CharField(max_length=100, blank=True, default="", db_default="")
    tier = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "policy", "metric", "priority", "category", "tier"], name="one_target_per_priority"
            )
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
    # Whose hours it counts; none where it counts every second of a promise that no contract makes.
    calendar = ClientForeignKey(Calendar, models.PROTECT, null=True, blank=True, related_name="+")
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
            models.CheckConstraint(
                condition=models.Q(round_the_clock=True) | models.Q(calendar__isnull=False),
                name="clock_counts_on_hours",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "metric", "stopped_at"], name="clocks_by_stop"),
            models.Index(fields=["client", "ticket", "metric"], name="clocks_of_ticket"),
        ]

    @property
    def hours(self) -> Calendar:
        """The hours that it counts; raises `TypeError` for one that names none."""
        if self.calendar is None:
            raise TypeError(self.metric)
        return self.calendar


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


class CallBack(ClientModel):
    """A call that a ticket's customer was promised, and what became of it.

    Its clock is due at that moment; moved to another one, it has another clock.  Without an end of its own while its
    clock has stopped, it ended with the ticket.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        REACHED = "reached", _("reached them")
        NOT_REACHED = "not_reached", _("called, nobody answered")
        MESSAGE = "message", _("called, left a message")
        WITHDRAWN = "withdrawn", _("taken back")

    CALLED = (Outcome.REACHED, Outcome.NOT_REACHED, Outcome.MESSAGE)

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    clock = ClientForeignKey(Clock, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    # On whose clock the moment was named.
    zone = models.CharField(max_length=64)
    about = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=160)
    times_moved = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=160, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, outcome="")
                | models.Q(ended_at__isnull=False) & ~models.Q(outcome=""),
                name="call_back_ends_with_an_outcome",
            )
        ]
        indexes = [models.Index(fields=["client", "ticket", "id"], name="call_backs_of_ticket")]

    @property
    def is_open(self) -> bool:
        """Whether the customer still waits for it; its clock is read with it."""
        return self.ended_at is None and self.clock.stopped_at is None

    @property
    def is_late(self) -> bool:
        """Whether it is past its moment, or was done after it."""
        if self.clock.stopped_at is not None:
            return self.clock.met is False
        return self.clock.marked >= 100


class Excuse(ClientModel):
    """That a broken promise was nobody's fault: said by one side, and accepted or refused by the other.

    The breach stays what it is; whoever reads of it reads of both.
    """

    class State(models.TextChoices):
        """How far the two sides are."""

        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        TAKEN_BACK = "taken_back", _("taken back")

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    clock = ClientForeignKey(Clock, models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    side = models.CharField(max_length=6, choices=SlaPolicy.Party)
    reason = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    proposed_by_name = models.CharField(max_length=160)
    answer = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "clock"],
                condition=models.Q(state__in=["proposed", "accepted"]),
                name="one_excuse_per_breach",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_at=None)
                | ~models.Q(state="proposed") & models.Q(decided_at__isnull=False),
                name="excuse_is_decided_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["client", "ticket", "id"], name="excuses_of_ticket")]

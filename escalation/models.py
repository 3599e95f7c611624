"""Support hours, promises and their clocks, and the matrix that routes tickets back to the client."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import Contract, EmergencyAccess, StaffCard, Vendor
from access.rights import VENDOR_ROLES
from tickets.models import Ticket, TicketCategory


class Calendar(ClientModel):
    """Support hours: a weekly schedule with time zone and days off; a change is a new version.

    `week` holds seven lists of [start, end] in minutes of the day, Monday first; `holidays` ISO
    dates; `extra` maps an ISO date to that day's own list.
    """

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    zone = models.CharField(max_length=64)
    week = models.JSONField()
    holidays = models.JSONField(default=list)
    extra = models.JSONField(default=dict)
    valid_from = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "name", "version"], name="calendar_version")]

    def __str__(self) -> str:
        return self.name


class Metric(models.TextChoices):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response", _("First answer")
    NEXT_RESPONSE = "next_response", _("Next answer")
    SOLVE = "solve", _("Time to solve")
    CLIENT_RESPONSE = "client_response", _("The client's answer")


class SlaPolicy(ClientModel):
    """The promises of a contract from a moment on; a change is a new version."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField()
    calendar = ClientForeignKey(Calendar, models.PROTECT, related_name="+")

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "version"], name="sla_policy_version")
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
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    used_seconds = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
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


class Contact(ClientModel):
    """A person or inbox of the client's that escalations can go to."""

    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    job = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, default="en")
    card = ClientForeignKey(StaffCard, models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="contact_name")]

    def __str__(self) -> str:
        return self.name


class Matrix(ClientModel):
    """One version of a client's escalation matrix; the newest is in force."""

    version = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "version"], name="matrix_version")]


class MatrixRow(ClientModel):
    """Which tickets climb which path: the first row from the top that fits decides.

    No category and priorities 1 to 4 mean any.
    """

    matrix = ClientForeignKey(Matrix, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    category = ClientForeignKey(TicketCategory, models.PROTECT, null=True, blank=True, related_name="+")
    priority_from = models.PositiveSmallIntegerField(default=1)
    priority_to = models.PositiveSmallIntegerField(default=4)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "matrix", "position"], name="matrix_row_position"),
            models.CheckConstraint(
                condition=models.Q(
                    priority_from__gte=1, priority_to__lte=4, priority_from__lte=models.F("priority_to")
                ),
                name="row_priorities_in_order",
            ),
        ]


class Target(models.TextChoices):
    """Whom a step tells."""

    VENDOR_ROLE = "vendor_role", _("a role of the vendor's")
    CONTACT = "contact", _("a contact of the client's")


class PathStep(ClientModel):
    """One step of a row's path: so many minutes after the escalation began, tell this target.

    A step whose target is a contact makes the client the holder.
    """

    row = ClientForeignKey(MatrixRow, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    after_minutes = models.PositiveIntegerField()
    target = models.CharField(max_length=12, choices=Target)
    vendor_role = models.CharField(max_length=24, blank=True, choices=[(r.value, r.label) for r in VENDOR_ROLES])
    contact = ClientForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "row", "position"], name="path_step_position"),
            models.CheckConstraint(
                condition=models.Q(target="contact", contact__isnull=False)
                | (models.Q(target="vendor_role", contact=None) & ~models.Q(vendor_role="")),
                name="step_has_its_target",
            ),
        ]


class Escalation(ClientModel):
    """One ticket's climb along a path, with what was asked and what came back."""

    class State(models.TextChoices):
        RUNNING = "running", _("nobody is on it yet")
        ACKNOWLEDGED = "acknowledged", _("taken on")
        RETURNED = "returned", _("answered and returned")
        NOT_NEEDED = "not_needed", _("returned, not needed")
        INCOMPLETE = "incomplete", _("returned, something is missing")
        TAKEN_OVER = "taken_over", _("taken over")
        WITHDRAWN = "withdrawn", _("withdrawn")

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="escalations")
    matrix_version = models.PositiveIntegerField(null=True, blank=True)
    row_position = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    reason = models.CharField(max_length=40)
    question = models.CharField(max_length=300)
    facts = models.TextField(blank=True)
    suggestion = models.CharField(max_length=300, blank=True)
    asked_by = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by_name = models.CharField(max_length=160, blank=True)
    answer = models.TextField(blank=True)
    answered_by_name = models.CharField(max_length=160, blank=True)
    started_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "ticket"], condition=models.Q(ended_at=None), name="one_escalation_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["client", "started_at"], name="escalations_by_start"),
            models.Index(fields=["client", "ticket", "id"], name="escalations_of_ticket"),
        ]


class EscalationStep(ClientModel):
    """One step of a running climb: due, attempted, accepted by the mail server, acknowledged by a person."""

    escalation = ClientForeignKey(Escalation, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    target = models.CharField(max_length=12, choices=Target)
    vendor_role = models.CharField(max_length=24, blank=True)
    contact = ClientForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    target_name = models.CharField(max_length=160)
    due_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "escalation", "position"], name="one_row_per_step")]


class EmergencyStep(ClientModel):
    """One contact of the client's who is asked to let somebody in: when it is due, and when they were told."""

    emergency = ClientForeignKey(EmergencyAccess, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    contact = ClientForeignKey(Contact, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "emergency", "position"], name="one_row_per_emergency_step")
        ]


class DueStep(models.Model):
    """That something of a client's is due: ids and times only, claimed by the sweep with SKIP LOCKED.

    `step_id` is a step of an escalation, or a request for emergency access that waits for an answer.
    """

    class Kind(models.TextChoices):
        STEP = "step"
        EMERGENCY = "emergency"

    client_id = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.STEP, db_default=Kind.STEP)
    step_id = models.BigIntegerField()
    due_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "step_id"], name="due_once")]

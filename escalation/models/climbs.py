"""A ticket's climb, whom it was told, and what else waits for somebody of the client's."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import EmergencyAccess, StaffCard
from escalation import checklist as lists
from escalation.models.contacts import Contact
from escalation.models.promises import Clock
from tickets.models import Ticket


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
        SOLVED = "solved", _("solved")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("nobody answered")

    # The ticket went to the client and came back to its workers.
    CAME_BACK = (State.RETURNED, State.NOT_NEEDED, State.INCOMPLETE, State.DECLINED)

    class Origin(models.TextChoices):
        ASKED = "asked", _("asked")
        OPENED = "opened", _("began with the ticket")
        CLOCK = "clock", _("a promise ran out")
        QUIET = "quiet", _("nothing happened")
        INCIDENT = "incident", _("a major incident")

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="escalations")
    matrix_version = models.PositiveIntegerField(null=True, blank=True)
    row_position = models.PositiveIntegerField(null=True, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.ASKED)
    # The path it is on now (`matrix.stored`, without its steps), the how many-th, and since when.
    path = models.JSONField(default=dict)
    leg = models.PositiveSmallIntegerField(default=1)
    leg_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    reason = models.CharField(max_length=40)
    question = models.CharField(max_length=300)
    facts = models.TextField(blank=True)
    suggestion = models.CharField(max_length=300, blank=True)
    # How often the ticket had come back from the client when it was sent there this time.
    came_back = models.PositiveSmallIntegerField(default=0)
    # What its path asks of whoever escalates (`escalation.checklist`), and what of it was given.
    checklist = models.JSONField(default=list, blank=True)
    asked_by = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by_name = models.CharField(max_length=160, blank=True)
    answer = models.TextField(blank=True)
    answered_by_name = models.CharField(max_length=160, blank=True)
    started_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by_name = models.CharField(max_length=160, blank=True)
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

    @property
    def items(self) -> tuple[lists.Item, ...]:
        """Its checklist."""
        return lists.read(self.checklist)

    @property
    def missing(self) -> tuple[str, ...]:
        """What of it nobody has given yet."""
        return lists.missing(self.items)

    @property
    def headline(self) -> str:
        """The question that was asked; of a climb that began by itself, why it did."""
        return self.question or str(_BEGAN[self.origin])

    @property
    def asker(self) -> str:
        """Who asked; the matrix, where nobody did."""
        return self.asked_by_name or str(_("the escalation matrix"))

    @property
    def times_asked(self) -> int:
        """Which time it is that the ticket goes to the client."""
        return self.came_back + 1

    @property
    def needs_no_answer(self) -> bool:
        """Whether it ended without anybody's answer: taken back, solved meanwhile, or left until its end."""
        return self.state in (self.State.WITHDRAWN, self.State.SOLVED, self.State.EXPIRED)


_BEGAN: dict[str, Any] = {
    Escalation.Origin.ASKED: _("A question from support"),
    Escalation.Origin.OPENED: _("A ticket that your matrix sends to you at once"),
    Escalation.Origin.CLOCK: _("A promise of this ticket runs out"),
    Escalation.Origin.QUIET: _("Nothing has happened on this ticket for too long"),
    Escalation.Origin.INCIDENT: _("A major incident"),
}


class EscalationStep(ClientModel):
    """One step of a climb, as the version says under which the climb began (`matrix.stored.read_step`).

    `position` counts over the whole climb; `leg` which of its paths the step is of, 0 for one that
    stands in no path.  `due_at` is when it is told if nothing changes, None while that is not known.
    """

    escalation = ClientForeignKey(Escalation, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    leg = models.PositiveSmallIntegerField(default=1)
    definition = models.JSONField()
    # The names of its targets by "kind:key", as they were when the climb began.
    names = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, blank=True)
    told = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    last_told_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False)
    # Since when it is known that nobody of it can be reached.
    unheard_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "escalation", "position"], name="one_row_per_step")]


class Notice(ClientModel):
    """One person told by one channel at one telling of a step, or asked by a colleague: due to acknowledged.

    `unique` names its cause: the same telling never reaches the same person twice by the same channel.
    """

    unique = models.CharField(max_length=120)
    # None where one colleague asked another (`asked_by_name` says who), and where it is about a
    # `clock`: that a share of it has run, or without one that an excuse for it is proposed.
    step = ClientForeignKey(EscalationStep, models.CASCADE, null=True, blank=True, related_name="notices")
    asked_by_name = models.CharField(max_length=160, blank=True)
    clock = ClientForeignKey(Clock, models.CASCADE, null=True, blank=True, db_index=False, related_name="+")
    share = models.PositiveSmallIntegerField(null=True, blank=True)
    # Or where it says that the cause of the ticket is mended.
    incident = ClientForeignKey(
        "escalation.Incident", models.CASCADE, null=True, blank=True, db_index=False, related_name="+"
    )
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    telling = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=8)
    contact = ClientForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    vendor_role = models.CharField(max_length=24, blank=True)
    user_id = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(max_length=160)
    is_instead = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    # It waits to be told together with others; then the number of the first of those.
    is_held = models.BooleanField(default=False)
    digest = models.BigIntegerField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    # When its person first saw it here, which says yes to nothing.
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "unique"], name="told_once")]
        indexes = [
            models.Index(
                fields=["user_id", "client"],
                condition=models.Q(channel="app", seen_at=None),
                name="notices_unseen",
            ),
            models.Index(fields=["client", "step"], name="notices_of_step"),
            models.Index(fields=["client", "contact", "user_id", "-attempted_at"], name="notices_of_person"),
        ]

    @property
    def of_step(self) -> EscalationStep:
        """The step by which it was told; raises `TypeError` for what is of none."""
        if self.step is None:
            raise TypeError(self.unique)
        return self.step


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

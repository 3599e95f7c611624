"""What the keeper is asked to do for a client, and the rules by which it clears away."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import StaffCard

# In months.  Less would take from customers what they may still ask about, more is nobody's to promise.
SHORTEST, LONGEST = 3, 120


class Kind(models.TextChoices):
    """What the keeper can do."""

    ERASURE = "erasure", _("erasure of a customer")
    RETENTION = "retention", _("retention")
    PACKAGE = "package", _("exit package")
    CUSTOMER_DATA = "customer_data", _("one customer’s data")


class Job(ClientModel):
    """One thing asked of the keeper: what, by whom, how far it is, and what came of it.

    `result` counts what was removed or written, by kind; it never holds what it was.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for its turn")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("could not be done")

    kind = models.CharField(max_length=16, choices=Kind)
    unique = models.CharField(max_length=80, help_text="What this job is about: one for each.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    customer_id = models.BigIntegerField(null=True, blank=True)
    card = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.CharField(max_length=160, blank=True)
    # Asked for in the portal by the customer, who is mailed once it is done: `told_at`.
    by_customer = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, default="en")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    said = models.CharField(max_length=200, blank=True, help_text="Why it could not be done.")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    # What is left to do once rows are committed, whatever happens to this process: storage keys of files,
    # numbers of log entries.
    left = models.JSONField(default=dict)
    # The finished file, served to whoever may until then.
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "unique"], name="one_job_per_cause")]
        indexes = [models.Index(fields=["client", "kind", "-id"], name="jobs_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def percent(self) -> int:
        """How far it is, from 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class DueJob(models.Model):
    """That a client's job is due: ids and times only, claimed by the keeper with SKIP LOCKED."""

    client_id = models.BigIntegerField()
    job_id = models.BigIntegerField(unique=True)
    due_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)


def _months(text: str) -> models.PositiveSmallIntegerField:
    limits = [MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=limits, help_text=text)


class RetentionRules(ClientModel):
    """After how many months a client has what cleared away; None keeps it as long as the client stays."""

    tickets = _months("After closing: subjects, messages, history.")
    attachments = _months("After they came in.")
    raw_mails = _months("After they came in.")
    log = _months("The readable values of log entries; their seals stay.")
    changed_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_retention_per_client")]

    @property
    def clears(self) -> bool:
        """Whether any rule is set."""
        return any(months is not None for months in (self.tickets, self.attachments, self.raw_mails, self.log))


class HandOver(ClientModel):
    """What somebody leaves to those who come after: made from history, completed by a lead.

    It comes after the assignment has ended: revocation waits for nothing.
    """

    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    made_at = models.DateTimeField()
    # Per open ticket: number, subject, who waits since when, what was last done, whether an answer was begun.
    tickets = models.JSONField(default=list)
    notes = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        indexes = [models.Index(fields=["client", "-id"], name="hand_overs_newest_first")]

"""What is due: ids and times only."""

from django.db import models


class Due(models.Model):
    """That something of a client's is to be looked at then: claimed by the sweep with SKIP LOCKED.

    `subject_id` is an escalation, a running clock, a ticket that may begin to climb, one whose category has
    moved, a notice that waits to be told with others, a request for emergency access, one for work outside the
    contract, or a proposed matrix that its client is to be told of.  Each claim counts `fence` up: whoever
    holds an older number comes too late.
    """

    class Kind(models.TextChoices):
        CLIMB = "climb"
        CLOCK = "clock"
        TICKET = "ticket"
        DIGEST = "digest"
        EMERGENCY = "emergency"
        SCOPE = "scope"
        PROPOSAL = "proposal"
        SORTING = "sorting"
        ANNOUNCE = "announce"
        INCIDENT = "incident"
        MATRIX = "matrix"

    client_id = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    subject_id = models.BigIntegerField()
    due_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0, db_default=0)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="due_once")]
        indexes = [models.Index(fields=["client_id", "due_at"], name="due_of_client")]


class SweepTurn(models.Model):
    """When any worker last took a turn; one row, so that a watch from outside needs no client's scope."""

    swept_at = models.DateTimeField()

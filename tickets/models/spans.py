"""Whose court a ticket was in, and how long its customer waited: the facts behind every clock and KPI."""

from django.db import models

from access.fields import ClientForeignKey
from access.managers import ClientModel
from tickets.models.tickets import Holder, Ticket


class HolderSpan(ClientModel):
    """A stretch of time in one court; exactly one is unfinished while a ticket is open.

    `void` marks a stretch that the client returned as not needed or incomplete: the vendor's
    clocks count it as if it had never been the client's.
    """

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="holder_spans")
    holder = models.CharField(max_length=8, choices=Holder)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    void = models.BooleanField(default=False)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "ticket"], condition=models.Q(ended_at=None), name="one_court_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="span_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["client", "started_at"], name="spans_by_start")]


class WaitSpan(ClientModel):
    """A customer's wait: from asking to our next answer, or to solved.  It never pauses."""

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="wait_spans")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "ticket"], condition=models.Q(answered_at=None), name="one_wait_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["client", "answered_at"], name="waits_by_answer")]


class SetAside(ClientModel):
    """That a ticket is with the client only because its vendor is suspended: it goes back when they are restored."""

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "ticket"], name="set_aside_once")]

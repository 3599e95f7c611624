"""What a report compares with: how customers were served before the vendor came."""

from django.db import models

from access.managers import ClientModel


class Baseline(ClientModel):
    """The figures of a client's imported history, frozen when they were taken; the newest one counts.

    `first` and `last` are days on the wall clock of `zone`; `figures` is what
    `reporting.baseline.Before` writes, counts and seconds only.
    """

    first = models.DateField()
    last = models.DateField()
    zone = models.CharField(max_length=64)
    figures = models.JSONField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gt=models.F("first")), name="baseline_days_in_order"),
        ]
        indexes = [models.Index(fields=["client", "-id"], name="newest_baseline")]

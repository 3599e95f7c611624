"""Support hours."""

from django.db import models

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import Contract, Vendor


class HoursModel(ClientModel):
    """Hours as a row holds them: a weekly schedule with time zone and days off.

    `week` holds seven lists of [start, end] in minutes of the day, Monday first; `holidays` ISO
    dates; `extra` maps an ISO date to that day's own list.  The public holidays of `country` and
    `region` are written down when it is saved, up to the day `listed_until`, among `holidays`.
    """

    zone = models.CharField(max_length=64)
    week = models.JSONField()
    holidays = models.JSONField(default=list)
    extra = models.JSONField(default=dict)
    country = models.CharField(max_length=2, blank=True, default="")
    region = models.CharField(max_length=60, blank=True, default="")
    # What each of `holidays` is called, by ISO date, and which of them are one's own.
    names = models.JSONField(default=dict)
    own = models.JSONField(default=list)
    listed_until = models.DateField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        abstract = True


class Calendar(HoursModel):
    """One version of support hours; a change is a new version.

    A version never changes once it is in force; one that is still to come can be withdrawn.
    """

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField()
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.CharField(max_length=160, blank=True, default="")
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=160, blank=True, default="")

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "name", "version"], name="calendar_version")]

    def __str__(self) -> str:
        return self.name


class TeamHours(HoursModel):
    """When a vendor's team works on a contract, on a clock of its own; counts for whoever has no shifts of their own.

    A team is what its people's places call it; the empty name is those without one.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.CASCADE, with_vendor=True, related_name="+")
    team = models.CharField(max_length=60, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=160)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "team"], name="one_week_per_team")
        ]

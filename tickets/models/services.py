"""What a client offers its customers, how much hangs on it, and how much that counts for a ticket."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClientModel

# How far one reason may move a priority; the priority itself stays within 1 to 4.
RAISE_LEAST, RAISE_MOST = -1, 2


class Criticality(models.TextChoices):
    """How much hangs on a service."""

    VITAL = "vital", _("Vital")
    IMPORTANT = "important", _("Important")
    ORDINARY = "ordinary", _("Ordinary")


class Service(ClientModel):
    """One service of a client's; `key` never changes, for matrices and programs name it so.

    `seasons` are the spans of the year in which it is busiest, as `tickets.seasons` writes them.
    A retired one stays on the tickets that it is on, and is offered nowhere.
    """

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)
    owner = models.CharField(max_length=160, blank=True)
    criticality = models.CharField(max_length=9, choices=Criticality, default=Criticality.ORDINARY)
    seasons = models.JSONField(default=list, blank=True)
    is_offered = models.BooleanField(default=True, help_text="Shown in the portal's form.")
    is_retired = models.BooleanField(default=False)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="service_key"),
            models.UniqueConstraint(fields=["client", "name"], name="service_name"),
        ]

    def __str__(self) -> str:
        return self.name


def _raise() -> "models.SmallIntegerField[int, int]":
    checks = [MinValueValidator(RAISE_LEAST), MaxValueValidator(RAISE_MOST)]
    return models.SmallIntegerField(default=0, validators=checks)


class ServiceWeights(ClientModel):
    """By how much a client has a service's criticality and its busy season raise a priority; without a row by nothing.

    A ticket about a vital service is `vital` higher than the table says, and `busy` higher still in the season.
    """

    vital = _raise()
    important = _raise()
    ordinary = _raise()
    busy = _raise()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client"], name="one_row_of_weights_per_client"),
            models.CheckConstraint(
                condition=models.Q(
                    vital__range=(RAISE_LEAST, RAISE_MOST),
                    important__range=(RAISE_LEAST, RAISE_MOST),
                    ordinary__range=(RAISE_LEAST, RAISE_MOST),
                    busy__range=(RAISE_LEAST, RAISE_MOST),
                ),
                name="weights_within_reach",
            ),
        ]

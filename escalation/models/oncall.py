"""On-call: schedules of a client's or a vendor's, their rotations, what overrides them, and who was on call."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import Client, StaffCard, User, Vendor
from escalation.models.contacts import Contact


class OnCallSchedule(ClientModel):
    """Who is on call by turns: the client's own people, or with `vendor` that vendor's at this client.

    `key` never changes; a vendor's begins with the vendor's own, so that nobody's key tells of another's.
    `kept_until` is how far `OnCallShift` holds what was; from there on the rules decide.
    """

    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64)
    passes_on = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    kept_until = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "vendor", "key"], nulls_distinct=False, name="on_call_key_of_each_side"
            ),
            # A vendor's slug and then its own part: two sides never share a key.
            models.CheckConstraint(
                condition=models.Q(vendor=None, key__regex=r"^[a-z0-9-]+$")
                | models.Q(vendor__isnull=False, key__regex=r"_[a-z0-9-]+$"),
                name="on_call_key_says_whose",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfSomebody(ClientModel):
    """A row that names a member of staff or a contact, never both."""

    card = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    contact = ClientForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(ClientModel.Meta):
        abstract = True

    @property
    def who(self) -> tuple[str, int] | None:
        """Whom it names, as the rules know them."""
        if self.card_id is not None:
            return "card", self.card_id
        return ("contact", self.contact_id) if self.contact_id is not None else None


def one_person(name: str) -> models.CheckConstraint:
    """The constraint that exactly one of card and contact is named."""
    one = models.Q(card=None, contact__isnull=False) | models.Q(card__isnull=False, contact=None)
    return models.CheckConstraint(condition=one, name=name)


class OnCallLayer(ClientModel):
    """One rotation of a schedule; a layer of a higher position wins where it applies.

    A turn lasts `turn` days or weeks and is handed over at `hand_over` minutes after midnight in the
    schedule's zone; the first begins on `first`.  `hours`, where there are any, are seven lists of
    [start, end] in minutes, Monday first, outside of which the layer does not hold.
    """

    class Unit(models.TextChoices):
        DAY = "day", _("days")
        WEEK = "week", _("weeks")

    schedule = ClientForeignKey(OnCallSchedule, models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    turn = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=4, choices=Unit)
    hand_over = models.PositiveSmallIntegerField()
    first = models.DateField()
    hours = models.JSONField(default=list, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "schedule", "position"], name="on_call_layer_position"),
            models.CheckConstraint(
                condition=models.Q(turn__gte=1, turn__lte=52, hand_over__lt=24 * 60), name="on_call_turn_in_bounds"
            ),
        ]

    @property
    def days(self) -> int:
        """How many days a turn lasts."""
        return self.turn * (7 if self.unit == self.Unit.WEEK else 1)


class OnCallPerson(OfSomebody):
    """A place in a rotation's order."""

    layer = ClientForeignKey(OnCallLayer, models.CASCADE, related_name="people")
    position = models.PositiveSmallIntegerField()

    class Meta(OfSomebody.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "layer", "position"], name="on_call_place_in_order"),
            one_person("on_call_place_is_somebodys"),
        ]


class OnCallOverride(OfSomebody):
    """Somebody else is on call from `starts_at` until before `ends_at`; the newest wins.

    One that was called off keeps its row: what it was until then is true.
    """

    schedule = ClientForeignKey(OnCallSchedule, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.CharField(max_length=160)
    made_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfSomebody.Meta):
        constraints = [
            one_person("on_call_override_is_somebodys"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="on_call_override_runs"),
        ]
        indexes = [models.Index(fields=["client", "schedule", "ends_at"], name="on_call_override_end")]


class OnCallSwap(ClientModel):
    """One of the staff asks another to take a shift; accepted, it makes an override."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("taken back")

    schedule = ClientForeignKey(OnCallSchedule, models.CASCADE, related_name="+")
    asker = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    other = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="on_call_swap_runs"),
            models.CheckConstraint(condition=~models.Q(asker=models.F("other")), name="on_call_swap_of_two"),
            models.UniqueConstraint(
                fields=["client", "schedule", "asker", "other", "starts_at"],
                condition=models.Q(state="asked"),
                name="on_call_swap_asked_once",
            ),
        ]

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered: nobody has, and the shift is not over."""
        return self.state == self.State.ASKED and self.ends_at > now


class OnCallShift(OfSomebody):
    """Who was on call, as a fact: no later change of the rules or the people alters it.

    Without a person it was a gap.
    """

    schedule = ClientForeignKey(OnCallSchedule, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mark = models.CharField(max_length=60, blank=True)

    class Meta(OfSomebody.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "schedule", "starts_at"], name="on_call_shift_start"),
            models.CheckConstraint(
                condition=models.Q(card=None) | models.Q(contact=None), name="on_call_shift_is_one_persons"
            ),
        ]


class OnCallFeed(models.Model):
    """The secret address of a person's own shifts at one client: ids, times and a digest, asked before any scope."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="one_on_call_feed_each")]


def naming(who: tuple[str, int] | None) -> dict[str, Any]:
    """The two columns that name somebody, for a row that is written."""
    kind, number = who or ("", None)
    return {"card_id": number if kind == "card" else None, "contact_id": number if kind == "contact" else None}

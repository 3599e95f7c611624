"""What a client asks of whoever works for it, what each person has satisfied, and what is stopped.

A hard gate reads these rows at the moment of use (`access.gates`); a change of any of them raises a
version, so that it bites on the next request.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models.organisations import Vendor
from access.models.people import StaffCard, User
from access.rights import Role


class ClearanceRules(ClientModel):
    """How strict one client is: grace for the soft gates, the second factor, and what nights allow."""

    needs_second_factor = models.BooleanField(default=False)
    certification_grace_days = models.PositiveSmallIntegerField(default=0)
    must_read_grace_days = models.PositiveSmallIntegerField(default=0)
    unanswered_emergency = models.BooleanField(default=False)
    # For how long emergency access may be asked for at most.
    emergency_minutes = models.PositiveSmallIntegerField(default=240, db_default=240)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_set_of_rules_per_client")]


class Nda(ClientModel):
    """One version of the promise of secrecy; the newest that is in effect must have been accepted.

    `digest` is the SHA-256 of the exact text in UTF-8, in hex.
    """

    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=160, blank=True)
    effective_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="nda_number")]


class NdaAcceptance(ClientModel):
    """That a person has accepted one version: who, what they typed, when, from where, and of which text."""

    # An operator of the platform is of no vendor.
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    nda = ClientForeignKey(Nda, models.PROTECT, related_name="+")
    typed_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    origin = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "nda", "user"], name="nda_accepted_once")]


class NetworkRule(ClientModel):
    """A network from which the client may be worked for; none means from anywhere."""

    network = models.CharField(max_length=43)
    note = models.CharField(max_length=120, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "network"], name="network_once")]


class Certification(ClientModel):
    """What somebody must have learned before they take this client's tickets."""

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "name"], condition=models.Q(retired_at=None), name="certification_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CertificationHeld(ClientModel):
    """That a person has passed, until when, and whether their lead has extended it, which happens once.

    `before` is what the newest record has replaced, for whoever takes it back: {} where it can't be taken back,
    else {"was": …} with `record()` of then, or with None where nothing was recorded before.
    """

    MOMENTS = ("passed_at", "expires_at", "extended_until")
    NAMES = ("extended_by", "recorded_by")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    certification = ClientForeignKey(Certification, models.PROTECT, related_name="+")
    passed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    extended_until = models.DateTimeField(null=True, blank=True)
    extended_by = models.CharField(max_length=160, blank=True)
    recorded_by = models.CharField(max_length=160, blank=True)
    before = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "certification", "user"], name="certificate_once")]

    @property
    def may_be_undone(self) -> bool:
        """Whether its newest record can be taken back."""
        return "was" in self.before

    def record(self) -> dict[str, str | None]:
        """What is recorded, as JSON keeps it."""
        moments = {name: getattr(self, name) for name in self.MOMENTS}
        told = {name: at.isoformat() if at is not None else None for name, at in moments.items()}
        return {**told, **{name: getattr(self, name) for name in self.NAMES}}

    def return_to(self, record: Mapping[str, str | None]) -> None:
        """Make it say what it said when `record` was taken."""
        for name in self.MOMENTS:
            at = record[name]
            setattr(self, name, datetime.fromisoformat(at) if at is not None else None)
        for name in self.NAMES:
            setattr(self, name, record[name])


class Suspension(ClientModel):
    """That the client has stopped a whole vendor, one of its teams or one of its people, and what ended with it.

    `proof` holds counts only: people, sessions, tokens and tickets.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    team = models.CharField(max_length=60, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    by_name = models.CharField(max_length=160)
    reason = models.CharField(max_length=200, blank=True)
    proof = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(team="") | models.Q(user=None), name="suspension_has_one_target"),
            models.UniqueConstraint(
                fields=["client", "vendor", "team", "user"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="one_suspension_at_a_time",
            ),
        ]


class WorkNow(ClientModel):
    """That somebody took an urgent ticket although a soft gate was closed, and clears it afterwards."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    ticket_id = models.BigIntegerField()
    ticket_number = models.BigIntegerField()
    missing = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "ticket_id", "user"], name="worked_now_once")]


class EmergencyAccess(ClientModel):
    """A time-boxed way in for somebody without an assignment, asked for with a reason and a ticket.

    `ticket_id` and `priority` are those of the ticket when it was asked; None where the client has no such
    ticket, which only the client is told.  `minutes` is what was asked for; granted is from `starts_at` to
    `ends_at`, or to `stopped_at` where somebody has ended it before.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        GRANTED = "granted", _("granted")
        UNANSWERED = "unanswered", _("granted, nobody answered")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("not answered")
        WITHDRAWN = "withdrawn", _("taken back")

    GIVEN = (State.GRANTED, State.UNANSWERED)

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # None: an operator of the platform.
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    # Their team on this client's account, if they ever had one: a suspended team stays out.
    team = models.CharField(max_length=60, blank=True, db_default="")
    reason = models.CharField(max_length=300)
    ticket_id = models.BigIntegerField(null=True, blank=True)
    ticket_number = models.BigIntegerField()
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=160, blank=True)
    # What was said with a refusal.
    answer = models.CharField(max_length=300, blank=True, db_default="")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by_name = models.CharField(max_length=160, blank=True, db_default="")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by_name = models.CharField(max_length=160, blank=True)
    review = models.CharField(max_length=300, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at=None, ends_at=None)
                | models.Q(starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="emergency_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["client", "user"], condition=models.Q(state="asked"), name="one_emergency_asked_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["client", "user", "-id"], name="emergency_of_person")]

    @property
    def role(self) -> Role:
        """What it lets its person do."""
        return Role.OPERATOR if self.vendor_id is None else Role.EMERGENCY

    @property
    def until(self) -> datetime | None:
        """When it ends, or has ended; None where it was never granted."""
        return self.stopped_at or self.ends_at

    def runs(self, now: datetime) -> bool:
        """Whether it lets its person in at `now`."""
        if self.state not in self.GIVEN or self.starts_at is None or self.until is None:
            return False
        return self.starts_at <= now < self.until

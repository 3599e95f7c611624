"""What both sides have signed, and the checklist before a contract comes into force."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models.organisations import Contract, Vendor
from access.models.people import StaffCard
from helpdesk.lib.digests import digest_of

# What a version of the terms says, as both sides sign it.
TERMS = (
    "valid_from", "data_processing", "subprocessors", "locations", "data_location", "names_shown",
    "notice_days", "core_notice_days", "termination", "rate_card",
)  # fmt: skip


class NamesShown(models.TextChoices):
    """How much of an agent's name the client and its customers see."""

    FULL = "full", _("full name")
    FIRST = "first", _("first name")
    ALIAS = "alias", _("alias")


class ContractTerms(ClientModel):
    """One version of a contract's terms, in force from its date on once both sides have signed.

    `rate_card` holds a currency, and prices in its hundredths by what is counted; `subprocessors`
    hold name, purpose and country; countries are ISO 3166 codes.  A version that both have signed
    never changes; one that is rewritten before gets the next number.  `*_signed_digest` is of what
    that side signed.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="terms")
    number = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    data_processing = models.TextField(blank=True)
    subprocessors = models.JSONField(default=list)
    locations = models.JSONField(default=list)
    data_location = models.CharField(max_length=120, blank=True)
    names_shown = models.CharField(max_length=8, choices=NamesShown, default=NamesShown.FULL)
    notice_days = models.PositiveSmallIntegerField(default=90)
    core_notice_days = models.PositiveSmallIntegerField(default=30)
    termination = models.TextField(blank=True)
    rate_card = models.JSONField(default=dict)
    vendor_signed_at = models.DateTimeField(null=True, blank=True)
    vendor_signed_by = models.CharField(max_length=160, blank=True)
    vendor_signed_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    client_signed_at = models.DateTimeField(null=True, blank=True)
    client_signed_by = models.CharField(max_length=160, blank=True)
    client_signed_digest = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "number"], name="terms_number"),
        ]

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed."""
        return self.vendor_signed_at is not None and self.client_signed_at is not None

    @property
    def digest(self) -> str:
        """The digest of all that this version says."""
        return digest_of(self.contract_id, self.number, *(getattr(self, name) for name in TERMS))


class OnboardingLine(ClientModel):
    """One line of the checklist: who sees to it on each side, until when, and how it was closed.

    A hard line has the key of a check that is made anew each time (`access.onboarding`) and is
    never closed by hand; the others are ticked, or waived by the client with an owner and a date.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="lines")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=160, blank=True)
    client_owner = models.CharField(max_length=120, blank=True)
    vendor_owner = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=160, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.CharField(max_length=160, blank=True)
    waived_owner = models.CharField(max_length=120, blank=True)
    waived_until = models.DateField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "position"], name="onboarding_position"),
            models.CheckConstraint(
                condition=models.Q(waived_at=None) | ~models.Q(waived_owner="") & models.Q(waived_until__isnull=False),
                name="waiver_has_owner_and_date",
            ),
        ]


class CoreRemoval(ClientModel):
    """That somebody leaves a contract's core team: planned with notice and who follows, or at once with a reason.

    `would_end_at` is when their assignment would have ended otherwise; `put_off_at` when it was last put
    off because whoever follows was not trained yet.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    follower = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    is_planned = models.BooleanField()
    # What the terms promised on that day.
    notice_days = models.PositiveSmallIntegerField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=160)
    leaves_at = models.DateTimeField()
    would_end_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    put_off_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            # One removal of a person at a time.
            models.UniqueConstraint(
                fields=["client", "vendor", "contract", "card"],
                condition=models.Q(done_at=None, called_off_at=None),
                name="one_open_removal",
            ),
            models.CheckConstraint(
                condition=models.Q(is_planned=False) | models.Q(follower__isnull=False), name="planned_has_follower"
            ),
            models.CheckConstraint(
                condition=models.Q(is_planned=True) | ~models.Q(reason=""), name="at_once_has_reason"
            ),
        ]

    @property
    def last_moment(self) -> datetime:
        """When they are still there, so that its date is their last day: a plan ends with a day, at its midnight."""
        return self.leaves_at - timedelta(microseconds=1) if self.is_planned else self.leaves_at


class Changeover(ClientModel):
    """That a client's work goes over from one contract to another on a day: all of it, or some categories.

    `vendor` and `contract` are those that hand over.  Until `begun_at` both work as before; it is set once
    whoever takes over is ready, on the day at the earliest.  `held_since` tells that the day has come and
    nothing moved; `moved` counts the tickets that went over.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    to_vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    to_contract = ClientForeignKey(Contract, models.PROTECT, related_name="+")
    # None of them means all; the names are kept as they were called.
    category_ids = models.JSONField(default=list)
    category_names = models.JSONField(default=list)
    on_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=160)
    begun_at = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)
    moved = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "contract"],
                condition=models.Q(done_at=None, called_off_at=None),
                name="one_open_changeover",
            ),
            models.CheckConstraint(condition=~models.Q(contract=models.F("to_contract")), name="changeover_to_another"),
        ]

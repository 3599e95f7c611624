"""What both sides have signed, and the checklist before a contract comes into force."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models.organisations import Contract, Vendor


class NamesShown(models.TextChoices):
    """How much of an agent's name the client and its customers see."""

    FULL = "full", _("full name")
    FIRST = "first", _("first name")
    ALIAS = "alias", _("alias")


class ContractTerms(ClientModel):
    """One version of a contract's terms, in force from its date on once both sides have signed.

    `rate_card` holds a currency, and prices in its hundredths by what is counted; `subprocessors`
    hold name, purpose and country; countries are ISO 3166 codes.  A signed version never changes.
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
    client_signed_at = models.DateTimeField(null=True, blank=True)
    client_signed_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "number"], name="terms_number"),
        ]

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed."""
        return self.vendor_signed_at is not None and self.client_signed_at is not None


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

"""Vendors, clients, and the contracts between them."""

from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClientModel
from access.rights import GRANTABLE, Right


class Vendor(models.Model):
    """The outsourcing company that staffs the help desk; owns no customer data."""

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class CustomerWord(models.TextChoices):
    """What a client calls its customers."""

    CUSTOMER = "customer", _("customer")
    GUEST = "guest", _("guest")
    MEMBER = "member", _("member")
    EMPLOYEE = "employee", _("employee")


class Client(models.Model):
    """A company whose customers are supported: the tenant.

    This row is its public face, known before any scope (the portal shows it to everyone);
    what is not public stands in `ClientProfile`.
    """

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120)
    monogram = models.CharField(max_length=2)
    colour = models.CharField(max_length=7, validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z")])
    customer_word = models.CharField(max_length=12, choices=CustomerWord, default=CustomerWord.CUSTOMER)
    language = models.CharField(max_length=8, default="en")
    languages = models.JSONField(default=list)
    time_zone = models.CharField(max_length=64, default="UTC")
    phone = models.CharField(max_length=40, blank=True)
    mailbox = models.EmailField()
    logo = models.CharField(max_length=40, blank=True, help_text="Name of an icon in the sprite.")
    greeting = models.CharField(max_length=160, blank=True)
    # Every list of customers asks for it, so it stands where no list has to look it up.
    name_class = models.CharField(
        max_length=10,
        choices=[("public", _("public")), ("contact", _("contact")), ("sensitive", _("sensitive"))],
        default="public",
        db_default="public",
        help_text=_("Who sees the names of customers."),
    )

    class Meta:
        default_permissions = ()
        permissions = [(right.value, str(right.value).replace("_", " ")) for right in Right if right in GRANTABLE]

    def __str__(self) -> str:
        return self.name


class ClientHost(models.Model):
    """A host name at which a client's portal answers."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.host


class ClientProfile(ClientModel):
    """What staff need to speak in the client's name, and the terms between both sides."""

    signature = models.TextField(blank=True, help_text="Closing lines; {agent} is the agent's first name.")
    voice = models.CharField(max_length=200, blank=True)
    dos = models.JSONField(default=list)
    donts = models.JSONField(default=list)
    answer_link_hours = models.PositiveSmallIntegerField(default=24)
    # After so many times to the client and back a question goes to the next step of both sides.
    back_and_forth_most = models.PositiveSmallIntegerField(default=3)
    first_answer_promise = models.CharField(max_length=200, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_profile_per_client")]

    def __str__(self) -> str:
        return f"profile of client {self.client_id}"


class Contract(ClientModel):
    """The agreement between one vendor and one client; access exists only while one is in force."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ONBOARDING = "onboarding", _("onboarding")
        IN_FORCE = "in_force", _("in force")
        NOTICE = "notice", _("under notice")
        ENDED = "ended", _("ended")

    # Notice changes nothing before its date.
    IN_FORCE = (State.IN_FORCE, State.NOTICE)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    notice_at = models.DateTimeField(null=True, blank=True)
    notice_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "id", "vendor"], name="contract_with_vendor"),
            models.UniqueConstraint(fields=["client", "vendor", "reference"], name="contract_reference"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="contract_ends_after_it_starts",
            ),
        ]

    @classmethod
    def lasting_at(cls, at: datetime) -> "models.QuerySet[Contract]":
        """The contracts that were put in force and are not over at a moment, also if they begin later."""
        return cls.objects.filter(state__in=cls.IN_FORCE).exclude(valid_until__lte=at)

    @classmethod
    def in_force_at(cls, at: datetime) -> "models.QuerySet[Contract]":
        """The contracts in force at a moment, as far as the scope sees them."""
        return cls.lasting_at(at).filter(valid_from__lte=at)

    def lasts_at(self, at: datetime) -> bool:
        """Whether this is one of `lasting_at`."""
        return self.state in self.IN_FORCE and (self.valid_until is None or self.valid_until > at)

    def __str__(self) -> str:
        return self.reference

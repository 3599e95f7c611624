"""The client's end users."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel


class Customer(ClientModel):
    """A person who opens tickets: one client's only, even with the same address at another."""

    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField(blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "client", Lower("email"), condition=~models.Q(email=""), name="one_customer_per_address"
            ),
            models.UniqueConstraint(
                fields=["client", "external_id"], condition=~models.Q(external_id=""), name="customer_external_id"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(_("Unknown customer"))

    @property
    def initials(self) -> str:
        """Up to two letters for the round mark beside a message."""
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


class CustomerField(ClientModel):
    """One more fact of a customer's record, with its sensitivity class."""

    class Sensitivity(models.TextChoices):
        PUBLIC = "public", _("public")
        CONTACT = "contact", _("contact")
        SENSITIVE = "sensitive", _("sensitive")

    customer = ClientForeignKey(Customer, models.CASCADE, related_name="fields")
    label = models.CharField(max_length=80)
    value = models.CharField(max_length=300)
    sensitivity = models.CharField(max_length=10, choices=Sensitivity, default=Sensitivity.PUBLIC)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "customer", "label"], name="customer_field_label")]

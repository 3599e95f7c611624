"""The client's end users, and what is on record about them."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower, Right, Upper
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel


def without(column: str, pattern: str) -> models.Func:
    """A column without the characters of the pattern, as PostgreSQL computes it."""
    return models.Func(
        models.F(column), models.Value(pattern), models.Value(""), models.Value("g"), function="regexp_replace"
    )


def kept(expression: Any, length: int) -> models.GeneratedField:
    """A column that PostgreSQL fills: an exact match on it is an index condition even under row security."""
    return models.GeneratedField(
        expression=expression, output_field=models.CharField(max_length=length), db_persist=True
    )


class Sensitivity(models.TextChoices):
    """Who sees a field: everybody who opens the record, who holds an open ticket of the customer, nobody unasked."""

    PUBLIC = "public", _("public")
    CONTACT = "contact", _("contact")
    SENSITIVE = "sensitive", _("sensitive")


class FieldKind(models.TextChoices):
    """What a value is."""

    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    DATE = "date", _("date")
    YES_NO = "yes_no", _("yes or no")
    CHOICE = "choice", _("one of several")
    EMAIL = "email", _("e-mail address")
    PHONE = "phone", _("phone number")


class Customer(ClientModel):
    """A person who opens tickets: one client's only, even with the same address at another."""

    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField(blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    postal_address = models.CharField(max_length=300, blank=True, default="", db_default="")
    postcode = models.CharField(max_length=16, blank=True, default="", db_default="")
    language = models.CharField(max_length=8, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    # How each is found: computed by the database, so that no writer can forget it and erasing the value erases it.
    email_key = kept(Lower("email"), 254)
    phone_key = kept(without("phone", r"\D"), 40)
    phone_end = kept(Right(without("phone", r"\D"), 4), 4)
    number_key = kept(Upper(without("external_id", "[^[:alnum:]]")), 120)
    number_end = kept(Right(Upper(without("external_id", "[^[:alnum:]]")), 4), 4)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "client", Lower("email"), condition=~models.Q(email=""), name="one_customer_per_address"
            ),
            models.UniqueConstraint(
                fields=["client", "external_id"], condition=~models.Q(external_id=""), name="customer_external_id"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "email_key"], name="customer_by_email"),
            models.Index(fields=["client", "phone_key"], name="customer_by_phone"),
            models.Index(fields=["client", "phone_end"], name="customer_by_phone_end"),
            models.Index(fields=["client", "number_key"], name="customer_by_number"),
            models.Index(fields=["client", "number_end"], name="customer_by_number_end"),
        ]

    def __str__(self) -> str:
        # Never the address: a name is what stands in lists, letters and the log.
        return self.name or str(_("No name given"))

    @property
    def initials(self) -> str:
        """Up to two letters for the round mark beside a message."""
        words = self.name.split()
        return "".join(word[0] for word in words[:2]).upper()


class RecordField(ClientModel):
    """A field of the client's own on its customers' records: what it is called, what it takes, who sees it.

    `least` and `most` bound a number or a date, or the length of a text; "" leaves the bound open.
    """

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=FieldKind, default=FieldKind.TEXT)
    sensitivity = models.CharField(max_length=10, choices=Sensitivity, default=Sensitivity.PUBLIC)
    required = models.BooleanField(default=False)
    least = models.CharField(max_length=20, blank=True)
    most = models.CharField(max_length=20, blank=True)
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="record_field_key"),
            models.UniqueConstraint(fields=["client", "label"], name="record_field_label"),
        ]

    def __str__(self) -> str:
        return self.label


class CustomerField(ClientModel):
    """One value of a field of the client's own, as text that its kind can be read from."""

    customer = ClientForeignKey(Customer, models.CASCADE, related_name="fields")
    field = ClientForeignKey(RecordField, models.CASCADE, related_name="values")
    value = models.CharField(max_length=300)
    value_key = kept(Upper(without("value", "[^[:alnum:]]")), 300)
    value_end = kept(Right(Upper(without("value", "[^[:alnum:]]")), 4), 4)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "customer", "field"], name="customer_field_once")]
        indexes = [
            models.Index(fields=["client", "field", "value_key"], name="customer_field_by_value"),
            models.Index(fields=["client", "field", "value_end"], name="customer_field_by_end"),
        ]

    def __str__(self) -> str:
        return f"value of field {self.field_id}"

    @property
    def label(self) -> str:
        """What the client calls the field."""
        return self.field.label

    @property
    def sensitivity(self) -> str:
        """Who sees it."""
        return self.field.sensitivity


class RecordSettings(ClientModel):
    """How one client guards its customers' records.

    `classes` raises the sensitivity of fields that every record has, by their names; the class of
    the name itself stands on the client's public face, because every list asks for it.  `reasons`
    are those for which a field is shown without a ticket, six at most.  `country` is where phone
    numbers without a country code are dialled, "" for the country of the client's clock.
    """

    classes = models.JSONField(default=dict, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_record_settings")]


class RevealReason(ClientModel):
    """Why a person may look at fields of one customer without a ticket, until when."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = ClientForeignKey(Customer, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=120)
    until = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "user", "customer"], name="one_reveal_reason")]


class VerifyTry(ClientModel):
    """That somebody asked whether a caller is this customer, and when: what limits guessing."""

    customer = ClientForeignKey(Customer, models.CASCADE, related_name="+")
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

"""The client's people and inboxes that can be asked, alone and as groups."""

import secrets

from django.db import models

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import StaffCard


def new_key() -> str:
    """A name for what a matrix refers to that no renaming changes."""
    return secrets.token_hex(5)


class Contact(ClientModel):
    """A person or inbox of the client's that escalations can go to."""

    key = models.CharField(max_length=20, default=new_key)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    job = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, default="en")
    card = ClientForeignKey(StaffCard, models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    # Since when letters to this address come back, and what the mail server said.
    returned_since = models.DateTimeField(null=True, blank=True)
    returned_why = models.CharField(max_length=200, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="contact_name"),
            models.UniqueConstraint(fields=["client", "key"], name="contact_key"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactGroup(ClientModel):
    """Several contacts who are asked together, so that no step rests on one person."""

    key = models.CharField(max_length=20, default=new_key)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="contact_group_name"),
            models.UniqueConstraint(fields=["client", "key"], name="contact_group_key"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(ClientModel):
    """A contact's place in a group."""

    group = ClientForeignKey(ContactGroup, models.CASCADE, related_name="members")
    contact = ClientForeignKey(Contact, models.CASCADE, related_name="+")

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "group", "contact"], name="once_in_a_group")]

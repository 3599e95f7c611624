"""What opens a door before any scope is known: digests, ids and times, never content."""

from django.db import models

from access.models.organisations import Client
from access.models.people import User


class ApiToken(models.Model):
    """A person's key for programs, bound to one client and a part of that person's rights there."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    rights = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Asleep while the client has suspended its person; the same key works again afterwards.
    suspension_id = models.BigIntegerField(null=True, blank=True)


class SignedLink(models.Model):
    """A link in a mail: what it opens, until when, and whether it has been used.

    The token itself is nowhere stored; `subject_id` is the customer, the ticket, the
    escalation, the request for emergency access or the one for work outside the contract, or a
    proposed matrix, and `recipient_id` whom it was sent to: a ticket's customer, a contact, of a
    proposed matrix one of the client's staff.
    A customer's link holds for the mailbox that it was sent to: `address_version` is theirs then.
    `sent_to` tells one mailbox from another where several stand for one recipient (`links.mailbox`).
    """

    class Purpose(models.TextChoices):
        CUSTOMER = "customer"
        TICKET = "ticket"
        ESCALATION = "escalation"
        EMERGENCY = "emergency"
        SCOPE = "scope"
        MATRIX = "matrix"

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=12, choices=Purpose)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    subject_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField(null=True, blank=True)
    address_version = models.BigIntegerField(default=0)
    sent_to = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["client", "purpose", "subject_id"], name="link_subject")]

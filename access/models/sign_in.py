"""How people prove who they are, besides their password: codes of a lead, and their company's own sign-in."""

from django.db import models

from access.managers import ClientModel
from access.models.organisations import Vendor
from access.models.people import User


class ShiftCode(models.Model):
    """A code that a lead made for one colleague who is without their key; the code itself is nowhere stored.

    Usable once until `usable_until`; what it opened is open until `open_until`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    usable_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="shift_codes_of_person")]


class Provider(models.Model):
    """An OpenID Connect provider at which the people of one organisation sign in.

    `audience` is the name under which the provider knows us (its client id), `secret` is locked
    (`helpdesk.lib.vault`).  Where it is `required`, its domains' people have no other way in; with
    `vouches` the provider answers for a second factor.  `worked_at`: somebody has come in by it.
    """

    issuer = models.CharField(max_length=300)
    audience = models.CharField(max_length=200)
    secret = models.TextField(blank=True)
    required = models.BooleanField(default=False)
    vouches = models.BooleanField(default=False)
    worked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class ClientProvider(Provider, ClientModel):
    """The client's own: read once the client is known."""

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_provider_per_client")]


class VendorProvider(Provider):
    """The vendor's own; there is nothing of a client in it."""

    vendor = models.OneToOneField(Vendor, on_delete=models.CASCADE, related_name="+")


class SignInDomain(models.Model):
    """Where the people of a mail domain sign in, known before any scope: a directory, never a person.

    `provider` names a row as "c12" (a client's) or "v3" (a vendor's), whose `required` is repeated
    here; since `vouched_since` it is required and answers for a second factor.
    """

    domain = models.CharField(max_length=190, unique=True)
    provider = models.CharField(max_length=24)
    organisation = models.CharField(max_length=120)
    required = models.BooleanField(default=False)
    vouched_since = models.DateTimeField(null=True)

"""Counters that say whether a remembered answer about rights, or a credential, still holds.

Bumped by triggers in the database, so that no path can forget; bigint only.
"""

from django.db import models


class RightsVersionUser(models.Model):
    """Grows with each change to a person's assignments, memberships or grants."""

    user = models.OneToOneField("access.User", on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.BigIntegerField(default=1)


class RightsVersionClient(models.Model):
    """Grows with each change to a client's contracts or public face."""

    client = models.OneToOneField("access.Client", on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.BigIntegerField(default=1)


class AddressVersion(models.Model):
    """Grows with each change of a customer's e-mail address: what was given to the old mailbox holds no longer.

    Without a row the address has never changed, which counts as version 0.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField(default=1)

"""The systems register: which accounts a vendor's people hold in the client's own systems, and who removes them."""

from django.db import models

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models.organisations import Vendor
from access.models.people import StaffCard, User


class ClientSystem(ClientModel):
    """One of the client's own systems: its shop, its asset register.  `removed_by` says who takes accounts away."""

    name = models.CharField(max_length=80)
    removed_by = models.CharField(max_length=160)
    note = models.CharField(max_length=300, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], condition=models.Q(retired_at=None), name="system_name")
        ]

    def __str__(self) -> str:
        return self.name


class SystemAccount(ClientModel):
    """That a person holds an account in one of the client's systems, until the client has confirmed that it is gone.

    `asked_at` is when its removal was asked for, by somebody or because the assignment ended; `due_at`
    when it should be done; `removed_on` the day on which it was, as the client says.
    """

    system = ClientForeignKey(ClientSystem, models.PROTECT, related_name="accounts")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    login = models.CharField(max_length=120)
    since = models.DateField()
    granted_by = models.CharField(max_length=160)
    registered_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(max_length=160, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=160, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "system", "user", "login"],
                condition=models.Q(confirmed_at=None),
                name="account_registered_once",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, removed_on=None)
                | models.Q(confirmed_at__isnull=False, removed_on__isnull=False),
                name="removal_is_confirmed_with_its_day",
            ),
        ]
        indexes = [models.Index(fields=["client", "user"], name="accounts_of_person")]

    def __str__(self) -> str:
        return self.login

    @property
    def is_asked_by_itself(self) -> bool:
        """Whether its removal is asked for because the person's assignment ended."""
        return self.asked_at is not None and not self.asked_by

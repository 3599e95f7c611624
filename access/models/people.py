"""Staff of vendors and clients, and what binds a person to a client."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from access.fields import ClientForeignKey
from access.managers import ClientModel, ClientQuerySet
from access.models.organisations import Client, Contract, Vendor


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail address, whatever its case; their vendor comes with them."""

    def get_queryset(self) -> models.QuerySet["User"]:
        """With the vendor, whose name stands on every page of the desk: no statement of its own."""
        return super().get_queryset().select_related("vendor")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who signs in with `email`; without `password` nobody can sign in as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this e-mail address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person on the staff of a vendor or a client; customers are never users.

    No flag on this row gives any access: rights stand in assignments, memberships and grants.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/Stockholm")
    languages = models.JSONField(default=list)
    # The country they work from, as an ISO 3166 code: the vendor says so, contracts limit it.
    location = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Never: rights are asked of `access.standing`, with the client and the gates."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Never, as `has_perm`."""
        return False


class StaffCard(ClientModel):
    """What one client's people and customers see of a member of staff.

    One card per (client, person): tickets and messages name the card, never the user.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    # What the client sees instead of the name, where the contract says so.
    alias = models.CharField(max_length=60, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="one_card_per_client")]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """The first word of the name, for a signature."""
        return self.name.split(" ", 1)[0]

    @property
    def initials(self) -> str:
        """Up to two letters for the round mark beside a message."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class Assignment(ClientModel):
    """An agent's place on a contract: from, until, role."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    team = models.CharField(max_length=60, blank=True)
    is_core = models.BooleanField(default=False)
    # Their shifts: seven lists of [start, end] in minutes of the day in their own time zone, Monday first.
    shifts = models.JSONField(default=list, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract", "user"], name="one_assignment_per_contract")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} at client {self.client_id}"


class Membership(ClientModel):
    """A person of the client's own staff."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="one_membership_per_client")]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} of client {self.client_id}"


class OfficeMember(models.Model):
    """Somebody who runs a vendor's office: staffs its contracts, and reads no customer's data by that.

    Ids and times only, because it is asked before any scope.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    def runs_at(self, now: datetime) -> bool:
        """Whether they run the office at a moment."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


class Operator(models.Model):
    """Somebody who runs the platform: of no vendor and no client, and at a client by emergency access alone.

    Ids and times only, because it is asked before any scope.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)


class RoleRights(ClientModel):
    """A client's own copy of a role: the rights that it stands for here, instead of the template's."""

    role = models.CharField(max_length=24)
    rights = models.JSONField(default=list)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=160)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "role"], name="one_copy_per_role")]


class ClientPermission(UserObjectPermissionBase):
    """A right that a person holds on a client, as django-guardian stores it."""

    content_object = models.ForeignKey(Client, on_delete=models.CASCADE)

    objects = UserObjectPermissionManager.from_queryset(ClientQuerySet)()  # type: ignore[misc]  # as managers are

    client_column = "content_object_id"

    class Meta(UserObjectPermissionBase.Meta):
        base_manager_name = "objects"
        # The library's own key begins with the user; ours begins with the client.
        unique_together = ()  # type: ignore[assignment]  # the library declares a list
        constraints = [
            models.UniqueConstraint(fields=["content_object", "user", "permission"], name="one_grant_per_right")
        ]
        verbose_name = _("permission")

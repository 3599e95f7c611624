"""The matrix: which tickets climb which path, and what a vendor proposes instead."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import StaffCard, Vendor


class Matrix(ClientModel):
    """One version of a client's escalation matrix, as a document (`escalation.matrix.stored`).

    A published one is in force from `valid_from` on until a newer one is; it never changes again.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        DECLINED = "declined", _("declined")

    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    version = models.PositiveIntegerField(null=True, blank=True)
    content = models.JSONField()
    # Counts up with every change of a draft, so that nobody writes over what somebody else has written.
    revision = models.PositiveIntegerField(default=1)
    # The version that it was made from, by which a draft that was overtaken is told.
    based_on = models.PositiveIntegerField(null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    # Who made a draft, or proposed what was accepted.
    made_by = models.CharField(max_length=160, blank=True)
    made_at = models.DateTimeField()
    # Who published, or declined, and when.
    published_by = models.CharField(max_length=160, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "version"], name="matrix_version"),
            models.UniqueConstraint(fields=["client"], condition=Q(state="draft"), name="one_matrix_draft"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(version__isnull=False, valid_from__isnull=False),
                name="published_matrix_has_a_version",
            ),
        ]
        indexes = [
            models.Index(
                fields=["client", "-version"],
                include=["valid_from"],
                condition=Q(state="published"),
                name="matrix_newest",
            )
        ]


class MatrixCheck(ClientModel):
    """When the matrix in force was last looked over, and what was found then.

    `told` are the keys of findings (`escalation.matrix.checking`) that somebody of the client's has seen or was
    mailed: nothing is told twice, and what was mended and comes back is told again.
    """

    checked_at = models.DateTimeField()
    found = models.PositiveIntegerField(default=0)
    told = models.JSONField(default=list)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_matrix_check")]


class MatrixProposal(ClientModel):
    """What one of the client's vendors would have the matrix say: written, sent, and decided by the client.

    While it is written the vendor alone reads it; one that is sent says what it said until it is decided, or taken
    back to be written again.
    """

    class State(models.TextChoices):
        WRITTEN = "written", _("being written")
        SENT = "sent", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    OPEN = (State.WRITTEN, State.SENT)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WRITTEN)
    content = models.JSONField()
    # As a draft's: nobody writes over what somebody else has written, or decides on what they have not read.
    revision = models.PositiveIntegerField(default=1)
    based_on = models.PositiveIntegerField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)
    written_by = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=160, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    # The version that it became.
    version = models.PositiveIntegerField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "vendor"],
                condition=Q(state__in=["written", "sent"]),
                name="one_open_matrix_proposal",
            ),
        ]

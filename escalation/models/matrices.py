"""The matrix: which tickets climb which path."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.managers import ClientModel
from access.models import Vendor


class Matrix(ClientModel):
    """One version of a client's escalation matrix, as a document (`escalation.matrix.stored`).

    A published one is in force from `valid_from` on until a newer one is; it never changes again.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
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
    # Who made a draft; a proposal's vendor.
    made_by = models.CharField(max_length=160, blank=True)
    made_at = models.DateTimeField()
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
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

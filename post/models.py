"""The mail room: what leaves, what was stored, and which requests were already answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClientModel


class StoredFile(ClientModel):
    """The bytes of one upload: a random storage key, a cleaned name, a type from the content.

    `audience`, `customer_id` and `vendor_id` are those of the message it belongs to, because row
    security decides by them.
    """

    # The audience of a file that was not sent yet: staff's, and never a customer's.
    OF_A_DRAFT = "draft"

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    preview_key = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    audience = models.CharField(max_length=8, default="public")
    customer_id = models.BigIntegerField(null=True, blank=True)
    vendor = models.ForeignKey("access.Vendor", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(ClientModel.Meta):
        indexes = [models.Index(fields=["client", "created_at"], name="file_by_age")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether a preview re-encoded by us exists."""
        return bool(self.preview_key)

    @property
    def is_hidden_picture(self) -> bool:
        """Whether it says to be a picture and can't be shown as one: it is broken, too large, or of another kind."""
        return self.media_type.startswith("image/") and not self.preview_key


class OutboxMail(ClientModel):
    """A mail that must leave: written with its cause, sent by a task, kept as what was said."""

    class State(models.TextChoices):
        DUE = "due", _("waiting to be sent")
        ACCEPTED = "accepted", _("accepted by the mail server")
        DEAD = "dead", _("could not be sent")

    unique = models.CharField(max_length=160, help_text="What this mail is about: one mail for each.")
    kind = models.CharField(max_length=40)
    to_address = models.EmailField()
    to_name = models.CharField(max_length=160, blank=True)
    from_address = models.EmailField()
    from_name = models.CharField(max_length=160, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=200)
    in_reply_to = models.CharField(max_length=200, blank=True)
    references = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)
    ticket_id = models.BigIntegerField(null=True, blank=True)
    customer_id = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "unique"], name="one_mail_per_cause")]
        indexes = [
            models.Index(fields=["client", "-id"], name="outbox_newest_first"),
            models.Index(fields=["client", "ticket_id"], condition=models.Q(state="dead"), name="dead_letters"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address}"


class OutboxHint(models.Model):
    """That a client's mail is due: ids and times only, so that a sweep needs no client's scope."""

    client_id = models.BigIntegerField()
    mail_id = models.BigIntegerField(unique=True)
    due_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)


class StaffLetter(models.Model):
    """A letter to a person of the staff that tells nothing of a client: about signing in, or that something waits.

    Ids and times only: the letter, and the link in it, are made when it is sent.  `user_id` is 0
    where nobody has the address.
    """

    class Kind(models.TextChoices):
        RESET_LINK = "reset_link"
        FACTORS_CHANGED = "factors_changed"
        LOG_FLAG = "log_flag"
        REPLY_WAITS = "reply_waits"

    kind = models.CharField(max_length=16, choices=Kind, default=Kind.RESET_LINK, db_default=Kind.RESET_LINK)
    user_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)


class IdempotencyKey(ClientModel):
    """The first answer to a request with a key, replayed for its repeats for 24 h at least."""

    actor_key = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "actor_key", "key"], name="one_answer_per_key")]

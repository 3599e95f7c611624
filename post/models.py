"""The mail room: what leaves, what was stored, and which requests were already answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
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
    # Whose person it is for, where that says who may see that it never arrived.
    vendor_id = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    # When a mail server told that it could not be delivered after all; the letter is dead then.
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "unique"], name="one_mail_per_cause")]
        indexes = [
            models.Index(fields=["client", "message_id"], name="mail_by_message_id"),
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
    # One more with each claim: whoever holds an earlier one changes nothing (`post.claims`).
    fence = models.BigIntegerField(default=0, db_default=0)


class Endpoint(ClientModel):
    """Where a client, or a vendor for its own people at this client, is told by a program: an address and its secret.

    `vendor` is the vendor whose endpoint it is, None for the client's own.  `key` names it for good; the
    secrets are locked (`helpdesk.lib.vault`), and the old one signs beside the new one until `old_until`.
    """

    class Carries(models.TextChoices):
        WEBHOOK = "webhook", _("signed webhook")
        SMS = "sms", _("text message")
        PHONE = "phone", _("phone call")

    vendor = models.ForeignKey("access.Vendor", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=500)
    carries = models.CharField(max_length=8, choices=Carries, default=Carries.WEBHOOK)
    # A name of `settings.CALL_PROVIDERS`.
    provider = models.CharField(max_length=40, default="webhook")
    secret = models.TextField(blank=True)
    old_secret = models.TextField(blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "key"], name="endpoint_key", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name


class OutboxCall(ClientModel):
    """A call that must reach an endpoint: written with its cause, made by a task, kept as what was told.

    `vendor` is the endpoint's.  Every attempt carries the same `idempotency_key`.
    """

    class State(models.TextChoices):
        DUE = "due", _("waiting to be sent")
        ACCEPTED = "accepted", _("accepted")
        DEAD = "dead", _("could not be sent")

    unique = models.CharField(max_length=160, help_text="What this call is about: one call for each.")
    kind = models.CharField(max_length=40)
    endpoint = ClientForeignKey(Endpoint, models.PROTECT, related_name="calls")
    vendor = models.ForeignKey("access.Vendor", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    body = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=64)
    ticket_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "vendor", "unique"], name="one_call_per_cause", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["client", "endpoint", "-id"], name="calls_newest_first"),
            models.Index(fields=["client", "-id"], condition=models.Q(state="dead"), name="dead_calls"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.endpoint_id}"


class CallHint(models.Model):
    """That a call is due at an endpoint, until `ends_at`: ids and times only, as `OutboxHint`."""

    client_id = models.BigIntegerField()
    endpoint_id = models.BigIntegerField()
    call_id = models.BigIntegerField(unique=True)
    due_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["endpoint_id", "due_at"], name="call_hint_of_endpoint")]


class EndpointPace(models.Model):
    """How an endpoint keeps up: failures in a row, when it may be asked again, and how long its last answer took."""

    endpoint_id = models.BigIntegerField(unique=True)
    client_id = models.BigIntegerField()
    failures = models.BigIntegerField(default=0)
    opens_at = models.DateTimeField(null=True, blank=True)
    took_ms = models.BigIntegerField(default=0)


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

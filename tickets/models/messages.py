"""What is said on a ticket, and what happened to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import StaffCard, User, Vendor
from helpdesk.lib.digests import digest_of
from knowledgebase.models import Revision
from post.models import StoredFile
from tickets.models.customers import Customer
from tickets.models.tickets import Ticket


class Message(ClientModel):
    """One message or note.

    `customer_id` repeats the ticket's, and `vendor_id` is set on a vendor's own note, because
    row security decides by them.  `author_name` names whoever wrote for the staff without a card:
    a contact of the client's, an agent of former days.
    """

    class Audience(models.TextChoices):
        PUBLIC = "public", _("customer")
        SHARED = "shared", _("vendor and client")
        VENDOR = "vendor", _("vendor only")

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        STAFF = "staff", _("staff")
        SYSTEM = "system", _("system")

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="messages")
    customer = ClientForeignKey(Customer, models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    author = models.CharField(max_length=8, choices=Author)
    card = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160, blank=True, default="", db_default="")
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.PUBLIC)
    body = models.TextField()
    channel = models.CharField(max_length=12, default="portal")
    revision = ClientForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="+")
    mail_message_id = models.CharField(max_length=250, blank=True)
    unverified = models.BooleanField(default=False, help_text="The sender is not known to be the customer.")
    external_id = models.CharField(max_length=140, blank=True)
    # The ticket on which it was written, where that was merged: whoever came by another one's link does not read it.
    merged_from = ClientForeignKey(Ticket, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "external_id"], condition=~models.Q(external_id=""), name="message_external_id"
            ),
            models.CheckConstraint(
                condition=~models.Q(audience="vendor") | models.Q(vendor__isnull=False), name="vendor_note_has_vendor"
            ),
        ]
        indexes = [models.Index(fields=["client", "ticket", "id"], name="thread")]

    def __str__(self) -> str:
        return self.body[:60]


class Attachment(ClientModel):
    """A stored file on a message; audience and owners repeat the message's for row security."""

    message = ClientForeignKey(Message, models.CASCADE, related_name="attachments")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    customer = ClientForeignKey(Customer, models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=8, choices=Message.Audience)
    file = ClientForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "file"], name="file_attached_once")]
        indexes = [models.Index(fields=["client", "message"], name="files_of_message")]


class Event(ClientModel):
    """What happened on a ticket, for those who work on it: a kind and data, never translated text."""

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=32)
    data = models.JSONField(default=dict)
    side = models.CharField(max_length=8)
    card = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        indexes = [models.Index(fields=["client", "ticket", "id"], name="history")]


class Draft(ClientModel):
    """An answer that a person has begun; kept whatever gate closes meanwhile."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    body = models.TextField(blank=True)
    audience = models.CharField(max_length=8, choices=Message.Audience, default=Message.Audience.PUBLIC)
    # Of the articles put into it, as the composer names them: ids between commas.
    revisions = models.CharField(max_length=400, blank=True, default="", db_default="")
    updated_at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "user", "ticket"], name="one_draft_per_ticket")]


class WaitingReply(ClientModel):
    """An answer that its author could not send, because a gate had closed, and that a colleague may send.

    What it is worth is over once it is sent or put aside: the row goes then.  `missing` says in words
    for colleagues what kept it; `vendor` is the author's, whose words no other vendor reads.  `for_user` is the
    colleague whom the author was told of.
    """

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    body = models.TextField()
    then = models.CharField(max_length=8)
    revision = ClientForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="+")
    missing = models.CharField(max_length=300)
    for_user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "ticket", "user"], name="one_waiting_reply")]

    @property
    def digest(self) -> str:
        """What whoever presses a button about it has read: another one with each time that it is kept."""
        return digest_of(self.body, self.then, self.at)


class DraftFile(ClientModel):
    """A file beside an answer that was not sent: its person's, and a colleague's to send where the answer waits."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    waiting = ClientForeignKey(WaitingReply, models.SET_NULL, null=True, blank=True, related_name="files")
    file = ClientForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "file"], name="file_kept_once")]
        indexes = [models.Index(fields=["client", "ticket", "user"], name="files_of_draft")]

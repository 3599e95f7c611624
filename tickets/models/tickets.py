"""The ticket, and what sorts it."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientManager, ClientModel, ClientQuerySet
from access.models import Contract, StaffCard, Vendor
from access.rights import Right
from tickets.models.customers import Customer
from tickets.models.services import Service

# How long a customer can answer a solved ticket and so open it again.
SOLVED_STAYS = timedelta(days=7)


class Status(models.TextChoices):
    """Where a ticket's work stands."""

    OPEN = "open", _("Open")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")


class Holder(models.TextChoices):
    """In whose court the ball is."""

    VENDOR = "vendor", _("us")
    CLIENT = "client", _("the client")
    CUSTOMER = "customer", _("the customer")


class Impact(models.IntegerChoices):
    """What the customer can't do, gravest first."""

    BLOCKED = 1, _("Can't go on at all")
    HINDERED = 2, _("Something does not work, but they manage")
    QUESTION = 3, _("A question or a wish")


class Urgency(models.IntegerChoices):
    """How soon it matters."""

    NOW = 1, _("Now")
    SOON = 2, _("Soon")
    LATER = 3, _("Later")


# A ticket without a due time stands last. A value, because NULL can't be compared as part of a row.
DUE_OR_NEVER = Coalesce("due_at", Cast(models.Value("infinity"), models.DateTimeField()))


class TicketCategory(ClientModel):
    """What a ticket is about, in the client's own words."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=100)
    # The category that this one is a part of: what is said of that one holds for this one too.
    parent = ClientForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True, help_text="Shown in the portal's form.")
    # Nobody can choose it any more; the tickets that have it keep it.
    is_retired = models.BooleanField(default=False)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "slug"], name="ticket_category_slug"),
            models.UniqueConstraint(fields=["client", "name"], name="ticket_category_name"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="category_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class PriorityRule(ClientModel):
    """One cell of a client's own table: impact and urgency give the priority, 1 the highest."""

    impact = models.PositiveSmallIntegerField(choices=Impact)
    urgency = models.PositiveSmallIntegerField(choices=Urgency)
    priority = models.PositiveSmallIntegerField()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "impact", "urgency"], name="one_priority_per_cell"),
            models.CheckConstraint(condition=models.Q(priority__range=(1, 4)), name="rule_priority_1_to_4"),
        ]


class ImpactWords(ClientModel):
    """How a client's portal asks what its customers can't do, in one of its languages: a sentence for each impact."""

    language = models.CharField(max_length=8)
    impact = models.PositiveSmallIntegerField(choices=Impact)
    words = models.CharField(max_length=120)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "language", "impact"], name="one_sentence_per_impact"),
        ]

    def __str__(self) -> str:
        return self.words


class TicketCounter(ClientModel):
    """The last number given to a ticket of this client; taken last in a transaction."""

    last = models.BigIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_counter_per_client")]


class TicketQuerySet(ClientQuerySet):
    """Tickets in the domain's words."""

    def visible_to(self, actor: Any) -> Self:
        """Tickets that this actor may read: every one of a client, their own only, or the one lent."""
        everything = actor.clients_with(Right.TICKET_READ_ALL)
        readable = actor.clients_with(Right.TICKET_READ)
        own = [i for i in readable if i not in everything and i not in actor.lent]
        rule = models.Q(client_id__in=everything)
        if actor.lent:
            # By emergency access the one ticket that it was asked for, and none that was theirs before.
            rule |= models.Q(client_id__in=list(actor.lent), pk__in=list(actor.lent.values()))
        if own:
            cards = [actor.card_id(i) for i in own]
            rule |= models.Q(client_id__in=own, assignee_id__in=cards)
        return self.filter(rule)

    def open(self) -> Self:
        """Not solved and not closed."""
        return self.filter(status=Status.OPEN)


class Ticket(ClientModel):
    """One customer's question from opening to closing.

    `due_at` is the next promise to keep, maintained by `escalation`; None while no clock of
    the holder runs.  So is `call_at`, while a call is promised.

    `is_waiting` tells that nobody on our side can act now.
    """

    number = models.BigIntegerField()
    subject = models.CharField(max_length=300)
    customer = ClientForeignKey(Customer, models.PROTECT, related_name="tickets")
    # Which vendor works it, under which contract; None where no contract is in force.
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, null=True, blank=True, with_vendor=True, related_name="+")
    category = ClientForeignKey(TicketCategory, models.PROTECT, null=True, blank=True, related_name="tickets")
    service = ClientForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="tickets")
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    holder = models.CharField(max_length=8, choices=Holder, default=Holder.VENDOR)
    assignee = ClientForeignKey(StaffCard, models.PROTECT, null=True, blank=True, related_name="+")
    impact = models.PositiveSmallIntegerField(choices=Impact, default=Impact.HINDERED)
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.SOON)
    priority = models.PositiveSmallIntegerField(default=3)
    priority_reason = models.CharField(max_length=200, blank=True, help_text="Why an agent overrode the table.")
    # Which reasons of its service moved the priority from the table's, as `tickets.priorities` keeps them.
    weighed = models.CharField(max_length=24, blank=True, default="", db_default="")
    language = models.CharField(max_length=8, blank=True)
    channel = models.CharField(max_length=12, default="portal")
    need = models.CharField(max_length=200, blank=True, help_text="What the customer needs, in one line.")
    reporter_unconfirmed = models.BooleanField(default=False)
    external_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True, help_text="Since when the customer waits for an answer.")
    due_at = models.DateTimeField(null=True, blank=True)
    due_metric = models.CharField(max_length=16, blank=True)
    call_at = models.DateTimeField(null=True, blank=True, help_text="When the customer was promised a call.")
    first_answered_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    # The ticket that this one is a part of: what was said stands there, and whoever asks for this one goes there.
    merged_into = ClientForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ClientManager.from_queryset(TicketQuerySet)()

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="ticket_number"),
            models.UniqueConstraint(
                fields=["client", "external_id"], condition=~models.Q(external_id=""), name="ticket_external_id"
            ),
            models.CheckConstraint(condition=models.Q(priority__range=(1, 4)), name="ticket_priority_1_to_4"),
            models.CheckConstraint(
                condition=~models.Q(status="open") | models.Q(solved_at=None, closed_at=None), name="open_is_not_solved"
            ),
        ]
        indexes = [
            models.Index(
                "client",
                "holder",
                DUE_OR_NEVER,
                "priority",
                "id",
                condition=models.Q(status="open"),
                name="queue_by_due",
            ),
            models.Index(
                "client",
                "holder",
                "priority",
                DUE_OR_NEVER,
                "id",
                condition=models.Q(status="open"),
                name="queue_by_priority",
            ),
            models.Index(fields=["client", "-updated_at", "-id"], name="ticket_newest"),
            models.Index(fields=["client", "customer", "-created_at"], name="ticket_of_customer"),
            models.Index(
                fields=["client", "assignee", "due_at"], condition=models.Q(status="open"), name="ticket_of_agent"
            ),
            models.Index(fields=["client", "created_at"], name="ticket_by_opening"),
            models.Index(
                fields=["client", "solved_at"], condition=models.Q(solved_at__isnull=False), name="ticket_by_solving"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class Tag(ClientModel):
    """A word that sorts tickets across categories."""

    name = models.CharField(max_length=40)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="tag_name")]

    def __str__(self) -> str:
        return self.name


class TicketTag(ClientModel):
    """A tag on a ticket."""

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="ticket_tags")
    tag = ClientForeignKey(Tag, models.CASCADE, related_name="ticket_tags")

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "ticket", "tag"], name="one_tag_per_ticket")]
        indexes = [models.Index(fields=["client", "tag", "ticket"], name="tickets_of_tag")]


class Skip(ClientModel):
    """That an agent passed over the next ticket, and why."""

    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta(ClientModel.Meta):
        indexes = [models.Index(fields=["client", "card", "until"], name="skips_of_agent")]

"""One cause of many tickets: known problems and major incidents, what hangs on them, and what customers are told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from escalation.models.contacts import Contact
from escalation.models.promises import SlaPolicy
from knowledgebase.models import Article
from tickets.models import Ticket

LONGEST_TITLE, LONGEST_BANNER = 160, 300


class Incident(ClientModel):
    """One cause of many tickets: a known problem, or a major incident, which has a parent ticket.

    `owner` is the side that mends it, `contact` whom of the client's one asks about it.  `revision` counts the
    changes, so that two people never write over one another.
    """

    class Nature(models.TextChoices):
        PROBLEM = "problem", _("known problem")
        MAJOR = "major", _("major incident")

    class State(models.TextChoices):
        OPEN = "open", _("being looked into")
        EASED = "eased", _("eased")
        FIXED = "fixed", _("fixed")
        CLOSED = "closed", _("closed")

    # Those that still cost somebody something.
    LASTING = (State.OPEN, State.EASED)

    number = models.PositiveIntegerField()
    nature = models.CharField(max_length=7, choices=Nature)
    title = models.CharField(max_length=LONGEST_TITLE)
    known = models.TextField(blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    owner = models.CharField(max_length=6, choices=SlaPolicy.Party)
    contact = ClientForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    article = ClientForeignKey(Article, models.SET_NULL, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    parent = ClientForeignKey(Ticket, models.SET_NULL, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField()
    began_by_name = models.CharField(max_length=160)
    eased_at = models.DateTimeField(null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1, db_default=1)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="incident_number"),
            models.UniqueConstraint(
                fields=["client", "parent"],
                condition=models.Q(nature="major") & ~models.Q(state="closed"),
                name="one_major_incident_per_parent",
            ),
        ]
        indexes = [models.Index(fields=["client", "state", "-number"], name="incidents_by_state")]


class IncidentTicket(ClientModel):
    """That a ticket has this cause."""

    incident = ClientForeignKey(Incident, models.CASCADE, related_name="links")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    linked_at = models.DateTimeField()
    linked_by_name = models.CharField(max_length=160)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "incident", "ticket"], name="linked_to_incident_once")]
        indexes = [models.Index(fields=["client", "ticket"], name="incidents_of_ticket")]


class IncidentEvent(ClientModel):
    """What was done in an incident, by whom, for its timeline; `data` has what the sentence needs."""

    class Kind(models.TextChoices):
        BEGAN = "began"
        CHANGED = "changed"
        LINKED = "linked"
        UNLINKED = "unlinked"
        TOLD = "told"
        RETRIED = "retried"
        BANNER = "banner"
        NO_BANNER = "no_banner"
        CLIMBS = "climbs"
        EASED = "eased"
        FIXED = "fixed"
        AGAIN = "again"
        CLOSED = "closed"

    incident = ClientForeignKey(Incident, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160)
    data = models.JSONField(default=dict)

    class Meta(ClientModel.Meta):
        indexes = [models.Index(fields=["client", "incident", "at", "id"], name="events_of_incident")]


class Announcement(ClientModel):
    """One message to every customer whose ticket hangs on an incident; `solves` leaves their tickets solved.

    `once` names the form that it was sent by, so that it is said once however often that is sent.
    """

    incident = ClientForeignKey(Incident, models.CASCADE, related_name="announcements")
    body = models.TextField()
    solves = models.BooleanField(default=False)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160)
    once = models.CharField(max_length=64)
    # None while some of its tickets still wait for it.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "once"], name="announced_once")]


class AnnouncementTicket(ClientModel):
    """What became of an announcement on one ticket; waiting until the message stands there, or why it does not."""

    class State(models.TextChoices):
        WAITS = "waits", _("waits")
        TOLD = "told", _("told")
        OVER = "over", _("already over")
        FAILED = "failed", _("could not be written")

    announcement = ClientForeignKey(Announcement, models.CASCADE, related_name="tickets")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.WAITS)
    message_id = models.BigIntegerField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "announcement", "ticket"], name="announced_to_ticket_once"),
            models.CheckConstraint(
                condition=models.Q(state="waits", done_at=None)
                | ~models.Q(state="waits") & models.Q(done_at__isnull=False),
                name="announcement_is_done_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["client", "announcement", "ticket"],
                condition=models.Q(state="waits"),
                name="announcements_waiting",
            )
        ]


class PortalBanner(ClientModel):
    """What a client's portal says on every page while a major incident lasts; the customers' only sight of one."""

    incident = ClientForeignKey(Incident, models.CASCADE, related_name="+")
    text = models.CharField(max_length=LONGEST_BANNER)
    said_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "incident"], name="one_banner_per_incident")]
        indexes = [models.Index(fields=["client"], condition=models.Q(ended_at=None), name="banners_shown")]

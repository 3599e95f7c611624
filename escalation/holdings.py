"""What the tables of `escalation` hold, for `access.registries`."""

from django.db.models import Q

from access.models import EmergencyAccess
from access.registries import Holding, Keep, Subject, Words, erase_also, hold, rebuild_with
from escalation import timers
from escalation.engine import due
from escalation.models import (
    Announcement,
    AnnouncementTicket,
    Calendar,
    CallBack,
    Clock,
    ClockMark,
    Contact,
    ContactGroup,
    Due,
    EmergencyStep,
    Escalation,
    EscalationStep,
    Excuse,
    GroupMember,
    Incident,
    IncidentEvent,
    IncidentTicket,
    Matrix,
    MatrixCheck,
    MatrixProposal,
    Notice,
    OnCallFeed,
    OnCallLayer,
    OnCallOverride,
    OnCallPerson,
    OnCallSchedule,
    OnCallShift,
    OnCallSwap,
    PortalBanner,
    ScopeRequest,
    ScopeRules,
    ScopeStep,
    ScopeWords,
    SlaPolicy,
    SlaTarget,
    TeamHours,
    WorkEntry,
)
from helpdesk.lib import clock
from post.holdings import blank
from post.models import OutboxMail
from tickets.models import Status, Ticket

_SETTING = "the client's hours, promises and contacts, not about a customer"
_CAUSE = "what is wrong for many and what is done about it, not about a customer"
_ROTA = "who of the staff and contacts is on call when, not about a customer"


def tell() -> None:
    """Declare them: what refers stands before what is referred to."""
    hold(
        Holding(model=Due, keep=Keep.BRIEFLY, why_not="ids and times of what is due", harmless="holds ids and times"),
        Holding(
            model=EmergencyStep,
            keep=Keep.CLIENT,
            part="emergency_steps",
            harmless="whom of the client's people it was told, and when",
        ),
        Holding(
            model=Notice,
            keep=Keep.CLIENT,
            part="notices",
            names={"user_id": "access.User", "digest": "escalation.Notice"},
            # By the numbers that rows had there: a notice of ours by the same name would never be sent.
            left_out=("unique",),
            made=lambda row: {"unique": f"imported/{row['id']}"},
            harmless="whom of the staff it was told, when, and by what",
        ),
        Holding(
            model=AnnouncementTicket,
            keep=Keep.CLIENT,
            part="announcement_tickets",
            names={"message_id": "tickets.Message"},
            harmless="which tickets a message went to, and when",
        ),
        Holding(model=Announcement, keep=Keep.CLIENT, part="announcements", harmless=_CAUSE),
        Holding(model=IncidentTicket, keep=Keep.CLIENT, part="incident_tickets", harmless="which tickets have a cause"),
        Holding(
            model=IncidentEvent,
            keep=Keep.CLIENT,
            part="incident_events",
            inside={"data": {"announcement": "escalation.Announcement"}},
            harmless=_CAUSE,
        ),
        Holding(model=PortalBanner, keep=Keep.CLIENT, part="portal_banners", harmless=_CAUSE),
        Holding(model=Incident, keep=Keep.CLIENT, part="incidents", harmless=_CAUSE),
        Holding(
            model=EscalationStep,
            keep=Keep.CLIENT,
            part="escalation_steps",
            harmless="whom of the client's people it was told, and when",
        ),
        Holding(
            model=Escalation,
            keep=Keep.TICKETS,
            part="escalations",
            ticket="ticket_id",
            erasing={
                "question": Words.ERASED,
                "facts": "",
                "suggestion": "",
                "answer": "",
                "asked_by_name": "",
                "answered_by_name": "",
                "acknowledged_by_name": "",
                "checklist": [],
            },
        ),
        Holding(
            model=WorkEntry,
            keep=Keep.TICKETS,
            part="scope_work",
            ticket="ticket_id",
            erasing={"note": ""},
        ),
        Holding(
            model=ScopeStep,
            keep=Keep.CLIENT,
            part="scope_steps",
            harmless="whom of the client's people it was told, and when",
        ),
        Holding(
            model=ScopeWords,
            keep=Keep.TICKETS,
            part="scope_words",
            ticket="ticket_id",
            erasing={"why": Words.ERASED, "otherwise": "", "answer": ""},
        ),
        Holding(
            model=ScopeRequest,
            keep=Keep.CLIENT,
            part="scope_requests",
            harmless="what work was asked for, its price, and who of the staff decided",
        ),
        Holding(model=ScopeRules, keep=Keep.CLIENT, part="scope_rules", harmless=_SETTING),
        Holding(model=MatrixCheck, keep=Keep.CLIENT, part="matrix_checks", harmless=_SETTING),
        Holding(model=MatrixProposal, keep=Keep.CLIENT, part="matrix_proposals", harmless=_SETTING),
        Holding(model=Matrix, keep=Keep.CLIENT, part="matrices", harmless=_SETTING),
        Holding(model=GroupMember, keep=Keep.CLIENT, part="contact_group_members", harmless=_SETTING),
        Holding(model=ContactGroup, keep=Keep.CLIENT, part="contact_groups", harmless=_SETTING),
        Holding(model=OnCallFeed, keep=Keep.CLIENT, why_not="a credential of this installation", harmless=_ROTA),
        *(
            Holding(model=model, keep=Keep.CLIENT, part=part, harmless=_ROTA)
            for model, part in (
                (OnCallShift, "on_call_shifts"),
                (OnCallSwap, "on_call_swaps"),
                (OnCallOverride, "on_call_overrides"),
                (OnCallPerson, "on_call_people"),
                (OnCallLayer, "on_call_rotations"),
                (OnCallSchedule, "on_call_schedules"),
            )
        ),
        Holding(model=Contact, keep=Keep.CLIENT, part="contacts", harmless=_SETTING),
        Holding(model=ClockMark, keep=Keep.CLIENT, part="clock_marks", harmless="times and promises: statistics"),
        Holding(
            model=Excuse,
            keep=Keep.TICKETS,
            part="excuses",
            ticket="ticket_id",
            erasing={"reason": Words.ERASED, "answer": "", "proposed_by_name": "", "decided_by_name": ""},
        ),
        Holding(
            model=CallBack,
            keep=Keep.TICKETS,
            part="call_backs",
            ticket="ticket_id",
            erasing={"about": "", "made_by_name": "", "ended_by_name": ""},
        ),
        Holding(model=Clock, keep=Keep.CLIENT, part="clocks", harmless="times and promises: statistics"),
        Holding(model=SlaTarget, keep=Keep.CLIENT, part="sla_targets", harmless=_SETTING),
        Holding(model=SlaPolicy, keep=Keep.CLIENT, part="sla_policies", harmless=_SETTING),
        Holding(model=TeamHours, keep=Keep.CLIENT, part="team_hours", harmless="when a vendor's teams work"),
        Holding(model=Calendar, keep=Keep.CLIENT, part="calendars", harmless=_SETTING),
    )
    rebuild_with(_put_due)
    erase_also("letters about emergency access", _letters)


def _letters(subject: Subject) -> dict[str, int]:
    """What was mailed about requests for emergency access to these tickets: why, in the words of whoever asked."""
    requests = EmergencyAccess.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
    sent = Q()
    for number in requests.values_list("pk", flat=True):
        sent |= Q(unique__startswith=f"emergency/{number}/")
    letters = OutboxMail.objects.filter(sent, client_id=subject.client_id)
    return {"letters": blank(letters, subject) if sent else 0}


def _put_due(client_id: int) -> None:
    """Have all that time acts on looked at: escalations that climb, open tickets, clocks that run, requests."""
    now = clock.now()
    running = Escalation.objects.filter(client_id=client_id, ended_at=None).values_list("pk", flat=True)
    due.put(client_id, due.Kind.CLIMB, dict.fromkeys(running, now))
    tickets = Ticket.objects.filter(client_id=client_id, status=Status.OPEN).values_list("pk", flat=True)
    due.put(client_id, due.Kind.TICKET, dict.fromkeys(tickets, now))
    timers.arm(client_id, Clock.objects.filter(client_id=client_id, stopped_at=None).select_related("calendar"))
    wanted = ScopeRequest.objects.filter(client_id=client_id, state=ScopeRequest.State.ASKED)
    due.put(client_id, due.Kind.SCOPE, dict.fromkeys(wanted.values_list("pk", flat=True), now))
    said = Announcement.objects.filter(client_id=client_id, told_at=None).values_list("pk", flat=True)
    due.put(client_id, due.Kind.ANNOUNCE, dict.fromkeys(said, now))
    proposed = MatrixProposal.objects.filter(client_id=client_id, state=MatrixProposal.State.SENT)
    due.put(client_id, due.Kind.PROPOSAL, dict.fromkeys(proposed.values_list("pk", flat=True), now))
    asked = EmergencyAccess.objects.filter(client_id=client_id, state=EmergencyAccess.State.ASKED)
    due.put(client_id, due.Kind.EMERGENCY, dict.fromkeys(asked.values_list("pk", flat=True), now))

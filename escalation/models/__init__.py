"""Support hours, promises and their clocks, and the matrix that routes tickets back to the client."""

from escalation.models.climbs import EmergencyStep, Escalation, EscalationStep, Notice
from escalation.models.contacts import Contact, ContactGroup, GroupMember
from escalation.models.due import Due, SweepTurn
from escalation.models.hours import Calendar, TeamHours
from escalation.models.incidents import (
    Announcement,
    AnnouncementTicket,
    Incident,
    IncidentEvent,
    IncidentTicket,
    PortalBanner,
)
from escalation.models.matrices import Matrix, MatrixCheck, MatrixProposal
from escalation.models.oncall import (
    OnCallFeed,
    OnCallLayer,
    OnCallOverride,
    OnCallPerson,
    OnCallSchedule,
    OnCallShift,
    OnCallSwap,
)
from escalation.models.promises import PLEDGED, CallBack, Clock, ClockMark, Excuse, Metric, SlaPolicy, SlaTarget
from escalation.models.scope import ScopeRequest, ScopeRules, ScopeStep, ScopeWords, WorkEntry

__all__ = [
    "PLEDGED",
    "Announcement",
    "AnnouncementTicket",
    "Calendar",
    "CallBack",
    "Clock",
    "ClockMark",
    "Contact",
    "ContactGroup",
    "Due",
    "EmergencyStep",
    "Escalation",
    "EscalationStep",
    "Excuse",
    "GroupMember",
    "Incident",
    "IncidentEvent",
    "IncidentTicket",
    "Matrix",
    "MatrixCheck",
    "MatrixProposal",
    "Metric",
    "Notice",
    "OnCallFeed",
    "OnCallLayer",
    "OnCallOverride",
    "OnCallPerson",
    "OnCallSchedule",
    "OnCallShift",
    "OnCallSwap",
    "PortalBanner",
    "ScopeRequest",
    "ScopeRules",
    "ScopeStep",
    "ScopeWords",
    "SlaPolicy",
    "SlaTarget",
    "SweepTurn",
    "TeamHours",
    "WorkEntry",
]

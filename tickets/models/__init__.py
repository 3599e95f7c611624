"""Customers and their records, tickets with everything that hangs on them."""

from tickets.models.customers import (
    Customer,
    CustomerField,
    RecordField,
    RecordSettings,
    RevealReason,
    VerifyTry,
)
from tickets.models.intake import RawMail, SearchRow
from tickets.models.messages import Attachment, Draft, DraftFile, Event, Message, WaitingReply
from tickets.models.services import Criticality, Service, ServiceWeights
from tickets.models.sources import ClientRecord, RecordKind, RecordSource, SourceAnswer
from tickets.models.spans import HolderSpan, SetAside, WaitSpan
from tickets.models.tickets import (
    SOLVED_STAYS,
    Holder,
    Impact,
    ImpactWords,
    PriorityRule,
    Skip,
    Status,
    Tag,
    Ticket,
    TicketCategory,
    TicketCounter,
    TicketTag,
    Urgency,
)
from tickets.models.views import SavedView

__all__ = [
    "SOLVED_STAYS",
    "Attachment",
    "ClientRecord",
    "Criticality",
    "Customer",
    "CustomerField",
    "Draft",
    "DraftFile",
    "Event",
    "Holder",
    "HolderSpan",
    "Impact",
    "ImpactWords",
    "Message",
    "PriorityRule",
    "RawMail",
    "RecordField",
    "RecordKind",
    "RecordSettings",
    "RecordSource",
    "RevealReason",
    "SavedView",
    "SearchRow",
    "Service",
    "ServiceWeights",
    "SetAside",
    "Skip",
    "SourceAnswer",
    "Status",
    "Tag",
    "Ticket",
    "TicketCategory",
    "TicketCounter",
    "TicketTag",
    "Urgency",
    "VerifyTry",
    "WaitSpan",
    "WaitingReply",
]

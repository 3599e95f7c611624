"""What the tables of `tickets` hold, for `access.registries`, and what goes with a customer beside their rows."""

from typing import Any
from urllib.parse import unquote_plus

from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from access import actor as actors
from access import scope, standing
from access.credentials import SessionStore
from access.models import Client, StaffCard
from access.registries import Fate, Holding, Keep, Subject, Words, erase_also, hold, rebuild_with
from access.rights import Side
from post.models import StoredFile
from tickets import index
from tickets.actions import handling
from tickets.models import (
    Attachment,
    ClientRecord,
    Customer,
    CustomerField,
    Draft,
    DraftFile,
    Event,
    HolderSpan,
    ImpactWords,
    Message,
    PriorityRule,
    RawMail,
    RecordField,
    RecordSettings,
    RecordSource,
    RevealReason,
    SavedView,
    SearchRow,
    Service,
    ServiceWeights,
    SetAside,
    Skip,
    SourceAnswer,
    Status,
    Tag,
    Ticket,
    TicketCategory,
    TicketCounter,
    TicketTag,
    VerifyTry,
    WaitingReply,
    WaitSpan,
)

_SETTING = "the client's own words and rules, not about a customer"
_TIMES = "times and an enumeration: statistics"
_AT_ONCE = 500
# What people have begun or made for themselves, and what is made again from the rest.
_NOT_SAID_YET = (
    Holding(model=SetAside, keep=Keep.BRIEFLY, why_not="what goes back when a vendor does", harmless=_TIMES),
    Holding(model=SavedView, keep=Keep.CLIENT, why_not="a person's own, across clients", erasing=Fate.DELETED),
    Holding(
        model=DraftFile,
        keep=Keep.TICKETS,
        why_not="not said yet",
        ticket="ticket_id",
        erasing=Fate.DELETED,
    ),
    Holding(
        model=WaitingReply,
        keep=Keep.TICKETS,
        why_not="not said yet",
        ticket="ticket_id",
        erasing=Fate.DELETED,
    ),
    Holding(model=Draft, keep=Keep.TICKETS, why_not="a person's own, not said yet", erasing=Fate.DELETED),
    Holding(
        model=SearchRow,
        keep=Keep.TICKETS,
        why_not="made again from the messages",
        ticket="ticket_id",
        erasing=Fate.DELETED,
    ),
)
# What hangs on a ticket.
_ON_TICKETS = (
    Holding(model=RawMail, keep=Keep.RAW_MAIL, part="raw_mails", erasing=Fate.DELETED),
    Holding(
        model=Attachment,
        keep=Keep.FILES,
        part="attachments",
        ticket="ticket_id",
        erasing=Fate.DELETED,
    ),
    Holding(
        model=Event,
        keep=Keep.TICKETS,
        part="events",
        inside={"data": {"message": "tickets.Message", "vendor": "access.Vendor"}},
        ticket="ticket_id",
        erasing=Fate.DELETED,
    ),
    Holding(model=Skip, keep=Keep.TICKETS, part="skips", ticket="ticket_id", erasing={"reason": Words.ERASED}),
    Holding(model=TicketTag, keep=Keep.TICKETS, part="ticket_tags", ticket="ticket_id", erasing=Fate.DELETED),
    Holding(
        model=Message,
        keep=Keep.TICKETS,
        part="messages",
        customer="customer_id",
        ticket="ticket_id",
        erasing={"body": Words.ERASED, "mail_message_id": "", "external_id": "", "author_name": ""},
    ),
    Holding(model=WaitSpan, keep=Keep.CLIENT, part="wait_spans", harmless=_TIMES),
    Holding(model=HolderSpan, keep=Keep.CLIENT, part="holder_spans", harmless=_TIMES),
)
# Tickets, and how the client sorts them.
_TICKETS = (
    Holding(
        model=Ticket,
        keep=Keep.TICKETS,
        part="tickets",
        customer="customer_id",
        ticket="pk",
        erasing={"subject": Words.ERASED, "need": "", "priority_reason": "", "external_id": ""},
    ),
    Holding(model=Tag, keep=Keep.CLIENT, part="tags", harmless="goes with the last ticket that has it"),
    Holding(model=TicketCounter, keep=Keep.CLIENT, part="ticket_counter", harmless=_SETTING),
    Holding(model=ImpactWords, keep=Keep.CLIENT, part="impact_words", harmless=_SETTING),
    Holding(model=PriorityRule, keep=Keep.CLIENT, part="priority_rules", harmless=_SETTING),
    Holding(model=ServiceWeights, keep=Keep.CLIENT, part="service_weights", harmless=_SETTING),
    Holding(model=Service, keep=Keep.CLIENT, part="services", harmless=_SETTING),
    Holding(model=TicketCategory, keep=Keep.CLIENT, part="ticket_categories", harmless=_SETTING),
)
# What the client knows of its customers, and who asked about them.
_RECORDS = (
    Holding(
        model=SourceAnswer,
        keep=Keep.BRIEFLY,
        why_not="a copy of what the client's own system answers",
        customer="customer_id",
        erasing=Fate.DELETED,
    ),
    Holding(
        model=ClientRecord,
        keep=Keep.CLIENT,
        part="client_records",
        customer="customer_id",
        erasing=Fate.DELETED,
    ),
    Holding(
        model=RecordSource,
        keep=Keep.CLIENT,
        part="record_sources",
        harmless="the client's own systems, no customer",
    ),
    Holding(
        model=VerifyTry,
        keep=Keep.BRIEFLY,
        why_not="who asked about a caller just now",
        customer="customer_id",
        erasing=Fate.DELETED,
    ),
    Holding(
        model=RevealReason,
        keep=Keep.BRIEFLY,
        why_not="why somebody looks at a record just now",
        customer="customer_id",
        erasing=Fate.DELETED,
    ),
    Holding(model=RecordSettings, keep=Keep.CLIENT, part="record_settings", harmless=_SETTING),
    Holding(
        model=CustomerField,
        keep=Keep.CLIENT,
        part="customer_fields",
        customer="customer_id",
        erasing=Fate.DELETED,
    ),
    Holding(model=RecordField, keep=Keep.CLIENT, part="record_fields", harmless=_SETTING),
    Holding(
        model=Customer,
        keep=Keep.CLIENT,
        part="customers",
        customer="pk",
        erasing={
            "name": "",
            "email": "",
            "email_confirmed_at": None,
            "phone": "",
            "postal_address": "",
            "postcode": "",
            "language": "",
            "tier": "",
            "external_id": "",
        },
    ),
)


def tell() -> None:
    """Declare them: what refers stands before what is referred to."""
    hold(*_NOT_SAID_YET, *_ON_TICKETS, *_TICKETS, *_RECORDS)
    rebuild_with(index.index_all)
    erase_also("open tickets", _close)
    erase_also("files", _files)
    erase_also("raw mails", _raw_mails)
    erase_also("tags", _tags)
    erase_also("drafts and saved views", _of_people)
    erase_also("sessions", _sessions)


def _close(subject: Subject) -> dict[str, int]:
    """Close what is open: nobody is left who waits for an answer."""
    face = standing.face(Client.objects.get(pk=subject.client_id))
    actor = actors.system(face, "leaving.erase")
    still = Ticket.objects.filter(client_id=subject.client_id, pk__in=subject.ticket_ids)
    found = list(still.exclude(status=Status.CLOSED).values_list("pk", flat=True))
    for ticket_id in found:
        handling.close(actor, client_id=subject.client_id, ticket_id=ticket_id)
    return {"closed_tickets": len(found)}


def _files(subject: Subject) -> dict[str, int]:
    """The files of the tickets and of the customer: rows now, bytes once this is committed."""
    attached = Attachment.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
    kept = DraftFile.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
    ids = [*attached.values_list("file_id", flat=True), *kept.values_list("file_id", flat=True)]
    attachments = attached.delete()[0]
    kept.delete()
    whose = Q(pk__in=ids)
    if subject.customer_id is not None:
        whose |= Q(customer_id=subject.customer_id)
    files = StoredFile.objects.filter(whose, client_id=subject.client_id)
    subject.keys += [key for pair in files.values_list("key", "preview_key") for key in pair if key]
    return {"attachments": attachments, "files": files.delete()[0]}


def _raw_mails(subject: Subject) -> dict[str, int]:
    """Mails as they came in: those that became a part of the tickets, and kept ones that name the customer."""
    mails = RawMail.objects.filter(client_id=subject.client_id)
    gone = mails.filter(became__ticket_id__in=subject.ticket_ids).delete()[0]
    if subject.names:
        gone += _naming(mails.filter(became=None), subject).delete()[0]
    return {"raw_mails": gone}


def _naming(mails: "QuerySet[Any]", subject: Subject) -> "QuerySet[Any]":
    """Those that name the customer in their bytes or in what was noted about them."""
    ids = []
    last = 0
    while page := list(mails.filter(pk__gt=last).order_by("pk").values_list("pk", "raw", "detail", "message_id")[:50]):
        for pk, raw, detail, message_id in page:
            text = bytes(raw).decode("utf-8", "replace")
            if subject.is_named_in(f"{message_id}\n{detail}\n{text}"):
                ids.append(pk)
        last = page[-1][0]
    return mails.filter(pk__in=ids)


def _tags(subject: Subject) -> dict[str, int]:
    """Tags that no other ticket has: a word that sorts one person's tickets is about that person."""
    on_these = TicketTag.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
    tag_ids = set(on_these.values_list("tag_id", flat=True))
    on_others = TicketTag.objects.filter(client_id=subject.client_id, tag_id__in=tag_ids)
    shared = on_others.exclude(ticket_id__in=subject.ticket_ids).values_list("tag_id", flat=True)
    gone = on_these.delete()[0]
    alone = tag_ids - set(shared)
    Tag.objects.filter(client_id=subject.client_id, pk__in=alone).delete()
    return {"ticket_tags": gone, "tags": len(alone)}


def _of_people(subject: Subject) -> dict[str, int]:
    """What staff keep for themselves: drafts on the tickets, saved views that name the customer."""
    gone = {"drafts": 0, "saved_views": 0}
    cards = StaffCard.objects.filter(client_id=subject.client_id).order_by("user_id")
    for user_id in list(cards.values_list("user_id", flat=True)):
        with scope.enter(scope.Scope(side=Side.SYSTEM, client_ids=(subject.client_id,), user_id=user_id)):
            drafts = Draft.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
            gone["drafts"] += drafts.delete()[0]
            for view in SavedView.objects.filter(user_id=user_id) if subject.names else ():
                if subject.is_named_in(f"{view.name}\n{unquote_plus(view.query)}"):
                    gone["saved_views"] += view.delete()[0]
    return gone


def _sessions(subject: Subject) -> dict[str, int]:
    """Browsers in which the customer is signed in, or has opened one of the tickets."""
    if subject.customer_id is None:
        return {}
    gone, last = 0, ""
    while page := list(Session.objects.filter(session_key__gt=last).order_by("session_key")[:_AT_ONCE]):
        last = page[-1].session_key
        theirs = [each for each in page if _is_theirs(SessionStore().decode(each.session_data), subject)]
        gone += Session.objects.filter(pk__in=[each.pk for each in theirs]).delete()[0]
    return {"sessions": gone}


def _is_theirs(data: dict[str, Any], subject: Subject) -> bool:
    at = str(subject.client_id)
    signed_in = data.get("customers", {}).get(at, {}).get("id") == subject.customer_id
    opened = data.get("opened", {}).get(at, [])
    return signed_in or any(entry[1:2] == [subject.customer_id] for entry in opened if isinstance(entry, list))

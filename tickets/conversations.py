"""One old conversation of another system: what it is, and how a record of an import file is checked.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from helpdesk.lib import html
from tickets.models import Impact, Message, Status

_AUTHORS = {
    "customer": (Message.Author.CUSTOMER, Message.Audience.PUBLIC),
    "agent": (Message.Author.STAFF, Message.Audience.PUBLIC),
    "system": (Message.Author.SYSTEM, Message.Audience.SHARED),
}
LONGEST_BODY = 100_000


class BadRecord(ValueError):
    """A line can't be taken; the text says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of an old conversation; `agent` is the name of whoever wrote for the staff, if known."""

    author: Message.Author
    audience: Message.Audience
    body: str
    at: datetime
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One old conversation, checked."""

    external_id: str
    subject: str
    category: str
    tags: tuple[str, ...]
    customer: Mapping[str, str]
    created_at: datetime
    messages: tuple[Said, ...]
    status: Status
    language: str
    impact: Impact = Impact.HINDERED


def read_conversation(record: Any) -> Conversation:
    """Check one record of an import file; raises `BadRecord` with the reason.

    `status` may say open, solved or closed; without it a completed conversation is solved, and
    any other is closed.
    """
    if not isinstance(record, dict):
        raise BadRecord("the line is no object")
    external_id = _text(record.get("external_id") or record.get("id"), "external_id", 120)
    subject = _text(record.get("subject"), "subject", 300)
    raw = record.get("messages")
    if not isinstance(raw, list) or not raw:
        raise BadRecord("messages is no list with at least one message")
    agent = record.get("agent")
    name = _optional(agent.get("name"), "agent") if isinstance(agent, dict) else ""
    messages = tuple(_said(item, number, name) for number, item in enumerate(raw, 1))
    if any(a.at > b.at for a, b in pairwise(messages)):
        raise BadRecord("the messages are not in the order of their times")
    customer = record.get("customer")
    if not isinstance(customer, dict):
        raise BadRecord("customer is no object")
    facts = {k: _optional(customer.get(k), k) for k in ("id", "name", "email", "phone", "tier", "account_id")}
    if not (facts["id"] or facts["email"]):
        raise BadRecord("the customer has neither id nor email")
    return Conversation(
        external_id=external_id,
        subject=subject,
        category=_optional(record.get("category"), "category"),
        tags=tuple(t for t in [_optional(record.get("subcategory"), "subcategory")] if t),
        customer=facts,
        created_at=_time(record.get("created_at"), "created_at"),
        messages=messages,
        status=_status(record),
        language=_optional(record.get("language"), "language")[:8],
    )


def _status(record: Mapping[str, Any]) -> Status:
    told = record.get("status")
    if told is None:
        return Status.SOLVED if record.get("resolution", "completed") == "completed" else Status.CLOSED
    if told not in Status.values:
        raise BadRecord(f"status is none of {', '.join(Status.values)}")
    return Status(told)


def _said(item: Any, number: int, agent: str) -> Said:
    if not isinstance(item, dict) or item.get("author") not in _AUTHORS:
        raise BadRecord(f"message {number} has no author of customer, agent or system")
    author, audience = _AUTHORS[item["author"]]
    body = item.get("body")
    if not isinstance(body, str):
        raise BadRecord(f"message {number} has no body")
    try:
        cleaned = html.clean_text(body, limit=LONGEST_BODY)
    except html.TooLong:
        raise BadRecord(f"message {number} is longer than {LONGEST_BODY} characters") from None
    by = agent if author is Message.Author.STAFF else ""
    return Said(author, audience, cleaned or "(empty)", _time(item.get("at"), f"message {number}: at"), by)


def _time(text: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadRecord(f"{name} is no ISO 8601 time") from None
    if moment.tzinfo is None:
        raise BadRecord(f"{name} has no time zone")
    return moment.astimezone(UTC)


def _text(value: Any, name: str, limit: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(f"{name} is missing")
    try:
        return html.clean_line(value, limit=limit)
    except html.TooLong:
        raise BadRecord(f"{name} is longer than {limit} characters") from None


def _optional(value: Any, name: str) -> str:
    return "" if value in (None, "") else _text(str(value), name, 160)

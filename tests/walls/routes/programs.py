"""Rows of the API."""

from typing import Any

from access.doors import Kind
from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import ALL, Data

DRAFT = {"title": "A door", "body": "Turn it.", "category": "Doors", "audience": "public", "language": "en"}
RECORD = {"customer": "K-1", "kind": "order", "updated_at": "2030-01-01T00:00:00Z", "fields": {"status": "sent"}}


def _api(view: str, method: str = "GET", right: Right = Right.TICKET_READ, **more: Any) -> Row:
    return Row(f"api:{view}", method, door=Kind.API, right=right, **more)


def _act(view: str, data: Data | None = None, right: Right = Right.TICKET_TRIAGE, **more: Any) -> Row:
    """An action on a ticket, or on a question about one, that the token can see."""
    return _api(view, "POST", right, sees=ALL, data=data or {}, **{"ok": 200, **more})


ROWS = [
    _api("ticket-list"),
    _api(
        "ticket-list",
        "POST",
        Right.TICKET_OPEN,
        data={
            "subject": "A door",
            "body": "It is shut.",
            "customer_email": "new@mail.example",
        },
        ok=201,
    ),
    _api("ticket-detail", sees=ALL),
    _api("message-list", sees=ALL),
    _api("file-detail", sees=ALL, ok=302),
    _act("ticket-reply", {"body": "Try the other key."}, Right.TICKET_REPLY, ok=201),
    _act("ticket-note", {"body": "Seen before."}, Right.TICKET_NOTE, ok=201),
    _act("ticket-assign", data=lambda p: {"assignee": None, "expected": p.things["card"]}),
    _act("ticket-solve"),
    _act("ticket-close"),
    _act("ticket-reopen"),
    _act("ticket-merge", lambda p: {"into": p.things["free_ticket"]}),
    _act("ticket-sort", {"impact": 1}),
    _act("ticket-priority", {"priority": 1, "reason": "It rains in."}),
    _act("ticket-tags", {"tags": ["door"]}),
    _api("customer-list", right=Right.CUSTOMER_SEARCH, query={"email": "rita@mail.example"}),
    _api("customer-list", "POST", Right.CUSTOMER_EDIT, data={"name": "Nora"}, ok=201),
    _api("customer-detail", right=Right.CUSTOMER_READ, sees=ALL),
    _api("customer-detail", "PATCH", Right.CUSTOMER_EDIT, data={"tier": "gold"}, ok=200),
    _api("record-detail", "PUT", Right.SOURCES_EDIT, data=RECORD, ok=200),
    _api("record-detail", "DELETE", Right.SOURCES_EDIT, ok=204),
    _api("article-list", right=Right.ARTICLE_READ),
    _api("article-list", "POST", Right.ARTICLE_WRITE, data=DRAFT, ok=201),
    _api("article-search", right=Right.ARTICLE_READ, query={"q": "door"}),
    _api("article-detail", right=Right.ARTICLE_READ),
    _api(
        "article-drafts",
        "POST",
        Right.ARTICLE_WRITE,
        sees=(Right.ARTICLE_READ,),
        data={**DRAFT, "expected_number": 1},
        ok=201,
    ),
    _api("article-publish", "POST", Right.ARTICLE_PUBLISH, sees=(Right.ARTICLE_READ,), data={"number": 1}, ok=200),
    _api("escalation-list"),
    _act(
        "escalation-list",
        right=Right.TICKET_ESCALATE,
        data=lambda p: {
            "ticket": p.things["number"],
            "reason": "decision",
            "question": "A new door?",
        },
        ok=201,
        expect={"v1own": 400, "o2": 400},
        because="the ticket stands in the body: what is not visible is named at its field",
    ),
    _api("escalation-detail", sees=ALL),
    _act("escalation-return", {"answer": "Yes."}, Right.ESCALATION_ANSWER),
    _act("escalation-not-needed", {}, Right.ESCALATION_ANSWER),
    _act("escalation-incomplete", {"missing": "A picture."}, Right.ESCALATION_ANSWER),
    _act("escalation-decline", {"reason": "Out of warranty."}, Right.ESCALATION_ANSWER),
    _act("escalation-take-over", {}, Right.ESCALATION_ANSWER),
]

"""Rows of `tickets`: the desk, the client's records and words, and the portal."""

from typing import Any

from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import ALL, CONSOLE, ONLY_V12, PORTAL, handling

SOURCE = {"name": "Asset register", "fields_": "status text public Status", "number_class": "public"}
OWN_FIELD = {"label": "Key number", "kind": "text", "sensitivity": "contact"}
GUARDS = {
    "name": "public",
    "phone": "contact",
    "email": "contact",
    "postal_address": "sensitive",
    "postcode": "contact",
    "language": "public",
    "tier": "public",
    "external_id": "contact",
    "reasons": "The customer asked us to call",
}
SERVICE = {"name": "Doors", "criticality": "vital"}
PRIORITIES = {f"p{i}{u}": "2" for i in (1, 2, 3) for u in (1, 2, 3)} | {
    "vital": "1",
    "important": "0",
    "ordinary": "0",
    "busy": "1",
}
QUESTION = {"subject": "A door", "body": "It is shut.", "impact": "2", "name": "Nina", "email": "nina@mail.example"}


def _showing(view: str, **more: Any) -> Row:
    """A form that shows a masked field of a record."""
    return Row(
        view,
        "POST",
        right=Right.CUSTOMER_READ,
        also=(Right.CUSTOMER_REVEAL,),
        sees=ALL,
        data={"reason": "Correcting the record"},
        expect={"v1own": 404},
        because="whoever may not open the record is told nothing of the right to show",
        **more,
    )


ROWS = [
    Row("desk:queue", right=Right.TICKET_READ),
    Row("desk:view_counts", right=Right.TICKET_READ),
    Row("desk:find", right=Right.TICKET_READ, query={"q": "door"}, ok=302),
    Row("desk:next", "POST", right=Right.TICKET_TRIAGE),
    Row("desk:keep_view", "POST", right=Right.TICKET_READ, data={"name": "Doors", "query": "?q=door"}),
    Row(
        "desk:remove_view",
        "POST",
        right=Right.TICKET_READ,
        expect=dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1"), 404),
        because="a view is its person's own: only V12, who kept it, may remove it",
    ),
    Row("desk:customers", right=Right.CUSTOMER_SEARCH, query={"q": "rita"}),
    Row("desk:customer", right=Right.CUSTOMER_READ, sees=ALL),
    Row("desk:edit_customer", right=Right.CUSTOMER_EDIT),
    Row(
        "desk:edit_customer", "POST", right=Right.CUSTOMER_EDIT, data={"name": "Rita Ek", "email": "rita@mail.example"}
    ),
    Row("desk:reveal", right=Right.CUSTOMER_READ, sees=ALL),
    _showing("desk:reveal", ok=200),
    Row("desk:reveal_record", right=Right.CUSTOMER_READ, sees=ALL),
    _showing("desk:reveal_record", ok=200),
    Row("desk:call", right=Right.CUSTOMER_READ, sees=ALL),
    _showing("desk:call"),
    Row("desk:client_records", right=Right.CUSTOMER_READ, sees=ALL),
    Row("desk:verify", right=Right.TICKET_REPLY, also=(Right.CUSTOMER_READ,), sees=ALL),
    Row(
        "desk:verify",
        "POST",
        right=Right.TICKET_REPLY,
        also=(Right.CUSTOMER_READ,),
        sees=ALL,
        data={"field": "email", "said": "rita@mail.example"},
        ok=200,
    ),
    Row("desk:draft", "POST", data={"body": "So far"}, ok=204, expect=ONLY_V12, because="V12's own draft"),
    Row("desk:new", right=Right.TICKET_OPEN),
    Row(
        "desk:new",
        "POST",
        right=Right.TICKET_OPEN,
        data={
            "email": "new@mail.example",
            "channel": "phone",
            "subject": "A door",
            "body": "It is shut.",
            "impact": "2",
            "urgency": "2",
            "language": "en",
        },
    ),
    Row("desk:ticket", right=Right.TICKET_READ, sees=ALL),
    Row("desk:suggestions", right=Right.ARTICLE_READ, sees=ALL, query={"q": "door"}),
    Row("desk:file", right=Right.TICKET_READ, sees=ALL, ok=302),
    Row("desk:kept_file", right=Right.TICKET_READ, sees=(*ALL, Right.TICKET_REPLY), ok=302),
    handling("reply", {"audience": "public", "body": "Try the other key."}, right=Right.TICKET_REPLY),
    handling("note", {"audience": "shared", "body": "Seen before."}, right=Right.TICKET_NOTE),
    handling("assign", lambda p: {"card": p.things["card"], "before": ""}),
    handling("work_now", right=Right.TICKET_REPLY, ok=409, because="nobody of the cast lacks a certificate"),
    handling("send_waiting", lambda p: {"read": p.things["waiting_read"]}, right=Right.TICKET_REPLY),
    handling("leave_waiting", lambda p: {"read": p.things["waiting_read"]}, right=Right.TICKET_REPLY),
    handling("solve"),
    handling("close"),
    handling("reopen"),
    handling("sort", lambda p: {"category": p.things["category"], "impact": "1", "urgency": "1", "need": "a door"}),
    handling("priority", {"priority": "1", "reason": "It rains in."}),
    handling("tags", {"tags": "door, rain"}),
    Row("desk:skip", right=Right.TICKET_TRIAGE, sees=ALL),
    handling("skip", {"why": "language"}, also=(Right.TICKET_READ,)),
    Row("desk:undelivered", right=Right.TICKET_REPLY),
    Row("desk:send_again", "POST", right=Right.TICKET_REPLY, sees=ALL),
    Row(
        "desk:retry_call",
        "POST",
        right=Right.TICKET_REPLY,
        sees=ALL,
        expect={"o1": 404, "a1": 404},
        because="a vendor's own call: the client's are tried again in its console",
    ),
    Row("console:undelivered", door=CONSOLE, right=Right.TICKET_REPLY),
    Row("console:impact_words", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:impact_words", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"en-blocked": ""}),
    Row("console:voice", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:voice", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"voice": "", "answer_link_hours": "24"}),
    Row("console:record_fields", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:record_fields", "POST", door=CONSOLE, right=Right.SOURCES_EDIT, data=GUARDS),
    Row("console:new_record_field", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:new_record_field", "POST", door=CONSOLE, right=Right.SOURCES_EDIT, data=OWN_FIELD),
    Row("console:record_field", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:record_field", "POST", door=CONSOLE, right=Right.SOURCES_EDIT, data=OWN_FIELD),
    Row("console:remove_record_field", "POST", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:move_record_field", "POST", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:services", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:new_service", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:new_service", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data=SERVICE),
    Row("console:service", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:service", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data=SERVICE),
    Row("console:priorities", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:priorities", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data=PRIORITIES),
    Row("console:record_sources", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:new_record_source", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:new_record_source", "POST", door=CONSOLE, right=Right.SOURCES_EDIT, data=SOURCE),
    Row("console:record_source", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:record_source", "POST", door=CONSOLE, right=Right.SOURCES_EDIT, data=SOURCE),
    Row("console:renew_source_secret", "POST", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("console:remove_record_source", "POST", door=CONSOLE, right=Right.SOURCES_EDIT),
    Row("portal:home", door=PORTAL),
    Row("portal:new", door=PORTAL),
    Row("portal:new", "POST", door=PORTAL, data=QUESTION),
    Row("portal:opened", door=PORTAL, expect={"visitor": 404, "r1b": 404, "r2": 404}),
    Row("portal:sign_in", door=PORTAL),
    Row("portal:sign_in", "POST", door=PORTAL, data={"email": "rita@mail.example"}),
    Row("portal:sign_out", "POST", door=PORTAL),
    Row("portal:enter", door=PORTAL),
    Row("portal:enter", "POST", door=PORTAL),
    Row("portal:mine", door=PORTAL, signed_in=True),
    Row("portal:ticket", door=PORTAL, signed_in=True),
    Row("portal:reply", "POST", door=PORTAL, signed_in=True, data={"body": "Thank you."}),
    Row("portal:close", "POST", door=PORTAL, signed_in=True),
    Row("portal:reopen", "POST", door=PORTAL, signed_in=True),
    Row("portal:file", door=PORTAL, signed_in=True, ok=302),
]

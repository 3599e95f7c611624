"""A row for every route and method: what it asks, and a request that it takes.

To add a page: one `Row` a method, with the right that it needs.  Arguments of the address are
filled by their names from `places`; a new kind of thing is made there.
"""

from collections.abc import Callable
from typing import Any

from access.doors import Kind
from access.rights import Right
from tests.walls.contract_routes import CONTRACTS
from tests.walls.matrix import Row
from tests.walls.places import Place


def _account(place: Place) -> dict[str, Any]:
    """An account of somebody of the vendor's in one of the client's systems."""
    return {"system": place.things["shop"], "person": place.things["user_id"], "login": "new"}


def _clearance(view: str, data: dict[str, Any] | Callable[[Place], dict[str, Any]] | None = None) -> list[Row]:
    """What the client asks for: a page, or with `data` one of its forms."""
    method = "GET" if data is None else "POST"
    return [Row(f"console:{view}", method, door=Kind.CONSOLE, right=Right.CLEARANCE_EDIT, data=data or {})]


# A client's own people have nobody to ask.
ASKERS = dict.fromkeys(("o1", "a1", "e1", "o2"), 403)
EMERGENCIES = [
    Row("desk:ask_emergency", expect=ASKERS, because="a client's own people have nobody to ask"),
    Row(
        "desk:ask_emergency",
        "POST",
        # At the third client nobody of the vendor's works.
        data={"client": "tallholm", "number": "7", "reason": "It burns", "minutes": "15"},
        expect=ASKERS,
        because="a client's own people have nobody to ask",
    ),
    Row(
        "desk:end_emergency",
        "POST",
        expect=dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1", "x"), 404),
        because="a request is its person's own: only V12, who made it, may take it back",
    ),
    Row("console:requests", door=Kind.CONSOLE, right=Right.CONSOLE),
    Row(
        "console:decide_emergency",
        "POST",
        door=Kind.CONSOLE,
        right=Right.EMERGENCY_DECIDE,
        data={"do": "allow", "minutes": "30"},
    ),
    Row("console:stop_emergency", "POST", door=Kind.CONSOLE, right=Right.EMERGENCY_DECIDE),
    Row(
        "console:review_emergency",
        "POST",
        door=Kind.CONSOLE,
        right=Right.EMERGENCY_DECIDE,
        data={"review": "It was right."},
    ),
]
ACCESS = [
    Row("desk:my_access"),
    Row("desk:new_token"),
    Row("desk:new_token", "POST", data={"rights": ["read_tickets"], "days": "30"}, ok=200),
    Row(
        "desk:revoke_token",
        "POST",
        expect={**dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1", "x"), 404)},
        because="a key is its person's own: only V12, who made it, may take it back",
    ),
    Row("desk:shift_code", right=Right.CLEARANCE_EXTEND),
    Row(
        "desk:shift_code",
        "POST",
        right=Right.CLEARANCE_EXTEND,
        data=lambda place: {"person": place.things["agent_id"]},
        ok=200,
    ),
    Row("console:company_sign_in", door=Kind.CONSOLE, right=Right.ROLES_EDIT),
    Row("console:company_sign_in", "POST", door=Kind.CONSOLE, right=Right.ROLES_EDIT, data={"issuer": "x"}, ok=200),
    Row("console:drop_company_sign_in", "POST", door=Kind.CONSOLE, right=Right.ROLES_EDIT),
    Row("console:shift_code", door=Kind.CONSOLE, right=Right.ROLES_EDIT),
    Row(
        "console:shift_code",
        "POST",
        door=Kind.CONSOLE,
        right=Right.ROLES_EDIT,
        data=lambda place: {"person": place.things["member_id"]},
        ok=200,
    ),
    Row("console:flags", door=Kind.CONSOLE, right=Right.LOG_READ),
    *_clearance("set_flag_rules", {"without_ticket_most": "5", "bulk_minutes": "10"}),
    Row(
        "console:explain_flag",
        "POST",
        door=Kind.CONSOLE,
        right=Right.CLEARANCE_EXTEND,
        data={"text": "A recall."},
    ),
    Row("console:systems", door=Kind.CONSOLE, right=Right.CONSOLE),
    *_clearance("add_system", {"name": "Asset list", "removed_by": "The IT desk"}),
    *_clearance("retire_system", {}),
    *_clearance("register_account", _account),
    *_clearance("ask_removal", {}),
    *_clearance("confirm_removal", {}),
    Row("desk:systems", right=Right.CLEARANCE_EXTEND),
    Row("desk:systems", "POST", right=Right.CLEARANCE_EXTEND, data=_account),
    Row("desk:ask_removal", "POST", right=Right.CLEARANCE_EXTEND),
    Row("console:access_log", door=Kind.CONSOLE, right=Right.LOG_READ),
    Row("console:access_log_csv", door=Kind.CONSOLE, right=Right.LOG_READ),
    Row(
        "desk:nda",
        expect=dict.fromkeys(("o1", "a1", "e1", "o2", "x"), 404),
        because="asked of whoever has a place by a vendor today, whatever else is closed",
    ),
    Row(
        "desk:nda",
        "POST",
        data=lambda place: {"number": 1, "typed_name": "Viggo Brandt"},
        expect={**dict.fromkeys(("v1", "v1ro", "v1own", "lead"), 400), **dict.fromkeys(("o1", "a1", "e1", "x"), 404)},
        because="accepted in one's own name alone",
    ),
    Row("console:seal", door=Kind.CONSOLE, right=Right.LOG_READ),
    *(
        Row(
            f"console:{view}",
            door=Kind.CONSOLE,
            right=Right.LOG_READ,
            query=query,
            expect={"lead": 403},
            because="the whole log is the client's: a vendor does not see what another one did",
        )
        for view, query in (
            ("log_file", {}),
            ("heads_file", {}),
            ("entry_proof", {"entry": 0}),
            ("growth_proof", lambda place: {"head": place.things["head"]}),
        )
    ),
    Row("console:people", door=Kind.CONSOLE, right=Right.CONSOLE),
    Row("console:certify", "POST", door=Kind.CONSOLE, right=Right.CLEARANCE_EDIT),
    *_clearance("clearance"),
    *_clearance("publish_nda", {"text": "Keep it to yourself, always.", "when": "week"}),
    *_clearance("set_networks", {"networks": "127.0.0.0/8"}),
    *_clearance(
        "set_clearance_rules",
        {"certification_grace_days": "2", "must_read_grace_days": "0", "emergency_minutes": "60"},
    ),
    *_clearance("require_certification", {"name": "Windows"}),
    *_clearance("retire_certification", {}),
    Row("console:roles", door=Kind.CONSOLE, right=Right.ROLES_EDIT),
    # A role's name is the same at every client.
    Row("console:role", door=Kind.CONSOLE, right=Right.ROLES_EDIT, missing=None),
    Row(
        "console:role",
        "POST",
        door=Kind.CONSOLE,
        right=Right.ROLES_EDIT,
        data={"rights": ["read_tickets"]},
        missing=None,
    ),
    Row("console:suspend", door=Kind.CONSOLE, right=Right.ACCESS_SUSPEND),
    Row(
        "console:suspend",
        "POST",
        door=Kind.CONSOLE,
        right=Right.ACCESS_SUSPEND,
        data=lambda place: {"target": place.things["target"], "sure": "on"},
    ),
    Row("console:restore", "POST", door=Kind.CONSOLE, right=Right.ACCESS_SUSPEND),
    *EMERGENCIES,
]

OWN = {**dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1", "x"), 404)}
NO_FACTOR = {**dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "o2", "a1", "e1", "x", "operator"), 302)}
ACCOUNTS = [
    Row("account_passkey", door=Kind.PUBLIC),
    Row("account_passkey", "POST", door=Kind.PUBLIC, ok=302),
    Row("mfa_authenticate", door=Kind.PUBLIC, ok=302, because="nobody is between two steps here"),
    Row("mfa_authenticate", "POST", door=Kind.PUBLIC, ok=302, because="nobody is between two steps here"),
    Row("account_reauthenticate"),
    Row("account_reauthenticate", "POST", data={"way": "password", "given": "no"}, ok=200),
    Row(
        "account_go_on",
        ok=302,
        missing=None,
        expect={"o2": 302, "operator": 302},
        because="what was kept is in one's own session",
    ),
    Row("company_start", door=Kind.PUBLIC, ok=404, because="neither client signs in by itself"),
    Row("company_callback", door=Kind.PUBLIC, ok=404, because="neither client signs in by itself"),
    Row("account_security"),
    Row("account_add_key"),
    Row("account_add_key", "POST", data={"given": "{}"}, ok=200),
    Row("account_add_device"),
    Row("account_add_device", "POST", data={"code": "000000"}, ok=200),
    Row("account_recovery_codes", expect=NO_FACTOR, because="of the cast, V12 alone has a second factor"),
    Row("account_recovery_codes", "POST", ok=200, expect=NO_FACTOR, because="of the cast, V12 alone has one"),
    Row("account_remove_factor", "POST", expect=OWN, because="a factor is its person's own: V12's"),
    Row("account_end_session", "POST", expect=OWN, because="a session is its person's own: V12's"),
    Row("account_end_other_sessions", "POST"),
    Row("account_enter_shift_code", "POST", data={"given": "AAAA-BBBB-CCCC"}),
]

SITE = [
    Row("home", ok=302),
    Row("start", ok=302),
    Row("health_live", door=Kind.PUBLIC),
    Row("health_ready", door=Kind.PUBLIC, ok=503, because="no worker runs beside a test"),
    Row("client_styles"),
    Row("client_style", door=Kind.PORTAL),
    Row("choose_language", "POST", door=Kind.PUBLIC, data={"language": "sv"}),
    Row("api:schema", door=Kind.PUBLIC),
    Row("api:docs", door=Kind.PUBLIC),
]

R = Right
ALL = (Right.TICKET_READ_ALL,)
CONSOLE, PORTAL = Kind.CONSOLE, Kind.PORTAL


def _handling(view: str, data: dict[str, Any] | Callable[[Place], dict[str, Any]] | None = None, **more: Any) -> Row:
    """Something done with a ticket that the person can see."""
    return Row(f"desk:{view}", "POST", right=more.pop("right", R.TICKET_TRIAGE), sees=ALL, data=data or {}, **more)


OWN_DRAFT = dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1", "x"), 404)

DESK = [
    Row("desk:queue", right=R.TICKET_READ),
    Row("desk:view_counts", right=R.TICKET_READ),
    Row("desk:find", right=R.TICKET_READ, query={"q": "door"}, ok=302),
    Row("desk:next", "POST", right=R.TICKET_TRIAGE),
    Row("desk:keep_view", "POST", right=R.TICKET_READ, data={"name": "Doors", "query": "?q=door"}),
    Row(
        "desk:remove_view",
        "POST",
        right=R.TICKET_READ,
        expect=dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1"), 404),
        because="a view is its person's own: only V12, who kept it, may remove it",
    ),
    Row("desk:customers", right=R.CUSTOMER_SEARCH, query={"q": "rita"}),
    Row("desk:customer", right=R.CUSTOMER_READ, sees=ALL),
    Row("desk:edit_customer", right=R.CUSTOMER_EDIT),
    Row("desk:edit_customer", "POST", right=R.CUSTOMER_EDIT, data={"name": "Rita Ek", "email": "rita@mail.example"}),
    Row("desk:reveal", right=R.CUSTOMER_READ, sees=ALL),
    Row(
        "desk:reveal",
        "POST",
        right=R.CUSTOMER_READ,
        also=(R.CUSTOMER_REVEAL,),
        sees=ALL,
        data={"reason": "Correcting the record"},
        expect={"v1own": 404},
        because="whoever may not open the record is told nothing of the right to show",
        ok=200,
    ),
    Row("desk:reveal_record", right=R.CUSTOMER_READ, sees=ALL),
    Row(
        "desk:reveal_record",
        "POST",
        right=R.CUSTOMER_READ,
        also=(R.CUSTOMER_REVEAL,),
        sees=ALL,
        data={"reason": "Correcting the record"},
        expect={"v1own": 404},
        because="whoever may not open the record is told nothing of the right to show",
        ok=200,
    ),
    Row("desk:call", right=R.CUSTOMER_READ, sees=ALL),
    Row(
        "desk:call",
        "POST",
        right=R.CUSTOMER_READ,
        also=(R.CUSTOMER_REVEAL,),
        sees=ALL,
        data={"reason": "Correcting the record"},
        expect={"v1own": 404},
        because="whoever may not open the record is told nothing of the right to show",
    ),
    Row("desk:client_records", right=R.CUSTOMER_READ, sees=ALL),
    Row("desk:verify", right=R.TICKET_REPLY, also=(R.CUSTOMER_READ,), sees=ALL),
    Row(
        "desk:verify",
        "POST",
        right=R.TICKET_REPLY,
        also=(R.CUSTOMER_READ,),
        sees=ALL,
        data={"field": "email", "said": "rita@mail.example"},
        ok=200,
    ),
    Row("desk:draft", "POST", data={"body": "So far"}, ok=204, expect=OWN_DRAFT, because="V12's own draft"),
    Row("desk:new", right=R.TICKET_OPEN),
    Row(
        "desk:new",
        "POST",
        right=R.TICKET_OPEN,
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
    Row("desk:ticket", right=R.TICKET_READ, sees=ALL),
    Row("desk:suggestions", right=R.ARTICLE_READ, sees=ALL, query={"q": "door"}),
    Row("desk:file", right=R.TICKET_READ, sees=ALL, ok=302),
    Row("desk:kept_file", right=R.TICKET_READ, sees=ALL, ok=302),
    _handling("reply", {"audience": "public", "body": "Try the other key."}, right=R.TICKET_REPLY),
    _handling("note", {"audience": "shared", "body": "Seen before."}, right=R.TICKET_NOTE),
    _handling("assign", lambda p: {"card": p.things["card"], "before": ""}),
    _handling("work_now", right=R.TICKET_REPLY, ok=409, because="nobody of the cast lacks a certificate"),
    _handling("send_waiting", lambda p: {"read": p.things["waiting_read"]}, right=R.TICKET_REPLY),
    _handling("leave_waiting", lambda p: {"read": p.things["waiting_read"]}, right=R.TICKET_REPLY),
    _handling("solve"),
    _handling("close"),
    _handling("reopen"),
    _handling("sort", lambda p: {"category": p.things["category"], "impact": "1", "urgency": "1", "need": "a door"}),
    _handling("priority", {"priority": "1", "reason": "It rains in."}),
    _handling("tags", {"tags": "door, rain"}),
    Row("desk:skip", right=R.TICKET_TRIAGE, sees=ALL),
    _handling("skip", {"why": "language"}, also=(R.TICKET_READ,)),
    Row("desk:escalate", right=R.TICKET_ESCALATE, sees=ALL),
    _handling("escalate", {"reason": "decision", "question": "A new door?"}, right=R.TICKET_ESCALATE),
    Row("desk:escalation_strip", right=R.TICKET_READ, sees=ALL),
    _handling("take_on", right=R.TICKET_ESCALATE),
    _handling("take_back", right=R.TICKET_ESCALATE),
    Row("desk:undelivered", right=R.TICKET_REPLY),
    Row("desk:send_again", "POST", right=R.TICKET_REPLY, sees=ALL),
    Row("desk:reports", right=R.REPORT_READ),
    Row("desk:report", right=R.REPORT_READ),
    Row("desk:baseline", right=R.REPORT_READ),
    Row("desk:report_csv", right=R.REPORT_READ),
    Row("desk:report_tickets", right=R.REPORT_READ, query={"number": "opened"}),
    Row("desk:report_tickets_csv", right=R.REPORT_READ, query={"number": "opened"}),
]

ARTICLE = {
    "title": "How do I open the door?",
    "body": "Turn the key twice.",
    "audience": "public",
    "new_category": "Windows",
    "language": "en",
}

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

ARTICLES = [
    Row("desk:playbooks", right=R.ARTICLE_READ),
    Row("desk:playbook", right=R.ARTICLE_READ),
    Row("console:articles", door=CONSOLE, right=R.ARTICLE_READ),
    Row("console:article_new", door=CONSOLE, right=R.ARTICLE_WRITE),
    Row("console:article_new", "POST", door=CONSOLE, right=R.ARTICLE_WRITE, data=ARTICLE),
    Row("console:article_edit", door=CONSOLE, right=R.ARTICLE_WRITE),
    Row(
        "console:article_edit",
        "POST",
        door=CONSOLE,
        right=R.ARTICLE_WRITE,
        data={**ARTICLE, "expected_number": "1"},
    ),
    Row("console:article_preview", "POST", door=CONSOLE, right=R.ARTICLE_WRITE, data={"body": "**Now**"}, ok=200),
    Row("console:article_withdraw", "POST", door=CONSOLE, right=R.ARTICLE_PUBLISH),
    Row("console:must_reads", door=CONSOLE, right=R.ARTICLE_READ),
    Row("console:must_read_new", door=CONSOLE, right=R.ARTICLE_PUBLISH),
    Row("console:must_read_new", "POST", door=CONSOLE, right=R.ARTICLE_PUBLISH, data={"said": "Keep it shut."}),
    Row("console:must_read_end", "POST", door=CONSOLE, right=R.ARTICLE_PUBLISH),
    Row(
        "desk:read",
        "POST",
        right=R.ARTICLE_READ,
        data={"number": "1"},
        expect={"o1": 404, "a1": 404},
        because="asked of those who work for a vendor",
    ),
    Row("portal:articles", door=PORTAL, query={"q": "door"}),
    Row("portal:article", door=PORTAL),
    Row("portal:suggest", door=PORTAL, query={"q": "door"}),
]

CLIENTS = [
    Row("console:home", door=CONSOLE, right=R.CONSOLE),
    Row("console:inbox", door=CONSOLE, right=R.CONSOLE),
    Row("console:escalation", door=CONSOLE, right=R.CONSOLE, sees=(R.TICKET_READ,)),
    Row(
        "console:escalation",
        "POST",
        door=CONSOLE,
        right=R.CONSOLE,
        also=(R.ESCALATION_ANSWER,),
        data={"do": "acknowledge"},
    ),
    Row("console:undelivered", door=CONSOLE, right=R.TICKET_REPLY),
    Row("console:impact_words", door=CONSOLE, right=R.MATRIX_EDIT),
    Row("console:impact_words", "POST", door=CONSOLE, right=R.MATRIX_EDIT, data={"en-blocked": ""}),
    Row("console:voice", door=CONSOLE, right=R.MATRIX_EDIT),
    Row("console:voice", "POST", door=CONSOLE, right=R.MATRIX_EDIT, data={"voice": "", "answer_link_hours": "24"}),
    Row("console:matrix", door=CONSOLE, right=R.MATRIX_READ),
    Row("console:matrix_edit", door=CONSOLE, right=R.MATRIX_EDIT),
    Row("console:matrix_edit", "POST", door=CONSOLE, right=R.MATRIX_EDIT, data={"do": "add"}, ok=200),
    Row("console:matrix_paste", door=CONSOLE, right=R.MATRIX_EDIT),
    Row(
        "console:matrix_paste",
        "POST",
        door=CONSOLE,
        right=R.MATRIX_EDIT,
        data={"text": "Nothing", "where": "below"},
        ok=400,
    ),
    Row("console:contacts", door=CONSOLE, right=R.MATRIX_READ),
    Row(
        "console:add_contact",
        "POST",
        door=CONSOLE,
        right=R.MATRIX_EDIT,
        data={"name": "Bo Ek", "email": "bo@x.example", "language": "en"},
    ),
    Row("console:contact", door=CONSOLE, right=R.MATRIX_EDIT),
    Row(
        "console:contact",
        "POST",
        door=CONSOLE,
        right=R.MATRIX_EDIT,
        data={"name": "Bo Ek", "email": "bo@x.example", "language": "en"},
    ),
    Row("console:switch_contact", "POST", door=CONSOLE, right=R.MATRIX_EDIT, data={"active": "0"}),
    Row("console:record_fields", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:record_fields", "POST", door=CONSOLE, right=R.SOURCES_EDIT, data=GUARDS),
    Row("console:new_record_field", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:new_record_field", "POST", door=CONSOLE, right=R.SOURCES_EDIT, data=OWN_FIELD),
    Row("console:record_field", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:record_field", "POST", door=CONSOLE, right=R.SOURCES_EDIT, data=OWN_FIELD),
    Row("console:remove_record_field", "POST", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:move_record_field", "POST", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:record_sources", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:new_record_source", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:new_record_source", "POST", door=CONSOLE, right=R.SOURCES_EDIT, data=SOURCE),
    Row("console:record_source", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:record_source", "POST", door=CONSOLE, right=R.SOURCES_EDIT, data=SOURCE),
    Row("console:renew_source_secret", "POST", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:remove_record_source", "POST", door=CONSOLE, right=R.SOURCES_EDIT),
    Row("console:reports", door=CONSOLE, right=R.REPORT_READ),
    Row("console:baseline", door=CONSOLE, right=R.REPORT_READ),
    Row("console:take_baseline", "POST", door=CONSOLE, right=R.CONTRACT_SIGN),
    Row("console:report_csv", door=CONSOLE, right=R.REPORT_READ),
    Row("console:report_tickets", door=CONSOLE, right=R.REPORT_READ, query={"number": "opened"}),
    Row("console:report_tickets_csv", door=CONSOLE, right=R.REPORT_READ, query={"number": "opened"}),
]

LEAVING = [
    Row("desk:hand_overs", right=R.CLEARANCE_EXTEND),
    Row("desk:hand_over", right=R.CLEARANCE_EXTEND),
    Row("desk:hand_over", "POST", right=R.CLEARANCE_EXTEND, data={"notes": "Call her."}),
    Row("console:exits", door=CONSOLE, right=R.DATA_EXPORT),
    Row(
        "console:exits",
        "POST",
        door=CONSOLE,
        right=R.DATA_EXPORT,
        also=(R.CUSTOMER_READ,),
        data=lambda p: {"customer": str(p.things["customer"])},
    ),
    Row("console:erase", door=CONSOLE, right=R.CUSTOMER_ERASE),
    Row(
        "console:erase",
        "POST",
        door=CONSOLE,
        right=R.CUSTOMER_ERASE,
        data=lambda p: {"typed": p.things["email"]},
    ),
    Row("console:new_package", "POST", door=CONSOLE, right=R.DATA_EXPORT),
    Row("console:new_customer_export", "POST", door=CONSOLE, right=R.DATA_EXPORT, also=(R.CUSTOMER_READ,)),
    Row("console:export", door=CONSOLE, right=R.DATA_EXPORT),
    Row("console:fetch_export", "POST", door=CONSOLE, right=R.DATA_EXPORT),
    Row("console:export_file", door=CONSOLE, right=R.DATA_EXPORT),
    Row("console:certificate", door=CONSOLE, right=R.CUSTOMER_ERASE),
    Row("console:certificate_json", door=CONSOLE, right=R.CUSTOMER_ERASE),
    Row("console:retention", door=CONSOLE, right=R.CUSTOMER_ERASE),
    Row("console:retention", "POST", door=CONSOLE, right=R.CUSTOMER_ERASE, data={"tickets": "24"}),
]

QUESTION = {"subject": "A door", "body": "It is shut.", "impact": "2", "name": "Nina", "email": "nina@mail.example"}

PORTALS = [
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
    Row("portal:my_data", door=PORTAL, signed_in=True),
    Row("portal:my_data", "POST", door=PORTAL, signed_in=True),
    Row(
        "portal:my_data_file",
        "POST",
        door=PORTAL,
        signed_in=True,
        ok=200,
        expect={"r1b": 404},
        because="the file is the customer's who asked for it",
    ),
    Row("portal:ticket", door=PORTAL, signed_in=True),
    Row("portal:reply", "POST", door=PORTAL, signed_in=True, data={"body": "Thank you."}),
    Row("portal:close", "POST", door=PORTAL, signed_in=True),
    Row("portal:reopen", "POST", door=PORTAL, signed_in=True),
    Row("portal:file", door=PORTAL, signed_in=True, ok=302),
]


def _api(view: str, method: str = "GET", right: Right = R.TICKET_READ, **more: Any) -> Row:
    return Row(f"api:{view}", method, door=Kind.API, right=right, **more)


def _act(view: str, data: dict[str, Any] | None = None, right: Right = R.TICKET_TRIAGE, **more: Any) -> Row:
    """An action on a ticket, or on a question about one, that the token can see."""
    return _api(view, "POST", right, sees=ALL, data=data or {}, **{"ok": 200, **more})


DRAFT = {"title": "A door", "body": "Turn it.", "category": "Doors", "audience": "public", "language": "en"}

RECORD = {"customer": "K-1", "kind": "order", "updated_at": "2030-01-01T00:00:00Z", "fields": {"status": "sent"}}

PROGRAMS = [
    _api("ticket-list"),
    _api(
        "ticket-list",
        "POST",
        R.TICKET_OPEN,
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
    _act("ticket-reply", {"body": "Try the other key."}, R.TICKET_REPLY, ok=201),
    _act("ticket-note", {"body": "Seen before."}, R.TICKET_NOTE, ok=201),
    _act("ticket-assign", data=lambda p: {"assignee": None, "expected": p.things["card"]}),
    _act("ticket-solve"),
    _act("ticket-close"),
    _act("ticket-reopen"),
    _act("ticket-sort", {"impact": 1}),
    _act("ticket-priority", {"priority": 1, "reason": "It rains in."}),
    _act("ticket-tags", {"tags": ["door"]}),
    _api("customer-list", right=R.CUSTOMER_SEARCH, query={"email": "rita@mail.example"}),
    _api("customer-list", "POST", R.CUSTOMER_EDIT, data={"name": "Nora"}, ok=201),
    _api("customer-detail", right=R.CUSTOMER_READ, sees=ALL),
    _api("customer-detail", "PATCH", R.CUSTOMER_EDIT, data={"tier": "gold"}, ok=200),
    _api("record-detail", "PUT", R.SOURCES_EDIT, data=RECORD, ok=200),
    _api("record-detail", "DELETE", R.SOURCES_EDIT, ok=204),
    _api("article-list", right=R.ARTICLE_READ),
    _api("article-list", "POST", R.ARTICLE_WRITE, data=DRAFT, ok=201),
    _api("article-search", right=R.ARTICLE_READ, query={"q": "door"}),
    _api("article-detail", right=R.ARTICLE_READ),
    _api(
        "article-drafts", "POST", R.ARTICLE_WRITE, sees=(R.ARTICLE_READ,), data={**DRAFT, "expected_number": 1}, ok=201
    ),
    _api("article-publish", "POST", R.ARTICLE_PUBLISH, sees=(R.ARTICLE_READ,), data={"number": 1}, ok=200),
    _api("escalation-list"),
    _act(
        "escalation-list",
        right=R.TICKET_ESCALATE,
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
    _act("escalation-return", {"answer": "Yes."}, R.ESCALATION_ANSWER),
    _act("escalation-not-needed", {}, R.ESCALATION_ANSWER),
    _act("escalation-incomplete", {"missing": "A picture."}, R.ESCALATION_ANSWER),
    _act("escalation-take-over", {}, R.ESCALATION_ANSWER),
]

LETTERS = [
    Row("letter", door=Kind.LETTER),
    Row("letter", "POST", door=Kind.LETTER, data={"do": "acknowledge"}),
    Row("emergency_letter", door=Kind.LETTER),
    Row("emergency_letter", "POST", door=Kind.LETTER, data={"do": "refuse"}),
    Row("file_bytes", door=Kind.FILES, headers={"host": "files.testserver"}),
    Row("mailbox", door=Kind.DEMO),
    Row("mailbox_letter", door=Kind.DEMO),
]

ROWS = [*ACCESS, *CONTRACTS, *ACCOUNTS, *SITE, *DESK, *ARTICLES, *CLIENTS, *LEAVING, *PORTALS, *PROGRAMS, *LETTERS]

# Routes of a library behind our public door: its own tests ask them, and tests/attack those of ours.
LIBRARY = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

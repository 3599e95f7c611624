"""Rows of `escalation`: what climbs to whom, and the letters by which it is answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from access.doors import Kind
from access.rights import Right
from helpdesk.lib import clock
from tests.walls.matrix import Row
from tests.walls.places import Place
from tests.walls.routes.shapes import ALL, CONSOLE, ONLY_V12, handling

_ROTATION = {
    "rotations": "1",
    "version": "1",
    "name": "Nights",
    "zone": "Europe/Stockholm",
    "layer-1-turn": "1",
    "layer-1-unit": "week",
    "layer-1-weekday": "0",
    "layer-1-hand_over": "09:00",
    "layer-1-first": "2199-06-03",
    "do": "add",
}
_SOMETIME = {"starts_at": "2199-06-01T09:00", "ends_at": "2199-06-02T09:00"}

# Within the year, and after what was promised already.
_SOON = {"at": f"{clock.now() + timedelta(days=30):%Y-%m-%d}T09:00", "zone": "Europe/Stockholm"}
# Work outside the contract is asked for by those who work under it: the client's own people have every right there.
_WORKERS: dict[str, Any] = {
    "expect": {"o1": 403, "a1": 403},
    "because": "the client does not ask itself for more than the contract holds",
}
# A vendor's lead proposes; the client's admin, who has every right there, changes the matrix.
_PROPOSES: dict[str, Any] = {
    "right": Right.MATRIX_PROPOSE,
    "expect": {"o1": 403},
    "because": "the client proposes nothing to itself",
}
# What a vendor's agent has proposed is theirs to take back, and the client's to accept or refuse.
_OTHER_SIDE: dict[str, Any] = {"expect": {"o1": 409, "a1": 409}, "because": "nobody takes back what the others said"}
_ASKED = {"purpose": "beyond", "work": "new-door", "quantity": "1.5", "why": "It fell.", "otherwise": "It stays open."}
_GROUP = {"work": "lock", "category": ""}


def _in_group(name: str) -> Callable[[Place], dict[str, Any]]:
    def filled(place: Place) -> dict[str, Any]:
        return {"name": name, "members": [str(place.things["contact_id"])]}

    return filled


def _override(where: str) -> Callable[[Place], dict[str, Any]]:
    def filled(place: Place) -> dict[str, Any]:
        return {**_SOMETIME, "who": place.things[f"{where}:on_call_person"]}

    return filled


def _on_call(where: str, door: Kind, reads: Right, plans: Right) -> list[Row]:
    """The pages of schedules: the client's own in its console, the vendor's on the desk."""
    # The client's admin has every right there, and is not of the vendor.
    because = "each side plans its own"
    mine: dict[str, Any] = {"door": door, "right": plans, "expect": {"o1": 403} if where == "desk" else {}}
    return [
        Row(f"{where}:on_call", door=door, right=reads),
        Row(f"{where}:on_call_schedule", door=door, right=reads),
        Row(f"{where}:add_on_call", door=door, right=plans),
        Row(f"{where}:add_on_call", "POST", door=door, right=plans, data=_ROTATION, ok=200),
        Row(f"{where}:edit_on_call", because=because, **mine),
        Row(f"{where}:edit_on_call", "POST", data=_ROTATION, ok=200, because=because, **mine),
        Row(f"{where}:override_on_call", "POST", data=_override(where), because=because, **mine),
        Row(f"{where}:call_off_on_call", "POST", because=because, **mine),
        Row(f"{where}:retire_on_call", because=because, **mine),
        Row(f"{where}:retire_on_call", "POST", because=because, **mine),
    ]


_LEADS: dict[str, Any] = {"right": Right.INCIDENT_LEAD, "is_place": True}
_CAUSE = {"title": "Doors swell", "owner": "client"}
_WORDS = {"body": "The doors are planed.", "once": "doors", "do": "look"}

ROWS = [
    Row("desk:incidents", right=Right.TICKET_READ),
    Row("desk:new_incident", right=Right.INCIDENT_LEAD),
    Row("desk:new_incident", "POST", right=Right.INCIDENT_LEAD, data=_CAUSE),
    Row("desk:incident", right=Right.TICKET_READ, is_place=True),
    Row("desk:incident_progress", right=Right.TICKET_READ, is_place=True),
    Row("desk:edit_incident", also=(Right.TICKET_READ,), **_LEADS),
    Row("desk:edit_incident", "POST", data={**_CAUSE, "revision": "1"}, also=(Right.TICKET_READ,), **_LEADS),
    Row(
        "desk:link_tickets",
        "POST",
        right=Right.TICKET_TRIAGE,
        sees=ALL,
        data=lambda place: {"ticket": [place.things["free_ticket_id"]]},
        is_place=True,
    ),
    handling("unlink_ticket", {"reason": "Another door"}, is_place=True),
    Row("desk:tell_incident", also=(Right.TICKET_READ,), **_LEADS),
    Row("desk:tell_incident", "POST", data=_WORDS, ok=200, also=(Right.TICKET_READ,), **_LEADS),
    Row("desk:fix_incident", also=(Right.TICKET_READ,), **_LEADS),
    Row("desk:fix_incident", "POST", data=_WORDS, ok=200, also=(Right.TICKET_READ,), **_LEADS),
    Row("desk:incident_step", "POST", data={"do": "ease"}, **_LEADS),
    Row("desk:incident_banner", "POST", data={"banner": "No door opens."}, **_LEADS),
    Row("desk:ticket_incidents", right=Right.TICKET_READ, sees=ALL),
    Row("desk:cause", right=Right.TICKET_TRIAGE, sees=ALL),
    handling("cause", lambda place: {"incident": place.things["incident_number"]}),
    Row("console:incidents", door=CONSOLE, right=Right.TICKET_READ),
    Row(
        "portal:close_banner",
        "POST",
        door=Kind.PORTAL,
        missing=302,
        because="what is shown no more is left alone",
    ),
    Row("desk:escalate", right=Right.TICKET_ESCALATE, sees=ALL),
    handling("escalate", {"reason": "decision", "question": "A new door?"}, right=Right.TICKET_ESCALATE),
    Row("desk:escalation_strip", right=Right.TICKET_READ, sees=ALL),
    handling("take_on", right=Right.TICKET_ESCALATE),
    handling("take_back", right=Right.TICKET_ESCALATE),
    Row("desk:own_scope", right=Right.TICKET_ESCALATE),
    Row("desk:scope", right=Right.TICKET_ESCALATE, sees=ALL),
    handling("scope", _ASKED, right=Right.TICKET_ESCALATE, **_WORKERS),
    Row("desk:scope_strip", right=Right.TICKET_READ, sees=ALL),
    handling("withdraw_scope", right=Right.TICKET_ESCALATE, **_WORKERS),
    handling("record_work", {"quantity": "0.5"}, right=Right.TICKET_ESCALATE, **_WORKERS),
    handling("finish_scope", right=Right.TICKET_ESCALATE, **_WORKERS),
    Row("console:scope_log", door=CONSOLE, right=Right.REPORT_READ),
    Row("console:scope_sheet", door=CONSOLE, right=Right.REPORT_READ),
    Row("console:scope_request", door=CONSOLE, right=Right.SCOPE_DECIDE),
    Row("console:scope_request", "POST", door=CONSOLE, right=Right.SCOPE_DECIDE, data={"do": "approve"}),
    Row("console:scope_rules", door=CONSOLE, right=Right.CONTRACT_SIGN),
    Row("console:scope_rules", "POST", door=CONSOLE, right=Right.CONTRACT_SIGN, data={"answer_hours": "4"}),
    Row("console:amend_contract", "POST", door=CONSOLE, right=Right.CONTRACT_SIGN, data=_GROUP),
    Row("office:scope_log", door=Kind.OFFICE, right=Right.STAFF),
    Row("office:scope_sheet", door=Kind.OFFICE, right=Right.STAFF),
    Row("office:amend_contract", "POST", door=Kind.OFFICE, right=Right.STAFF, data=_GROUP),
    Row("scope_letter", door=Kind.LETTER),
    Row("scope_letter", "POST", door=Kind.LETTER, data={"do": "approve"}),
    Row("desk:ask_colleague", right=Right.TICKET_ESCALATE, sees=ALL),
    handling(
        "ask_colleague",
        {"whom": "leads", "question": "Which door?"},
        right=Right.TICKET_ESCALATE,
        also=(Right.TICKET_NOTE,),
        expect={"a1": 400, "o1": 400, "lead": 400},
    ),
    Row("desk:call_back", right=Right.TICKET_REPLY, sees=ALL),
    handling("call_back", _SOON, right=Right.TICKET_REPLY),
    handling("keep_call", {"outcome": "reached"}, right=Right.TICKET_REPLY),
    handling("move_call", {**_SOON, "reason": "They asked"}, right=Right.TICKET_REPLY),
    handling("withdraw_call", {"reason": "They wrote"}, right=Right.TICKET_REPLY),
    Row("desk:breaches", right=Right.TICKET_READ, sees=ALL),
    handling("propose_excuse", {"reason": "The line was cut"}, right=Right.TICKET_ESCALATE),
    handling("decide_excuse", {"do": "withdraw"}, right=Right.TICKET_ESCALATE, **_OTHER_SIDE),
    handling("give", {"place": "0", "given": "A-1"}, right=Right.TICKET_ESCALATE),
    handling("press_step", right=Right.TICKET_ESCALATE),
    Row("console:press_step", "POST", door=CONSOLE, right=Right.ESCALATION_ANSWER),
    Row("console:home", door=CONSOLE, right=Right.CONSOLE),
    Row("console:inbox", door=CONSOLE, right=Right.CONSOLE),
    Row("console:escalation", door=CONSOLE, right=Right.CONSOLE, sees=(Right.TICKET_READ,)),
    Row(
        "console:escalation",
        "POST",
        door=CONSOLE,
        right=Right.CONSOLE,
        also=(Right.ESCALATION_ANSWER,),
        data={"do": "acknowledge"},
    ),
    Row("desk:notices"),
    Row("desk:notice_count"),
    Row("desk:see_notices", "POST"),
    Row(
        "desk:open_notice",
        "POST",
        expect={**ONLY_V12, "x": 403},
        because="a notice is one person's: V12 alone may open it",
    ),
    Row("console:notices", door=CONSOLE, right=Right.CONSOLE),
    Row("console:notice_count", door=CONSOLE, right=Right.CONSOLE),
    Row("console:see_notices", "POST", door=CONSOLE, right=Right.CONSOLE),
    Row(
        "console:open_notice",
        "POST",
        door=CONSOLE,
        right=Right.CONSOLE,
        expect={"a1": 404, "e1": 404},
        because="a notice is one person's: the admin alone may open it",
    ),
    Row("console:matrix", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:matrix_versions", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:matrix_version", door=CONSOLE, right=Right.MATRIX_READ, is_place=True),
    Row("console:restore_matrix", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, is_place=True),
    Row("console:call_off_matrix", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, is_place=True),
    Row("console:try_matrix", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:matrix_lot", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:matrix_past", door=CONSOLE, right=Right.MATRIX_READ),
    Row("desk:matrix_proposal", **_PROPOSES),
    Row("desk:edit_proposal", **_PROPOSES),
    Row("desk:edit_proposal", "POST", data={"do": "add"}, ok=200, **_PROPOSES),
    Row("desk:add_proposal_path", **_PROPOSES),
    Row("desk:add_proposal_path", "POST", data={"do": "add"}, ok=200, **_PROPOSES),
    Row("desk:proposal_path", is_place=True, **_PROPOSES),
    Row("desk:proposal_path", "POST", data={"do": "add"}, ok=200, is_place=True, **_PROPOSES),
    # One waits for the client's word: nothing else can be sent.
    Row("desk:send_proposal", "POST", data={"revision": "1", "why": "It is better."}, ok=409, **_PROPOSES),
    Row("desk:change_proposal", "POST", data={"do": "back"}, **_PROPOSES),
    Row("console:matrix_proposed", door=CONSOLE, right=Right.MATRIX_READ),
    Row(
        "console:answer_proposal",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"do": "decline", "answer": "No."},
    ),
    Row("matrix_letter", door=Kind.LETTER),
    Row("matrix_letter", "POST", door=Kind.LETTER, data={"do": "decline", "answer": "No."}),
    Row("console:matrix_draft", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row(
        "console:publish_matrix",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"revision": "0", "seen": "0"},
        ok=409,
    ),
    Row("console:discard_matrix_draft", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"revision": "0"}),
    Row("console:matrix_edit", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:matrix_edit", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"do": "add"}, ok=200),
    Row("console:add_matrix_path", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:add_matrix_path", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"do": "add"}, ok=200),
    Row("console:matrix_path", door=CONSOLE, right=Right.MATRIX_EDIT, is_place=True),
    Row(
        "console:matrix_path", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"do": "add"}, ok=200, is_place=True
    ),
    Row("console:matrix_paste", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row(
        "console:matrix_paste",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"text": "Nothing", "where": "below"},
        ok=400,
    ),
    Row("console:hours", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:hours_version", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:hours_edit", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row(
        "console:hours_edit",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"zone": "Europe/Oslo", "day_0": "8-16", "do": "look"},
        ok=200,
    ),
    Row("console:restore_hours", "POST", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:withdraw_hours", "POST", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("office:coverage", door=Kind.OFFICE, right=Right.STAFF),
    Row("desk:coverage", right=Right.CLEARANCE_EXTEND),
    Row("desk:pressing", right=Right.CLEARANCE_EXTEND),
    Row("office:team_hours", door=Kind.OFFICE, right=Right.STAFF),
    Row(
        "office:team_hours",
        "POST",
        door=Kind.OFFICE,
        right=Right.STAFF,
        data={"team": "", "zone": "Asia/Manila", "day_0": "8-16"},
    ),
    Row("console:contacts", door=CONSOLE, right=Right.MATRIX_READ),
    Row(
        "console:add_contact",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"name": "Bo Ek", "email": "bo@x.example", "language": "en"},
    ),
    Row("console:contact", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row(
        "console:contact",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"name": "Bo Ek", "email": "bo@x.example", "language": "en"},
    ),
    Row("console:switch_contact", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"active": "0"}),
    Row("console:contact_groups", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:add_contact_group", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data=_in_group("Days")),
    Row("console:contact_group", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:contact_group", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data=_in_group("Nights")),
    Row("console:switch_contact_group", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"active": "0"}),
    *_on_call("console", CONSOLE, Right.MATRIX_READ, Right.MATRIX_EDIT),
    *_on_call("desk", Kind.STAFF, Right.ONCALL_EDIT, Right.ONCALL_EDIT),
    Row("desk:my_on_call"),
    Row("desk:ask_swap"),
    Row("desk:ask_swap", "POST", data={"shift": "", "other": ""}, ok=400),
    Row(
        "desk:answer_swap",
        "POST",
        data={"do": "decline"},
        expect={**ONLY_V12, "x": 403},
        because="a swap is asked of one person: V12 alone may answer it",
    ),
    Row("desk:on_call_address", "POST", data={"do": "make"}, ok=200),
    Row("on_call_feed", door=Kind.PUBLIC),
    Row("letter", door=Kind.LETTER),
    Row("letter", "POST", door=Kind.LETTER, data={"do": "acknowledge"}),
    Row("emergency_letter", door=Kind.LETTER),
    Row("emergency_letter", "POST", door=Kind.LETTER, data={"do": "refuse"}),
]

"""Rows of `access`: who may do what, and the log of who did."""

from typing import Any

from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.places import Place
from tests.walls.routes.shapes import CONSOLE, Data

ASKERS = dict.fromkeys(("o1", "a1", "e1", "o2"), 403)


def _account(place: Place) -> dict[str, Any]:
    """An account of somebody of the vendor's in one of the client's systems."""
    return {"system": place.things["shop"], "person": place.things["user_id"], "login": "new"}


def _clearance(view: str, data: Data | None = None) -> list[Row]:
    """What the client asks for: a page, or with `data` one of its forms."""
    method = "GET" if data is None else "POST"
    return [Row(f"console:{view}", method, door=CONSOLE, right=Right.CLEARANCE_EDIT, data=data or {})]


ROWS = [
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
    Row("console:requests", door=CONSOLE, right=Right.CONSOLE),
    Row(
        "console:decide_emergency",
        "POST",
        door=CONSOLE,
        right=Right.EMERGENCY_DECIDE,
        data={"do": "allow", "minutes": "30"},
    ),
    Row("console:stop_emergency", "POST", door=CONSOLE, right=Right.EMERGENCY_DECIDE),
    Row(
        "console:review_emergency",
        "POST",
        door=CONSOLE,
        right=Right.EMERGENCY_DECIDE,
        data={"review": "It was right."},
    ),
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
    Row("console:company_sign_in", door=CONSOLE, right=Right.ROLES_EDIT),
    Row("console:company_sign_in", "POST", door=CONSOLE, right=Right.ROLES_EDIT, data={"issuer": "x"}, ok=200),
    Row("console:drop_company_sign_in", "POST", door=CONSOLE, right=Right.ROLES_EDIT),
    Row("console:shift_code", door=CONSOLE, right=Right.ROLES_EDIT),
    Row(
        "console:shift_code",
        "POST",
        door=CONSOLE,
        right=Right.ROLES_EDIT,
        data=lambda place: {"person": place.things["member_id"]},
        ok=200,
    ),
    Row("console:flags", door=CONSOLE, right=Right.LOG_READ),
    *_clearance("set_flag_rules", {"without_ticket_most": "5", "bulk_minutes": "10"}),
    Row(
        "console:explain_flag",
        "POST",
        door=CONSOLE,
        right=Right.CLEARANCE_EXTEND,
        data={"text": "A recall."},
    ),
    Row("console:systems", door=CONSOLE, right=Right.CONSOLE),
    *_clearance("add_system", {"name": "Asset list", "removed_by": "The IT desk"}),
    *_clearance("retire_system", {}),
    *_clearance("register_account", _account),
    *_clearance("ask_removal", {}),
    *_clearance("confirm_removal", {}),
    Row("desk:systems", right=Right.CLEARANCE_EXTEND),
    Row("desk:systems", "POST", right=Right.CLEARANCE_EXTEND, data=_account),
    Row("desk:ask_removal", "POST", right=Right.CLEARANCE_EXTEND),
    Row("console:access_log", door=CONSOLE, right=Right.LOG_READ),
    Row("console:access_log_csv", door=CONSOLE, right=Right.LOG_READ),
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
    Row("console:seal", door=CONSOLE, right=Right.LOG_READ),
    *(
        Row(
            f"console:{view}",
            door=CONSOLE,
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
    Row("console:people", door=CONSOLE, right=Right.CONSOLE),
    Row("console:certify", "POST", door=CONSOLE, right=Right.CLEARANCE_EDIT),
    *_clearance("clearance"),
    *_clearance("publish_nda", {"text": "Keep it to yourself, always.", "when": "week"}),
    *_clearance("set_networks", {"networks": "127.0.0.0/8"}),
    *_clearance(
        "set_clearance_rules",
        {"certification_grace_days": "2", "must_read_grace_days": "0", "emergency_minutes": "60"},
    ),
    *_clearance("require_certification", {"name": "Windows"}),
    *_clearance("retire_certification", {}),
    Row("console:roles", door=CONSOLE, right=Right.ROLES_EDIT),
    # A role's name is the same at every client.
    Row("console:role", door=CONSOLE, right=Right.ROLES_EDIT, missing=None),
    Row(
        "console:role",
        "POST",
        door=CONSOLE,
        right=Right.ROLES_EDIT,
        data={"rights": ["read_tickets"]},
        missing=None,
    ),
    Row("console:suspend", door=CONSOLE, right=Right.ACCESS_SUSPEND),
    Row(
        "console:suspend",
        "POST",
        door=CONSOLE,
        right=Right.ACCESS_SUSPEND,
        data=lambda place: {"target": place.things["target"], "sure": "on"},
    ),
    Row("console:restore", "POST", door=CONSOLE, right=Right.ACCESS_SUSPEND),
]

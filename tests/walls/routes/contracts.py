"""Rows of the contract's pages, which the vendor's office and the client's console share, and of the office's own."""

from typing import Any

from access.doors import Kind
from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.places import SOME_DAY
from tests.walls.routes.shapes import CONSOLE, Data

TERMS = {
    "valid_from": SOME_DAY, "data_processing": "Only what a ticket needs.", "names_shown": "full",
    "notice_days": "60", "core_notice_days": "30",
}  # fmt: skip

# A proposal waits already, as the second version.
PLEDGES = {"hours": "Support hours", "first_response_1": "2h", "first_response_percent": "90", "version": "2"}
SIGNING = ("terms", "sign_terms", "propose_promises")


def _both(view: str, data: Data | None = None, **more: Any) -> list[Row]:
    """One page on both sides, or with `data` one of its forms."""
    method = "GET" if data is None else "POST"
    right = Right.CONSOLE if data is None and view not in SIGNING else Right.CONTRACT_SIGN
    return [
        Row(f"console:{view}", method, door=CONSOLE, right=right, data=data or {}, **more),
        Row(f"office:{view}", method, door=Kind.OFFICE, right=Right.STAFF, data=data or {}, **more),
    ]


def _client(view: str, data: Data | None = None, **more: Any) -> Row:
    """What only the client may, or with `data` one of its forms."""
    method = "GET" if data is None else "POST"
    return Row(f"console:{view}", method, door=CONSOLE, right=Right.CONTRACT_SIGN, data=data or {}, **more)


ROWS = [
    *_both("contracts"),
    *_both("contract"),
    *_both("terms"),
    *_both("terms", TERMS),
    *_both("sign_terms"),
    _client("sign_terms", lambda place: {"read": place.things["terms_read"], "typed_name": place.things["signer"]}),
    Row(
        "office:sign_terms",
        "POST",
        door=Kind.OFFICE,
        right=Right.STAFF,
        data=lambda place: {"read": place.things["terms_read"], "typed_name": "Ove Kontor"},
    ),
    *_both("promises"),
    *_both("promises_version"),
    *_both("propose_promises"),
    *_both("propose_promises", PLEDGES),
    Row(
        "console:agree_promises",
        "POST",
        door=CONSOLE,
        right=Right.CONTRACT_SIGN,
        ok=409,
        because="its own side proposed it: the other agrees",
    ),
    Row("office:agree_promises", "POST", door=Kind.OFFICE, right=Right.STAFF),
    *_both("refuse_promises", {}),
    *_both("begin_onboarding", {}),
    *_both("give_notice", {"ends_on": SOME_DAY}),
    *_both("onboarding"),
    *_both("assign_line", {"client_owner": "Olle", "vendor_owner": "Ove", "due_on": SOME_DAY}),
    *_both("tick_line", {}),
    _client("draft_contract"),
    _client("draft_contract", {"vendor": "havnvik support", "reference": "2027"}),
    _client("end_contract"),
    _client("end_contract", {}),
    _client("waive_line", {"owner": "Olle", "until": SOME_DAY}),
    _client("put_in_force", {}, ok=409, because="its lines are open: what closes them is tested with the actions"),
    *(Row(f"office:{view}", door=Kind.OFFICE, right=Right.STAFF) for view in ("staffing", "person")),
    *(
        Row(f"office:{view}", "POST", door=Kind.OFFICE, right=Right.STAFF, data=data)
        for view, data in (
            ("staffing", lambda place: {"person": place.things["hireable"], "role": "agent", "starts_on": SOME_DAY}),
            ("change_place", {"starts_on": "2024-01-01", "team": "Days", "is_core": "on"}),
            ("set_shifts", {"day_0": "07:00-11:30, 12:30-16:00", "day_6": "22:00-06:00"}),
            ("change_role", {"role": "senior"}),
            ("set_alias", {"alias": "Agent 7"}),
            ("set_location", {"location": "se"}),
            ("end_place", {"reason": "They are ill."}),
            (
                "plan_removal",
                lambda place: {"leaves_on": SOME_DAY, "follower": place.things["agent_id"]},
            ),
            ("call_off_removal", {}),
        )
    ),
    _client("changeovers"),
    _client(
        "changeovers",
        lambda place: {
            "from_contract": place.things["console:give_notice/contract_id"],
            "to_contract": place.things["other_contract"],
            "on_day": SOME_DAY,
        },
        ok=400,
        because="one is planned from this contract already",
    ),
    _client("call_off_changeover", {}),
    Row("desk:floor", right=Right.CLEARANCE_EXTEND),
    Row("desk:skills", right=Right.CLEARANCE_EXTEND),
    Row("desk:certify", "POST", right=Right.CLEARANCE_EXTEND),
    Row("office:floor", door=Kind.OFFICE, right=Right.STAFF),
    Row("office:skills", door=Kind.OFFICE, right=Right.STAFF),
    Row("office_styles", door=Kind.OFFICE, right=Right.STAFF),
]

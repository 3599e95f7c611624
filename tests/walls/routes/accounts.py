"""Rows of signing in and of one's own account."""

from access.doors import Kind
from tests.walls.matrix import Row
from tests.walls.routes.shapes import ONLY_V12

NO_FACTOR = {**dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "o2", "a1", "e1", "x", "operator"), 302)}

ROWS = [
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
    Row("account_remove_factor", "POST", expect=ONLY_V12, because="a factor is its person's own: V12's"),
    Row("account_end_session", "POST", expect=ONLY_V12, because="a session is its person's own: V12's"),
    Row("account_end_other_sessions", "POST"),
    Row("account_enter_shift_code", "POST", data={"given": "AAAA-BBBB-CCCC"}),
]

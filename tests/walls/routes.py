"""A row for every route and method: what it asks, and a request that it takes.

To add a page: one `Row` a method, with the right that it needs.  Arguments of the address are
filled by their names from `places`; a new kind of thing is made there.
"""

from access.doors import Kind
from access.rights import Right
from tests.walls.matrix import Row

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
    Row("console:access_log", door=Kind.CONSOLE, right=Right.LOG_READ),
    Row("console:people", door=Kind.CONSOLE, right=Right.CONSOLE),
]

SITE = [
    Row("home", ok=302),
    Row("start", ok=302),
    Row("health_live", door=Kind.PUBLIC),
    Row("health_ready", door=Kind.PUBLIC, ok=503, because="no worker runs beside a test"),
    Row("client_styles", door=Kind.PUBLIC),
    Row("choose_language", "POST", door=Kind.PUBLIC, data={"language": "sv"}),
    Row("api:schema", door=Kind.PUBLIC),
    Row("api:docs", door=Kind.PUBLIC),
]

ROWS = [*ACCESS, *SITE]

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
    "account_reauthenticate",
}

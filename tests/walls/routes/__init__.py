"""A row for every route and method: what it asks, and a request that it takes; a file an app.

To add a page: one `Row` a method, with the right that it needs.  Arguments of the address are
filled by their names from `places`; a new kind of thing is made there.
"""

from tests.walls.routes import (
    access,
    accounts,
    contracts,
    escalation,
    knowledgebase,
    leaving,
    post,
    programs,
    reporting,
    site,
    tickets,
)

_APPS = (access, contracts, accounts, site, tickets, escalation, knowledgebase, leaving, post, reporting, programs)
ROWS = [row for app in _APPS for row in app.ROWS]

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

"""What is done to organisations, staff and their keys; who may is asked by the caller's door or shell.

Everything here runs as the system inside one client, in a transaction of its own.
"""

from access.actions.credentials import end_tokens, make_token, revoke_token
from access.actions.operators import make_operator
from access.actions.organisations import check_client, create_client, create_vendor, sign_contract
from access.actions.staffing import (
    add_member,
    change_role,
    create_user,
    end_assignment,
    hire,
    run_office,
)
from access.actions.suspending import restore, suspend

__all__ = [
    "add_member",
    "change_role",
    "check_client",
    "create_client",
    "create_user",
    "create_vendor",
    "end_assignment",
    "end_tokens",
    "hire",
    "make_operator",
    "make_token",
    "restore",
    "revoke_token",
    "run_office",
    "sign_contract",
    "suspend",
]

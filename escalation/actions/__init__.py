"""Every way an escalation or a matrix changes; nothing else writes.

Each action checks the right, locks the ticket and then its escalation, changes named fields,
writes one event and its access-log entry.
"""

from escalation.actions.answers import (
    decline,
    incomplete,
    not_needed,
    return_as_suggested,
    return_to_support,
    take_over,
    withdraw,
)
from escalation.actions.calendars import restore_hours, save_hours, withdraw_hours
from escalation.actions.climb import acknowledge, acknowledge_as_role, ask_again, escalate, give, pass_on, press
from escalation.actions.contacts import save_contact, set_contact_active
from escalation.actions.groups import save_group, set_group_active
from escalation.actions.matrices import (
    call_off_matrix,
    discard_draft,
    publish_draft,
    publish_matrix,
    rebase_draft,
    restore_matrix,
    save_draft,
    save_pasted,
)

__all__ = [
    "acknowledge",
    "acknowledge_as_role",
    "ask_again",
    "call_off_matrix",
    "decline",
    "discard_draft",
    "escalate",
    "give",
    "incomplete",
    "not_needed",
    "pass_on",
    "press",
    "publish_draft",
    "publish_matrix",
    "rebase_draft",
    "restore_hours",
    "restore_matrix",
    "return_as_suggested",
    "return_to_support",
    "save_contact",
    "save_draft",
    "save_group",
    "save_hours",
    "save_pasted",
    "set_contact_active",
    "set_group_active",
    "take_over",
    "withdraw",
    "withdraw_hours",
]

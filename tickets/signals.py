"""What happens to tickets, told to the apps above; each is sent inside the action's transaction.

Nearly all carry `ticket`, `actor` and `at` (aware, UTC); `holder_moved` also `before` and `void`,
`priority_changed` and `category_changed` also `before`.  `contract_found` carries `ticket` and `at` alone, and
`history_imported` carries `client_id` and `stories`, a list of `tickets.actions.history.Story`.
`sorted_anew` tells of tags and services, on which no promise depends, but who else is told.
`categories_moved` carries `client_id`, `category_ids`, `actor` and `at`: they stand under others now.
`before_merge` and `ticket_merged` also carry `into`; the first is sent while both are as they were, to refuse by
raising `Conflict`.  `tier_changed` carries `customer`, `actor` and `at`.
`customer_wrote` also tells that a ticket is opened again without a word, which asks as much.
"""

from django.dispatch import Signal

ticket_opened = Signal()
staff_answered = Signal()
customer_wrote = Signal()
holder_moved = Signal()
priority_changed = Signal()
category_changed = Signal()
sorted_anew = Signal()
categories_moved = Signal()
tier_changed = Signal()
before_merge = Signal()
ticket_merged = Signal()
ticket_solved = Signal()
ticket_closed = Signal()
ticket_reopened = Signal()
history_imported = Signal()
contract_found = Signal()

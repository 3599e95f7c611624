"""Every way a ticket changes, by activity; nothing else writes.

Each action checks the right, locks the ticket, changes named fields, writes one event and its
access-log entry, and tells the apps above by a signal.
"""

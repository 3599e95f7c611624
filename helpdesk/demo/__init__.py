"""The demo: one vendor, three clients and 600 tickets over 60 days, written by the project itself.

Deterministic but for its dates, which end now.  Everything goes through the product's own
actions, so that every page has something true to show.
"""

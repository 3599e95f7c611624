"""Finds the customer about whom the access log is read: by a whole value, counted and written down as any search is."""

from access import log, throttle
from access.actor import Actor
from tickets import finding
from tickets.desk.customers import SEARCHES
from tickets.queries import customers
from tickets.queries.records import keeping_of


def find(actor: Actor, client_id: int, words: str) -> list[int]:
    """The ids of the client's customers of whom the words are a whole address, phone or number, two at most.

    Raises `TooMany`.
    """
    throttle.take(SEARCHES, f"user {actor.user_id}")
    face = actor.standing(client_id).client
    found = [customer.pk for customer in customers.with_value(face, words)]
    (kept,) = keeping_of([face])
    detail = {"hits": len(found), "terms": finding.loggable(words, kept.specs)}
    log.record(actor, client_id, log.Action.SEARCH, *((log.CUSTOMER, number) for number in found), detail=detail)
    return found

"""What a reader of the access log types to say whom or what it is to be about: a ticket's number, or a customer.

Which customers there are is known by the app that has them: it declares how one is found, and writes down that one was
looked for.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid
from access.rights import Right

LONGEST = 254
_LARGEST_DIGITS = 18
# The ids of a client's customers of whom the words are a whole value, two at most.
CustomerFinder = Callable[[Actor, int, str], list[int]]
_finder: list[CustomerFinder] = []


def find_customers_by(finder: CustomerFinder) -> None:
    """Declare who finds a client's customers by a whole address, phone or number, for whoever may search them."""
    _finder[:] = [finder]


def may_find_customers(actor: Actor, client_id: int) -> bool:
    """Whether the reader may look for a customer, rather than for a ticket alone."""
    return actor.may(Right.CUSTOMER_SEARCH, client_id)


def fields_for(actor: Actor, client_id: int, words: str) -> dict[str, str]:
    """The fields of the log's filter that the words stand for.

    A number behind # is a ticket's; other words are a customer's for whoever may look for customers, and a bare number
    that is nobody's is a ticket's again.  Raises `Invalid` where nothing is meant, or more than one customer.
    """
    text = words.strip()
    number = text.removeprefix("#").strip()
    is_number = number.isascii() and number.isdigit() and len(number) <= _LARGEST_DIGITS and int(number) > 0
    if not text.startswith("#") and may_find_customers(actor, client_id) and _finder:
        found = _finder[0](actor, client_id, text)
        if len(found) == 1:
            return {"kind": log.CUSTOMER, "record": str(found[0])}
        if found:
            raise Invalid(_("More than one customer has this. Open the record of the right one, and go on from there."))
        if not is_number:
            raise Invalid(_("No customer has exactly this address, phone or number."))
    if not is_number:
        raise Invalid(_("Give the number of a ticket, such as #349."))
    return {"ticket": number}

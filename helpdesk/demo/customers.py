"""The customers of the demo, with what is on record about each."""

import random
import unicodedata

from access.models import Client
from access.tasks import in_client
from helpdesk.demo import people
from helpdesk.demo.texts import ClientDemo
from helpdesk.lib import clock
from tickets.actions.people import create_customer
from tickets.models import CustomerField


def make(demo: ClientDemo, client: Client, rng: random.Random, *, count: int) -> list[int]:
    """So many customers of one client, each with a record; returns their ids."""
    made = []
    label, pattern = demo.field
    with in_client(client.pk, "demo"):
        for number in range(count):
            first, last = rng.choice(people.FIRST_NAMES), rng.choice(people.LAST_NAMES)
            customer = create_customer(
                client_id=client.pk,
                name=f"{first} {last}",
                email=f"{_plain(first)}.{_plain(last)}.{number}@example.net",
                language=demo.language,
                phone=f"+46 70 555 {number:02d} {rng.randint(10, 99)}",
            )
            customer.email_confirmed_at = clock.now()
            customer.save(update_fields=["email_confirmed_at"])
            facts = (
                (label, pattern.format(n=rng.randint(11, 98)), CustomerField.Sensitivity.PUBLIC),
                ("Address", f"{last} lane {number + 1}", CustomerField.Sensitivity.CONTACT),
                ("Payer ID", f"{rng.randint(10**9, 10**10 - 1)}", CustomerField.Sensitivity.SENSITIVE),
            )
            for position, (name, value, sensitivity) in enumerate(facts):
                CustomerField.objects.create(
                    client_id=client.pk,
                    customer=customer,
                    label=name,
                    value=value,
                    sensitivity=sensitivity,
                    position=position,
                )
            made.append(customer.pk)
    return made


def _plain(name: str) -> str:
    """A name as it stands in a mail address."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()

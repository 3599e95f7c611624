"""The customers of the demo, with what is on record about each."""

import random
import unicodedata

from django.utils.text import slugify

from access.models import Client
from access.tasks import in_client
from helpdesk.demo import people
from helpdesk.demo.texts import ClientDemo
from helpdesk.lib import clock
from tickets.actions.people import create_customer
from tickets.models import CustomerField, RecordField
from tickets.models.customers import Sensitivity


def make(demo: ClientDemo, client: Client, rng: random.Random, *, count: int) -> list[int]:
    """So many customers of one client, each with a record; returns their ids."""
    made = []
    label, pattern = demo.field
    with in_client(client.pk, "demo"):
        fields = _fields(client, label)
        for number in range(count):
            first, last = rng.choice(people.FIRST_NAMES), rng.choice(people.LAST_NAMES)
            customer = create_customer(
                client_id=client.pk,
                name=f"{first} {last}",
                email=f"{_plain(first)}.{_plain(last)}.{number}@example.net",
                language=demo.language,
                postal_address=f"{last} lane {number + 1}",
                postcode=f"21{rng.randint(100, 999)}",
                phone=f"+46 70 555 {number:02d} {rng.randint(10, 99)}",
            )
            customer.email_confirmed_at = clock.now()
            customer.save(update_fields=["email_confirmed_at"])
            values = (
                pattern.format(n=rng.randint(11, 98)),
                f"{rng.randint(10**9, 10**10 - 1)}",
            )
            CustomerField.objects.bulk_create(
                CustomerField(client_id=client.pk, customer=customer, field=field, value=value)
                for field, value in zip(fields, values, strict=True)
            )
            made.append(customer.pk)
    return made


def _fields(client: Client, label: str) -> list[RecordField]:
    """The client's own fields: one that anybody may read, and one that is shown by asking."""
    kinds = ((label, Sensitivity.PUBLIC), ("Payer ID", Sensitivity.SENSITIVE))
    return [
        RecordField.objects.get_or_create(
            client_id=client.pk, key=slugify(name), defaults={"label": name, "sensitivity": kind, "position": position}
        )[0]
        for position, (name, kind) in enumerate(kinds)
    ]


def _plain(name: str) -> str:
    """A name as it stands in a mail address."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()

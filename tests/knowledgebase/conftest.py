"""Articles to act on, through the product's own actions."""

import pytest

from knowledgebase import actions
from knowledgebase.models import Category


@pytest.fixture
def shelf(world):
    """A category of the first client."""
    with world.enter(world.o1) as actor:
        return actions.create_category(actor, client_id=world.c1.pk, name="Charging")


@pytest.fixture
def write(world):
    """Write a draft as a person, by default the first client's admin; publish it unless told not to."""

    def make(title="Why is the light red?", body="Hold the button.", *, by=None, client=None, published=True, **more):
        client = client or world.c1
        by = by or (world.o1 if client == world.c1 else world.o2)
        with world.enter(by, only=client) as actor:
            category = more.pop("category", None) or Category.objects.filter(client_id=client.pk).first()
            if category is None:
                category = actions.create_category(actor, client_id=client.pk, name="General")
            given = {"audience": "public", "language": "en", **more}
            revision = actions.write_draft(
                actor, client_id=client.pk, title=title, body=body, category=category, **given
            )
            return actions.publish(actor, revision=revision) if published else revision

    return make


@pytest.fixture
def fingerprint(superuser, _tables):
    """What all tables hold, by the number of rows and the last change."""
    # The server may read them side by side, and tell them in any order.
    each = (f"SELECT '{table}' AS name, count(*), max(xmin::text::bigint) FROM {table}" for table in _tables)
    query = " UNION ALL ".join(each) + " ORDER BY name"

    def read():
        return superuser.execute(query).fetchall()

    return read

"""Every table that holds something of a client is declared: how it is exported, erased and retained."""

from django.apps import apps
from django.db import models

from access import registries
from access.models import Client
from helpdesk.leaving.package import format as shape
from tests.walls import catalogue

# Beside the walled ones: unwalled tables that name a client or a customer, by their columns.
NAMING = {"client", "client_id", "customer", "customer_id"}
# What names a client and holds nothing of it but ids, versions and times.
DIRECTORY = {
    "access.RightsVersionClient": "a counter a client",
    "access.SecurityEvent": "refusals that belong to no client: ids and enums only",
    "socialaccount.SocialApp": "unused; comes with the library, and its client is that of OpenID Connect",
    "access.AddressVersion": "a counter a customer: that an address has changed, not which it was",
}


def owned() -> list[type[models.Model]]:
    """Every model whose rows are a client's or name one of its customers."""
    walled = catalogue.walled_models()
    named = [m for m in apps.get_models() if NAMING & {f.name for f in m._meta.local_fields}]
    return [*walled, *(m for m in named if m not in walled and m._meta.label not in DIRECTORY)]


def test_every_table_of_clients_is_declared():
    missing = [model._meta.label for model in owned() if registries.holding_of(model) is None]

    assert missing == [], "write a line for it in the app's holdings.py"


def test_no_line_is_left_of_a_table_that_is_gone():
    known = {model._meta.label for model in owned()}

    assert {holding.model._meta.label for holding in registries.holdings()} <= known


def test_no_two_tables_share_a_part_of_the_package():
    parts = [holding.part for holding in registries.holdings() if holding.part]

    assert len(parts) == len(set(parts))


def test_what_refers_stands_before_what_is_referred_to():
    order = [holding.model for holding in registries.holdings()]
    for number, model in enumerate(order):
        for field in model._meta.local_fields:
            target = getattr(field.remote_field, "model", None)
            if target in order and target is not model:
                assert order.index(target) > number, f"{model._meta.label} after {target._meta.label}"


def test_every_column_that_may_hold_a_customers_words_is_overwritten_or_told_harmless():
    """A new text column of a table that is blanked column by column must be decided upon."""
    for holding in registries.holdings():
        if isinstance(holding.erasing, dict):
            texts = {f.name for f in holding.model._meta.local_fields if isinstance(f, models.TextField)}
            assert texts <= set(holding.erasing), holding.model._meta.label


def test_nothing_that_can_be_read_stays_in_the_record_itself():
    (record,) = (holding for holding in registries.holdings() if holding.customer == "pk")
    fields = [f for f in record.model._meta.local_fields if not isinstance(f, models.GeneratedField)]

    assert {f.name for f in fields if isinstance(f, (models.CharField, models.TextField))} <= set(record.erasing)


def test_the_package_has_every_column_of_the_clients_face():
    columns = {f.column for f in Client._meta.local_fields} - {"id"}

    assert set(shape.CLIENT_COLUMNS) == columns

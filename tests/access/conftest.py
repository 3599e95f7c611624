"""For every test here: the product's routes, and those that try the doors."""

from contextlib import contextmanager

import pytest
from django.db import transaction

from access import actions, scope
from access import office as offices
from access.actions import contracts
from access.models import ClientProfile, Contract, OfficeMember, Vendor
from helpdesk.lib import clock
from tests.access import company as companies


@pytest.fixture
def trial(settings):
    """The routes of `trial_urls`."""
    settings.ROOT_URLCONF = "tests.access.trial_urls"


@pytest.fixture
def voice(world):
    """What stands in the first client's profile now."""

    def read():
        with world.enter(world.c1):
            return ClientProfile.objects.get().voice

    return read


@pytest.fixture
def office_of():
    """Acts as the office of a vendor, by its id; somebody is put there where nobody is yet."""

    @contextmanager
    def enter(vendor_id):
        runs = OfficeMember.objects.filter(vendor_id=vendor_id).select_related("user").first()
        user = runs.user if runs else None
        if user is None:
            vendor = Vendor.objects.get(pk=vendor_id)
            user = actions.create_user(email=f"office@{vendor.slug}.example", name="Orla Office", vendor=vendor)
            actions.run_office(user=user)
        with transaction.atomic(), scope.enter(scope.NOBODY):
            yield offices.actor_for(user)

    return enter


@pytest.fixture
def office(world, office_of):
    """Acts as the office of the cast's vendor."""
    return lambda: office_of(world.havnvik.pk)


@pytest.fixture
def contract_terms(world, office):
    """Writes the terms of the first client's contract, and has both sides sign them."""

    def write(**terms):
        with world.enter(world.c1):
            contract = Contract.objects.get(vendor=world.havnvik)
        about = {"client_id": world.c1.pk, "contract_id": contract.pk}
        with world.enter(world.o1) as actor:
            said = contracts.Terms(valid_from=clock.now(), data_processing="Only what the ticket needs.", **terms)
            row = contracts.write_terms(actor, terms=said, **about)
            contracts.sign_terms(actor, number=row.number, read=row.digest, typed_name=actor.name, **about)
        with office() as boss:
            contracts.sign_terms(boss, number=row.number, read=row.digest, typed_name=boss.name, **about)
        return row

    return write


@pytest.fixture
def company(settings):
    """A running OpenID Connect provider, which our calls may reach."""
    yield from companies.provider(settings)


@pytest.fixture
def key(world, company):
    """The first client signs in at that provider: its name among ours."""
    return companies.key_of_first_client(world, company)

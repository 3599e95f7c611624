"""The furnished places of the walls, for attacks on what stands there."""

import pytest
from django.test import client

from tests.access import company as companies
from tests.walls.conftest import _furnished, fingerprint, places, restore

__all__ = ["_furnished", "fingerprint", "places", "restore"]


@pytest.fixture(autouse=True)
def _as_served(monkeypatch, _plain_static):
    """Requests are made of what arrives as the server's own application makes them."""
    from helpdesk.wsgi import Application  # loads the middleware, which wants the static folder to be there

    monkeypatch.setattr(client, "WSGIRequest", Application.request_class)


@pytest.fixture
def company(settings):
    """A running OpenID Connect provider, which our calls may reach."""
    yield from companies.provider(settings)


@pytest.fixture
def key(world, company):
    """The first client signs in at that provider: its name among ours."""
    return companies.key_of_first_client(world, company)

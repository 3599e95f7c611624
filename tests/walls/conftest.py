"""The furnished places, the same rows for every test."""

import pytest

from access import actor as actors
from tests import cast
from tests.walls import furniture
from tests.walls import places as furnished


@pytest.fixture(scope="session")
def _furnished():
    return {}


@pytest.fixture
def restore(superuser, _sweep, _furnished):
    """Put every row back as it was when the places were furnished."""

    def put_back():
        with superuser.transaction():
            superuser.execute(_sweep)
        _furnished["snapshot"].put_back()

    return put_back


@pytest.fixture
def places(db, superuser, _tables, _furnished):
    """Two furnished clients, and everybody signed in."""
    if not _furnished:
        _furnished["places"] = furnished.build(cast.build())
        _furnished["snapshot"] = cast.Snapshot(superuser, _tables)
    else:
        # Every test leaves the tables empty.
        _furnished["snapshot"].put_back()
        furniture.put_exports(superuser)
    return _furnished["places"]


@pytest.fixture
def only(monkeypatch):
    """Let everybody with a standing hold exactly these rights, whatever their role."""

    def grant(rights):
        monkeypatch.setattr(actors, "holds", lambda standing, right: right in rights)

    return grant


@pytest.fixture
def fingerprint(superuser, _tables):
    """What the tables hold, but for what a refusal may leave: log entries and sessions."""
    kept = [t for t in _tables if not t.startswith(("access_accesslog", "access_securityevent", "django_session"))]
    rows = "SELECT '{0}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {0} t"
    query = " UNION ALL ".join(rows.format(table) for table in kept)

    def read():
        return set(superuser.execute(query).fetchall())

    return read

"""When `manage.py prepare` has to be run again, as it takes seconds."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk.services import database
from helpdesk.services.database import Preparation
from helpdesk.services.embedded import Embedded

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one app that has one migration."""
    (tmp_path / "shop" / "migrations").mkdir(parents=True)
    (tmp_path / "shop" / "apps.py").touch()
    (tmp_path / "shop" / "migrations" / "0001_initial.py").touch()
    (tmp_path / "requirements.lock").touch()
    monkeypatch.setattr(database, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def migrated(servers: Embedded) -> Iterator[str]:
    """The address of a database in which that migration was applied."""
    with psycopg.connect(servers.owner_dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE django_migrations (app text, name text)")
        owner.execute("INSERT INTO django_migrations VALUES ('shop', '0001_initial')")
        yield servers.app_dsn
        owner.execute("DROP TABLE django_migrations")


@pytest.fixture
def done(project: Path, migrated: str, tmp_path: Path) -> Preparation:
    """A preparation that was done a moment ago."""
    (tmp_path / "demo.json").touch()
    preparation = Preparation(tmp_path, database_url=migrated, base_url=BASE, with_demo=True)
    assert not preparation.is_done()
    preparation.mark_done()
    return preparation


def again(folder: Path, *, database_url: str, base_url: str = BASE) -> bool:
    """Whether the next start prepares again."""
    return not Preparation(folder, database_url=database_url, base_url=base_url, with_demo=True).is_done()


def test_nothing_changed_and_nothing_is_done(done: Preparation, project: Path, migrated: str) -> None:
    assert not again(project, database_url=migrated)


def test_changed_code_is_prepared_for(done: Preparation, project: Path, migrated: str) -> None:
    (project / "shop" / "models.py").write_text("changed = True\n", encoding="utf-8")

    assert again(project, database_url=migrated)


def test_another_address_gets_its_own_logins(done: Preparation, project: Path, migrated: str) -> None:
    assert again(project, database_url=migrated, base_url="http://127.0.0.1:8100")


def test_an_emptied_database_is_prepared_again(
    done: Preparation, project: Path, migrated: str, servers: Embedded
) -> None:
    with psycopg.connect(servers.owner_dsn) as owner:
        owner.execute("DELETE FROM django_migrations")

    assert again(project, database_url=migrated)


def test_logins_whose_links_grow_old_are_made_anew(done: Preparation, project: Path, migrated: str) -> None:
    week_ago = time.time() - 7 * 24 * 3600
    os.utime(project / "demo.json", (week_ago, week_ago))

    assert again(project, database_url=migrated)


def test_without_a_demo_there_are_no_logins_to_grow_old(project: Path, migrated: str) -> None:
    Preparation(project, database_url=migrated, base_url=BASE, with_demo=False).mark_done()

    assert Preparation(project, database_url=migrated, base_url=BASE, with_demo=False).is_done()
    assert again(project, database_url=migrated)


def test_a_database_that_does_not_answer_is_left_to_the_preparation_to_tell(
    done: Preparation, project: Path, migrated: str
) -> None:
    assert again(project, database_url=migrated.replace("/helpdesk?", "/missing?"))

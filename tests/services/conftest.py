"""Folders and servers of these tests' own: what they break must not be what other tests use."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.services.embedded import Embedded, start_embedded


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """An empty data folder; not pytest's own one, which PostgreSQL's system user can't enter."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-services-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def servers() -> Iterator[Embedded]:
    """A PostgreSQL and a Redis with the product's roles."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-services-"))
    folder.chmod(0o755)
    running = start_embedded(folder, durable=False)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)

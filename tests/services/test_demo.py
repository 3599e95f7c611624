"""The demo's story, with a handful of its tickets."""

from typing import Any

import pytest

from access.models import AccessLogContent, Client
from access.tasks import in_client
from helpdesk.demo import load, story


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "PRESENT", story.PRESENT[-3:])
    monkeypatch.setattr(story, "TICKETS_EACH", len(story.PRESENT) + len(story.OVERDUE_HOURS) + 3)
    monkeypatch.setattr(story, "EARLIER_EACH", 2)


@pytest.mark.usefixtures("_few")
def test_every_clients_log_is_in_the_order_of_time(db: Any) -> None:
    load.load()

    clients = list(Client.objects.all())
    assert len(clients) == 3
    for client in clients:
        with in_client(client.pk, "tests.demo"):
            times = list(AccessLogContent.objects.order_by("entry_id").values_list("at", flat=True))
        assert len(times) > 30
        assert times == sorted(times)

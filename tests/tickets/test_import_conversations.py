"""Old conversations come in once, with their own times, and bad lines are told."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.cast import World
from tickets.models import Customer, HolderSpan, Message, Status, Ticket, WaitSpan


def conversation(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "external_id": f"old-{number}",
        "subject": "Kettle leaks",
        "category": "kitchen_things",
        "customer": {"id": f"c-{number % 3}", "name": "Ada Brook", "email": f"ada{number % 3}@example.net"},
        "created_at": "2026-03-02T09:00:00Z",
        "messages": [
            {"author": "customer", "body": "My kettle leaks.", "at": "2026-03-02T09:00:00Z"},
            {"author": "system", "body": "order: found", "at": "2026-03-02T09:01:00Z"},
            {"author": "agent", "body": "A new one is on its way.", "at": "2026-03-02T09:05:00Z"},
        ],
        "resolution": "completed",
        **more,
    }


def write(path: Path, *rows: Any) -> Path:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def run(world: World, path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("import_conversations", str(path), client=world.c1.slug)
    return capsys.readouterr().out


def test_import_keeps_times_and_authors(world, tmp_path, capsys):
    out = run(world, write(tmp_path / "old.jsonl.gz", conversation()), capsys)

    assert out.startswith("1 conversations imported, 0 were there already, 0 lines rejected.")
    with world.enter(world.c1):
        ticket = Ticket.objects.get(external_id="old-1")
        assert ticket.created_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
        assert ticket.solved_at == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
        # What was solved so long ago has been closed by time since, and not at the moment of the import.
        assert (ticket.status, ticket.closed_at) == (Status.CLOSED, datetime(2026, 3, 9, 9, 5, tzinfo=UTC))
        authors = Message.objects.filter(ticket=ticket).order_by("id").values_list("author", "audience")
        assert list(authors) == [("customer", "public"), ("system", "shared"), ("staff", "public")]
        wait = WaitSpan.objects.get(ticket=ticket)
        assert (wait.answered_at - wait.asked_at).total_seconds() == 300
        assert not HolderSpan.objects.filter(ticket=ticket, ended_at=None).exists()


def test_import_twice_changes_nothing(world, tmp_path, capsys):
    path = write(tmp_path / "old.jsonl", *(conversation(n) for n in range(7)))
    run(world, path, capsys)

    out = run(world, path, capsys)

    assert out.startswith("0 conversations imported, 7 were there already, 0 lines rejected.")
    with world.enter(world.c1):
        assert Ticket.objects.count() == 7
        assert Message.objects.count() == 21
        assert Customer.objects.filter(external_id__startswith="c-").count() == 3


def test_bad_lines_are_set_aside_with_their_reason(world, tmp_path, capsys):
    path = write(
        tmp_path / "old.jsonl",
        conversation(1),
        "{no json",
        conversation(2, messages=[]),
        conversation(3, created_at="yesterday"),
        conversation(4, customer={"name": "Nobody"}),
        "[]",
    )

    out = run(world, path, capsys)

    assert "1 conversations imported, 0 were there already, 5 lines rejected." in out
    rejected = [json.loads(line) for line in (tmp_path / "old.jsonl.rejects.jsonl").read_text().splitlines()]
    assert [row["line"] for row in rejected] == [2, 3, 4, 5, 6]
    assert rejected[2]["reason"] == "created_at is no ISO 8601 time"


def test_imported_words_are_found_by_an_agent_of_the_client_only(world, tmp_path, capsys):
    from tickets import index

    run(world, write(tmp_path / "old.jsonl", conversation()), capsys)

    with world.enter(world.v1):
        assert len(index.find("kettle")) == 1
    with world.enter(world.o2):
        assert index.find("kettle") == []


def test_an_unknown_client_or_file_is_told_in_a_sentence(world, tmp_path):
    with pytest.raises(CommandError, match="no client “nobody”"):
        call_command("import_conversations", str(tmp_path / "x"), client="nobody")
    with pytest.raises(CommandError, match=r"x can't be read: no such file or directory\.$"):
        call_command("import_conversations", str(tmp_path / "x"), client=world.c1.slug)


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"{}" * 500, mtime=0)[:-12]])
def test_a_damaged_file_is_told_in_a_sentence(world, tmp_path, content):
    path = tmp_path / "old.jsonl.gz"
    path.write_bytes(content)

    with pytest.raises(
        CommandError, match=r"can't be read: it is no whole \.gz file; copy it again, or unpack it first"
    ):
        call_command("import_conversations", str(path), client=world.c1.slug)


def test_the_desk_names_whoever_answered_in_former_days(world, tmp_path, capsys):
    run(world, write(tmp_path / "old.jsonl", conversation(agent={"name": "Nora Gone"}), conversation(2)), capsys)

    browser = world.browser(world.v1)
    named, unnamed = (
        browser.get(reverse("desk:ticket", kwargs={"client": "voltarra", "number": n})).content.decode() for n in (1, 2)
    )

    assert "<bdi>Nora Gone</bdi>" in named
    assert "<bdi>Support</bdi>" in unnamed
    assert "<bdi></bdi>" not in named + unnamed

from contextlib import suppress
from io import StringIO
from itertools import count
from time import sleep

import pytest

from helpdesk.lib.progress import Progress, patience


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_line_a_second_and_one_at_the_end(monkeypatch):
    out, ticks = StringIO(), count(0, 0.25)
    # The frozen clock of the tests leaves the monotonic one running.
    monkeypatch.setattr("helpdesk.lib.progress.monotonic", lambda: next(ticks))

    with Progress("Sealing", total=10, stream=out) as progress:
        for _ in range(10):
            progress.advance()

    assert out.getvalue().splitlines() == [
        "Sealing: 4 of 10 (40 %)",
        "Sealing: 8 of 10 (80 %)",
        "Sealing: 10 of 10 (100 %)",
    ]


def test_without_a_total_it_counts():
    out = StringIO()

    with Progress("Reading", stream=out) as progress:
        progress.advance(3)

    assert out.getvalue() == "Reading: 3\n"


@pytest.mark.parametrize("total", [None, 0, 5])
def test_a_terminal_gets_a_bar(total):
    out = Terminal()

    with Progress("Sealing", total=total, stream=out) as progress:
        progress.advance(5)

    assert "Sealing: " in out.getvalue()
    assert "\r" in out.getvalue()
    assert "5" in out.getvalue()


def test_the_count_stands_when_the_work_fails():
    out = StringIO()

    with suppress(RuntimeError), Progress("Sealing", total=9, stream=out) as progress:
        progress.advance(2)
        raise RuntimeError

    assert out.getvalue() == "Sealing: 2 of 9 (22 %)\n"


@pytest.mark.parametrize(("takes", "said"), [(0.2, "One moment.\n"), (0, "")])
def test_one_sentence_asks_for_patience_where_it_takes_long(takes, said):
    out = StringIO()

    with patience("One moment.", after=0.05, stream=out):
        sleep(takes)

    assert out.getvalue() == said

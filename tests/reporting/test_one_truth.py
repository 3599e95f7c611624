"""One promise is told in one way: by pages, the queue's order, letters, the history, reports, exports and programs."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from escalation.models import Clock, ClockMark, Metric, SlaPolicy
from escalation.tasks import sweep_due
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.reporting.test_pages import links
from tickets.models import Ticket

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PERIOD = "from=2026-11-23&to=2026-11-23"
FIRST = Metric.FIRST_RESPONSE
HERE = ZoneInfo("Europe/Stockholm")


@pytest.fixture(autouse=True)
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@dataclass
class Both:
    """A ticket whose first answer will come too late, and one opened after it that is answered in time."""

    broken: Ticket
    kept: Ticket

    def __iter__(self) -> Iterator[Ticket]:
        return iter((self.broken, self.kept))


@pytest.fixture
def both(world: World, time: time_machine.Traveller) -> Both:
    with world.enter(world.c1):
        SlaPolicy.objects.update(warn_at=[50])
    found = []
    for subject in ("Dark lamp", "Shut door"):
        found.append(factories.ticket(world, world.r1, subject=subject))
        factories.held(world, world.v1, found[-1])
        time.shift(timedelta(minutes=10))
    return Both(*found)


def promise(world: World, ticket: Ticket) -> Clock:
    """The row that all the others have to tell."""
    with world.enter(world.c1):
        return Clock.objects.get(ticket=ticket, metric=FIRST)


def due(world: World, ticket: Ticket) -> datetime:
    moment = promise(world, ticket).due_at
    assert moment is not None
    return moment


def moments(html: str) -> set[datetime]:
    return {datetime.fromisoformat(text) for text in re.findall(r'datetime="([^"]+)"', html)}


def of_ticket_page(world: World, ticket: Ticket) -> set[datetime]:
    html = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()
    (until,) = re.findall(r"<dt>Until</dt><dd>(.*?)</dd>", html)
    return moments(until)


def of_queue(world: World) -> list[tuple[int, set[datetime]]]:
    """Each row of the queue, from the top: the ticket's number, and until when time is left."""
    html = world.browser(world.v1).get("/desk/").content.decode()
    rows = re.finditer(r'<tr.*?href="/desk/voltarra/(\d+)/".*?</tr>', html, re.S)
    return [(int(row[1]), moments(row[0])) for row in rows]


def of_program(world: World, ticket: Ticket) -> tuple[str, datetime | None]:
    said = world.program(world.v1, world.c1).get(f"/api/v1/tickets/{ticket.number}/").json()
    return said["due_metric"], datetime.fromisoformat(said["due_at"]) if said["due_at"] else None


def lines(world: World, number: str) -> dict[int, dict[str, str]]:
    """The exported tickets behind a number of the report."""
    address = reverse("desk:report_tickets_csv", kwargs={"client": "voltarra"})
    answer = world.browser(world.lead).get(f"{address}?number={number}&{PERIOD}")
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    return {int(row["ticket"]): row for row in rows}


def figure(world: World, name: str) -> int:
    address = reverse("desk:report_csv", kwargs={"client": "voltarra"})
    answer = world.browser(world.lead).get(f"{address}?{PERIOD}")
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    return next(int(row["value"]) for row in rows if row["figure"] == name and not row["day"])


def test_while_it_runs_page_queue_program_and_warning_tell_the_same_promise(
    world: World, both: Both, time: time_machine.Traveller
) -> None:
    time.move_to(due(world, both.kept) - timedelta(seconds=promise(world, both.kept).target_seconds // 2))
    sweep_due()

    assert of_queue(world) == [(ticket.number, {due(world, ticket)}) for ticket in both]
    for ticket in both:
        assert of_ticket_page(world, ticket) == {due(world, ticket)}
        assert of_program(world, ticket) == (FIRST, due(world, ticket))
        with world.enter(world.c1):
            (letter,) = OutboxMail.objects.filter(kind="escalation_warning", ticket_id=ticket.pk)
        assert letter.subject.endswith(f"50 % of the time has run: {FIRST.label}")
        assert f"due on {due(world, ticket).astimezone(HERE):%-d %b %H:%M}." in letter.text
    told = world.browser(world.v1).get("/desk/notices/").content.decode()
    assert told.count(f"50 % of the time has run: {FIRST.label}") == 2


def test_a_broken_promise_and_a_kept_one_are_told_alike_everywhere(
    world: World, both: Both, time: time_machine.Traveller
) -> None:
    broken_at = due(world, both.broken)
    time.move_to(broken_at - timedelta(minutes=5))
    factories.reply(world, world.v1, both.kept)
    answered = promise(world, both.kept).stopped_at
    time.move_to(broken_at + timedelta(minutes=1))
    sweep_due()
    broken, kept = promise(world, both.broken), promise(world, both.kept)
    assert (broken.due_at, broken.stopped_at, kept.met) == (broken_at, None, True)

    # What is broken stands first, with the moment of its promise; on the other one no clock runs.
    assert of_queue(world)[0] == (both.broken.number, {broken_at})
    assert of_ticket_page(world, both.broken) == {broken_at}
    assert of_program(world, both.broken) == (FIRST, broken_at)
    assert of_ticket_page(world, both.kept) == set()
    assert of_program(world, both.kept) == ("", None)
    with world.enter(world.c1):
        (mark,) = ClockMark.objects.filter(ticket__in=[both.broken.pk, both.kept.pk], share=100)
    assert (mark.ticket_id, mark.metric, mark.due_at) == (both.broken.pk, FIRST, broken_at)
    pages = [world.browser(world.v1).get(f"/desk/voltarra/{t.number}/").content.decode() for t in both]
    assert ["The promise is broken: first answer" in page for page in pages] == [True, False]
    breaches = [world.browser(world.lead).get(f"/desk/voltarra/{t.number}/breaches/").content.decode() for t in both]
    assert [page.count('id="breach-') for page in breaches] == [1, 0]

    # The report, the list behind its number, and both as files.
    assert [figure(world, f"{FIRST}_{what}") for what in ("judged", "missed")] == [2, 1]
    report = world.browser(world.lead).get(reverse("desk:report", kwargs={"client": "voltarra"}) + f"?{PERIOD}")
    told = {(number, shown) for _url, number, shown, _is_share in links(report.content.decode())}
    assert told >= {(f"{FIRST}_judged", 50), (f"{FIRST}_missed", 1)}
    judged, missed = lines(world, f"{FIRST}_judged"), lines(world, f"{FIRST}_missed")
    assert {number: row["kept"] for number, row in judged.items()} == {
        both.broken.number: "no",
        both.kept.number: "yes",
    }
    assert missed == {both.broken.number: judged[both.broken.number]}
    assert datetime.fromisoformat(missed[both.broken.number]["at"]) == broken_at
    assert datetime.fromisoformat(judged[both.kept.number]["at"]) == answered
    assert judged[both.kept.number]["seconds"] == str(kept.used_seconds)
    address = reverse("desk:report_tickets", kwargs={"client": "voltarra"})
    behind = world.browser(world.lead).get(f"{address}?number={FIRST}_missed&{PERIOD}").content.decode()
    assert "<span data-count>1</span>" in behind
    assert broken_at in moments(behind)

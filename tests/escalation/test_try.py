"""What a matrix would do with one ticket, and what two versions would have done with those of the last month."""

import re
from html import unescape

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from escalation.matrix.document import Document, Path, Row, Step, Target, Trigger, When, Who
from escalation.views import matrix_try
from tests import factories
from tests.cast import World
from tests.escalation.test_matrix_draft import in_force, page, publish, save
from tickets.models import Ticket

LEAD = (Who(Target.ROLE, "team_lead"),)


def tried(world: World, **asked: str) -> str:
    return world.browser(world.v1).get(page("try_matrix"), asked).content.decode()


def test_the_path_is_told_step_by_step_with_who_it_would_have_been(world: World) -> None:
    text = tried(world, priority="2")

    assert "Row 2 decides." in text
    assert "Team lead" in text
    assert world.lead.name in text


def test_a_ticket_is_tried_by_its_number(world: World, ticket: Ticket) -> None:
    assert f"Row {ticket.priority} decides." in tried(world, number=f"#{ticket.number}")
    assert "There is no ticket 99999." in tried(world, number="99999")


@pytest.mark.parametrize("asked", [{"at": "2026-03-29T02:30"}, {"at": "nonsense"}])
def test_a_moment_that_is_none_is_told(world: World, asked: dict[str, str]) -> None:
    assert "msgbar" in tried(world, priority="1", **asked)


def test_steps_without_a_moment_say_what_they_wait_for(world: World) -> None:
    steps = (Step(When(), LEAD), Step(When(Trigger.MANUAL), LEAD), Step(When(Trigger.SILENCE, 30), LEAD))
    save(world, Document((Row("All"),), (Path("All", steps),)))
    publish(world)

    text = tried(world, priority="2")

    # In the picture, one for each width, and below it; what follows such a step waits as it does.
    assert text.count("2 · by hand</text>") == 2
    assert "No moment can be told before for: by hand: Team lead" in re.sub(r"\s+", " ", text)


def test_last_months_tickets_that_would_go_elsewhere_are_listed(world: World, ticket: Ticket) -> None:
    _version, document = in_force(world)
    save(world, Document((Row(document.paths[0].name),), document.paths))

    text = world.browser(world.o1).get(page("matrix_past"), {"after": "draft"}).content.decode()

    assert "1 ticket would have gone elsewhere" in text
    assert f"#{ticket.number}: row {ticket.priority}" in text
    same = world.browser(world.o1).get(page("matrix_past")).content.decode()
    assert "0 tickets would have gone elsewhere" in same


def past(world: World, **asked: object) -> HttpResponse:
    return world.browser(world.o1).get(page("matrix_past"), asked)


def test_two_published_versions_are_compared(world: World, ticket: Ticket) -> None:
    _version, first = in_force(world)
    numbers = []
    for rows in ((Row(first.paths[0].name),), ()):
        save(world, Document(rows, first.paths))
        numbers.append(publish(world).version)
    one, none = numbers

    assert "no row</li>" in past(world, before=one, after=none).content.decode()
    assert f"#{ticket.number}: no row → row 1" in past(world, before=none, after=one).content.decode()
    assert "0 tickets would have gone elsewhere" in past(world, before=one, after=one).content.decode()


def test_more_than_a_thousand_are_looked_at_in_turns_that_say_how_far_it_is(world: World, ticket: Ticket) -> None:
    factories.alike(world, ticket, 1_200)
    _version, document = in_force(world)
    save(world, Document((), document.paths))

    first = past(world, after="draft").content.decode()
    (following,) = re.findall(r'href="([^"]*at=[^"]*)"', first)
    second = world.browser(world.o1).get(page("matrix_past") + unescape(following)).content.decode()

    assert "1000 of 1201 tickets looked at" in first
    assert 'max="1201" value="1000"' in first
    assert "would have gone elsewhere" not in first
    assert "1201 of 1201 tickets looked at" in second
    assert "1201 tickets would have gone elsewhere" in second
    assert "at=" not in "".join(re.findall(r'class="btn" href="([^"]*)"', second))
    # A hundred are named, all are counted.
    assert (first + second).count("<li>#") == matrix_try.LISTED_MOST


def test_at_most_ten_thousand_are_looked_at(world: World, ticket: Ticket) -> None:
    factories.alike(world, ticket, 20)

    answer = past(world, at=1, looked=matrix_try.PAST_MOST - 5, total=matrix_try.PAST_MOST)

    assert answer.context["looked"] == matrix_try.PAST_MOST
    assert answer.context["at"] is None


def test_a_thousand_cost_as_many_statements_as_one(world: World, ticket: Ticket) -> None:
    counts = []
    for more in (0, 300):
        factories.alike(world, ticket, more)
        with CaptureQueriesContext(connection) as statements:
            past(world)
        counts.append(len(statements))

    assert counts[0] == counts[1]

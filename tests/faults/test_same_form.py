"""Twenty sendings of one form at the same moment, by every way in: one effect, and everybody is told it worked."""

from collections.abc import Callable
from typing import Any

import pytest

from post.models import OutboxMail
from tests import factories
from tests.cast import Browser, World
from tests.faults.test_redis import ASKED, NEW
from tests.faults.together import together
from tickets.mail.receive import receive
from tickets.models import Message, RawMail, Ticket

MANY = 20


def count(world: World, model: Any, **where: Any) -> int:
    with world.enter(world.c1):
        return model.objects.filter(**where).count()


def parallel(act: Callable[[], Any]) -> list[Any]:
    results = together(*[act] * MANY)
    assert not [result for result in results if isinstance(result, Exception)]
    return results


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_question_in_the_portal_is_one_ticket(world: World, signed_in: bool) -> None:
    browsers = [world.browser(world.r1) if signed_in else Browser() for _n in range(MANY)]

    answers = parallel(lambda: browsers.pop().post("/voltarra/new/", {**ASKED, "once": "form-1"}))

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/voltarra/new/1/")}
    assert (count(world, Ticket), count(world, Message)) == (1, 1)
    assert count(world, OutboxMail) == 1


def test_twenty_forms_are_twenty_tickets(world: World) -> None:
    """The twin: what makes them one is the form, not the moment."""
    forms = [{**ASKED, "once": f"form-{number}", "email": f"nora{number}@mail.example"} for number in range(MANY)]

    answers = parallel(lambda: Browser().post("/voltarra/new/", forms.pop()))

    assert len({answer["Location"] for answer in answers}) == MANY
    with world.enter(world.c1):
        assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, MANY + 1))


def test_an_agents_answer_is_one_message(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    said = {"audience": "public", "body": "Press twice.", "then": "wait", "once": "form-1"}
    browsers = [world.browser(world.v1) for _n in range(MANY)]

    answers = parallel(lambda: browsers.pop().post(f"/desk/voltarra/{ticket.number}/reply/", said))

    assert {answer.status_code for answer in answers} == {302}
    assert count(world, Message, author="staff") == 1
    assert count(world, OutboxMail) == 1


def test_a_customers_answer_is_one_message(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browsers = [world.browser(world.r1) for _n in range(MANY)]
    said = {"body": "It works now.", "once": "form-1"}

    answers = parallel(lambda: browsers.pop().post(f"/voltarra/questions/{ticket.number}/reply/", said))

    assert {answer.status_code for answer in answers} == {302}
    assert count(world, Message) == 2


def test_a_program_with_one_key_opens_one_ticket(world: World) -> None:
    """A twin of a running request is told to come again, and is answered then."""
    program, headers = world.program(world.v1, world.c1), {"idempotency-key": "k-1"}

    def send() -> Any:
        return program.post("/api/v1/tickets/", NEW, content_type="application/json", headers=headers)

    answers = parallel(send)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert count(world, Ticket) == 1
    again = send()
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")


def test_one_mail_brought_twenty_times_is_one_ticket(world: World) -> None:
    raw = (
        b"From: Nova Ek <nova@mail.example>\r\nTo: voltarra@desk.example\r\nSubject: Humming\r\n"
        b"Message-ID: <1@mail.example>\r\n\r\nThe charger hums."
    )

    outcomes = parallel(lambda: receive("voltarra@desk.example", raw))

    assert sorted(outcome.outcome for outcome in outcomes) == ["duplicate"] * (MANY - 1) + ["new_ticket"]
    assert {outcome.ticket for outcome in outcomes} == {1}
    assert (count(world, RawMail), count(world, Ticket)) == (1, 1)
    other = raw + b" It hums louder."
    assert receive("voltarra@desk.example", other).outcome == "new_ticket", "the same id with other words is kept"

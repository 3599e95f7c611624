"""Whoever solves a ticket without an answer tells the customer: one short letter, never twice."""

from typing import Any

from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tickets.actions import conversation, handling
from tickets.actions.conversation import Then
from tickets.models import Ticket


def asked(world: World, **more: Any) -> Ticket:
    return factories.ticket(world, world.r1, acknowledge=True, **more)


def solve(world: World, ticket: Ticket) -> None:
    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)


def letters_of(world: World, ticket: Ticket) -> list[OutboxMail]:
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(ticket_id=ticket.pk, kind="solved").order_by("pk"))


def test_the_customer_is_told_in_the_clients_name(world: World) -> None:
    ticket = asked(world)

    solve(world, ticket)

    (mail,) = letters_of(world, ticket)
    assert mail.to_address == world.r1.email
    assert mail.from_name == world.c1.name
    assert f"#{ticket.number}" in mail.subject
    assert "we believe that your question" in mail.text
    assert "Answer this mail and we go on." in mail.text
    assert mail.reply_to not in ("", mail.from_address)
    assert mail.automatic


def test_the_letter_is_in_the_customers_language(world: World) -> None:
    ticket = asked(world, language="sv")

    solve(world, ticket)

    (mail,) = letters_of(world, ticket)
    assert (mail.language, "vi tror att" in mail.text) == ("sv", True)


def test_an_answer_that_solves_says_it_itself(world: World) -> None:
    ticket = asked(world)
    with world.enter(world.v1) as actor:
        conversation.reply(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Done, it works again.", then=Then.SOLVED
        )

    solve(world, ticket)

    assert letters_of(world, ticket) == []


def test_solving_again_without_a_new_question_says_it_once(world: World) -> None:
    ticket = asked(world)

    for _time in range(3):
        solve(world, ticket)
        with world.enter(world.v1) as actor:
            handling.reopen(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    assert len(letters_of(world, ticket)) == 1


def test_whoever_asked_again_is_told_again(world: World) -> None:
    ticket = asked(world)
    solve(world, ticket)
    with world.enter(world.r1) as actor:
        conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="It is not.")
    solve(world, ticket)
    with world.enter(world.r1) as actor:
        handling.reopen(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    solve(world, ticket)

    assert len(letters_of(world, ticket)) == 3


def test_a_ticket_of_which_nobody_was_ever_told_stays_silent(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    solve(world, ticket)

    assert letters_of(world, ticket) == []


def test_closing_and_the_sweep_send_no_letter(world: World) -> None:
    ticket = asked(world)
    solve(world, ticket)
    with world.enter(world.v1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    assert len(letters_of(world, ticket)) == 1


def test_an_unconfirmed_address_reads_nothing_of_what_was_written(world: World) -> None:
    ticket = asked(world, subject="Buy pills at pills.example", unconfirmed=True)

    solve(world, ticket)

    (mail,) = letters_of(world, ticket)
    assert "pills" not in mail.subject + mail.text

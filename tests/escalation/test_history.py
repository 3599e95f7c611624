"""Tickets that came from another system come alive: under the contract in force, with its promises."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from access import actions as organisations
from access.models import Client
from access.rights import Role
from access.tasks import in_client
from escalation.models import Clock, Metric
from post.models import OutboxMail
from reporting import queries
from reporting.periods import Preset, named
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tickets.actions import conversation
from tickets.actions.conversation import Then
from tickets.models import Ticket

SIGNED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
OLD = "2026-11-12T09:0{}:00Z"


@pytest.fixture
def clock():
    with time_machine.travel(SIGNED, tick=False) as traveller:
        yield traveller


def old_story(path, ended: str = "solved", asked_last: bool = False):
    said = [("customer", "My lamp is dark."), ("agent", "Try another bulb.")]
    said += [("customer", "Still dark.")] if asked_last else []
    row = {
        "status": ended,
        "external_id": f"old-{ended}-{asked_last}",
        "subject": "Dark lamp",
        "customer": {"id": "c-1", "name": "Ada Brook", "email": "ada@mail.example"},
        "created_at": OLD.format(0),
        "messages": [{"author": a, "body": b, "at": OLD.format(n)} for n, (a, b) in enumerate(said)],
    }
    path.write_text(json.dumps(row))
    return path


@pytest.fixture
def acme(world: World, clock) -> Client:
    """A client whose contract begins now, after all that was ever said there."""
    client = organisations.create_client(slug="acme", name="Acme", colour="#7a3d8f", vendor=world.havnvik)
    organisations.hire(client=client, user=world.v1, role=Role.AGENT)
    boss = organisations.create_user(email="boss@acme.example", name="Bo Acme")
    organisations.add_member(client=client, user=boss, role=Role.CLIENT_ADMIN)
    clock.shift(timedelta(hours=1))
    return client


def come_over(client: Client, path) -> Ticket:
    call_command("import_conversations", str(path), client=client.slug)
    with in_client(client.pk, "tests"):
        return Ticket.objects.get()


def running(ticket: Ticket) -> set[str]:
    with in_client(ticket.client_id, "tests"):
        return set(Clock.objects.filter(ticket=ticket, stopped_at=None).values_list("metric", flat=True))


def forget_contract(ticket: Ticket) -> None:
    """As tickets stood that came over before they were put under a contract."""
    with in_client(ticket.client_id, "tests"):
        Clock.objects.filter(ticket=ticket).delete()
        Ticket.objects.filter(pk=ticket.pk).update(contract=None, vendor=None, due_at=None, due_metric="")


@pytest.mark.parametrize("as_it_stood", [False, True])
def test_an_old_ticket_that_is_asked_again_is_the_vendors_and_is_promised(
    world: World, acme: Client, clock, tmp_path, as_it_stood: bool
) -> None:
    ticket = come_over(acme, old_story(tmp_path / "old.jsonl"))
    if as_it_stood:
        forget_contract(ticket)

    with in_client(acme.pk, "tests") as actor:
        conversation.write_as_customer(actor, client_id=acme.pk, ticket_id=ticket.pk, body="It is dark again.")
    assert running(ticket) == {Metric.NEXT_RESPONSE, Metric.SOLVE}
    clock.shift(timedelta(minutes=20))
    factories.reply(world, world.v1, ticket, "We ask Acme.")
    escalate(world, ticket)

    with in_client(acme.pk, "tests"):
        ticket.refresh_from_db()
        assert (ticket.vendor_id, ticket.due_metric) == (world.havnvik.pk, Metric.CLIENT_RESPONSE)
        letter = OutboxMail.objects.filter(kind="escalation_ask").first()
        assert letter.from_name == "Havnvik Support"
        assert "Havnvik Support" in letter.subject + letter.text
        assert "Acme asks" not in letter.subject + letter.text
        now = datetime.now(UTC)
        report = queries.report(acme.pk, named(Preset.MONTH, acme.time_zone, now), now)
        assert report.metrics[Metric.NEXT_RESPONSE].kept.judged == 1


def test_what_is_older_than_the_contract_belongs_to_the_only_vendor(world: World, acme: Client, tmp_path) -> None:
    ticket = come_over(acme, old_story(tmp_path / "old.jsonl"))

    assert ticket.vendor_id == world.havnvik.pk
    assert ticket.contract_id is not None


def test_with_two_vendors_nobody_is_given_what_is_older_than_both(world: World, acme: Client, tmp_path) -> None:
    other = organisations.create_vendor(slug="other", name="Other Desk")
    organisations.sign_contract(client=acme, vendor=other)

    ticket = come_over(acme, old_story(tmp_path / "old.jsonl"))

    assert (ticket.vendor_id, ticket.contract_id) == (None, None)


def test_an_open_ticket_without_a_contract_is_promised_from_when_the_client_is_asked(
    world: World, acme: Client, clock, tmp_path
) -> None:
    ticket = come_over(acme, old_story(tmp_path / "old.jsonl", ended="open", asked_last=True))
    forget_contract(ticket)

    escalate(world, ticket)

    assert running(ticket) == {Metric.SOLVE, Metric.CLIENT_RESPONSE}


def test_an_answer_keeps_no_promise_that_was_not_made_before_it(world: World, acme: Client, clock, tmp_path) -> None:
    ticket = come_over(acme, old_story(tmp_path / "old.jsonl", ended="open", asked_last=True))
    forget_contract(ticket)

    factories.reply(world, world.v1, ticket, "A new lamp is on its way.", then=Then.SOLVED)

    with in_client(acme.pk, "tests"):
        ticket.refresh_from_db()
        assert ticket.vendor_id == world.havnvik.pk
        assert not Clock.objects.filter(ticket=ticket).exists()

"""No storm to one person: a few letters by themselves, the rest in one, each notice told once."""

from datetime import timedelta
from typing import Any

from access.tasks import in_client
from escalation.engine import due
from escalation.engine.digests import ALONE_MOST, APART, GATHERED_FOR
from escalation.matrix.document import Begins, Step, When
from escalation.models import Notice
from helpdesk.lib import clock as clocks
from post import signals
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, contacts, one_path, put_in_force, sweep
from tests.faults.together import together

MANY = ALONE_MOST + 7


def open_many(world: World, count: int = MANY) -> None:
    for _number in range(count):
        factories.ticket(world, world.r1)
    sweep()


def letters(world: World, kind: str) -> list[OutboxMail]:
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(kind=f"escalation_{kind}").order_by("pk"))


def test_past_a_few_letters_the_rest_comes_in_one(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))

    open_many(world)

    assert len(letters(world, "vendor")) == ALONE_MOST
    assert letters(world, "digest") == []
    clock.shift(GATHERED_FOR)
    sweep()
    (digest,) = letters(world, "digest")
    assert digest.subject == "7 escalations for Voltarra need you"
    with world.enter(world.c1):
        assert not Notice.objects.filter(attempted_at=None).exists()
        assert Notice.objects.exclude(digest=None).count() == 7


def test_a_few_are_never_held(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))

    open_many(world, ALONE_MOST)
    clock.shift(timedelta(hours=1))
    open_many(world, ALONE_MOST)

    assert len(letters(world, "vendor")) == 2 * ALONE_MOST


def test_what_comes_meanwhile_joins_and_the_next_letter_comes_a_minute_later(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR / 2)
    open_many(world, 3)
    clock.shift(GATHERED_FOR / 2)
    sweep()
    assert [mail.subject[:2] for mail in letters(world, "digest")] == ["10"]

    open_many(world, 2)
    clock.shift(APART - timedelta(seconds=1))
    sweep()
    assert len(letters(world, "digest")) == 1
    clock.shift(timedelta(seconds=1))
    sweep()

    assert [mail.subject[:2] for mail in letters(world, "digest")] == ["10", "2 "]
    with world.enter(world.c1):
        assert not Notice.objects.filter(attempted_at=None).exists()


def test_what_is_held_while_the_letter_is_written_comes_with_the_next(world: World, clock, monkeypatch) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR)
    settle = due.settle

    def meanwhile(*given: Any) -> None:
        """Another worker tells one more; the letter is written, and not committed."""
        monkeypatch.setattr(due, "settle", settle)
        (failed,) = together(lambda: open_many(world, 1))
        assert failed is None
        settle(*given)

    monkeypatch.setattr(due, "settle", meanwhile)
    sweep()
    for _minute in range(3):
        clock.shift(APART)
        sweep()

    assert [mail.subject[:2] for mail in letters(world, "digest")] == ["7 ", "1 "]
    with world.enter(world.c1):
        assert not Notice.objects.filter(attempted_at=None).exists()


def test_each_line_of_a_contacts_letter_has_its_own_link_that_answers(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), contacts(world), hands_over=True), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR)
    sweep()

    links = {line for line in letters(world, "digest")[0].text.splitlines() if "/l/" in line}

    assert len(links) == 7
    answer = world.browser().get(links.pop().removeprefix("http://testserver"))
    assert answer.status_code == 200


def test_a_letter_of_many_that_is_given_up_fails_them_all(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    open_many(world)
    clock.shift(GATHERED_FOR)
    sweep()
    (digest,) = letters(world, "digest")

    with in_client(world.c1.pk, "test") as actor:
        about = {"actor": actor, "client_id": world.c1.pk, "kind": digest.kind, "ticket_id": None}
        signals.mail_failed.send(OutboxMail, unique=digest.unique, reason="550", at=clocks.now(), **about)

    with world.enter(world.c1):
        assert Notice.objects.exclude(failed_at=None).count() == 7

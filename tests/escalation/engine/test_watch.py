"""The watch from outside: at work while a sweep turns, silent after two minutes without one."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from escalation.engine import watch
from escalation.models import Due
from helpdesk.lib import clock as clocks
from tests.cast import Browser, World
from tests.escalation.engine.things import MONDAY, sweep


def ask(client: Browser) -> tuple[int, dict[str, object]]:
    answer = client.get("/health/engine")
    return answer.status_code, json.loads(answer.content)


def test_a_house_in_which_nobody_ever_swept_is_not_at_work(world: World, client: Browser, clock) -> None:
    status, told = ask(client)

    assert (status, told["at_work"], told["swept_seconds_ago"]) == (503, False, None)


def test_a_sweep_is_seen_and_its_silence_after_two_minutes(world: World, client: Browser, clock) -> None:
    sweep()
    clock.shift(timedelta(seconds=119))
    assert ask(client)[0] == 200

    clock.shift(timedelta(seconds=1))
    status, told = ask(client)

    assert (status, told["swept_seconds_ago"]) == (503, 120)
    sweep()
    assert ask(client)[0] == 200


def test_a_clock_that_was_put_back_is_no_sign_of_life(world: World, client: Browser, clock) -> None:
    clock.shift(timedelta(hours=2))
    sweep()
    clock.shift(timedelta(hours=-2))

    sweep()
    clock.shift(watch.SILENT_AFTER)

    assert ask(client)[0] == 503


def test_what_is_overdue_and_what_fails_is_counted(world: World, client: Browser, clock) -> None:
    late = clocks.now() - timedelta(minutes=3)
    Due.objects.create(client_id=world.c1.pk, kind=Due.Kind.CLIMB, subject_id=1, due_at=late, failures=5)

    told = ask(client)[1]

    assert (told["overdue"], told["oldest_overdue_seconds"], told["failing"]) == (1, 180, 1)


def test_a_program_is_told_the_same_by_a_command(world: World, clock) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("watch_engine", stdout=StringIO())
    assert ended.value.code == 1

    sweep()
    out = StringIO()
    call_command("watch_engine", stdout=out)

    assert json.loads(out.getvalue())["at_work"] is True
    assert clocks.now() == MONDAY

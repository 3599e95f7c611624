"""Processes and servers killed in the middle of their work: nothing accepted is lost, nothing is done twice.

One house for all tests of this file, in whatever state the test before has left it.  A lease of each kind is waited
for until it ends by itself once; elsewhere its time is let go by.
"""

import itertools
import json
import resource
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from access import actions, standing
from helpdesk.lib import env
from tests import cast, cluster
from tests.faults.hooks import HookServer
from tests.faults.house import House, wait_for
from tests.faults.locked import meanwhile
from tests.faults.smtp import MailServer
from tests.post import calling

pytestmark = pytest.mark.slow
COUNTER = "SELECT 1 FROM tickets_ticketcounter FOR UPDATE"
WEB, WORKER, BEAT = "-m granian", "helpdesk.celery --quiet worker", "helpdesk.celery --quiet beat"
CALLER = "helpdesk.celery -q worker"
DATABASE, REDIS = "bin/postgres", "valkey-server"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def hooks() -> Iterator[HookServer]:
    with HookServer() as server:
        yield server


@pytest.fixture(scope="module")
def whole(mail_server: MailServer, hooks: HookServer, django_db_blocker: Any) -> Iterator[House]:
    """A house with the cast in it, and one endpoint."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-house-"))
    folder.chmod(0o755)
    assert cluster.restore(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = House(folder, port=port, smtp_port=mail_server.port)
    try:
        with django_db_blocker.unblock(), _connected_to(house.app_dsn):
            world = cast.build()
            house.key = actions.make_token(user=world.v1, client=world.c1)
            calling.endpoint(world, hooks.url())
        yield house
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _connected_to(dsn: str) -> Iterator[None]:
    earlier = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({name: value for name, value in env.database_url(dsn).items() if name != "OPTIONS"})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(earlier)
        standing.forget_all()


@pytest.fixture
def house(whole: House, mail_server: MailServer) -> House:
    """The house when everything in it has come back by itself, and the letters of the test before are out."""
    mail_server.behaviours.clear()
    mail_server.has_mail.clear()
    mail_server.go.clear()
    wait_for(lambda: whole.is_whole({WEB: 2, WORKER: 2, BEAT: 1, CALLER: 1}), what="the house", seconds=60)
    wait_for(lambda: whole.number("SELECT count(*) FROM post_outboxhint") == 0, what="its letters", seconds=100)
    return whole


def ask(house: House) -> tuple[dict[str, Any], str]:
    """A new question of somebody new, with its key."""
    number = next(_numbers)
    email = f"nora{number}@mail.example"
    return {"subject": f"Charger {number}", "body": "It blinks red.", "customer_email": email}, f"key-{number}"


def tickets(house: House, asked: dict[str, Any]) -> int:
    return house.number(f"SELECT count(*) FROM tickets_ticket WHERE subject = '{asked['subject']}'")


def letter_id(house: House, asked: dict[str, Any]) -> str:
    """The Message-ID of the letter to who asked, once it counts as sent."""

    def look() -> str:
        where = f"to_address = '{asked['customer_email']}' AND state = 'accepted'"
        found = house.sql(f"SELECT message_id FROM post_outboxmail WHERE {where}")
        return str(found[0][0]) if found else ""

    # Of a worker that was killed the lease ends first.
    return wait_for(look, what="the letter", seconds=100)


def sent(mail_server: MailServer, message_id: str) -> int:
    return mail_server.ids().count(message_id)


def test_a_web_process_killed_before_the_commit_leaves_nothing(house: House, mail_server: MailServer) -> None:
    asked, key = ask(house)
    with house.holding(COUNTER), meanwhile(lambda: house.post("tickets/", asked, key=key)) as first:
        house.wait_for_lock()
        house.kill(WEB, place=1)
        assert first.result(20).status == 0

    again = house.post_again("tickets/", asked, key=key)

    assert (again.status, again.replayed) == (201, False)
    assert tickets(house, asked) == 1
    assert sent(mail_server, letter_id(house, asked)) == 1


def test_a_web_process_killed_after_the_commit_answers_the_repeat_with_its_first_answer(
    house: House, mail_server: MailServer
) -> None:
    """Redis hangs, so the hint after the commit does, and the answer behind it never leaves."""
    asked, key = ask(house)
    with meanwhile(lambda: house.post("tickets/", asked, key=key)) as first:
        with house.holding(COUNTER):
            house.wait_for_lock()
            house.freeze(REDIS)
        wait_for(lambda: tickets(house, asked), what="the commit")
        house.kill(WEB, place=1)
        assert first.result(20).status == 0
    house.thaw(REDIS)

    again = house.post_again("tickets/", asked, key=key)

    assert (again.status, again.replayed) == (201, True)
    assert tickets(house, asked) == 1
    assert sent(mail_server, letter_id(house, asked)) == 1


def test_a_web_server_killed_as_a_whole_comes_back(house: House) -> None:
    house.kill(WEB)
    asked, key = ask(house)

    assert house.post_again("tickets/", asked, key=key).status == 201


@pytest.mark.parametrize("place", [0, 1], ids=["whole", "process"])
def test_a_worker_killed_while_it_sends_sends_again_under_the_same_id(
    house: House, mail_server: MailServer, place: int
) -> None:
    asked, key = ask(house)
    mail_server.behaviours.append("waits")
    assert house.post("tickets/", asked, key=key).status == 201
    assert mail_server.has_mail.wait(20)

    house.kill(WORKER, place=place)
    mail_server.go.set()
    if place:
        house.let_leases_end()

    assert 1 <= sent(mail_server, letter_id(house, asked)) <= 2


def test_a_worker_killed_between_the_servers_yes_and_the_commit_sends_twice_under_one_id(
    house: House, mail_server: MailServer
) -> None:
    """The one place where a letter leaves twice: whoever receives it sees by its id that it is one."""
    asked, key = ask(house)
    mail_server.behaviours.append("waits")
    assert house.post("tickets/", asked, key=key).status == 201
    assert mail_server.has_mail.wait(20)
    with house.holding("SELECT 1 FROM post_outboxhint FOR UPDATE"):
        mail_server.go.set()
        house.wait_for_lock()
        house.kill(WORKER, place=1)
    house.let_leases_end()

    message_id = letter_id(house, asked)

    assert sent(mail_server, message_id) == 2


def test_a_redis_killed_comes_back_empty_and_work_goes_on(house: House, mail_server: MailServer) -> None:
    house.kill(REDIS)
    asked, key = ask(house)

    assert house.post("tickets/", asked, key=key).status == 201
    assert sent(mail_server, letter_id(house, asked)) == 1


def test_lost_hints_and_a_killed_clock_are_made_up_for(house: House, mail_server: MailServer) -> None:
    """A Redis without room takes no hint; who finds the letter then is the clock that came back."""
    asked, key = ask(house)
    with house.broker() as broker:
        broker.config_set("maxmemory", "1")
        assert house.post("tickets/", asked, key=key).status == 201
        house.kill(BEAT)
        broker.config_set("maxmemory", "256mb")

    assert sent(mail_server, letter_id(house, asked)) == 1


def test_a_database_killed_while_it_writes_loses_nothing(house: House, mail_server: MailServer) -> None:
    before, key_before = ask(house)
    assert house.post("tickets/", before, key=key_before).status == 201
    asked, key = ask(house)
    with (
        suppress(psycopg.OperationalError),
        house.holding(COUNTER),
        meanwhile(lambda: house.post("tickets/", asked, key=key)) as first,
    ):
        house.wait_for_lock()
        house.kill(DATABASE)
        answer = first.result(20)

    assert answer.status == 503
    assert int(answer.retry_after) > 0
    again = house.post_again("tickets/", asked, key=key)
    assert (again.status, again.replayed) == (201, False)
    assert (tickets(house, before), tickets(house, asked)) == (1, 1)
    assert house.post("tickets/", before, key=key_before).replayed
    assert sent(mail_server, letter_id(house, before)) == 1
    assert sent(mail_server, letter_id(house, asked)) == 1


def test_a_temporary_file_without_room_is_a_refusal_and_no_end_of_the_process(house: House) -> None:
    """Large uploads lie in a temporary file first."""
    asked, key = ask(house)
    number = json.loads(house.post("tickets/", asked, key=key).body)["number"]
    (web,) = house.pids(WEB)[1:]
    form = b'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nSee here.\r\n'
    form += b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    form += b"x" * (3 * 1024 * 1024) + b"\r\n--b--\r\n"
    headers = {"Authorization": f"Bearer {house.key}", "Content-Type": "multipart/form-data; boundary=b"}
    soft, hard = resource.prlimit(web, resource.RLIMIT_FSIZE)
    resource.prlimit(web, resource.RLIMIT_FSIZE, (1024, hard))
    try:
        refused = house.send(f"api/v1/tickets/{number}/reply/", form, headers)
    finally:
        resource.prlimit(web, resource.RLIMIT_FSIZE, (soft, hard))

    assert refused.status == 503
    assert int(refused.retry_after) > 0
    assert house.send(f"api/v1/tickets/{number}/reply/", form, headers).status == 201
    assert house.pids(WEB)[1:] == [web]


def call_id(house: House, number: int) -> str:
    """Have a call made; its id."""
    key = f"msg_{number}"
    house.sql(
        "WITH place AS (SELECT id, client_id FROM post_endpoint), call AS ("
        'INSERT INTO post_outboxcall (client_id, endpoint_id, "unique", kind, body, idempotency_key, state, created_at,'
        f" attempts, last_error) SELECT client_id, id, 'c/{number}', 'x', '{{}}', '{key}', 'due', now(), 0, ''"
        " FROM place RETURNING id, client_id, endpoint_id)"
        " INSERT INTO post_callhint (client_id, endpoint_id, call_id, due_at, ends_at, fence)"
        " SELECT client_id, endpoint_id, id, now(), now() + interval '1 day', 0 FROM call RETURNING id"
    )
    return key


def is_accepted(house: House, key: str) -> bool:
    where = f"idempotency_key = '{key}' AND state = 'accepted'"
    return house.number(f"SELECT count(*) FROM post_outboxcall WHERE {where}") == 1


def test_a_caller_killed_while_it_waits_for_an_answer_calls_again_under_the_same_id(
    house: House, hooks: HookServer
) -> None:
    hooks.has_call.clear()
    hooks.go.clear()
    hooks.behaviours["/hook"].append("waits")
    key = call_id(house, 1)
    assert hooks.has_call.wait(20)

    house.kill(CALLER)
    hooks.go.set()

    wait_for(lambda: is_accepted(house, key), what="the call", seconds=160)
    assert hooks.ids().count(key) == 2


def test_a_caller_killed_between_the_answer_and_the_commit_calls_twice_under_one_id(
    house: House, hooks: HookServer
) -> None:
    """The one place where a call is made twice: whoever receives it sees by its id that it is one."""
    hooks.has_call.clear()
    hooks.go.clear()
    hooks.behaviours["/hook"].append("waits")
    key = call_id(house, 2)
    assert hooks.has_call.wait(20)
    with house.holding("SELECT 1 FROM post_callhint FOR UPDATE"):
        hooks.go.set()
        house.wait_for_lock()
        house.kill(CALLER)
    house.let_leases_end()

    wait_for(lambda: is_accepted(house, key), what="the call", seconds=160)
    assert hooks.ids().count(key) == 2


class SlowSender:
    """A connection that has said that a body comes, and sends it when it likes."""

    def __init__(self, house: House, *, size: int) -> None:
        head = f"POST /api/v1/tickets/ HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nConnection: close\r\n"
        head += f"Authorization: Bearer {house.key}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
        self.socket = socket.create_connection(("127.0.0.1", house.port), timeout=20)
        self.socket.sendall(head.encode())

    def status(self) -> int:
        answer = self.socket.recv(4096)
        self.socket.close()
        return int(answer.split()[1])


def test_slow_senders_hold_a_thread_each_and_no_more(house: House) -> None:
    """As many as there are threads but one: what keeps more of them away is the proxy (docs/operators.md)."""
    asked_slowly = [ask(house)[0] for _n in range(3)]
    bodies = [json.dumps(asked).encode() for asked in asked_slowly]
    senders = [SlowSender(house, size=len(body)) for body in bodies]
    for sender, body in zip(senders, bodies, strict=True):
        sender.socket.sendall(body[:20])
    asked, key = ask(house)

    assert house.post("tickets/", asked, key=key).status == 201
    for sender, body in zip(senders, bodies, strict=True):
        sender.socket.sendall(body[20:])
    assert [sender.status() for sender in senders] == [201] * 3
    assert [tickets(house, asked) for asked in asked_slowly] == [1] * 3


def test_a_sender_who_hangs_up_leaves_nothing(house: House) -> None:
    asked, key = ask(house)
    body = json.dumps(asked).encode()
    sender = SlowSender(house, size=len(body))
    sender.socket.sendall(body[:-10])
    sender.socket.close()

    assert house.post("tickets/", asked, key=key).status == 201
    assert tickets(house, asked) == 1

"""Suspension, revocation, a new NDA at once, and expiry by time alone against many sessions and tokens at work."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench import corpus
from bench.figure import Figure, NotMeasured, at_most, told
from bench.load import read_answer
from bench.site import Site, serving, stand_up

GRACE = 1.0


@dataclass
class Ledger:
    """When each request was sent and how it was answered, by where it went."""

    here: list[tuple[float, int]] = field(default_factory=list)
    elsewhere: list[tuple[float, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Caller:
    """One session or one program: what it asks at the client that closes, and at the one that does not."""

    headers: dict[str, str]
    here: str
    elsewhere: str
    elsewhere_headers: dict[str, str]


def measure(*, quick: bool, data: Path) -> Figure:
    """Each switch in turn is thrown while every caller asks both clients without a pause."""
    callers, run = (60, 4.0) if quick else (500, 20.0)
    with stand_up() as site:
        stage = _stage(site, callers)
        figure = Figure("kill_switch", runs=1, notes={"sessions and tokens": callers})
        with serving("helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live") as base:
            for name, throw, undo in stage.switches:
                ledger = Ledger()
                thrown = asyncio.run(_run(base, stage.callers, throw, run, ledger))
                undo()
                served = [at - thrown for at, status in ledger.here if status == 200 and at > thrown + GRACE]
                late = [at - thrown for at, status in ledger.here if status == 200 and at > thrown]
                before = sum(1 for at, status in ledger.here if status == 200 and at < thrown)
                disturbed = sum(1 for _at, status in ledger.elsewhere if status != 200)
                if not before or len(ledger.here) - before < callers:
                    raise NotMeasured(f"{name}: too few requests on one side of the switch")
                figure.parts += [
                    at_most(f"{name}: served a second later", [len(served)], 0, "requests"),
                    at_most(f"{name}: the other client's requests disturbed", [disturbed], 0, "requests"),
                    told(f"{name}: the last one served was sent", [max(late, default=0.0) * 1000], "ms after"),
                    told(f"{name}: asked before and after", [before, len(ledger.here) - before], "requests"),
                ]
        return figure


@dataclass(frozen=True)
class Stage:
    """Who asks, and the switches: a name, how it is thrown, how it is put back."""

    callers: list[Caller]
    switches: list[tuple[str, Callable[[], float], Callable[[], None]]]


async def _run(base: str, callers: list[Caller], throw: Callable[[], float], seconds: float, ledger: Ledger) -> float:
    """Let everybody ask, throw the switch in the middle, and give the moment from which it must hold."""
    until = time.perf_counter() + seconds
    at_work = asyncio.gather(*(_ask(base, caller, until, ledger) for caller in callers))
    await asyncio.sleep(seconds * 0.4)
    thrown = await asyncio.to_thread(throw)
    await at_work
    return thrown


async def _ask(base: str, caller: Caller, until: float, ledger: Ledger) -> None:
    place = urlsplit(base)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        while time.perf_counter() < until:
            for path, headers, book in (
                (caller.here, caller.headers, ledger.here),
                (caller.elsewhere, caller.elsewhere_headers, ledger.elsewhere),
            ):
                fields = "".join(f"{name}: {value}\r\n" for name, value in {"Host": place.netloc, **headers}.items())
                sent = time.perf_counter()
                writer.write(f"GET {path} HTTP/1.1\r\n{fields}\r\n".encode())
                status, _body, keep = await read_answer(reader)
                book.append((sent, status))
                if not keep:
                    writer.close()
                    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    finally:
        writer.close()


def _stage(site: Site, callers: int) -> Stage:
    """Two clients of one vendor; half of the callers are sessions of its agents, half their programs."""
    from access import actions
    from access.models import Client
    from access.rights import Right, Role

    people = corpus.organisations(clients=2, agents_clients=2)
    corpus.tickets(site, people, total=200)
    here, elsewhere = (Client.objects.get(pk=pk) for pk in people.own_ids)
    with site.superuser() as connection:
        rows = "SELECT number FROM tickets_ticket WHERE client_id = %s ORDER BY id LIMIT 1"
        pages = {
            client.pk: f"/desk/{client.slug}/{connection.execute(rows, [client.pk]).fetchone()[0]}/"
            for client in (here, elsewhere)
        }
    made, agents = [], []
    for number in range(callers // 2):
        user = actions.create_user(email=f"agent{number}@bench.example", name=f"Agent {number}", vendor=_vendor(people))
        for client in (here, elsewhere):
            actions.hire(client=client, user=user, role=Role.AGENT)
        agents.append(user)
        cookie = {"Cookie": corpus.cookie_of(user.pk)}
        made.append(Caller(cookie, pages[here.pk], pages[elsewhere.pk], cookie))
        keys = [actions.make_token(user=user, client=c, rights=[Right.TICKET_READ]) for c in (here, elsewhere)]
        bearers = [{"Authorization": f"Bearer {key}"} for key in keys]
        made.append(Caller(bearers[0], "/api/v1/tickets/?limit=1", "/api/v1/tickets/?limit=1", bearers[1]))
    return Stage(made, _switches(site, here, [user.pk for user in agents]))


def _vendor(people: corpus.People) -> object:
    from access.models import User

    return User.objects.get(pk=people.agent_id).vendor


def _switches(site: Site, here: object, agents: list[int]) -> list[tuple[str, Callable[[], float], Callable[[], None]]]:
    """Each by the product's own action; what has no way back in the product is put back by the superuser."""
    from access.actions import clearing, suspending
    from access.models import Suspension, Vendor
    from access.tasks import in_client

    client_id = here.pk

    def now(act: Callable[[], object]) -> float:
        act()
        return time.perf_counter()

    def suspend() -> None:
        with in_client(client_id, "bench") as actor:
            suspending.suspend(actor, client_id=client_id, vendor_id=Vendor.objects.get().pk)

    def restore() -> None:
        with in_client(client_id, "bench") as actor:
            for row in Suspension.objects.filter(ended_at=None):
                suspending.restore(actor, client_id=client_id, suspension_id=row.pk)

    def revoke() -> None:
        _as_superuser(site, f"UPDATE access_assignment SET ends_at = now() WHERE client_id = {client_id}")

    def hire_again() -> None:
        _as_superuser(site, f"UPDATE access_assignment SET ends_at = NULL WHERE client_id = {client_id}")

    def ask_for_nda() -> None:
        with in_client(client_id, "bench") as actor:
            clearing.publish_nda(actor, client_id=client_id, text="I keep it to myself.", at_once=True)

    def let_expire() -> float:
        ahead = 2.0
        sql = (
            f"UPDATE access_contract SET valid_until = now() + interval '{ahead} seconds' WHERE client_id = {client_id}"
        )
        _as_superuser(site, sql)
        return time.perf_counter() + ahead

    def renew() -> None:
        _as_superuser(site, f"UPDATE access_contract SET valid_until = NULL WHERE client_id = {client_id}")

    return [
        ("suspension", lambda: now(suspend), restore),
        ("revocation", lambda: now(revoke), hire_again),
        ("expiry by time alone", let_expire, renew),
        ("NDA at once", lambda: now(ask_for_nda), lambda: None),
    ]


def _as_superuser(site: Site, sql: str) -> None:
    with site.superuser() as connection:
        connection.execute(sql)

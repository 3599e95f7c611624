"""A small HTTP load client: keep-alive connections, each answer checked, requests a second."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.figure import NotMeasured


@dataclass(frozen=True)
class Page:
    """What is asked: one of these paths at a time, and a text that every answer must hold."""

    base: str
    paths: Sequence[str]
    must: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What one round saw: requests a second, and each request's seconds in order."""

    rps: float
    seconds: tuple[float, ...]

    def ms(self, share: float) -> float:
        """A percentile of the times, in milliseconds."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))] * 1000


def round_of(page: Page, *, concurrency: int, seconds: float, seed: int = 1) -> Seen:
    """Ask for `seconds` with so many connections.

    Raises `NotMeasured` at the first wrong answer: a figure over errors is none.
    """
    return asyncio.run(_round(page, concurrency, seconds, seed))


async def _round(page: Page, concurrency: int, seconds: float, seed: int) -> Seen:
    times: list[float] = []
    begin = time.perf_counter()
    await asyncio.gather(*(_ask(page, begin + seconds, times, seed * 1000 + n) for n in range(concurrency)))
    return Seen(len(times) / (time.perf_counter() - begin), tuple(sorted(times)))


async def _ask(page: Page, until: float, times: list[float], seed: int) -> None:
    rng = random.Random(seed)
    place = urlsplit(page.base)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    fields = {"Host": place.netloc, **page.headers}
    extra = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    try:
        while time.perf_counter() < until:
            path = rng.choice(page.paths)
            start = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\n{extra}\r\n".encode())
            status, body, keep = await read_answer(reader)
            times.append(time.perf_counter() - start)
            if status != 200 or page.must.encode() not in body:
                raise NotMeasured(f"{page.base}{path} answered {status}: {body[:200]!r}")
            if not keep:
                writer.close()
                reader, writer = await asyncio.open_connection(place.hostname, place.port)
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
    fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
    keep = fields.get("connection", "").lower() != "close"
    if "content-length" in fields:
        body = await reader.readexactly(int(fields["content-length"]))
    elif fields.get("transfer-encoding", "").lower() == "chunked":
        pieces = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        body = b"".join(pieces)
    else:
        body, keep = await reader.read(), False
    return int(head[0].split()[1]), body, keep

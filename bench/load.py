"""A small HTTP load client: keep-alive connections, each answer checked, requests a second."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from bench.figure import NotMeasured


@dataclass(frozen=True)
class Page:
    """What is asked: one of these paths at a time, and a text that every answer must hold.

    With a `body` it is sent there as JSON, and answered with 201.  Of several `keys` of programs each request
    carries one, as no program may ask as often as a bench does.
    """

    base: str
    paths: Sequence[str]
    must: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    keys: Sequence[str] = ()

    def request(self, rng: random.Random, host: str) -> bytes:
        """The bytes of one request."""
        path = rng.choice(self.paths)
        fields = {"Host": host, **self.headers}
        if self.keys:
            fields["Authorization"] = f"Bearer {rng.choice(self.keys)}"
        if self.body:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(self.body.encode()))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{'POST' if self.body else 'GET'} {path} HTTP/1.1\r\n{head}\r\n{self.body}".encode()


@dataclass(frozen=True)
class Seen:
    """What one round saw: requests a second, and each request's seconds in order."""

    rps: float
    seconds: tuple[float, ...]

    def ms(self, share: float) -> float:
        """A percentile of the times, in milliseconds."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))] * 1000


def round_of(page: Page, *, concurrency: int, seconds: float, seed: int = 1) -> Seen:
    """Ask for `seconds` with so many connections, opened for it.

    Raises `NotMeasured` at the first wrong answer: a figure over errors is none.
    """
    with Lines(page.base, concurrency) as lines:
        return lines.round_of(page, seconds=seconds, seed=seed)


class Lines:
    """Kept connections to one server; what rounds over the same ones differ by is not how they met the workers."""

    def __init__(self, base: str, concurrency: int) -> None:
        self._runner = asyncio.Runner()
        self._lines = [_Line(base) for _number in range(concurrency)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for line in self._lines:
            line.close()
        self._runner.close()

    def round_of(self, page: Page, *, seconds: float, seed: int = 1) -> Seen:
        """Ask for `seconds` on every connection; raises `NotMeasured` at the first wrong answer."""
        return self._runner.run(self._round(page, seconds, seed))

    def paced(self, pages: Sequence[Page], *, rate: float, seconds: float) -> Seen:
        """So many a second, whether they are answered or not while a connection is free, of the pages in turn.

        The times count from when each was to be sent.
        """
        return self._runner.run(self._paced(pages, rate, seconds))

    async def _paced(self, pages: Sequence[Page], rate: float, seconds: float) -> Seen:
        times: list[float] = []
        begin = time.perf_counter()
        places = iter(range(int(rate * seconds)))

        async def work(line: _Line) -> None:
            for place in places:
                at = begin + place / rate
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
                await line.ask_once(pages[place % len(pages)], random.Random(place))
                times.append(time.perf_counter() - at)

        await asyncio.gather(*map(work, self._lines))
        return Seen(len(times) / (time.perf_counter() - begin), tuple(sorted(times)))

    async def _round(self, page: Page, seconds: float, seed: int) -> Seen:
        times: list[float] = []
        begin = time.perf_counter()
        asking = [line.ask(page, begin + seconds, times, seed * 1000 + n) for n, line in enumerate(self._lines)]
        await asyncio.gather(*asking)
        return Seen(len(times) / (time.perf_counter() - begin), tuple(sorted(times)))


class _Line:
    def __init__(self, base: str) -> None:
        self._place = urlsplit(base)
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, page: Page, until: float, times: list[float], seed: int) -> None:
        rng = random.Random(seed)
        if self._ends is None:
            self._ends = await self._open()
        while time.perf_counter() < until:
            start = time.perf_counter()
            await self.ask_once(page, rng)
            times.append(time.perf_counter() - start)

    async def ask_once(self, page: Page, rng: random.Random) -> None:
        """One request; raises `NotMeasured` at a wrong answer."""
        reader, writer = self._ends = self._ends or await self._open()
        writer.write(page.request(rng, self._place.netloc))
        status, body, keep = await read_answer(reader)
        if status != (201 if page.body else 200) or page.must.encode() not in body:
            raise NotMeasured(f"{page.base} answered {status}: {body[:200]!r}")
        if not keep:
            self.close()
            self._ends = None

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._place.hostname, self._place.port)

    def close(self) -> None:
        if self._ends is not None:
            self._ends[1].close()


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

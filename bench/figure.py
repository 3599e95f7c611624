"""What a figure is: named parts with the value measured, what it must reach, and the range seen."""

import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg


class NotMeasured(Exception):
    """The figure can't be measured here; the text says what is missing."""


@dataclass(frozen=True)
class Part:
    """One number of a figure: the median of its runs, its bound in words, and (lowest, highest) seen."""

    name: str
    value: float
    must: str
    unit: str
    holds: bool
    range: tuple[float, float]


@dataclass
class Figure:
    """A measured figure, as the JSON line that is printed last."""

    name: str
    parts: list[Part] = field(default_factory=list)
    runs: int = 1
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every part holds."""
        return all(part.holds for part in self.parts)

    def line(self) -> str:
        """The JSON line."""
        body = {
            "name": self.name,
            "parts": [asdict(part) for part in self.parts],
            "runs": self.runs,
            "machine": machine(),
            **self.notes,
        }
        return json.dumps(body, ensure_ascii=False)


def at_least(name: str, values: Sequence[float], bound: float, unit: str) -> Part:
    """A part whose median must reach `bound`."""
    return _part(name, values, f">= {bound:g}", unit, statistics.median(values) >= bound)


def at_most(name: str, values: Sequence[float], bound: float, unit: str) -> Part:
    """A part whose median must not pass `bound`."""
    return _part(name, values, f"<= {bound:g}", unit, statistics.median(values) <= bound)


def told(name: str, values: Sequence[float], unit: str) -> Part:
    """A part that is told beside the others and has no bound."""
    return _part(name, values, "told", unit, True)


def _part(name: str, values: Sequence[float], must: str, unit: str, holds: bool) -> Part:
    return Part(
        name, round(statistics.median(values), 4), must, unit, holds, (round(min(values), 4), round(max(values), 4))
    )


def machine() -> dict[str, Any]:
    """What the figure was measured on."""
    return {
        "cpus": os.cpu_count(),
        "system": platform.system(),
        "arch": platform.machine(),
        "python": platform.python_version(),
    }


def calibration(dsn: str) -> list[Part]:
    """A fixed CPU loop and a bare PostgreSQL round trip, in ms, to read absolute times by."""
    loops = []
    for _run in range(5):
        start = time.perf_counter()
        sum(i * i for i in range(1_000_000))
        loops.append((time.perf_counter() - start) * 1000)
    trips = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _run in range(300):
            start = time.perf_counter()
            connection.execute("SELECT 1").fetchone()
            trips.append((time.perf_counter() - start) * 1000)
    return [told("calibration: CPU loop", loops, "ms"), told("calibration: round trip", trips, "ms")]

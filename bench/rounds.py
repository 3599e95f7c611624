"""Two sides in alternating rounds, so that both see the same machine."""

from bench import load
from bench.figure import Part, at_least, told
from bench.load import Page


def faster(
    name: str, ours: Page, theirs: Page, *, must: float, concurrency: int, rounds: int, seconds: float
) -> list[Part]:
    """Our requests a second over theirs, round by round; with both sides' own numbers beside it."""
    for page in (ours, theirs):
        load.round_of(page, concurrency=2, seconds=min(1.0, seconds))
    ratios, mine, others = [], [], []
    for number in range(rounds):
        mine.append(load.round_of(ours, concurrency=concurrency, seconds=seconds, seed=number).rps)
        others.append(load.round_of(theirs, concurrency=concurrency, seconds=seconds, seed=number).rps)
        ratios.append(mine[-1] / others[-1])
    return [
        at_least(f"{name}: ours over theirs", ratios, must, "times"),
        told(f"{name}: ours", mine, "1/s"),
        told(f"{name}: theirs", others, "1/s"),
    ]

"""Ways to bend a log that a client already keeps a head of; each needs less than the vendor's key.

Every way takes a `PaperLog` and the head that the client kept, and bends the log after that head;
what it returns stands in the files that the client gets.
"""

import copy
import random
from collections.abc import Callable
from typing import Any

from access import merkle
from access.log_format import LOG, Head
from bench.paper_log import PaperLog, new_key, public_of, sealed_line, signed

Way = Callable[[PaperLog, Head, random.Random], PaperLog]


def _copy(log: PaperLog) -> PaperLog:
    bent = copy.copy(log)
    bent.lines, bent.heads, bent.keys = copy.deepcopy(log.lines), list(log.heads), copy.deepcopy(log.keys)
    return bent


def _some(log: PaperLog, kept: Head, rng: random.Random) -> int:
    return rng.randrange(kept.size, len(log.lines))


def _renumber(log: PaperLog) -> None:
    for index, line in enumerate(log.lines):
        line["index"] = index


def _rewrite(log: PaperLog, index: int, **values: Any) -> None:
    """Another entry at the same place, whose hashes fit together."""
    old = log.lines[index]
    log.lines[index] = sealed_line(log.client_id, index, old["entry"], (old["content"] or {}) | values)


def change(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """Another name: in the value alone, with its commitments, or with its leaf too."""
    bent = _copy(log)
    index = _some(log, kept, rng)
    line = bent.lines[index]
    match rng.randrange(4):
        case 0:
            line["content"]["actor_name"] = "Nobody"
        case 1:
            line["leaf"], _rest = rng.randbytes(32).hex(), _rewrite(bent, index, actor_name="Nobody")
        case 2:
            bent.lines[index] = sealed_line(99, index, line["entry"], line["content"]) | {"leaf": line["leaf"]}
        case _:
            _rewrite(bent, index, actor_name="Nobody")
    return bent


def delete(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """An entry less, with a hole or without."""
    bent = _copy(log)
    del bent.lines[_some(log, kept, rng)]
    if rng.random() < 0.5:
        _renumber(bent)
    return bent


def swap(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """Two entries in each other's place, with their numbers or without."""
    bent = _copy(log)
    one, other = rng.sample(range(kept.size, len(log.lines)), 2)
    bent.lines[one], bent.lines[other] = bent.lines[other], bent.lines[one]
    if rng.random() < 0.5:
        _renumber(bent)
    return bent


def insert(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """An entry more, anywhere, the end included."""
    bent = _copy(log)
    index = rng.randrange(kept.size, len(log.lines) + 1)
    like = rng.choice([line for line in log.lines if line["content"]])
    bent.lines.insert(index, sealed_line(log.client_id, index, 10**6, like["content"]))
    if rng.random() < 0.5:
        _renumber(bent)
    return bent


def truncate(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """The last entries gone."""
    bent = _copy(log)
    del bent.lines[_some(log, kept, rng) :]
    return bent


def re_sign(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """A changed entry, and every head after the kept one signed anew, with a key of the forger's."""
    bent = _copy(log)
    _rewrite(bent, _some(log, kept, rng), actor_name="Nobody")
    _sign_anew(bent, kept, rng)
    return bent


def _sign_anew(bent: PaperLog, kept: Head, rng: random.Random) -> None:
    forged = new_key()
    last = bent.keys[-1]
    match rng.randrange(3):
        case 0:  # the forger's key in the list, as if the old one had handed over
            bent.keys.append(
                {
                    "public": public_of(forged),
                    "since": kept.at,
                    "by": last["public"],
                    "signature": rng.randbytes(64).hex(),
                }
            )
        case 1:  # the forger's key as the first one, which handed over to the client's
            bent.keys = [{**bent.keys[0], "public": public_of(forged)}, {**last, "by": public_of(forged)}]
            bent.keys[1]["signature"] = rng.randbytes(64).hex()
        case _:
            pass
    leaves = [bytes.fromhex(line["leaf"]) for line in bent.lines]
    bent.heads = [
        head
        if head.size <= kept.size
        else signed(forged, bent.client_id, head.size, merkle.root_of(leaves[: head.size]), head.at)
        for head in bent.heads
    ]


def roll_back(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """Everything as it stood before the kept head, and nothing of later."""
    bent = _copy(log)
    before = [head for head in log.heads if head.size < kept.size]
    last = rng.choice(before)
    bent.heads = [head for head in log.heads if head.size <= last.size]
    del bent.lines[last.size :]
    return bent


def fake_retention(log: PaperLog, kept: Head, rng: random.Random) -> PaperLog:
    """Values taken away: without a word, or under an entry that was bent to allow it."""
    bent = _copy(log)
    through = rng.randrange(kept.size, len(log.lines) - 1)
    detail = {"what": "retained", "through": through}
    later = rng.randrange(through + 1, len(log.lines))
    about = {"action": "change", "side": "system", "records": [[LOG, log.client_id]], "detail": detail}
    match rng.randrange(4):
        case 0:
            pass
        case 1:
            bent.lines[later]["content"].update(about)
        case 2:
            _rewrite(bent, later, **about)
        case _:
            _rewrite(bent, later, **about)
            _sign_anew(bent, kept, rng)
    for line in bent.lines[kept.size : through + 1]:
        line["content"] = line["salts"] = None
    return bent


WAYS: dict[str, Way] = {
    "change": change,
    "delete": delete,
    "swap": swap,
    "insert": insert,
    "truncate": truncate,
    "re-sign with another key": re_sign,
    "roll back": roll_back,
    "fake retention": fake_retention,
}


def some_log(seed: int) -> PaperLog:
    """An honest log of 40 to 200 entries under a handful of heads; some with retention, erasure, a new key."""
    log = PaperLog(seed=seed, client_id=1 + seed % 50)
    rng = log.rng
    for _head in range(rng.randrange(4, 12)):
        for _entry in range(rng.randrange(10, 18)):
            log.add()
        log.seal()
        if rng.random() < 0.15:
            log.rotate()
    if rng.random() < 0.3:
        log.erase(*sorted(rng.sample(range(log.heads[0].size), 3)))
    if rng.random() < 0.3:
        log.retain(log.heads[0].size - 1)
    for _entry in range(12):
        log.add()
    log.seal()
    return log

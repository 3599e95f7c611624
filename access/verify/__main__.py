"""`python -m access.verify LOG.jsonl HEADS.json --key KEY --since HEAD`: does the access log hold?

Exit code 0: all holds.  1: something was changed, removed, reordered, added or put back.  2: what
was given can't be checked.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from access.verify.checking import Result, check_log, check_proof
from access.verify.heads import kept_head
from access.verify.reading import CannotCheck, pinned_key, reason

_SHOWN = 20


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CannotCheck(f"{message[:1].upper()}{message[1:]}. `python -m access.verify --help` says how.")


def _wishes(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m access.verify", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("log", nargs="?", help="LOG.jsonl, or - for the standard input")
    parser.add_argument("heads", nargs="?", type=Path, help="HEADS.json, downloaded with it")
    parser.add_argument("--key", required=True, help="the public key that you pinned: a file, or its text")
    parser.add_argument("--since", action="append", default=[], help="a head that you kept, or its file; any number")
    parser.add_argument("--proof", type=Path, help="check this proof instead of a whole log")
    parser.add_argument("--json", action="store_true", help="answer as one JSON object")
    wishes = parser.parse_args(arguments)
    if wishes.proof is None and (wishes.log is None or wishes.heads is None):
        parser.error("LOG.jsonl and HEADS.json are needed, or --proof")
    return wishes


def _checked(wishes: argparse.Namespace) -> Result:
    pinned = pinned_key(wishes.key)
    kept = [kept_head(given) for given in wishes.since]
    if wishes.proof is not None:
        return check_proof(wishes.proof, pinned, kept)
    if wishes.log == "-":
        return check_log(sys.stdin.buffer, wishes.heads, pinned, kept)
    try:
        with open(wishes.log, "rb") as file:
            return check_log(file, wishes.heads, pinned, kept)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "that is no name of a file"
        raise CannotCheck(f"{wishes.log} can't be read: {why}.") from None


def _verdict(result: Result) -> str:
    if not result.holds:
        return f"The log of {result.client} does NOT hold: {result.finding_count} fault(s)."
    assert result.newest is not None
    since = f", unchanged since {result.since}" if result.since else ""
    return f"All holds: {result.entries} entries of {result.client} up to {result.newest.at}{since}."


def _as_text(result: Result) -> str:
    told = [_verdict(result)]
    told += [f"  - {finding.sentence}" for finding in result.findings[:_SHOWN]]
    if (more := result.finding_count - _SHOWN) > 0:
        told.append(f"  - and {more} more")
    told += ["What this can't tell:", *(f"  - {sentence}" for sentence in result.unknown)]
    if result.holds and result.newest is not None:
        told += ["Keep this head for next time:", result.newest.text()]
    return "\n".join(told)


def _as_json(result: Result) -> str:
    body: dict[str, Any] = {
        "holds": result.holds,
        "client": result.client,
        "entries": result.entries,
        "heads": result.heads,
        "since": result.since or None,
        "newest_head": result.newest.text() if result.newest else None,
        "without_content": result.without_content,
        "fault_count": result.finding_count,
        "faults": [asdict(finding) for finding in result.findings],
        "unknown": result.unknown,
    }
    return json.dumps(body, ensure_ascii=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, say what was found, and give the exit code."""
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        wishes = _wishes(arguments)
        result = _checked(wishes)
    except CannotCheck as refusal:
        print(json.dumps({"holds": None, "error": str(refusal)}) if as_json else refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    print(_as_json(result) if wishes.json else _as_text(result))
    return 0 if result.holds else 1


if __name__ == "__main__":
    sys.exit(main())

"""The whole check: keys, heads and log together, and what the result does and does not show."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from access import merkle
from access.log_format import Head, leaf
from access.verify import heads as heads_file
from access.verify.findings import Finding, Findings, Kind
from access.verify.log_lines import LogCheck, Mark, changed_field, line_from
from access.verify.reading import CannotCheck, document, head_is_signed, lines, number, octets


@dataclass
class Result:
    """What was found: nothing wrong where `findings` is empty; `unknown` says what nobody can tell from this."""

    client: str
    entries: int
    heads: int
    newest: Head | None
    since: str = ""
    without_content: int = 0
    findings: list[Finding] = field(default_factory=list)
    finding_count: int = 0
    unknown: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.finding_count


def check_log(log: BinaryIO, heads_path: Path, pinned: str, kept: list[Head]) -> Result:
    """Check a whole log against its heads, the pinned key, and the heads that the client kept.

    Raises `CannotCheck` where what was given can't be used.
    """
    content = heads_file.read(heads_path)
    findings = Findings()
    trusted = heads_file.trust(pinned, content.keys, findings)
    good = heads_file.check(content, trusted, findings)
    _check_kept(kept, content.client_id, trusted, good, findings)
    marks = [Mark(head.size, head.root, f"the head of {head.at}", False) for head in good]
    marks += [Mark(head.size, head.root, f"the head of {head.at}, which you kept,", True) for head in kept]
    check = LogCheck(content.client_id, marks, findings)
    try:
        for line in lines(log):
            check.take(line)
    except OSError:
        raise CannotCheck("The log can't be read to its end: is the disk or the line away?") from None
    newest = good[-1] if good else None
    check.finish(newest.size if newest else content.heads[-1].size)
    first = min(kept, key=lambda head: head.size, default=None)
    return Result(
        client=content.name,
        entries=check.expected,
        heads=len(good),
        newest=newest,
        since=first.at if first else "",
        without_content=check.without_content,
        findings=findings.kept,
        finding_count=findings.count,
        unknown=_unknown(kept, check.without_content, len(content.heads) - len(good)),
    )


def _check_kept(
    kept: list[Head], client_id: int, trusted: heads_file.Trust, good: list[Head], findings: Findings
) -> None:
    for head in kept:
        if head.client_id != client_id:
            raise CannotCheck("The head given with --since is of another client's log.")
        if head.key not in trusted.until and head.key not in trusted.older:
            findings.add(
                Kind.KEY, f"The head of {head.at}, which you kept, is signed by a key that these heads don't lead to."
            )
        if not good or head.size > good[-1].size:
            findings.add(
                Kind.ROLLED_BACK,
                f"You kept a head of {head.at} over {head.size} entries, but the newest head here covers"
                f" {good[-1].size if good else 0}: the log was put back to an older state.",
            )


def _unknown(kept: list[Head], without_content: int, others: int) -> list[str]:
    told = []
    if kept:
        first, last = (choose(kept, key=lambda head: head.size) for choose in (min, max))
        told += [
            f"Whether entries 0 to {first.size - 1} were already as they are now before {first.at}:"
            " you gave no head from before.",
            f"Whether entries after {last.size - 1} were rewritten by whoever holds the vendor's key:"
            " only a newer head, kept by you, shows that.",
        ]
    else:
        told.append(
            "Whether the log was rewritten as a whole: you gave no head that you had kept."
            " Keep the one below, and give it with --since next time."
        )
    told.append("What was done after the newest head: it is not sealed yet, or not in these files.")
    if without_content:
        told.append(f"What stood in {without_content} entries whose values were erased, as later entries say.")
    if others:
        told.append(f"What {others} heads say that are older than your key, or not signed by one that it vouches for.")
    return told


def check_proof(path: Path, pinned: str, kept: list[Head]) -> Result:
    """Check the proof that an entry stands in a log, or that a log goes on from a kept head.

    Raises `CannotCheck`.
    """
    content = document(path)
    findings = Findings()
    try:
        client_id = number(content.get("client"), least=1)
        keys = content.get("keys")
        trusted = heads_file.trust(pinned, heads_file.keys_from(keys), findings)
        head = heads_file.head_from(content.get("head"), client_id)
        steps = [octets(step, 32) for step in heads_file.list_of(content.get("path"))]
        _check_newest(head, trusted, findings)
        if content.get("kind") == "inclusion":
            _check_inclusion(content.get("line"), head, steps, findings)
        elif content.get("kind") == "consistency":
            _check_consistency(kept, head, steps, findings)
        else:
            raise ValueError("it is no proof of a kind that this verifier knows")
    except ValueError as error:
        raise CannotCheck(f"{path} can't be read: {error}. Download it again.") from None
    return Result(
        client=str(client_id),
        entries=head.size,
        heads=1,
        newest=head,
        findings=findings.kept,
        finding_count=findings.count,
        unknown=["Anything about other entries: a proof speaks of its own only."],
    )


def _check_newest(head: Head, trusted: heads_file.Trust, findings: Findings) -> None:
    until = trusted.until.get(head.key)
    if until is None or (until and head.at > until):
        findings.add(Kind.KEY, "The head is signed by a key for which yours does not vouch.")
    elif not head_is_signed(head):
        findings.add(Kind.HEAD, "The signature of the head doesn't fit.")


def _check_inclusion(value: Any, head: Head, steps: list[bytes], findings: Findings) -> None:
    line = line_from(value)
    if leaf(head.client_id, line.entry_id, line.committed) != line.leaf:
        findings.add(Kind.CHANGED, f"Entry {line.index} was changed: it doesn't fit its leaf.", line.index)
    if line.content is not None and (name := changed_field(line)) is not None:
        findings.add(Kind.CHANGED, f"Entry {line.index} was changed: its “{name}” is not what was written.", line.index)
    try:
        merkle.check_inclusion(line.leaf, line.index, head.size, steps, head.root)
    except merkle.BadProof as error:
        findings.add(Kind.CHANGED, f"Entry {line.index} does not stand in this log: {error}", line.index)


def _check_consistency(kept: list[Head], head: Head, steps: list[bytes], findings: Findings) -> None:
    if len(kept) != 1:
        raise CannotCheck("A proof that a log goes on is checked from one head that you kept: give it with --since.")
    (first,) = kept
    if first.client_id != head.client_id:
        raise CannotCheck("The head given with --since is of another client's log.")
    try:
        merkle.check_consistency(first.size, first.root, head.size, head.root, steps)
    except merkle.BadProof as error:
        findings.add(Kind.REWRITTEN, f"The log does not go on from the head of {first.at}, which you kept: {error}")

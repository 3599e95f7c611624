"""`docs/log.md` alone is enough: a verifier written from it agrees with ours, and its example is true.

Everything above `PAGE` uses the standard library, `cryptography` and what the page says; nothing of the product.
"""

import hashlib
import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAMES = (
    "at side user_id card_id vendor_id customer_id actor_name action records ticket_id ticket_number"
    " assignment_id reason origin detail"
).split()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(name, salt, value):
    return sha(name.encode("ascii"), b"\0", salt, b"\0", canonical(value))


def leaf_of(client, entry, commitments):
    return sha(b"\0\1", client.to_bytes(8, "big"), entry.to_bytes(8, "big"), commitments)


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def signed(key, signature, *lines):
    try:
        text = "".join(f"{line}\n" for line in lines).encode("ascii")
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text)
    except InvalidSignature:
        return False
    return True


def vouched(pinned, keys):
    """Each key that the pinned one vouches for, with when it was handed over."""
    until = {pinned: None}
    for key in keys:
        if key["by"] in until and until[key["by"]] is None:
            if not signed(
                key["by"], key["signature"], "helpdesk access log key 1", key["public"], key["since"], key["by"]
            ):
                break
            until[key["by"]] = key["since"]
            until[key["public"]] = None
    return until


def line_holds(client, line):
    commitments = bytes.fromhex(line["commitments"])
    if leaf_of(client, line["entry"], commitments).hex() != line["leaf"]:
        return False
    if line["content"] is None:
        return True
    salts = bytes.fromhex(line["salts"])
    return commitments == b"".join(
        commitment(name, salts[16 * i : 16 * i + 16], line["content"][name]) for i, name in enumerate(NAMES)
    )


def covered(client, lines):
    """Every place whose values a later entry says are gone."""
    found = set()
    for line in lines:
        told = line["content"]
        if told and told["action"] == "change" and told["records"] == [["log", client]]:
            if told["detail"].get("what") == "retained":
                found |= set(range(min(told["detail"]["through"] + 1, line["index"])))
            elif told["detail"].get("what") == "erased":
                found |= {index for index in told["detail"]["indexes"] if index < line["index"]}
    return found


def holds(log_text, heads_text, pinned, kept_words):
    """Whether the log holds, as the page says."""
    lines = [json.loads(line) for line in log_text.splitlines()]
    told = json.loads(heads_text)
    client, until = told["client"], vouched(pinned, told["keys"])
    if [line["index"] for line in lines] != list(range(len(lines))):
        return False
    if not all(line_holds(client, line) for line in lines):
        return False
    if {line["index"] for line in lines if line["content"] is None} - covered(client, lines):
        return False
    leaves = [bytes.fromhex(line["leaf"]) for line in lines]
    states, last, began = [], ("", 0), False
    for head in told["heads"]:
        if head["size"] <= last[1] or head["at"] < last[0]:
            return False
        last = (head["at"], head["size"])
        if head["key"] not in until:
            if began:
                return False
            continue
        began = True
        if until[head["key"]] and head["at"] > until[head["key"]]:
            return False
        text = ("helpdesk access log head 1", client, head["size"], head["root"], head["at"], head["key"])
        if not signed(head["key"], head["signature"], *text):
            return False
        states.append((head["size"], head["root"]))
    if not began or last[1] != len(lines):
        return False
    for word in kept_words:
        _mark, _client, size, kept_root, *_rest = word.split(".")
        states.append((int(size), kept_root))
    return all(size <= len(leaves) and root(leaves[:size]).hex() == told_root for size, told_root in states)


PAGE = (Path(__file__).resolve().parents[3] / "docs" / "log.md").read_text(encoding="utf-8")


class TestTheExample:
    EXAMPLE = PAGE.split("## A worked example")[1]
    VALUES = [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", EXAMPLE, re.S)]
    WORDS = re.findall(r"^```\n(\S+)\n```$", EXAMPLE, re.M)
    TABLE = dict(re.findall(r"\| ([^|]+?) \| `(.*?)` \|", EXAMPLE))
    SALTS = (bytes(range(240)), bytes(reversed(range(240))))

    def committed(self, which):
        salts = self.SALTS[which]
        return [commitment(name, salts[16 * i : 16 * i + 16], self.VALUES[which][name]) for i, name in enumerate(NAMES)]

    def test_its_values_have_the_fields_of_the_page(self):
        assert [list(values) for values in self.VALUES] == [list(NAMES)] * 2

    def test_its_canonical_values_and_commitments_are_true(self):
        first, second = self.committed(0), self.committed(1)

        assert canonical(self.VALUES[0]["actor_name"]).decode() == self.TABLE["canonical `actor_name` of both"]
        assert first[6].hex() == self.TABLE["its commitment in the first"]
        assert canonical(self.VALUES[1]["detail"]).decode() == self.TABLE["canonical `detail` of the second"]
        assert second[14].hex() == self.TABLE["its commitment"]
        assert canonical(self.VALUES[1]["reason"]).decode() == self.TABLE["canonical `reason` of the second"]

    def test_its_leaves_root_and_head_are_true(self):
        leaves = [leaf_of(7, 1001 + which, b"".join(self.committed(which))) for which in (0, 1)]
        _mark, client, size, told_root, at, key, signature = self.WORDS[0].split(".")

        assert [leaf.hex() for leaf in leaves] == [self.TABLE["leaf of the first"], self.TABLE["leaf of the second"]]
        assert root(leaves).hex() == self.TABLE["root over both"] == told_root
        assert key == self.TABLE["public key"] == public(b"\1")
        assert signed(key, signature, "helpdesk access log head 1", client, size, told_root, at, key)

    def test_its_handing_over_is_true(self):
        key, new = public(b"\1"), public(b"\2")

        assert new in self.EXAMPLE
        assert signed(key, self.WORDS[1], "helpdesk access log key 1", new, "2026-06-01T00:00:00Z", key)

    def test_the_product_writes_the_same_bytes(self):
        from access import log_format

        for which in (0, 1):
            joined = log_format.commitments(self.VALUES[which], self.SALTS[which])
            assert joined == b"".join(self.committed(which))
            assert log_format.leaf(7, 1001 + which, joined) == leaf_of(7, 1001 + which, joined)
        assert log_format.read_head(self.WORDS[0]).text() == self.WORDS[0]


def public(byte):
    return Ed25519PrivateKey.from_private_bytes(byte * 32).public_key().public_bytes_raw().hex()


@pytest.mark.parametrize("seed", range(12))
def test_both_verifiers_agree_on_honest_logs(verify, tmp_path, seed):
    from bench import tampering

    made = tampering.some_log(seed)
    kept, key = made.heads[1].text(), made.keys[0]["public"]

    assert verify(made, since=[kept]).code == 0
    assert holds((tmp_path / "LOG.jsonl").read_text(), (tmp_path / "HEADS.json").read_text(), key, [kept])


@pytest.mark.parametrize("seed", range(40))
def test_both_verifiers_agree_on_bent_logs(verify, tmp_path, seed):
    import random

    from bench import tampering

    made, rng = tampering.some_log(seed), random.Random(seed)
    kept, key = made.heads[rng.randrange(1, 3)], made.keys[0]["public"]
    bent = list(tampering.WAYS.values())[seed % len(tampering.WAYS)](made, kept, rng)

    assert verify(bent, since=[kept.text()], key=key).code == 1
    files = [(tmp_path / name).read_text() for name in ("LOG.jsonl", "HEADS.json")]
    assert not holds(*files, key, [kept.text()])


def test_the_page_is_what_the_code_does():
    from access.log import Action
    from access.log_format import FIELDS

    assert list(FIELDS) == NAMES
    table = PAGE.split("## An entry")[1].split("## LOG.jsonl")[0]
    told = re.findall(r"`([a-z_]+)`", table.split("| `action` |")[1].splitlines()[0])
    assert told == [action.value for action in Action]

"""Whoever bends a log without the vendor's key is found out, and an honest log is never accused."""

import random

import pytest

from bench import tampering
from bench.paper_log import PaperLog, new_key, sealed_line, signed


def test_an_honest_log_holds_since_the_kept_head(log, verify):
    answer = verify(log)

    assert (answer.code, answer.body["holds"], answer.body["faults"]) == (0, True, [])
    assert answer.body["since"] == log.heads[1].at
    assert answer.body["entries"] == 60
    assert answer.body["newest_head"] == log.heads[-1].text()


def test_without_a_kept_head_it_says_what_that_leaves_open(log, verify):
    answer = verify(log, kept=None)

    assert answer.code == 0
    assert any("rewritten as a whole" in sentence for sentence in answer.body["unknown"])


def test_with_one_it_says_since_when_and_what_nobody_can_know(log, verify):
    unknown = " ".join(verify(log).body["unknown"])

    assert "0 to 19 were already as they are now before" in unknown
    assert "after 19 were rewritten by whoever holds the vendor's key" in unknown
    assert "after the newest head" in unknown


@pytest.mark.parametrize("way", tampering.WAYS)
@pytest.mark.parametrize("seed", range(6))
def test_what_is_bent_is_found(verify, way, seed):
    made, rng = tampering.some_log(seed), random.Random(seed)
    kept = made.heads[rng.randrange(1, 3)]
    assert verify(made, since=[kept.text()]).code == 0

    bent = tampering.WAYS[way](made, kept, rng)

    answer = verify(bent, since=[kept.text()], key=made.keys[0]["public"])
    assert answer.code == 1, answer.out
    assert answer.body["fault_count"] >= 1


class TestWhatItNames:
    def test_the_field_that_was_changed(self, log, verify):
        log.lines[33]["content"]["reason"] = "because"

        answer = verify(log)

        assert answer.kinds == {"changed"}
        assert "Entry 33 was changed: its “reason” is not what was written." in answer.text

    def test_the_entry_whose_commitments_were_changed(self, log, verify):
        line = log.lines[33]
        log.lines[33] = sealed_line(log.client_id, 33, line["entry"], line["content"]) | {"leaf": line["leaf"]}

        assert [(f["kind"], f["first"]) for f in verify(log).body["faults"]] == [("changed", 33)]

    def test_between_which_heads_where_the_leaf_was_changed_too(self, log, verify):
        line = log.lines[33]
        log.lines[33] = sealed_line(log.client_id, 33, line["entry"], line["content"])

        (fault,) = verify(log).body["faults"]

        assert (fault["kind"], fault["first"], fault["last"]) == ("changed", 30, 39)

    def test_that_the_kept_part_was_rewritten_even_with_the_true_key(self, log, verify):
        kept = log.heads[1].text()
        forged = PaperLog(key=log.key, seed=2)
        for _head in range(6):
            for _entry in range(10):
                forged.add()
            forged.seal()

        answer = verify(forged, since=[kept])

        assert answer.code == 1
        assert "rewritten" in answer.kinds
        assert "which you kept" in answer.text

    def test_what_was_removed(self, log, verify):
        del log.lines[40:42]

        assert [(f["kind"], f["first"], f["last"]) for f in verify(log).body["faults"]] == [("removed", 40, 41)]

    def test_what_stands_in_another_place(self, log, verify):
        log.lines.insert(50, log.lines.pop(30))

        assert [(f["kind"], f["first"]) for f in verify(log).body["faults"]] == [("reordered", 30)]

    def test_what_was_added(self, log, verify):
        log.lines.insert(31, sealed_line(log.client_id, 30, 99999, log.lines[3]["content"]))

        assert [(f["kind"], f["first"]) for f in verify(log).body["faults"]] == [("added", 30)]

    def test_what_was_added_after_the_newest_head(self, log, verify):
        log.add()

        assert [(f["kind"], f["first"]) for f in verify(log).body["faults"]] == [("added", 60)]

    def test_what_is_missing_at_the_end(self, log, verify):
        del log.lines[55:]

        assert [(f["kind"], f["first"], f["last"]) for f in verify(log).body["faults"]] == [("truncated", 55, 59)]

    def test_that_it_was_put_back(self, log, verify):
        kept = log.heads[4].text()
        del log.heads[3:]
        del log.lines[30:]

        answer = verify(log, since=[kept])

        assert answer.kinds == {"rolled_back"}
        assert "put back to an older state" in answer.text


class TestKeys:
    def test_the_pinned_key_vouches_for_those_after_it(self, log, verify):
        first = log.keys[0]["public"]
        for _time in range(3):
            log.rotate()
            log.add()
            log.seal()

        assert verify(log, key=first).code == 0

    def test_a_later_pin_leaves_the_earlier_heads_open(self, log, verify):
        log.rotate()
        log.add()
        log.seal()

        answer = verify(log, key=log.keys[-1]["public"])

        assert answer.code == 0
        assert answer.body["heads"] == 1
        assert "6 heads say that are older than your key" in " ".join(answer.body["unknown"])

    def test_another_key_is_not_believed(self, log, verify):
        answer = verify(log, key=new_key().public_key().public_bytes_raw().hex())

        assert answer.code == 1
        assert "No head is signed by your key" in answer.text

    def test_a_key_that_was_handed_over_signs_no_more(self, log, verify):
        old = log.key
        log.rotate()
        log.add()
        log.seal()
        last = log.heads[-1]
        log.now = log.now.replace(year=2027)
        log.heads[-1] = signed(old, log.client_id, last.size, last.root, "2027-01-01T00:00:00Z")

        answer = verify(log)

        assert answer.code == 1
        assert "a key that was handed over" in answer.text

    def test_a_handing_over_that_nobody_signed_is_found(self, log, verify):
        log.rotate()
        log.add()
        log.seal()
        log.keys[-1]["signature"] = "00" * 64

        assert "was not signed by the key before it" in verify(log).text

    def test_heads_that_go_back_in_time_are_found(self, log, verify):
        log.heads[3] = signed(log.key, log.client_id, log.heads[3].size, log.heads[3].root, "2020-01-01T00:00:00Z")

        assert "out of order" in verify(log).text


class TestErasure:
    def test_values_that_a_later_entry_covers_may_be_missing(self, log, verify):
        log.erase(3, 17, 30)
        log.retain(12)

        answer = verify(log)

        assert answer.code == 0
        assert answer.body["without_content"] == 15
        assert "15 entries whose values were erased" in " ".join(answer.body["unknown"])

    def test_values_that_nobody_covers_may_not(self, log, verify):
        log.erase(3)
        for index in (4, 5, 9, 62):
            log.add()
            log.lines[index]["content"] = log.lines[index]["salts"] = None
        log.seal()

        answer = verify(log)

        assert answer.kinds == {"emptied"}
        assert [(f["first"], f["last"]) for f in answer.body["faults"]] == [(4, 5), (9, 9), (62, 62)]

    def test_an_entry_covers_only_what_was_before_it(self, log, verify):
        log.add(action="change", side="system", records=[["log", 7]], detail={"what": "retained", "through": 10**9})
        for _entry in range(3):
            log.add()
        log.seal()
        for index in (58, 61):
            log.lines[index]["content"] = log.lines[index]["salts"] = None

        assert [(f["first"], f["last"]) for f in verify(log).body["faults"]] == [(61, 61)]

    def test_only_an_entry_about_this_log_covers_anything(self, log, verify):
        detail = {"what": "retained", "through": 20}
        log.add(action="view", records=[["log", 7]], detail=detail)
        log.add(action="change", records=[["customer", 7]], detail=detail)
        log.add(action="change", records=[["log", 8]], detail=detail)
        log.seal()
        log.lines[2]["content"] = log.lines[2]["salts"] = None

        assert [(f["first"], f["last"]) for f in verify(log).body["faults"]] == [(2, 2)]

    def test_an_entry_that_covers_and_was_itself_erased_is_covered_by_the_next(self, log, verify):
        log.erase(3)
        log.retain(len(log.lines) - 1)

        assert verify(log).code == 0

    @pytest.mark.parametrize("through", [None, "all", True, -1, 2**70])
    def test_an_entry_that_says_not_what_is_gone_covers_nothing(self, log, verify, through):
        log.add(action="change", records=[["log", 7]], detail={"what": "retained", "through": through})
        log.seal()
        log.lines[2]["content"] = log.lines[2]["salts"] = None

        answer = verify(log)

        assert answer.code == 1
        assert "but not which" in answer.text

"""What the database gives verifies outside of it: log, heads, proofs; before and after erasure and a new key."""

import json

import pytest

from access import erasing, log, log_export, log_keys, seal
from access.errors import NotFound
from access.log import Action
from access.models import AccessLogContent, AccessLogEntry, Client
from tests.access.verify.conftest import run

CUSTOMER = (log.CUSTOMER, 7)


@pytest.fixture
def files(world, log_key, tmp_path):
    """Seals the first client's log and writes its two files; gives them with the newest head."""

    def write(size=None):
        with world.enter(world.c1) as actor:
            seal.seal(actor, world.c1.pk)
        with world.enter(world.o1):
            head = log_export.head_at(world.c1.pk, size)
            lines = "".join(log_export.whole_log(world.c1.pk, head.size))
            heads = "".join(log_export.whole_heads(Client.objects.get(pk=world.c1.pk), head.size))
        (tmp_path / "LOG.jsonl").write_text(lines, encoding="utf-8")
        (tmp_path / "HEADS.json").write_text(heads, encoding="utf-8")
        return tmp_path / "LOG.jsonl", tmp_path / "HEADS.json", seal.head_of(head)

    return write


def write(world, count=3, **more):
    with world.enter(world.v1) as actor:
        log.write(actor, [log.Entry(world.c1.pk, Action.VIEW, [CUSTOMER], **more) for _n in range(count)])


def pinned():
    return log_keys.newest().public


def verify(paths, *since, key=None):
    told = [part for head in since for part in ("--since", head.text())]
    return run(paths[0], paths[1], "--key", key or pinned(), *told, "--json")


def erase(superuser, entry_ids):
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute("DELETE FROM access_accesslogcontent WHERE entry_id = ANY (%s)", [list(entry_ids)])


def test_what_was_written_verifies_whatever_it_holds(world, files):
    write(world, reason="why – “quoted” \\ / \x7f \u2028 😀", detail={"ö": [1, None, {"b": "x", "a": True}], "a": -5})
    _log, _heads, kept = files()
    write(world, ticket_id=2**40, ticket_number=3)

    answer = verify(files(), kept)

    assert (answer.code, answer.out and answer.body["faults"]) == (0, [])
    assert answer.body["since"] == kept.at


def test_every_line_says_what_the_page_says(world, files):
    write(world, reason="answers a question")

    last = json.loads(files()[0].read_text().splitlines()[-1])

    assert last["content"]["actor_name"] == "Vera Ahlm"
    assert (last["content"]["action"], last["content"]["records"]) == ("view", [["customer", 7]])
    assert last["content"]["reason"] == "answers a question"


def test_the_files_of_an_earlier_head_still_fit_together(world, files):
    write(world)
    first = files()[2]
    write(world)
    files()

    paths = files(first.size)

    assert verify(paths).body["entries"] == first.size
    with world.enter(world.o1), pytest.raises(NotFound):
        log_export.head_at(world.c1.pk, first.size + 1)


def test_a_value_changed_in_the_database_is_found(world, files, superuser):
    write(world)
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute("UPDATE access_accesslogcontent SET reason = 'another' WHERE action = 'view'")

    answer = verify(files())

    assert answer.code == 1
    assert answer.body["fault_count"] == 3


def test_a_new_key_needs_no_new_pin(world, files):
    first = pinned()
    write(world)
    kept = files()[2]
    log_keys.rotate()
    write(world)

    assert verify(files(), kept, key=first).code == 0


class TestErasure:
    def entries(self, world):
        with world.enter(world.c1):
            found = AccessLogContent.objects.filter(action=Action.VIEW).order_by("entry_id")
            return list(found.values_list("entry_id", flat=True))

    def test_nothing_may_go_before_its_entry_stands_under_a_head(self, world, files):
        write(world)
        files()
        ids = self.entries(world)
        with world.enter(world.c1) as actor:
            assert erasing.erasable(world.c1.pk, ids) == set()
            places = erasing.indexes_of(world.c1.pk, ids[:2])
            erasing.note_erasure(actor, world.c1.pk, places.values())
            assert erasing.erasable(world.c1.pk, ids) == set()
        files()

        with world.enter(world.c1):
            assert erasing.erasable(world.c1.pk, ids) == set(ids[:2])

    def test_what_may_go_leaves_a_log_that_holds(self, world, files, superuser):
        write(world, 5)
        kept = files()[2]
        ids = self.entries(world)
        with world.enter(world.c1) as actor:
            erasing.note_erasure(actor, world.c1.pk, erasing.indexes_of(world.c1.pk, ids[:3]).values())
        files()
        with world.enter(world.c1):
            gone = erasing.erasable(world.c1.pk, ids)
        erase(superuser, gone)

        answer = verify(files(), kept)

        assert answer.code == 0
        assert answer.body["without_content"] == 3

    def test_what_goes_without_a_word_is_found(self, world, files, superuser):
        write(world, 5)
        erase(superuser, self.entries(world)[:2])

        answer = verify(files())

        assert answer.code == 1
        assert answer.kinds == {"emptied"}

    def test_what_has_had_its_time_may_go_as_a_whole(self, world, files, superuser):
        write(world, 5)
        head = files()[2]
        with world.enter(world.c1) as actor:
            assert erasing.retained_through(world.c1.pk) == -1
            erasing.note_retention(actor, world.c1.pk, head.size - 1)
        files()
        with world.enter(world.c1):
            assert erasing.retained_through(world.c1.pk) == head.size - 1
            ids = erasing.erasable(world.c1.pk, list(AccessLogEntry.objects.values_list("pk", flat=True)))
        erase(superuser, ids)

        answer = verify(files(), head)

        assert (answer.code, answer.body["without_content"]) == (0, head.size)

    def test_a_place_where_nothing_sealed_stands_is_refused(self, world, files):
        head = files()[2]
        with world.enter(world.c1) as actor:
            for places in ([head.size], [-1, 2]):
                with pytest.raises(ValueError, match="sealed entry"):
                    erasing.note_erasure(actor, world.c1.pk, places)
            with pytest.raises(ValueError, match="sealed entry"):
                erasing.note_retention(actor, world.c1.pk, head.size)

    def test_many_places_stand_in_entries_of_a_bounded_length(self, world, files, monkeypatch):
        monkeypatch.setattr(erasing, "NAMED_AT_ONCE", 2)
        write(world, 5)
        files()
        ids = self.entries(world)
        with world.enter(world.c1) as actor:
            erasing.note_erasure(actor, world.c1.pk, erasing.indexes_of(world.c1.pk, ids).values())
        files()

        with world.enter(world.c1):
            assert erasing.erasable(world.c1.pk, ids) == set(ids)
            named = AccessLogContent.objects.filter(detail__what="erased").values_list("detail", flat=True)
            assert sorted(len(each["indexes"]) for each in named) == [1, 2, 2]


class TestProofs:
    def proof(self, text, tmp_path, *more):
        (tmp_path / "PROOF.json").write_text(text, encoding="utf-8")
        return run("--proof", tmp_path / "PROOF.json", "--key", pinned(), "--json", *more)

    def test_one_entry_is_proved_without_the_others(self, world, files, tmp_path):
        write(world, 300)
        head = files()[2]
        with world.enter(world.o1):
            row = log_export.head_at(world.c1.pk, None)
            texts = [log_export.inclusion(world.c1.pk, index, row) for index in (0, 257, head.size - 1)]

        assert [self.proof(text, tmp_path).code for text in texts] == [0, 0, 0]

        bent = json.loads(texts[1])
        bent["line"]["content"]["reason"] = "another"
        assert "“reason” is not what was written" in self.proof(json.dumps(bent), tmp_path).text
        bent = json.loads(texts[1])
        bent["line"]["index"] = 256
        assert "does not stand in this log" in self.proof(json.dumps(bent), tmp_path).text
        bent = json.loads(texts[1])
        bent["head"]["root"] = "00" * 32
        assert self.proof(json.dumps(bent), tmp_path).kinds == {"head", "changed"}

    def test_that_the_log_goes_on_from_a_kept_head_is_proved(self, world, files, tmp_path):
        write(world, 10)
        kept = files()[2]
        write(world, 30)
        files()
        with world.enter(world.o1):
            text = log_export.consistency(world.c1.pk, kept.size, log_export.head_at(world.c1.pk, None))

        assert self.proof(text, tmp_path, "--since", kept.text()).code == 0
        assert "give it with --since" in self.proof(text, tmp_path).err

        bent = json.loads(text)
        bent["path"][0] = "00" * 32
        answer = self.proof(json.dumps(bent), tmp_path, "--since", kept.text())
        assert answer.kinds == {"rewritten"}

    def test_there_is_no_proof_of_what_no_head_covers(self, world, files):
        head = files()[2]
        with world.enter(world.o1):
            row = log_export.head_at(world.c1.pk, None)
            with pytest.raises(NotFound):
                log_export.inclusion(world.c1.pk, head.size, row)
            with pytest.raises(NotFound):
                log_export.consistency(world.c1.pk, 0, row)

    def test_a_proof_that_can_not_be_read_is_refused(self, log_key, tmp_path):
        for text in ("{}", "[", '{"client":1,"keys":[],"head":{}}', '{"client":1,"keys":[],"head":null,"path":[]}'):
            assert self.proof(text, tmp_path).code == 2

"""Whatever the files hold, the verifier answers with one clear sentence and an exit code, never with a traceback."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.verify import reading
from bench.paper_log import PaperLog, as_line
from tests.access.verify.conftest import run

ROOT = Path(__file__).resolve().parents[3]

LINES = {
    "no JSON": b"what?\n",
    "an empty line": b"\n",
    "cut off": b'{"index":3',
    "no UTF-8": b'{"index":"\xff"}\n',
    "a list": b"[1,2,3]\n",
    "a number": b"17\n",
    "NaN": b'{"index":NaN}\n',
    "infinity": b'{"index":Infinity,"entry":1}\n',
    "deep": b"[" * 100_000 + b"\n",
    "a number of a million digits": b'{"index":' + b"9" * 1_000_000 + b"}\n",
    "other parts": b'{"index":1}\n',
    "a binary file": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("what", LINES)
def test_a_line_that_can_not_be_read_is_told_with_its_number(log, verify, tmp_path, pinned, what):
    files = log.write(tmp_path)
    honest = files[0].read_bytes().splitlines(keepends=True)
    files[0].write_bytes(b"".join([*honest[:30], LINES[what], *honest[30:]]))

    answer = run(*files, "--key", pinned, "--json")

    assert answer.code == 1
    assert "Line 31 can't be read: " in answer.text


BENT = {
    "index": [-1, 0.5, "30", None, True, 2**64, [], {}],
    "entry": [0, -5, "1", None, 2**63],
    "leaf": ["", "zz" * 32, "00" * 31, None, 5, " " * 64],
    "commitments": ["", "00" * 32, None, "é" * 960],
    "content": [{}, [], "text", 5, {"at": 1}],
    "salts": [None, "", "00" * 16, 7],
}


@pytest.mark.parametrize(("part", "value"), [(part, value) for part, values in BENT.items() for value in values])
def test_a_part_of_a_wrong_type_is_told(log, tmp_path, pinned, part, value):
    log.lines[30][part] = value
    files = log.write(tmp_path)

    answer = run(*files, "--key", pinned, "--json")

    assert answer.code == 1
    assert answer.body["faults"][0]["sentence"].startswith("Line 31 can't be read: ")


@pytest.mark.parametrize("value", [{"\ud800": 1}, "\udfff", [[[[[]]]]], {"a": {"b": None}}, 10**30, "\x00\x1b[2J"])
def test_a_value_that_nobody_wrote_is_a_change(log, tmp_path, pinned, value):
    files = log.write(tmp_path)
    log.lines[30]["content"]["detail"] = value
    files[0].write_text("".join(json.dumps(line) + "\n" for line in log.lines), encoding="utf-8")

    answer = run(*files, "--key", pinned, "--json")

    assert answer.code == 1
    assert "Entry 30 was changed: its “detail”" in answer.text


def test_a_line_without_an_end_takes_no_memory(log, tmp_path, pinned, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_LINE", 4096)
    files = log.write(tmp_path)
    with files[0].open("ab") as file:
        file.write(b'{"index":"' + b"a" * 1_000_000 + b'"}\n' + as_line(log.lines[3]).encode())

    answer = run(*files, "--key", pinned, "--json")

    assert answer.code == 1
    assert "Line 61 can't be read: it is longer than any entry" in answer.text
    assert "a second entry 3" in answer.text


def test_indexes_that_appear_many_times_are_counted_and_not_all_told(log, tmp_path, pinned):
    log.lines += [log.lines[5]] * 500
    answer = run(*log.write(tmp_path), "--key", pinned, "--json")

    assert answer.body["fault_count"] == 500
    assert len(answer.body["faults"]) == 100
    text = run(*log.write(tmp_path), "--key", pinned).out
    assert "and 480 more" in text
    assert len(text.splitlines()) < 40


HEADS = {
    "no JSON": b"{",
    "a list": b"[]",
    "nothing": b"",
    "no UTF-8": b"\xff\xfe",
    "NaN": b'{"format":NaN}',
    "another format": b'{"format":2}',
    "a format that is true": b'{"format":[]}',
    "no client": b'{"format":1,"keys":[],"heads":[],"name":"x"}',
    "no heads": b'{"format":1,"client":7,"name":"x","keys":[],"heads":[]}',
    "keys that are none": b'{"format":1,"client":7,"name":"x","keys":[5],"heads":[]}',
    "heads that are none": b'{"format":1,"client":7,"name":"x","keys":[],"heads":[null]}',
    "heads in an object": b'{"format":1,"client":7,"name":"x","keys":[],"heads":{}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("what", HEADS)
def test_heads_that_can_not_be_read_are_refused_in_a_sentence(log, tmp_path, pinned, what):
    files = log.write(tmp_path)
    files[1].write_bytes(HEADS[what])

    answer = run(*files, "--key", pinned)

    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.strip().splitlines()) == 1


@pytest.mark.parametrize("part", ["size", "root", "at", "key", "signature"])
@pytest.mark.parametrize("value", [None, -1, 1.5, "x", [], "0" * 63, 2**80])
def test_a_head_with_a_wrong_part_is_refused(log, tmp_path, pinned, part, value):
    files = log.write(tmp_path)
    body = log.heads_body()
    body["heads"][2][part] = value
    files[1].write_text(json.dumps(body))

    answer = run(*files, "--key", pinned, "--json")

    assert answer.code == 2
    assert json.loads(answer.err)["holds"] is None


def test_a_name_that_controls_the_terminal_is_defused(log, tmp_path, pinned):
    files = log.write(tmp_path)
    files[1].write_text(json.dumps(log.heads_body() | {"name": "Vol\x1b[31m\ud800tarra\n"}))

    answer = run(*files, "--key", pinned)

    assert answer.code == 0
    assert "Vol?[31m?tarra?" in answer.out


class TestWhatThePersonGives:
    @pytest.fixture
    def files(self, log, tmp_path):
        return log.write(tmp_path)

    def pem(self, key):
        public = serialization.PublicFormat.SubjectPublicKeyInfo
        return key.public_key().public_bytes(serialization.Encoding.PEM, public)

    def test_the_key_may_be_a_file_or_text_in_three_forms(self, log, files, tmp_path, pinned):
        (tmp_path / "key.pem").write_bytes(self.pem(log.key))
        (tmp_path / "key.txt").write_text(f"{pinned[:32]} {pinned[32:]}\n")
        plain = base64.b64encode(bytes.fromhex(pinned)).decode()
        forms = [pinned, pinned.upper(), plain, plain.rstrip("="), tmp_path / "key.pem", tmp_path / "key.txt"]

        assert [run(*files, "--key", form).code for form in forms] == [0] * 6

    @pytest.mark.parametrize("key", ["", "00", "x" * 64, "=" * 44, "\x00", "a" * 5000, "/etc", "é" * 64])
    def test_a_key_that_is_none_is_refused(self, files, key):
        answer = run(*files, "--key", key)

        assert answer.code == 2
        assert "key given" in answer.err

    def test_a_key_of_another_kind_is_refused(self, files, tmp_path):
        (tmp_path / "key.pem").write_bytes(self.pem(ec.generate_private_key(ec.SECP256R1())))
        (tmp_path / "bad.pem").write_bytes(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")

        assert "of another kind" in run(*files, "--key", tmp_path / "key.pem").err
        assert "no public key" in run(*files, "--key", tmp_path / "bad.pem").err

    def test_the_kept_head_may_be_a_file_or_broken_by_a_mail(self, log, files, tmp_path, pinned):
        text = log.heads[2].text()
        (tmp_path / "kept.txt").write_text(f"{text}\n")
        broken = "\n  ".join(text[i : i + 70] for i in range(0, len(text), 70))

        for told in (text, tmp_path / "kept.txt", broken):
            assert run(*files, "--key", pinned, "--since", told, "--json").body["since"] == log.heads[2].at

    @pytest.mark.parametrize("head", ["", "head1", "head2.7.1", "\x00", "h" * 400, "head1.7.0." + "0" * 64])
    def test_a_kept_head_that_is_none_is_refused(self, files, pinned, head):
        answer = run(*files, "--key", pinned, "--since", head)

        assert answer.code == 2
        assert "--since can't be used" in answer.err

    def test_a_kept_head_that_was_damaged_is_refused(self, log, files, pinned):
        text = log.heads[2].text()

        answer = run(*files, "--key", pinned, "--since", text[:-1] + ("0" if text[-1] != "0" else "1"))

        assert answer.code == 2
        assert "is damaged" in answer.err

    def test_a_kept_head_of_another_log_is_refused(self, files, pinned):
        other = PaperLog(client_id=8)
        other.add()

        answer = run(*files, "--key", pinned, "--since", other.seal().text())

        assert answer.code == 2
        assert "another client's" in answer.err

    def test_files_that_are_not_there_are_named(self, files, pinned):
        assert "no such file" in run("nowhere.jsonl", files[1], "--key", pinned).err
        assert "no such file" in run(files[0], "nowhere.json", "--key", pinned).err
        assert run("/", files[1], "--key", pinned).code == 2

    @pytest.mark.parametrize(
        "arguments", [[], ["--key"], ["LOG"], ["--what"], ["a", "b"], ["a", "b", "c", "--key", "k"]]
    )
    def test_arguments_that_make_no_sense_are_refused(self, arguments):
        answer = run(*arguments)

        assert answer.code == 2
        assert "--help" in answer.err


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_bytes_break_it(tmp_path, data):
    log = PaperLog()
    for _entry in range(4):
        log.add()
    log.seal()
    files = log.write(tmp_path)
    place = data.draw(st.sampled_from(files))
    content = bytearray(place.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=30))
    is_same = bytes(content) == place.read_bytes()
    place.write_bytes(bytes(content))

    answer = run(*files, "--key", log.keys[0]["public"], "--json")

    assert answer.code in ((0,) if is_same else (0, 1, 2))
    if answer.code == 0 and place == files[0]:
        assert [json.loads(line) for line in content.splitlines()] == log.lines


def test_it_needs_no_django_and_no_database(log, tmp_path, pinned):
    files = log.write(tmp_path)
    code = (
        "import sys; from access.verify.__main__ import main;"
        f"code = main(['-', {str(files[1])!r}, '--key', {pinned!r}]);"
        "print(sorted({'django', 'psycopg', 'celery', 'helpdesk'} & set(sys.modules)));"
        "sys.exit(code)"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}

    with files[0].open("rb") as log_file:
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=log_file, env=environment, capture_output=True, text=True
        )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"

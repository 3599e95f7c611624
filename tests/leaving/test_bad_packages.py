"""Packages that are none: each is refused with one sentence, and nothing is written."""

import gzip
import hashlib
import io
import json
import tarfile

import pytest
from django.core.management import CommandError, call_command

from access.models import Client, User
from helpdesk.leaving import places
from tests.leaving.packing import members, pack, rows_of


@pytest.fixture
def package(world, lived):
    return members(pack(world)[1])


@pytest.fixture
def refuse(nothing_comes_of, tmp_path, package):
    def check(found, sentence, *, sums=True, extra=()):
        if sums:
            found["SHA256SUMS"] = "".join(
                f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in found.items() if name != "SHA256SUMS"
            ).encode()
        path = tmp_path / "bad.tar"
        with tarfile.open(path, "w") as tar:
            for name, data in found.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            for info in extra:
                tar.addfile(info)
        nothing_comes_of(path, sentence)

    return check


@pytest.fixture
def nothing_comes_of(superuser, _sweep, log_key):
    def check(path, sentence):
        with superuser.transaction():
            superuser.execute(_sweep)
        before = stored()
        with pytest.raises(CommandError, match=sentence):
            call_command("import_package", str(path))
        assert not Client.objects.exists()
        assert not User.objects.exists()
        assert stored() == before

    return check


def stored():
    return {path for path in places.archive(1).parent.parent.rglob("*") if path.is_file()}


def test_a_changed_byte(package, refuse):
    package["data/tickets.jsonl.gz"] = (
        package["data/tickets.jsonl.gz"][:-9] + b"x" + package["data/tickets.jsonl.gz"][-8:]
    )

    refuse(package, "data/tickets.jsonl.gz was changed", sums=False)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "files/../../x", "data/../x.jsonl.gz", "files/1/2"]
)
def test_a_climbing_path(package, refuse, name):
    package[name] = b"root"

    refuse(package, "is no name that a package has inside")


def test_a_link(package, refuse):
    link = tarfile.TarInfo("files/77")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"

    refuse(package, "is no name", extra=[link])


@pytest.mark.parametrize("told", [10, 10**9, 10**11])
def test_a_decompression_bomb(package, refuse, told):
    package["data/tags.jsonl.gz"] = gzip.compress(b" " * 300_000_000, 9)
    manifest = json.loads(package["manifest.json"])
    for fact in manifest["parts"]:
        if fact["name"] == "data/tags.jsonl.gz":
            fact["bytes"] = told
    package["manifest.json"] = json.dumps(manifest).encode()

    refuse(package, "unpacks to more than|packed more tightly")


def test_an_unknown_version(package, refuse):
    manifest = json.loads(package["manifest.json"])
    package["manifest.json"] = json.dumps({**manifest, "version": 7}).encode()

    refuse(package, "has version 7; this help desk reads version 1")


def change(package, part, mend):
    rows = rows_of(package, part)
    mend(rows)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    package[f"data/{part}.jsonl.gz"] = gzip.compress(data)
    manifest = json.loads(package["manifest.json"])
    for fact in manifest["parts"]:
        if fact["name"] == f"data/{part}.jsonl.gz":
            fact.update(bytes=len(data), rows=len(rows))
    package["manifest.json"] = json.dumps(manifest).encode()


def test_a_row_that_names_another_that_is_not_there(package, refuse):
    change(package, "messages", lambda rows: rows[0].update(ticket_id=12345))

    refuse(package, "data/messages.jsonl.gz, line 1: ticket_id names a row")


def test_a_row_that_names_one_of_its_own_part_that_never_comes(package, refuse):
    change(package, "tickets", lambda rows: rows[0].update(merged_into_id=rows[-1]["id"] + 1))

    refuse(package, "data/tickets.jsonl.gz, line 1: merged_into_id names a row")


def test_a_value_that_does_not_exist(package, refuse):
    change(package, "messages", lambda rows: rows[0].update(audience="everybody"))

    refuse(package, "audience is none of the values")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("slug", "desk", "desk is one of our own addresses"),
        ("slug", "a/b", "small letters, digits and hyphens"),
        ("logo", "javascript:alert(1)", "is not known here"),
        ("languages", ["sv", "xx"], "xx is not known here"),
        ("languages", "x", "line 1: languages is not of its type"),
        ("language", "xx", "is not known here|none of the values"),
        ("time_zone", "Mars/Base", "is not known here"),
        ("colour", "red", "six hex digits"),
        ("mailbox", "nobody", "is no e-mail address"),
    ],
)
def test_a_client_that_could_not_be_made_here(package, refuse, name, value, sentence):
    change(package, "client", lambda rows: rows[0].update({name: value}))

    refuse(package, sentence)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("client", "mailbox", None), ("vendors", "slug", 7), ("vendors", "name", None),
        ("people", "vendor_id", [1]), ("people", "name", {}), ("people", "language", 1),
        ("events", "data", [1]), ("events", "at", 5),
        ("messages", "body", "a\0b"), ("messages", "body", "\ud800"), ("messages", "audience", []),
        ("tickets", "priority", "1"), ("tickets", "priority", True), ("tickets", "reporter_unconfirmed", 1),
        ("tickets", "customer_id", None), ("tickets", "customer_id", {"id": 1}), ("profile", "dos", {}),
        ("raw_mails", "raw", 3),
    ],
)  # fmt: skip
def test_a_value_of_another_type(package, refuse, part, name, value):
    change(package, part, lambda rows: rows[0].update({name: value}))

    refuse(package, f"data/{part}.jsonl.gz, line 1: {name} is not of its type")


@pytest.mark.parametrize(("part", "name"), [("client", "logo"), ("vendors", "slug"), ("people", "email")])
def test_a_column_that_is_missing(package, refuse, part, name):
    change(package, part, lambda rows: rows[0].pop(name))

    refuse(package, f"data/{part}.jsonl.gz, line 1: it has other columns")


def test_a_person_of_the_clients_without_an_address(package, refuse):
    change(package, "people", lambda rows: [row.update(email=None, vendor_id=None) for row in rows])

    refuse(package, "data/people.jsonl.gz: person [0-9]+ has no address")


def test_rows_that_break_a_rule_of_the_database(package, refuse):
    change(package, "tickets", lambda rows: rows[0].update(priority=9))

    refuse(package, "does not fit the others")


def test_another_column(package, refuse):
    change(package, "customers", lambda rows: rows[0].update(client_id=1))

    refuse(package, "other columns")


def test_another_file_than_the_row_tells_of(package, refuse):
    (name,) = (name for name in package if name.startswith("files/"))
    package[name] = b"something else"

    refuse(package, "is not the file that the row tells of")


@pytest.mark.parametrize("data", [b"", b"no tar", b"\0" * 2048])
def test_something_else(tmp_path, nothing_comes_of, data, world):
    (tmp_path / "x.tar").write_bytes(data)

    nothing_comes_of(tmp_path / "x.tar", "package")


def test_half_of_it(tmp_path, nothing_comes_of, world, lived):
    _row, path = pack(world)
    (tmp_path / "half.tar").write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    nothing_comes_of(tmp_path / "half.tar", "package")


def test_html_in_it_is_not_believed(package, world):
    assert "html" not in rows_of(package, "revisions")[0]

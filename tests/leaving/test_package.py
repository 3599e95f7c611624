"""A client takes everything along: what is in the package, and that it comes back as it was."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from access import log_keys
from access.errors import Conflict, RightMissing
from access.models import Client, User
from access.tasks import in_client
from escalation.actions import climb
from helpdesk.leaving import actions, nights, places
from helpdesk.leaving.models import DueJob, Job
from helpdesk.leaving.package import build
from helpdesk.leaving.package import format as shape
from helpdesk.leaving.package.tar import Writer
from helpdesk.lib import clock
from post import files, storage
from post.models import StoredFile
from tests import factories
from tests.access.verify.conftest import run as verify
from tests.leaving.conftest import as_keeper, do_all
from tickets import index
from tickets.actions import handling
from tickets.models import Customer, Message, RawMail, Ticket


@pytest.fixture
def lived(world, log_key):
    """One client with something in every kind of table."""
    ticket = factories.ticket(
        world, world.r1, subject="Åse's door – “stuck”", body="Line one\nLine two \u2028 \\x41 😀"
    )
    upload = files.check_uploads([SimpleUploadedFile("door.txt", b"a file of mine")])
    factories.reply(world, world.v1, ticket, uploads=upload)
    factories.note(world, world.v1, ticket, audience=Message.Audience.VENDOR)
    factories.article(world, world.c1, title="Doors", body="# Open\n\n<script>alert(1)</script> it")
    with world.enter(world.v1) as actor:
        handling.set_tags(actor, client_id=world.c1.pk, ticket_id=ticket.pk, names=["door"])
        climb.escalate(actor, client_id=world.c1.pk, ticket_id=ticket.pk, reason="decision", question="A new door?")
    factories.fact(world, world.r1, "Plan", "Gold")
    with world.enter(world.c1):
        RawMail.objects.create(
            client=world.c1, mailbox="a@b.example", digest="x", raw=bytes(range(256)) * 3, received_at=clock.now()
        )
    factories.ticket(world, world.r2, subject="Nobody else's")
    return ticket


def pack(world):
    with world.enter(world.o1) as actor:
        job = actions.ask_package(actor, client_id=world.c1.pk)
    do_all()
    with world.enter(world.c1):
        row = Job.objects.get(pk=job.pk)
    assert (row.state, row.said) == (Job.State.DONE, "")
    return row, places.finished(world.c1.pk, job.pk)


def members(path):
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}


def rows_of(found, part):
    text = gzip.decompress(found[f"data/{part}.jsonl.gz"]).decode()
    return [json.loads(line) for line in text.splitlines()]


def test_the_package_has_everything_with_its_sums(world, lived, tmp_path):
    row, path = pack(world)

    with tarfile.open(path) as tar:
        tar.extractall(tmp_path, filter="data")
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    found = members(path)
    assert {part.member for part in shape.parts()} <= found.keys()
    assert [t["subject"] for t in rows_of(found, "tickets")] == ["Åse's door – “stuck”"]
    assert found[f"files/{rows_of(found, 'files')[0]['id']}"] == b"a file of mine"
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert b"Nobody else" not in b"".join(
        gzip.decompress(data) if name.endswith(".gz") else data for name, data in found.items()
    )


def test_its_log_verifies(world, lived, tmp_path):
    _row, path = pack(world)
    found = members(path)
    (tmp_path / "log").write_bytes(gzip.decompress(found["log/LOG.jsonl.gz"]))
    (tmp_path / "heads").write_bytes(found["log/HEADS.json"])

    answer = verify(tmp_path / "log", tmp_path / "heads", "--key", log_keys.newest().public, "--json")

    assert answer.body["faults"] == []


def test_vendors_people_are_names_on_cards(world, lived):
    _row, path = pack(world)

    people = {p["name"]: p["email"] for p in rows_of(members(path), "people")}
    assert people["Vera Ahlm"] is None
    assert people["Olle Voltarra"] == "o1@voltarra.example"


@pytest.fixture
def move(world, superuser, _sweep, log_key, tmp_path):
    """Empties the installation and imports a package into it; gives the client."""

    def go(path):
        kept = tmp_path / "package.tar"
        kept.write_bytes(path.read_bytes())
        with superuser.transaction():
            superuser.execute(_sweep)
        log_keys.begin()
        # So that numbers differ from those of before.
        superuser.execute("SELECT setval('tickets_ticket_id_seq', 500), setval('tickets_customer_id_seq', 700)")
        superuser.execute("SELECT setval('access_client_id_seq', 40), setval('access_user_id_seq', 90)")
        call_command("import_package", str(kept), verbosity=0)
        return Client.objects.get(slug="voltarra")

    return go


def pack_again(client):
    with in_client(client.pk, "tests.pack") as actor:
        job = actions.ask_package(actor, client_id=client.pk)
    do_all()
    return places.finished(client.pk, job.pk)


def ranked(found):
    """Every part with ids by their rank, as text."""
    parts = {f"{part.name}": part for part in shape.parts()}
    rank = {}
    for name in ("client", "vendors", "people", *parts):
        label = {"client": "access.Client", "vendors": "access.Vendor", "people": "access.User"}.get(name)
        label = label or parts[name].model._meta.label
        rank[label] = {row["id"]: number for number, row in enumerate(rows_of(found, name))}
    told = {}
    for name, part in parts.items():
        rows = rows_of(found, name)
        for row in rows:
            row["id"] = rank[part.model._meta.label][row["id"]]
            for column in part.columns:
                if column.target in rank and row[column.name] is not None:
                    row[column.name] = rank[column.target][row[column.name]]
            for inside, keys in part.holding.inside.items():
                for key, label in keys.items():
                    if key in row[inside] and row[inside][key] is not None:
                        row[inside][key] = rank[label][row[inside][key]]
        told[name] = json.dumps(rows)
    return told


def test_there_and_back_is_the_same_byte_for_byte(world, lived, move):
    _row, path = pack(world)
    before = members(path)

    after = members(pack_again(move(path)))

    assert ranked(after) == ranked(before)
    assert [d for n, d in sorted(after.items()) if n.startswith("files/")] == [
        d for n, d in sorted(before.items()) if n.startswith("files/")
    ]
    assert after["log/earlier/1/LOG.jsonl.gz"] == before["log/LOG.jsonl.gz"]
    assert after["log/earlier/1/HEADS.json"] == before["log/HEADS.json"]
    assert len(gzip.decompress(after["log/LOG.jsonl.gz"]).splitlines()) >= 1


def test_what_was_imported_works(world, lived, move):
    _row, path = pack(world)

    client = move(path)

    with in_client(client.pk, "tests.look"):
        ticket = Ticket.objects.get(number=lived.number)
        assert index.find("door") == [ticket.pk]
        (key,) = StoredFile.objects.values_list("key", flat=True)
        with storage.open_bytes(key) as file:
            assert file.read() == b"a file of mine"
        assert bytes(RawMail.objects.get().raw) == bytes(range(256)) * 3
        assert Customer.objects.get(email="rita@mail.example").tickets.count() == 1
    assert not User.objects.get(name="Vera Ahlm").is_active
    assert User.objects.get(email="o1@voltarra.example").has_usable_password() is not True


def test_it_is_refused_where_the_client_is_known(world, lived, tmp_path):
    _row, path = pack(world)

    with pytest.raises(CommandError, match="There is a client “voltarra” here already"):
        call_command("import_package", str(path))


def test_only_one_is_made_at_a_time(world, log_key):
    with world.enter(world.o1) as actor:
        actions.ask_package(actor, client_id=world.c1.pk)

    with world.enter(world.o1) as actor, pytest.raises(Conflict):
        actions.ask_package(actor, client_id=world.c1.pk)


@pytest.mark.parametrize("name", ["v1", "lead", "a1"])
def test_only_who_may_export_may_ask(world, name):
    with world.enter(getattr(world, name)) as actor, pytest.raises(RightMissing):
        actions.ask_package(actor, client_id=world.c1.pk)


class Killed(BaseException):
    """As if the process were gone."""


@pytest.mark.parametrize("when", ["_write_log", "_readme"])
def test_a_build_that_is_killed_goes_on_to_the_same_package(world, lived, monkeypatch, when):
    with world.enter(world.o1) as actor:
        job = actions.ask_package(actor, client_id=world.c1.pk)

    def kill(*args):
        raise Killed

    with monkeypatch.context() as patch, as_keeper():
        patch.setattr(build, when, kill)
        from helpdesk.leaving import keeper

        with pytest.raises(Killed):
            keeper.do_next(clock.now())
    DueJob.objects.update(lease_until=None)
    do_all()

    found = members(places.finished(world.c1.pk, job.pk))
    sums = dict(reversed(line.split("  ")) for line in found["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(d).hexdigest() for n, d in found.items() if n != "SHA256SUMS"}


def test_half_a_member_after_the_last_mark_is_cut_off(tmp_path):
    writer = Writer(tmp_path, at=0)
    writer.add_bytes("README.txt", b"one")
    writer.keep()
    writer.add_bytes("files/1", b"half")
    writer.close()

    again = Writer(tmp_path, at=0)
    again.add_bytes("files/1", b"whole")
    again.finish()

    assert list(members(tmp_path / "package.tar")) == ["README.txt", "files/1", "SHA256SUMS"]


def test_a_file_expires(world, lived):
    _row, path = pack(world)

    with as_keeper():
        nights.clear_expired(clock.now() + timedelta(days=15))

    assert not path.exists()


class TestBadPackages:
    """Each is refused with one sentence, and nothing is written."""

    @pytest.fixture
    def package(self, world, lived):
        return members(pack(world)[1])

    @pytest.fixture
    def refuse(self, nothing_comes_of, tmp_path, package):
        def check(found, sentence, *, sums=True, extra=()):
            if sums:
                found["SHA256SUMS"] = "".join(
                    f"{hashlib.sha256(data).hexdigest()}  {name}\n"
                    for name, data in found.items()
                    if name != "SHA256SUMS"
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
    def nothing_comes_of(self, superuser, _sweep, log_key):
        def check(path, sentence):
            with superuser.transaction():
                superuser.execute(_sweep)
            before = self.stored()
            with pytest.raises(CommandError, match=sentence):
                call_command("import_package", str(path))
            assert not Client.objects.exists()
            assert not User.objects.exists()
            assert self.stored() == before

        return check

    def stored(self):
        return {path for path in places.archive(1).parent.parent.rglob("*") if path.is_file()}

    def test_a_changed_byte(self, package, refuse):
        package["data/tickets.jsonl.gz"] = (
            package["data/tickets.jsonl.gz"][:-9] + b"x" + package["data/tickets.jsonl.gz"][-8:]
        )

        refuse(package, "data/tickets.jsonl.gz was changed", sums=False)

    @pytest.mark.parametrize(
        "name", ["../../etc/passwd", "/etc/passwd", "files/../../x", "data/../x.jsonl.gz", "files/1/2"]
    )
    def test_a_climbing_path(self, package, refuse, name):
        package[name] = b"root"

        refuse(package, "is no name that a package has inside")

    def test_a_link(self, package, refuse):
        link = tarfile.TarInfo("files/77")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"

        refuse(package, "is no name", extra=[link])

    @pytest.mark.parametrize("told", [10, 10**9, 10**11])
    def test_a_decompression_bomb(self, package, refuse, told):
        package["data/tags.jsonl.gz"] = gzip.compress(b" " * 300_000_000, 9)
        manifest = json.loads(package["manifest.json"])
        for fact in manifest["parts"]:
            if fact["name"] == "data/tags.jsonl.gz":
                fact["bytes"] = told
        package["manifest.json"] = json.dumps(manifest).encode()

        refuse(package, "unpacks to more than|packed more tightly")

    def test_an_unknown_version(self, package, refuse):
        manifest = json.loads(package["manifest.json"])
        package["manifest.json"] = json.dumps({**manifest, "version": 7}).encode()

        refuse(package, "has version 7; this help desk reads version 1")

    def change(self, package, part, mend):
        rows = rows_of(package, part)
        mend(rows)
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        package[f"data/{part}.jsonl.gz"] = gzip.compress(data)
        manifest = json.loads(package["manifest.json"])
        for fact in manifest["parts"]:
            if fact["name"] == f"data/{part}.jsonl.gz":
                fact.update(bytes=len(data), rows=len(rows))
        package["manifest.json"] = json.dumps(manifest).encode()

    def test_a_row_that_names_another_that_is_not_there(self, package, refuse):
        self.change(package, "messages", lambda rows: rows[0].update(ticket_id=12345))

        refuse(package, "data/messages.jsonl.gz, line 1: ticket_id names a row")

    def test_a_value_that_does_not_exist(self, package, refuse):
        self.change(package, "messages", lambda rows: rows[0].update(audience="everybody"))

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
    def test_a_client_that_could_not_be_made_here(self, package, refuse, name, value, sentence):
        self.change(package, "client", lambda rows: rows[0].update({name: value}))

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
    def test_a_value_of_another_type(self, package, refuse, part, name, value):
        self.change(package, part, lambda rows: rows[0].update({name: value}))

        refuse(package, f"data/{part}.jsonl.gz, line 1: {name} is not of its type")

    @pytest.mark.parametrize(("part", "name"), [("client", "logo"), ("vendors", "slug"), ("people", "email")])
    def test_a_column_that_is_missing(self, package, refuse, part, name):
        self.change(package, part, lambda rows: rows[0].pop(name))

        refuse(package, f"data/{part}.jsonl.gz, line 1: it has other columns")

    def test_a_person_of_the_clients_without_an_address(self, package, refuse):
        self.change(package, "people", lambda rows: [row.update(email=None, vendor_id=None) for row in rows])

        refuse(package, "data/people.jsonl.gz: person [0-9]+ has no address")

    def test_rows_that_break_a_rule_of_the_database(self, package, refuse):
        self.change(package, "tickets", lambda rows: rows[0].update(priority=9))

        refuse(package, "does not fit the others")

    def test_another_column(self, package, refuse):
        self.change(package, "customers", lambda rows: rows[0].update(client_id=1))

        refuse(package, "other columns")

    def test_another_file_than_the_row_tells_of(self, package, refuse):
        (name,) = (name for name in package if name.startswith("files/"))
        package[name] = b"something else"

        refuse(package, "is not the file that the row tells of")

    @pytest.mark.parametrize("data", [b"", b"no tar", b"\0" * 2048])
    def test_something_else(self, tmp_path, nothing_comes_of, data, world):
        (tmp_path / "x.tar").write_bytes(data)

        nothing_comes_of(tmp_path / "x.tar", "package")

    def test_half_of_it(self, tmp_path, nothing_comes_of, world, lived):
        _row, path = pack(world)
        (tmp_path / "half.tar").write_bytes(path.read_bytes()[: path.stat().st_size // 2])

        nothing_comes_of(tmp_path / "half.tar", "package")

    def test_html_in_it_is_not_believed(self, package, world):
        assert "html" not in rows_of(package, "revisions")[0]

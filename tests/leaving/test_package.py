"""A client takes everything along: what is in the package, and that it comes back as it was."""

import gzip
import hashlib
import json
import subprocess
import tarfile
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from access import log_keys
from access.errors import Conflict, RightMissing
from access.models import Client, User
from access.tasks import in_client
from escalation.engine.sweep import sweep
from escalation.incidents import announcing, leading
from escalation.incidents.parts import Nature
from escalation.models import Announcement, AnnouncementTicket, Incident, IncidentEvent, Notice
from helpdesk.leaving import actions, nights, places
from helpdesk.leaving.models import DueJob
from helpdesk.leaving.package import build, load
from helpdesk.leaving.package import format as shape
from helpdesk.leaving.package.tar import Writer
from helpdesk.lib import clock
from post import storage
from post.models import StoredFile
from tests import factories
from tests.access.verify.conftest import run as verify
from tests.leaving.conftest import as_keeper, do_all
from tests.leaving.packing import members, pack, rows_of
from tickets import index
from tickets.actions import merging
from tickets.models import Customer, Message, RawMail, Ticket


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
        superuser.execute("SELECT setval('tickets_message_id_seq', 600), setval('escalation_announcement_id_seq', 300)")
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


def test_a_merged_ticket_comes_before_the_one_that_stays(world, log_key, move, monkeypatch):
    monkeypatch.setattr(load, "_AT_ONCE", 1)
    gone, _between, stays = (factories.ticket(world, world.r1) for _ in range(3))
    with world.enter(world.v1) as actor:
        merging.merge(actor, client_id=world.c1.pk, ticket_id=gone.pk, into_id=stays.pk)
    _row, path = pack(world)

    client = move(path)

    with in_client(client.pk, "tests.look"):
        assert Ticket.objects.get(number=gone.number).merged_into == Ticket.objects.get(number=stays.number)


def test_what_customers_were_told_of_a_cause_names_its_own_rows(world, log_key, move):
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.lead) as actor:
        given, about = leading.Definition("No network"), {"client_id": world.c1.pk}
        row = leading.begin(actor, nature=Nature.PROBLEM, given=given, ticket_id=ticket.pk, **about)
        announcing.tell_all(actor, number=row.number, body="We are on it.", once="a", **about)
    sweep()
    _row, path = pack(world)

    client = move(path)

    with in_client(client.pk, "tests.look"):
        told, said = AnnouncementTicket.objects.get(), Announcement.objects.get()
        assert Message.objects.get(pk=told.message_id).body == "We are on it."
        assert IncidentEvent.objects.get(kind="told").data == {"tickets": 1, "announcement": said.pk}


def test_a_notice_is_its_own_persons_and_stands_in_no_other_ones_way(world, log_key, move):
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        row = Incident.objects.create(
            client=world.c1, number=1, nature="problem", title="No network", began_at=clock.now(), owner="client"
        )
        about = {"client": world.c1, "ticket": ticket, "incident": row, "channel": "app", "due_at": clock.now()}
        first = Notice(unique=f"incident/{row.pk}/1/app/{world.v1.pk}", user_id=world.v1.pk, name="Vera", **about)
        first.save()
        Notice(unique="incident/1", user_id=world.o1.pk, name="Olle", digest=first.pk, **about).save()
    _row, path = pack(world)

    client = move(path)

    with in_client(client.pk, "tests.look"):
        theirs, clients = Notice.objects.order_by("pk")
        assert clients.digest == theirs.pk
        assert User.objects.get(pk=theirs.user_id).name == "Vera Ahlm"
        assert User.objects.get(pk=clients.user_id).email == "o1@voltarra.example"
        assert theirs.unique == f"imported/{theirs.pk}"


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

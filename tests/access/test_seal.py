"""Sealing: every entry gets one place, whenever it commits; the head is signed; nobody else can add to the tree."""

import threading
from datetime import timedelta

import psycopg
import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import DatabaseError, connection

from access import log, log_keys, merkle, seal, tasks
from access.log import Action
from access.log_format import leaf
from access.models import AccessLogEntry, LogHead, LogKey, LogLeaf, LogNode, LogSealing
from access.tiles import nodes
from helpdesk.lib import clock
from tests import servers

CUSTOMER = (log.CUSTOMER, 7)


@pytest.fixture
def sealed(world, log_key):
    """Seals the first client's log; gives the head, or None."""

    def run(**more):
        with world.enter(world.c1) as actor:
            return seal.seal(actor, world.c1.pk, **more)

    run()
    return run


def write(world, count=1):
    with world.enter(world.v1) as actor:
        log.write(actor, [log.Entry(world.c1.pk, Action.VIEW, [CUSTOMER]) for _n in range(count)])


def leaves(world):
    with world.enter(world.c1):
        return list(LogLeaf.objects.order_by("index").values_list("index", "entry_id", "hash"))


def entry_ids(world):
    with world.enter(world.c1):
        return list(AccessLogEntry.objects.order_by("id").values_list("pk", flat=True))


def check(head):
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
    key.verify(bytes(head.signature), seal.head_of(head).signed())


def test_every_entry_has_its_leaf_and_the_head_their_root(world, sealed):
    write(world, 5)

    head = sealed()

    found = leaves(world)
    assert [index for index, _entry, _hash in found] == list(range(len(found)))
    assert [entry for _index, entry, _hash in found] == entry_ids(world)
    with world.enter(world.c1):
        committed = {e.pk: bytes(e.commitments) for e in AccessLogEntry.objects.all()}
    assert all(bytes(hash) == leaf(world.c1.pk, entry, committed[entry]) for _index, entry, hash in found)
    assert (head.size, bytes(head.root)) == (len(found), merkle.root_of(bytes(hash) for *_place, hash in found))


def test_the_head_is_signed_with_the_key_of_the_file(world, sealed):
    write(world)

    head = sealed()

    check(head)
    assert head.key == LogKey.objects.get().public == log_keys.public_of(log_keys.load())
    head.size += 1
    with pytest.raises(InvalidSignature):
        check(head)


def test_where_nothing_happened_there_is_no_new_head(world, sealed):
    write(world)
    assert sealed() is not None

    assert sealed() is None


def test_a_run_takes_no_more_than_it_may_and_the_next_one_goes_on(world, sealed):
    write(world, 7)

    sizes = [head.size for head in iter(lambda: sealed(most=3), None)]

    last = len(entry_ids(world))
    assert sizes == [last - 4, last - 1, last]


def test_each_client_has_its_own_tree(world, sealed):
    write(world, 3)
    sealed()
    with world.enter(world.c2) as actor:
        seal.seal(actor, world.c2.pk)
        assert LogLeaf.objects.order_by("index").values_list("index", flat=True)[0] == 0

    with world.enter(world.v12):
        both = set(LogLeaf.objects.values_list("client_id", "entry_id"))
        assert len(both) == AccessLogEntry.objects.count()


def test_an_entry_that_commits_late_is_sealed_late_and_not_lost(world, sealed):
    began, go_on = threading.Event(), threading.Event()

    def late():
        try:
            with world.enter(world.v1) as actor:
                log.record(actor, world.c1.pk, Action.VIEW, CUSTOMER, reason="late")
                assert AccessLogEntry.objects.exists()  # it is kept back until something else is asked
                began.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    began.wait(10)
    write(world)
    for _run in range(3):
        sealed()
        write(world)
    sealed()
    before = {entry for _index, entry, _hash in leaves(world)}
    go_on.set()
    thread.join()

    assert sealed() is not None
    after = leaves(world)
    (late_one,) = {entry for _index, entry, _hash in after} - before
    assert late_one < max(before)
    assert after[-1][1] == late_one
    assert sorted(entry for _index, entry, _hash in after) == entry_ids(world)


def test_the_window_moves_up_once_nobody_can_be_late(world, sealed):
    # Transactions of whatever else runs on this server count, too: it is asked until they are over.
    for _try in range(200):
        write(world, 2)
        sealed()
        with world.enter(world.c1):
            row = LogSealing.objects.get()
        if row.through_id:
            break

    with world.enter(world.c1):
        assert 0 < row.through_id < max(AccessLogEntry.objects.values_list("pk", flat=True))
        assert LogLeaf.objects.filter(entry_id__lte=row.through_id).count() == (
            AccessLogEntry.objects.filter(pk__lte=row.through_id).count()
        )


def test_the_window_of_a_restored_database_moves_on(world, sealed, superuser):
    write(world)
    sealed()
    superuser.execute("UPDATE access_logsealing SET next_xid = 4000000000, next_id = through_id + 1")
    write(world)

    sealed()

    with world.enter(world.c1):
        assert LogSealing.objects.get().next_xid < 4000000000


def test_two_sealers_at_once_make_one_tree(world, sealed):
    write(world, 400)

    def run():
        try:
            sealed(most=100)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while sealed() is not None:
        pass

    found = leaves(world)
    assert [entry for _index, entry, _hash in found] == entry_ids(world)
    with world.enter(world.c1):
        last = LogHead.objects.latest("size")
    assert bytes(last.root) == merkle.root_of(bytes(hash) for *_place, hash in found)


def test_groups_are_kept_and_prove_what_the_tree_holds(world, sealed):
    write(world, 600)
    head = sealed()
    hashes = [bytes(hash) for *_place, hash in leaves(world)]

    with world.enter(world.c1):
        assert LogNode.objects.count() == head.size // 256
        kept = nodes(lambda *where: seal.kept(world.c1.pk, *where))
        path = merkle.inclusion_proof(511, head.size, kept)

    merkle.check_inclusion(hashes[511], 511, head.size, path, bytes(head.root))


def test_heads_never_go_back_in_time(world, sealed):
    write(world)
    first = sealed()
    write(world)

    with time_machine.travel(clock.now() - timedelta(hours=3), tick=False):
        second = sealed()

    assert second.at == first.at


def test_without_a_key_nothing_is_sealed(world, sealed, log_key):
    write(world)
    log_key.unlink()

    with pytest.raises(log_keys.KeyMissing, match="missing: copy the key"):
        sealed()


@pytest.mark.parametrize("table", ["access_logleaf", "access_lognode", "access_loghead", "access_logkey"])
def test_what_is_sealed_is_changed_by_nobody(world, sealed, superuser, table):
    write(world, 300)
    sealed()

    for verb in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
            superuser.execute(verb)
        with psycopg.connect(servers.superuser_dsn()) as raw:
            raw.execute("SET ROLE app")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                raw.execute(verb)


@pytest.mark.parametrize("person", ["v1", "o1"])
@pytest.mark.parametrize("model", [LogLeaf, LogNode, LogHead, LogSealing])
def test_nobody_but_the_sealer_adds_to_it(world, sealed, person, model):
    values = {
        LogLeaf: {"index": 10**6, "entry_id": 10**6, "hash": b"0"},
        LogNode: {"level": 8, "index": 10**6, "hash": b"0"},
        LogHead: {"size": 10**6, "root": b"0", "at": clock.now(), "key": "0", "signature": b"0"},
        LogSealing: {"through_id": 10**6},
    }[model]

    with pytest.raises(DatabaseError, match="row-level security"), world.enter(getattr(world, person)):
        model.objects.bulk_create([model(client_id=world.c1.pk, **values)])


def test_the_sweep_finds_the_clients_with_something_new(world, log_key, monkeypatch):
    told = []
    monkeypatch.setattr(tasks.seal_log, "delay", told.append)
    for client in (world.c1, world.c2, world.c3):
        tasks.seal_log(client.pk)
    write(world)

    assert tasks.sweep_seals() == 1
    assert told == [world.c1.pk]

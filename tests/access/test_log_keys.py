"""The key of the log: a file of the deployment, handed over with a signature, in one piece after any crash."""

import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command

from access import log_keys
from access.log_format import moment, signed_key
from access.models import LogKey
from helpdesk.lib import clock


def public_keys():
    return list(LogKey.objects.order_by("pk").values_list("public", flat=True))


def test_the_first_key_is_a_file_that_only_its_owner_reads(log_key):
    assert stat.S_IMODE(log_key.stat().st_mode) == 0o600
    assert public_keys() == [log_keys.public_of(log_keys.load())]
    assert log_keys.begin() is None


def test_the_private_key_is_nowhere_in_the_database(log_key, superuser):
    secret = log_keys.load().private_bytes_raw()

    (row,) = superuser.execute("SELECT * FROM access_logkey").fetchall()

    assert not any(value in (secret, secret.hex()) for value in row)


def test_a_database_made_anew_keeps_the_key_of_the_file(log_key, superuser):
    (before,) = public_keys()
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute("DELETE FROM access_logkey")

    log_keys.begin()

    assert public_keys() == [before]


def test_the_old_key_signs_the_new_one(log_key, capsys):
    old = log_keys.public_of(log_keys.load())

    call_command("rotate_log_key")

    row = log_keys.newest()
    assert (row.by, row.public) == (old, log_keys.public_of(log_keys.load()))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(old))
    key.verify(bytes(row.signature), signed_key(row.public, moment(row.since), old))
    assert row.public in capsys.readouterr().out
    assert sorted(path.name for path in log_key.parent.iterdir()) == ["log_key.pem"]


def test_the_command_makes_the_first_key_too(db, settings, tmp_path, capsys):
    settings.LOG_KEY_FILE = tmp_path / "deep" / "log_key.pem"

    call_command("rotate_log_key")

    assert public_keys() == [log_keys.public_of(log_keys.load())]


def test_asked_for_the_first_key_only_it_leaves_one_that_is_there(log_key, capsys):
    before = public_keys()

    call_command("rotate_log_key", first=True)

    assert public_keys() == before
    assert capsys.readouterr().out == ""


def test_a_crash_before_the_file_took_its_place_is_put_right(log_key):
    old = log_key.read_bytes()
    log_keys.rotate()
    log_key.with_name("log_key.pem.new").write_bytes(log_key.read_bytes())
    log_key.write_bytes(old)
    with pytest.raises(log_keys.KeyMissing, match="holds another key"):
        log_keys.load()

    log_keys.finish()

    assert log_keys.public_of(log_keys.load()) == public_keys()[-1]


def test_a_crash_before_the_row_leaves_the_old_key(log_key):
    log_key.with_name("log_key.pem.new").write_bytes(log_key.read_bytes())
    before = log_key.read_bytes()
    LogKey.objects.create(public="0" * 64, since=clock.now(), by=public_keys()[0])

    log_keys.finish()

    assert log_key.read_bytes() == before
    assert not log_key.with_name("log_key.pem.new").exists()


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\x00"])
def test_a_file_that_is_no_key_is_told_in_a_sentence(log_key, content):
    log_key.write_bytes(content)

    with pytest.raises(CommandError, match="can't be read as a private key"):
        call_command("rotate_log_key")


def test_a_key_of_another_kind_is_refused(log_key):
    log_key.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

    with pytest.raises(log_keys.KeyMissing, match="another kind"):
        log_keys.load()


def test_without_the_old_key_there_is_no_new_one(log_key):
    log_key.unlink()

    with pytest.raises(CommandError, match="is missing"):
        call_command("rotate_log_key")

    assert len(public_keys()) == 1


def test_two_successors_of_one_key_can_not_be(log_key):
    log_keys.rotate()
    with pytest.raises(Exception, match="one_successor_per_key"):
        LogKey.objects.create(public="1" * 64, since=clock.now(), by=public_keys()[0])

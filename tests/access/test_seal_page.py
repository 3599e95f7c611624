"""The seal in the client's console: what it shows, the files that verify, who may take them, and what is logged."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access import actions, log, log_keys, log_stream, seal
from access.errors import RightMissing
from access.log import Action
from access.models import AccessLogContent
from access.rights import Role
from tests import cast
from tests.access.verify.conftest import run

PATH = "/client/voltarra/access-log/seal/"


@pytest.fixture
def head(world, log_key):
    """The first client's log, sealed."""
    with world.enter(world.v1) as actor:
        log.write(actor, [log.Entry(world.c1.pk, Action.VIEW, [(log.CUSTOMER, 7)]) for _n in range(4)])
    with world.enter(world.c1) as actor:
        return seal.head_of(seal.seal(actor, world.c1.pk))


def body(response):
    return b"".join(response.streaming_content)


def exports(world):
    with world.enter(world.c1):
        found = AccessLogContent.objects.filter(action=Action.EXPORT).order_by("entry_id")
        return list(found.values_list("user_id", "detail"))


def test_it_shows_what_to_keep_and_how_to_check(world, head):
    page = world.browser(world.o1).get(PATH).content.decode()

    assert head.text() in page
    assert log_keys.newest().public in page
    assert "python -m access.verify LOG.jsonl HEADS.json" in page
    assert f"{head.root.hex()[:16]}…" in page


def test_before_the_first_head_it_says_so(world, log_key):
    page = world.browser(world.o1).get(PATH).content.decode()

    assert "Nothing is sealed yet" in page


def test_what_is_not_sealed_yet_is_counted(world, head):
    page = world.browser(world.o1).get(PATH).content.decode()  # signing in was an entry

    assert re.search(r"Not sealed yet</dt><dd>1\s+entry", page)


def test_the_files_verify_offline(world, head, tmp_path):
    browser = world.browser(world.o1)
    for name in ("LOG.jsonl", "HEADS.json"):
        response = browser.get(f"{PATH}{head.size}/{name}")
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["Cache-Control"] == "no-store"
        (tmp_path / name).write_bytes(body(response))

    answer = run(tmp_path / "LOG.jsonl", tmp_path / "HEADS.json", "--key", head.key, "--since", head.text(), "--json")

    assert (answer.code, answer.body["entries"]) == (0, head.size)


def test_every_download_is_an_entry_of_its_own(world, head):
    browser = world.browser(world.a1)

    for address in (
        f"{head.size}/LOG.jsonl",
        f"{head.size}/HEADS.json",
        "entry/?entry=0",
        f"growth/?head={head.text()}",
    ):
        assert browser.get(PATH + address).status_code == 200

    assert exports(world) == [
        (world.a1.pk, {"what": what, "entries": head.size}) for what in ("log", "heads", "proof", "proof")
    ]


def test_proofs_verify_offline(world, head, tmp_path):
    browser = world.browser(world.o1)
    for address in ("entry/?entry=2", f"growth/?head={head.text()}"):
        (tmp_path / "PROOF.json").write_bytes(browser.get(PATH + address).content)

        assert run("--proof", tmp_path / "PROOF.json", "--key", head.key, "--since", head.text()).code == 0


@pytest.mark.parametrize("query", ["entry/?entry=99999", "entry/?entry=x", "entry/", "growth/?head=x", "growth/"])
def test_what_can_not_be_proved_is_said_beside_the_form(world, head, query):
    response = world.browser(world.o1).get(PATH + query)

    assert response.status_code == 400
    assert 'aria-invalid="true"' in response.content.decode()
    assert exports(world) == []


def test_a_kept_head_that_covers_more_than_the_log_is_told(world, head):
    later = head.text().replace(f".{head.size}.", ".99999.", 1)

    page = world.browser(world.o1).get(f"{PATH}growth/?head={later}").content.decode()

    assert "covers more entries than the log has" in page


def test_a_head_of_another_client_is_told(world, head):
    other = head.text().replace(f"head1.{world.c1.pk}.", f"head1.{world.c2.pk}.", 1)

    page = world.browser(world.o1).get(f"{PATH}growth/?head={other}").content.decode()

    assert "of another client" in page


def test_a_size_without_a_head_is_no_page(world, head):
    browser = world.browser(world.o1)

    for size in (0, head.size - 1, head.size + 1, 10**30):
        assert browser.get(f"{PATH}{size}/LOG.jsonl").status_code == 404


def test_a_vendors_lead_reads_the_page_and_takes_no_file(world, head):
    browser = world.browser(world.lead)

    page = browser.get(PATH)
    assert page.status_code == 200
    assert "LOG.jsonl</a>" not in page.content.decode()
    for address in (
        f"{head.size}/LOG.jsonl",
        f"{head.size}/HEADS.json",
        "entry/?entry=0",
        f"growth/?head={head.text()}",
    ):
        assert browser.get(PATH + address).status_code == 403


def test_the_right_is_asked_again_with_each_piece(world, head, monkeypatch):
    monkeypatch.setattr("access.log_export.LINES_AT_ONCE", 2)
    lines = log_stream.log_lines(world.o1.pk, world.c1.pk, head.size, "203.0.113.7")
    assert next(lines).count("\n") == 2

    actions.change_role(client=world.c1, user=world.o1, role=Role.APPROVER)

    with pytest.raises(RightMissing):
        next(lines)


def test_a_piece_is_one_statement_beside_its_scope(world, head):
    lines = log_stream.log_lines(world.o1.pk, world.c1.pk, head.size, "")
    with CaptureQueriesContext(connection) as seen:
        next(lines)

    assert sum("access_logleaf" in query["sql"] for query in seen) == 1


def test_two_vendors_both_stand_in_the_clients_files(world, head, tmp_path):
    rival = actions.create_vendor(slug="rivalen", name="Rivalen")
    actions.sign_contract(client=world.c1, vendor=rival, valid_from=cast.SINCE)
    person = actions.create_user(email="rut@rivalen.example", name="Rut Rival", vendor=rival)
    actions.hire(client=world.c1, user=person, role=Role.AGENT)
    with world.enter(person) as actor:
        log.record(actor, world.c1.pk, Action.VIEW, (log.CUSTOMER, 7))
    with world.enter(world.c1) as actor:
        size = seal.seal(actor, world.c1.pk).size

    text = body(world.browser(world.o1).get(f"{PATH}{size}/LOG.jsonl")).decode()

    assert "Rut Rival" in text
    assert "Vera Ahlm" in text

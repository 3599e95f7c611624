"""Stored files are served from an origin of their own, under row security, for a minute."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.core.files import storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from access.rights import Side
from helpdesk.lib import clock, tokens
from post.files import check_uploads, store
from post.views import _PURPOSE, file_address
from tests import factories

FILES = {"host": "files.testserver"}


def picture():
    out = BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, "PNG")
    return out.getvalue()


def keep(world, name="note.txt", data=b"CANARY-C1-file", audience="public", client=None, customer=None, vendor=None):
    client, customer = client or world.c1, customer or world.r1
    with world.enter(client):
        (incoming,) = check_uploads([SimpleUploadedFile(name, data)])
        return store(
            client_id=client.pk, incoming=incoming, audience=audience, customer_id=customer.pk,
            vendor_id=vendor and vendor.pk,
        )  # fmt: skip


def test_of_many_large_pictures_only_the_first_are_drawn_while_the_sender_waits():
    out = BytesIO()
    Image.new("1", (6000, 6000)).save(out, "PNG")
    large, small = out.getvalue(), picture()

    taken = check_uploads([SimpleUploadedFile(f"{n}.png", data) for n, data in enumerate([large, large, small, large])])

    assert [each.is_drawn for each in taken] == [True, False, True, False]


def test_photographs_cost_little(monkeypatch):
    out = BytesIO()
    Image.new("RGB", (4000, 3000)).save(out, "JPEG")

    taken = check_uploads([SimpleUploadedFile(f"{n}.jpg", out.getvalue()) for n in range(10)])

    assert all(each.is_drawn for each in taken)


def fetch(world, person, stored, preview=False):
    with world.enter(person) as actor:
        address = file_address(actor, stored.client_id, stored.pk, preview=preview)
    path = address.removeprefix("http://files.testserver")
    assert path != address
    return read(world.browser(headers=FILES).get(path))


def read(response):
    """The answer with its bytes read and its file closed."""
    if response.streaming:
        response.told = response.getvalue()
        response.close()
    return response


def test_a_file_is_saved_and_never_shown(world):
    response = fetch(world, world.r1, keep(world, "rapport å.txt"))

    assert response.status_code == 200
    assert response.told == b"CANARY-C1-file"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == (
        "attachment; filename=\"rapport _.txt\"; filename*=UTF-8''rapport%20%C3%A5.txt"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"<html><script>1</script>", b"%PDF-1.7 /JS", picture()])
def test_no_bytes_choose_their_own_type(world, data):
    response = fetch(world, world.r1, keep(world, "x.png", data))

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_picture_drawn_by_us_is_shown(world):
    stored = keep(world, "x.png", picture())

    response = fetch(world, world.r1, stored, preview=True)

    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == "inline"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\nbroken", b"<svg/>", picture() + b"<script>alert(1)</script>"])
def test_what_cannot_be_drawn_has_no_preview(world, data):
    assert fetch(world, world.r1, keep(world, "x.png", data), preview=True).status_code == 404


def test_row_security_decides_again_where_the_bytes_are(world):
    stored = keep(world)
    vendors = keep(world, audience="vendor", vendor=world.havnvik)

    assert fetch(world, world.v1, stored).status_code == 200
    assert fetch(world, world.v1, vendors).status_code == 200
    assert fetch(world, world.o1, vendors).status_code == 404
    assert fetch(world, world.r1, vendors).status_code == 404


def test_a_token_for_another_clients_file_opens_nothing(world):
    theirs = keep(world, client=world.c2, customer=world.r2)
    with world.enter(world.r1) as actor:
        address = file_address(actor, world.c1.pk, theirs.pk)

    assert world.browser(headers=FILES).get(address.removeprefix("http://files.testserver")).status_code == 404


@pytest.mark.parametrize("what", ["changed", "empty", "another purpose", "too old", "too long"])
def test_a_bad_token_is_the_static_404(world, what):
    stored = keep(world)
    payload = [Side.CUSTOMER.value, world.c1.pk, None, world.r1.pk, None, stored.pk, False, False]
    good = tokens.signed(_PURPOSE, payload, timedelta(seconds=60))
    token = {
        "changed": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "empty": "x",
        "another purpose": tokens.signed("other", payload, None),
        "too old": good,
        "too long": "x" * 5000,
    }[what]
    later = timedelta(minutes=2) if what == "too old" else timedelta()
    browser = world.browser(headers=FILES)
    with time_machine.travel(clock.now() + later, tick=False):
        response = browser.get(f"/files/{token}/")

    assert read(browser.get(f"/files/{good}/")).status_code == 200
    assert response.status_code == 404
    assert response.content == world.browser().get("/voltarra/none/").content


def test_files_are_not_served_beside_the_session(world):
    stored = keep(world)
    with world.enter(world.r1) as actor:
        address = file_address(actor, world.c1.pk, stored.pk)

    assert world.browser().get(address.removeprefix("http://files.testserver")).status_code == 404


def test_nothing_else_is_served_on_the_files_origin(world):
    response = world.browser(world.r1, headers=FILES).get("/voltarra/questions/")

    assert response.status_code == 302
    assert response.url.startswith("http://testserver/")


def test_bytes_on_disk_are_nobody_elses_to_read(world):
    stored = keep(world)

    assert Path(storage.default_storage.path(stored.key)).stat().st_mode & 0o077 == 0


def test_only_get_is_answered(world):
    assert world.browser(headers=FILES).post("/files/x/").status_code == 405


def test_a_link_dies_with_its_persons_access(world):
    stored = keep(world)
    links = {}
    for person in (world.v1, world.v12):
        with world.enter(person) as actor:
            links[person] = file_address(actor, stored.client_id, stored.pk).removeprefix("http://files.testserver")
    browser = world.browser(headers=FILES)
    assert {read(browser.get(link)).status_code for link in links.values()} == {200}

    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    assert browser.get(links[world.v1]).status_code == 404
    assert read(browser.get(links[world.v12])).status_code == 200

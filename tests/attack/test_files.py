"""Files from strangers: what they are called, what they are, where they lie, and who gets their bytes."""

import io
import os
import stat
import time
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from post.files import check_uploads, store
from post.models import StoredFile
from post.views import file_address
from tests.attack.markup import PAYLOADS, dangers
from tickets.models import Attachment, Ticket

FILES = {"host": "files.testserver"}
URL = "/voltarra/new/"


def picture(kind="PNG", size=(8, 8)):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def question(number, **more):
    email = f"n{number}@mail.example"
    return {"subject": "A file", "body": "See there.", "impact": "2", "name": "Nina", "email": email, **more}


def kept(world, client=None):
    with world.enter(client or world.c1):
        return list(StoredFile.objects.order_by("pk"))


def bytes_of(world, stored, *, preview=False):
    """The answer of the files' own origin to somebody of the staff."""
    with world.enter(world.v1) as actor:
        path = file_address(actor, stored.client_id, stored.pk, preview=preview).removeprefix("http://files.testserver")
    response = world.browser(headers=FILES).get(path)
    if response.streaming:
        response.told = b"".join(response.streaming_content)
        response.close()
    return response


BASES = (
    "../../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\x.ini", "....//....//x", "..%2f..%2fx",
    "%2e%2e/x",
    ".htaccess", "\u200b.htaccess", "\ufeff.bashrc", " .env", "..", ".", "...", "", " ", "\t", "/", "\\", "a/b/c.png",
    "x.png\x00.html", "x\r\nContent-Type: text/html\r\n\r\n.png", 'x"; filename="y.html', "x;y=z.png",
    "cod\u202egnp.txt",
    "\u2066x\u2069.png", "x" * 5000, "x" * 5000 + ".png", "x." + "y" * 5000, "é" * 300 + ".png", "e\u0301" * 200,
    "🔥" * 200,
    "con.png", "nul", "aux.txt", "x.png.", "x.png ", "x.png::$DATA", "x.svg\u2024png", "x\uff0fy.png", "x\u2215y.png",
    "<script>alert(1)</script>.png", "$(id).png", "`id`.png", "|id", "-rf", "--help", "%s%n.png", "{{7*7}}.png",
    "~/.ssh/id",
)  # fmt: skip


class TestNames:
    def test_a_name_is_data_and_never_a_place(self, world, settings):
        """Whatever a file is called, it lies under a key that we made, and is given back under a name that is none."""
        folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
        before = set(folder.rglob("*"))
        with world.enter(world.c1):
            for name in BASES:
                upload = SimpleUploadedFile("x", b"CANARY-file")
                upload._name = name
                (incoming,) = check_uploads([upload])
                store(client_id=world.c1.pk, incoming=incoming, audience="public", customer_id=None, vendor_id=None)

        rows = kept(world)
        assert len(rows) == len(BASES)
        for row in rows:
            assert row.name == os.path.basename(row.name)
            assert not row.name.startswith(".")
            assert 0 < len(row.name) <= 120
            assert row.name.isprintable()
            assert not set(row.name) & set("/\\\x00\r\n\u202e\u200b\ufeff")
            answer = bytes_of(world, row)
            assert answer.told == b"CANARY-file"
            head = answer["Content-Disposition"]
            assert head.startswith('attachment; filename="')
            assert head.count('"') == 2
            assert head.isascii()
            assert head.isprintable()
        made = set(folder.rglob("*")) - before
        assert {path.parent.name for path in made if path.is_file()} <= {str(world.c1.pk)}
        assert all(path.name.isalnum() for path in made)

    def test_a_name_is_shown_as_words_wherever_it_stands(self, world):
        """On the ticket, in the portal, in the log, in the letter."""
        names = [f"{payload}.png" for payload in PAYLOADS if "/" not in payload and "\\" not in payload][:60]
        browser = world.browser(world.r1, raise_request_exception=False)
        for start in range(0, len(names), 10):
            uploads = [SimpleUploadedFile("x", b"x") for _name in names[start : start + 10]]
            for upload, name in zip(uploads, names[start : start + 10], strict=True):
                upload._name = name
            assert browser.post(URL, question(start, files=uploads)).status_code == 302
        with world.enter(world.c1):
            numbers = list(Ticket.objects.values_list("number", flat=True))
        assert len(kept(world)) == len(names)
        for number in numbers:
            for person, path in ((world.v1, f"/desk/voltarra/{number}/"), (world.r1, f"/voltarra/questions/{number}/")):
                page = world.browser(person).get(path).content.decode()
                assert "alert" in page
                assert dangers(page) == [], path


ACTIVE = {
    "x.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "x.html": b"<!doctype html><script>alert(1)</script>",
    "x.xhtml": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    "x.xml": b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><a/>",
    "x.xsl": b"<xsl:stylesheet xmlns:xsl='http://www.w3.org/1999/XSL/Transform'/>",
    "x.mhtml": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n<script>alert(1)</script>",
    "x.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "x.js": b"alert(1)", "x.css": b"@import '//evil.example'", "x.swf": b"FWS\x06", "x.war": b"PK\x03\x04META-INF/",
    "x.htc": b"<public:component><script>alert(1)</script>", "x.webmanifest": b'{"start_url": "//evil.example"}',
    "x.wasm": b"\x00asm\x01\x00\x00\x00", "x.eml": b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>",
    "x.png": b"<html><script>alert(1)</script>", "x.jpg": b"\xff\xd8\xff<script>alert(1)</script>",
    "x.gif": b"GIF89a=1/*<script>alert(1)</script>*/;alert(1)",
    "x.webp": b"RIFF\x00\x00\x00\x00WEBP<svg onload=alert(1)>",
    "x.bmp": b"BM<script>alert(1)</script>", "x.ico": b"\x00\x00\x01\x00<script>alert(1)</script>",
    "x": b"<script>1</script>",
    "x.txt": b"\xff\xfe" + "<script>alert(1)</script>".encode("utf-16-le"), "x.zip": b"PK\x05\x06" + b"\x00" * 18,
    "y.png": picture() + b"<script>alert(1)</script>", "y.pdf": b"%PDF-1.4\n<html><script>alert(1)</script>",
    "y.html": picture(), "y.svg": picture(), "z.png": b"\x89PNG\r\n\x1a\n" + b"<svg onload=alert(1)>" * 50,
    "y.docx": b"PK\x03\x04[Content_Types].xml<script>", "utf7.html": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
}  # fmt: skip


class TestKinds:
    def test_nothing_that_acts_is_ever_shown(self, world):
        """Saved, from another origin, in a sandbox, under no type that a browser reads; also asked for as a picture."""
        with world.enter(world.c1):
            for name, data in ACTIVE.items():
                (incoming,) = check_uploads([SimpleUploadedFile(name, data)])
                store(client_id=world.c1.pk, incoming=incoming, audience="public", customer_id=None, vendor_id=None)
            (good,) = check_uploads([SimpleUploadedFile("good.png", picture())])
            store(client_id=world.c1.pk, incoming=good, audience="public", customer_id=None, vendor_id=None)
        *hostile, twin = kept(world)
        for row in hostile:
            answer = bytes_of(world, row)
            assert answer.status_code == 200
            assert answer["Content-Type"] == "application/octet-stream", row.name
            assert answer["Content-Disposition"].startswith("attachment"), row.name
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer["Content-Security-Policy"]
            shown = bytes_of(world, row, preview=True)
            if shown.status_code == 200:
                assert b"alert" not in shown.told, row.name
                assert shown["Content-Type"] in ("image/png", "image/webp")
            else:
                assert shown.status_code == 404
        assert bytes_of(world, twin, preview=True)["Content-Type"] == "image/png"
        assert not any(row.is_picture for row in hostile if not row.name.endswith((".gif",)))

    @pytest.mark.parametrize(
        ("size", "kind"),
        [((20_000, 20_000), "PNG"), ((50_000, 1_000), "GIF"), ((65_000, 900), "JPEG"), ((16_000, 4_000), "WEBP")]
    )  # fmt: skip
    def test_a_picture_that_would_fill_the_memory_is_never_unpacked(self, world, size, kind):
        small = picture(kind)
        with world.enter(world.c1):
            data = _claiming(small, kind, size)
            start = time.process_time()
            (incoming,) = check_uploads([SimpleUploadedFile(f"x.{kind.lower()}", data)])
            row = store(client_id=world.c1.pk, incoming=incoming, audience="public", customer_id=None, vendor_id=None)
            assert time.process_time() - start < 2
        assert not row.is_picture

    def test_an_archive_of_nothing_but_zeros_is_kept_as_it_came(self, world):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
            for number in range(10):
                bomb.writestr(f"word/{number}.xml", b"0" * 3_000_000)
        start = time.process_time()

        answer = world.browser().post(URL, question(1, files=[SimpleUploadedFile("x.docx", out.getvalue())]))

        assert answer.status_code == 302
        assert time.process_time() - start < 3
        assert kept(world)[0].size == len(out.getvalue())


def _claiming(data, kind, size):
    """The picture with a head that claims another size."""
    wide, high = (side.to_bytes(4, "big") for side in size)
    if kind == "PNG":
        import zlib

        head = b"IHDR" + wide + high + data[24:29]
        return data[:12] + head + zlib.crc32(head).to_bytes(4, "big") + data[33:]
    if kind == "GIF":
        little = b"".join(min(side, 65_535).to_bytes(2, "little") for side in size)
        return data[:6] + little + data[10:]
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        return data[:at] + size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big") + data[at + 4 :]
    at = data.index(b"\x9d\x01\x2a") + 3
    return data[:at] + b"".join(min(side, 16_383).to_bytes(2, "little") for side in size) + data[at + 4 :]


class TestWhoGetsThem:
    def test_a_bad_file_behind_good_ones_takes_them_all_along(self, world, settings):
        settings.UPLOAD_MAX_BYTES = 1000
        bad = {"empty": b"", "too large": b"x" * 1001}
        for place in range(3):
            for number, data in enumerate(bad.values()):
                uploads = [SimpleUploadedFile(f"g{n}.txt", b"good") for n in range(3)]
                uploads[place] = SimpleUploadedFile("bad.txt", data)
                browser = world.browser(REMOTE_ADDR=f"10.50.{place}.{number}")
                assert browser.post(URL, question(place, files=uploads)).status_code in (400, 413)
        assert kept(world) == []
        with world.enter(world.c1):
            assert not Ticket.objects.exists()
        fine = [SimpleUploadedFile(f"g{n}.txt", b"good") for n in range(3)]
        assert world.browser().post(URL, question(9, files=fine)).status_code == 302
        assert len(kept(world)) == 3

    def test_who_uploads_without_end_is_stopped(self, world):
        answers = [
            world.browser().post(URL, question(n, files=[SimpleUploadedFile(f"{m}", b"x") for m in range(10)]))
            for n in range(12)
        ]
        told = [answer.status_code for answer in answers]
        assert told == [302] * 10 + [429] * 2
        assert len(kept(world)) == 100

    def test_a_token_with_anything_changed_gives_no_bytes(self, places):
        world = places.world
        with world.enter(world.c1):
            row = Attachment.objects.select_related("file").order_by("pk").first().file
        with world.enter(world.v1) as actor:
            path = file_address(actor, row.client_id, row.pk).removeprefix("http://files.testserver")
        token = path.strip("/").partition("/")[2]
        browser = world.browser(headers=FILES)
        changed = [
            token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token) - 1, 2)
        ]
        changed += [token[:-1], token[1:], token + "A", token[::-1], token.swapcase(), f"{token}:{token}"]
        for bad in changed:
            if bad != token:
                assert browser.get(f"/files/{bad}/").status_code == 404, bad
        good = browser.get(path)
        assert good.status_code == 200
        good.close()
        assert world.browser().get(path).status_code in (302, 404)

    def test_no_address_leads_into_the_folder(self, places):
        """Nothing is served by its place on the disk, by any spelling of it."""
        world = places.world
        row = kept(world)[0]
        tries = [f"/{prefix}{row.key}" for prefix in ("", "media/", "files/", "not-served/", "static/", "var/files/")]
        tries += [
            "/static/../files/",
            "/static/..%2f..%2fsettings.py",
            "/static//etc/passwd",
            "/static/%2e%2e/%2e%2e/x",
        ]
        tries += ["/static/../../../../etc/passwd", "/files/../../etc/passwd", "/.git/config", "/.env", "/manage.py"]
        for path in tries:
            for browser in (world.browser(), world.browser(world.v1), world.browser(headers=FILES)):
                answer = browser.get(path)
                assert answer.status_code in (301, 302, 404), path
                assert b"root:" not in answer.content

    def test_nobody_else_on_the_machine_reads_them(self, places):
        folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
        found = list(folder.rglob("*"))
        assert found
        assert [path for path in (folder, *found) if stat.S_IMODE(path.stat().st_mode) & 0o077 and path != folder] == []

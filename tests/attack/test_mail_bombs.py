"""Mail that is built to hurt, or broken: kept byte for byte, and the next one comes in."""

import base64
import random
import resource
import time

import pytest

from tests.attack.test_mail_in import mail
from tickets.mail.receive import receive
from tickets.mail.visible import visible
from tickets.models import Message, RawMail


@pytest.fixture
def box(world):
    return world.c1.mailbox


CHARSETS = (
    "utf-8", "utf-16", "utf-16le", "utf-32", "utf-7", "us-ascii", "iso-8859-1", "iso-8859-15", "iso-8859-8-i",
    "windows-1252", "windows-1251", "koi8-r",
    "gb2312", "gbk", "gb18030", "hz-gb-2312", "big5", "euc-jp", "euc-kr",
    "shift_jis", "iso-2022-jp", "iso-2022-kr", "ks_c_5601-1987", "tis-620", "mac", "cp037", "rot13", "zlib", "bz2",
    "hex",
    "base64", "uu", "quopri", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem",
    "string_escape", "nowhere", "", "x" * 300, "utf-8\x00", "utf 8", '"utf-8"', "'utf-8'", "utf-8;x", "../../etc",
    "_", "é",
)  # fmt: skip


def bombs():
    """Mails built to hurt, each with a name."""
    multipart = b"From: a@b.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
    yield "mails in mails", b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 200 + b"hi"
    yield (
        "parts in parts",
        b"From: a@b.example\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200)),
    )
    yield "many parts", multipart + b"--b\n\nx\n" * 20_000 + b"--b--\n"
    yield "many files", multipart + b'--b\nContent-Disposition: attachment; filename="x"\n\nx\n' * 2000 + b"--b--\n"
    yield "a header of 1 MB", b"From: a@b.example\nSubject: " + b"x" * 1_000_000 + b"\n\nhi"
    yield "100,000 headers", b"From: a@b.example\n" + b"X: y\n" * 100_000 + b"\nhi"
    yield "a folded header", b"From: a@b.example\nSubject: x" + b"\n x" * 200_000 + b"\n\nhi"
    yield "encoded words", b"From: a@b.example\nSubject: " + b"=?utf-8?b?YQ==?= " * 60_000 + b"\n\nhi"
    yield "half encoded words", b"From: a@b.example\nSubject: " + b"=?utf-8?q?" * 60_000 + b"\n\nhi"
    yield "comments in an address", b"From: " + b"(" * 200_000 + b" a@b.example\n\nhi"
    yield "quotes in an address", b'From: "' + b"\\" * 200_000 + b'" <a@b.example>\n\nhi'
    yield "many recipients", b"From: a@b.example\nTo: " + b"a@b.example," * 100_000 + b"\n\nhi"
    yield (
        "pieces of a name",
        multipart
        + b"--b\nContent-Disposition: attachment"
        + b"".join(b"; filename*%d*=a" % n for n in range(8000))
        + b"\n\nx\n--b--\n",
    )
    yield (
        "a boundary of 100 KB",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=" + b"b" * 100_000 + b"\n\nx",
    )
    yield "base64 of nothing", b"From: a@b.example\nContent-Transfer-Encoding: base64\n\n" + b"=" * 1_000_000
    yield (
        "quoted printable of nothing",
        b"From: a@b.example\nContent-Transfer-Encoding: quoted-printable\n\n" + b"=" * 900_000,
    )
    yield "tags in tags", b"From: a@b.example\nContent-Type: text/html\n\n" + b"<div>" * 150_000
    yield "half tags", b"From: a@b.example\nContent-Type: text/html\n\n" + b"<a href='" * 100_000
    yield "entities", b"From: a@b.example\nContent-Type: text/html\n\n" + b"&lt&#x3c;&amp" * 80_000
    yield "comments", b"From: a@b.example\nContent-Type: text/html\n\n" + b"<!--<!" * 150_000
    yield "a table of tables", b"From: a@b.example\nContent-Type: text/html\n\n" + b"<table><tr><td>" * 50_000
    yield "larger than is read", b"From: a@b.example\n\n" + base64.b64encode(b"x" * 24_000_000)
    yield "nothing but lines", b"\n" * 500_000
    yield "no head", b"x" * 1_000_000
    yield "random bytes", random.Random(1).randbytes(300_000)


class TestMailBuiltToHurt:
    def test_every_bomb_is_kept_and_the_next_mail_comes_in(self, world, box):
        slow, before = {}, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number, (name, raw) in enumerate(bombs()):
            start = time.process_time()
            found = receive(box, raw)
            if (took := time.process_time() - start) > 10:
                slow[name] = took
            assert found.outcome in ("new_ticket", "kept", "rejected", "ignored", "held"), name
            with world.enter(world.c1):
                assert RawMail.objects.order_by("-pk").values_list("digest", flat=True).first(), name
            if number % 5 == 0:
                assert receive(box, mail(f"Next after {name}")).outcome == "new_ticket", name
        assert slow == {}
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 512

    def test_any_charset_opens_a_ticket_and_keeps_the_bytes(self, world, box):
        words = "Grüße, Åse! 你好 こんにちは"
        for number, charset in enumerate(CHARSETS):
            try:
                body = words.encode(charset, "replace")
            except (LookupError, ValueError):
                body = words.encode() + b"\xff\xfe\x00"
            head = f"From: n{number}@mail.example\nSubject: =?{charset}?b?{base64.b64encode(body).decode()}?=\n"
            head += f"Message-ID: <c{number}@mail.example>\nContent-Type: text/plain; charset={charset}\n\n"
            raw = head.encode("utf-8", "replace") + body + b"\x00\xc3"
            assert receive(box, raw).outcome == "new_ticket", charset
            with world.enter(world.c1):
                assert bytes(RawMail.objects.get(message_id=f"<c{number}@mail.example>").raw) == raw
                assert Message.objects.order_by("-pk").first().body.strip()

    def test_near_misses_of_a_quote_take_a_second_at_most(self):
        lines = (
            "On " + "at " * 30_000 + "wrote", "On Mon, 2 Nov 2026 " + "a" * 2_000 + " wrote", "-" * 20_000,
            "Le " + "a écrit " * 500, "> " * 5_000, ">" * 9_000 + " x", "From: x\n" * 1_000, "_" * 9_000,
            "Am " + "schrieb " * 100, "Den " + "skrev " * 100, "On x\n" * 500 + "wrote:", " \n" * 1_000,
            "On " + "On " * 500, "Sent from my " * 700, "-----Original " * 650, "*From:* " * 1_100,
            "El " + "escribió:" * 900, "x" * 1_000_000 + " wrote:", "On " + "1" * 1_000_000, "\u200b" * 9_000,
        )  # fmt: skip
        for text in lines:
            start = time.process_time()
            assert visible(text).strip("\n\u200b ") or not text.strip("\n\u200b >")
            assert time.process_time() - start < 2.5, text[:30]

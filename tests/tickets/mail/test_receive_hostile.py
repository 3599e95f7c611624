"""Mail that is broken, huge or built to hurt: stored first, and never an error."""

import pytest

from tests.tickets.mail.letters import mail, rows
from tickets.mail.limits import within
from tickets.mail.receive import receive
from tickets.mail.visible import visible
from tickets.models import Attachment, Customer, Message, RawMail, Ticket


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (b"\x00\x01\x02\xff\xfe", "rejected"),
        (b"From: a@b.example\nSubject: \x00nul\n\nbody\x00here", "new_ticket"),
        (
            b"From: a@b.example\nSubject: =?gb2312?B?xOO6ww==?=\nContent-Type: text/plain; charset=gb2312\n\n"
            b"\xc4\xe3\xba\xc3",
            "new_ticket",
        ),
        (b"From: a@b.example\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3$s\x1b(B", "new_ticket"),
        (b"From: a@b.example\nContent-Type: text/plain; charset=no-such\n\n\xe5\xe4\xf6", "new_ticket"),
        (b"From: a@b.example\nContent-Type: multipart/mixed\n\nno boundary", "new_ticket"),
        (b"From: a@b.example\nSubject: =?x?q?broken", "new_ticket"),
        (b"From: =?utf-8?b?" + b"/" * 5000 + b"?= <a@b.example>\n\nhi", "new_ticket"),
        (b"From: a@b.example\nSubject: " + b"x" * 1_000_000 + b"\n\nhi", "new_ticket"),
        (b"From: a@b.example\n\n" + b"y" * 1_000_000, "new_ticket"),
        (b"From: a@b.example\nTo: " + b"a@b.example, " * 80_000 + b"\n\nhi", "new_ticket"),
        (b"Subject: nobody\n\nhi", "rejected"),
        (b"From: a@b.example\nX-Spam-Flag: YES\n\nhi", "rejected"),
    ],
)
def test_any_bytes_are_stored_and_never_raise(world, box, raw, outcome):
    found = receive(box, raw)

    assert found.outcome == outcome
    assert bytes(rows(world, RawMail)[0].raw) == raw


def nested(depth):
    head = b"From: a@b.example\n"
    for level in range(depth):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
    return head + b"\nhi"


def many(parts):
    return b'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * parts + b"--b--\n"


@pytest.mark.parametrize("raw", [nested(60), nested(300), many(20_000)], ids=["deep", "deeper", "many parts"])
def test_a_mail_built_to_hurt_is_kept_and_the_next_comes_in(world, box, raw):
    assert receive(box, raw).outcome == "kept"
    assert receive(box, mail()).outcome == "new_ticket"


def test_attachments_come_along_and_active_ones_are_never_shown(world, box):
    raw = (
        b"From: a@b.example\nSubject: files\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nSee files\n"
        b'--b\nContent-Type: image/svg+xml\nContent-Disposition: attachment; filename="../../x.svg"\n\n'
        b"<svg onload=alert(1)>\n"
        b"--b\nContent-Type: text/html\nContent-Disposition: attachment; filename=page.html\n\n<script>1</script>\n"
        b"--b\nContent-Type: message/rfc822\n\nFrom: c@d.example\nSubject: inner\n\ninner words\n--b--\n"
    )

    receive(box, raw)

    with world.enter(world.c1):
        stored = [a.file for a in Attachment.objects.select_related("file").order_by("pk")]
    assert [f.name for f in stored] == ["x.svg", "page.html", "part-3.eml"]
    assert not any(f.is_picture for f in stored)
    assert rows(world, Message)[0].body == "See files"


def test_a_page_is_read_as_text(world, box):
    raw = mail("<p>Hello <b>there</b></p><script>alert(1)</script>", Content_Type="text/html")

    receive(box, raw)

    assert rows(world, Message)[0].body == "Hello there"


def test_near_misses_of_a_quote_line_take_no_time(world):
    text = "On " + "at " * 30_000 + "wrote"
    with within(5):
        assert visible(text)


def test_a_known_customer_is_found_whatever_the_case(world, box):
    receive(box, mail(sender="RITA@Mail.Example"))

    assert rows(world, Ticket)[0].customer_id == world.r1.pk
    assert len(rows(world, Customer)) == 1

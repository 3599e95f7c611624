"""The client's own systems: what they push, what they answer, what is shown of it, and what is wrong with it."""

import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Invalid
from access.models import AccessLogContent
from helpdesk.lib import clock
from tests import factories
from tickets import sources
from tickets.models import ClientRecord, Customer, RecordSource
from tickets.sources import FAULTS, address, checked_template, secret, signature

FIELDS = [
    {"key": "status", "kind": "text", "sensitivity": "public", "label": "Status"},
    {"key": "paid", "kind": "number", "sensitivity": "public", "label": "Paid"},
    {"key": "street", "kind": "text", "sensitivity": "contact", "label": "Street"},
    {"key": "card", "kind": "text", "sensitivity": "sensitive", "label": "Card"},
]
ORDER = {
    "kind": "order", "id": "A-20417", "title": "A lock", "updated_at": "2026-01-01T10:00:00Z",
    "fields": {"status": "sent", "paid": 12.5, "street": "Storgatan 12", "card": "4000-1234", "unknown": "KANARI"},
}  # fmt: skip
NEWER = {"customer": "K-1", "kind": "order", "updated_at": "2026-02-01T10:00:00Z", "fields": {"status": "sent"}}


class Shop(BaseHTTPRequestHandler):
    """Answers as the test says; notes what it was asked."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        answer = self.server.answer
        if answer == "slow":
            time.sleep(3)
        elif answer == "moved":
            self.reply(302, b"", location="http://127.0.0.1:1/")
        elif answer == "long":
            self.reply(200, b"[" + b" " * 10_000_000 + b"]")
        elif isinstance(answer, int):
            self.reply(answer, b"")
        else:
            self.reply(200, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def shop(settings):
    """A web shop on this machine, which lookups may reach."""
    settings.OUTSIDE_ALLOW = [ip_network("127.0.0.0/8")]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.asked, server.answer = [], {"external_id": "K-1", "records": [ORDER]}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def source(world, shop):
    """The shop, connected to be asked; R1 has a number there."""
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(external_id="K-1")
        return RecordSource.objects.create(
            client_id=world.c1.pk,
            slug="shop",
            name="Web shop",
            lookup=f"http://127.0.0.1:{shop.server_port}/customers/{{external_id}}",
            link="https://shop.example/customers/{external_id}",
            fields=FIELDS,
        )


def card(world, person=None):
    """What the fragment shows."""
    path = reverse("desk:client_records", kwargs={"client": "voltarra", "customer": world.r1.pk})
    answer = world.browser(person or world.v1).get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


class TestLookup:
    def test_a_record_is_shown_masked_by_its_fields(self, world, source):
        before = card(world)
        factories.held(world, world.v1, factories.ticket(world, world.r1))
        held = card(world)

        assert all(text in before for text in ("A-20417", "sent", "12.5", "https://shop.example/customers/K-1"))
        assert "Storgatan" not in before
        assert "Storgatan 12" in held
        assert all("4000-1234" not in each and "KANARI" not in each for each in (before, held))

    def test_a_sensitive_field_is_shown_on_a_ground_and_logged(self, world, source):
        factories.held(world, world.v1, factories.ticket(world, world.r1))
        browser, shown = world.browser(world.v1), card(world)
        path = shown.split('formaction="')[1].split('"')[0]

        answer = browser.post(path, headers={"HX-Request": "true"})

        assert "4000-1234" in answer.content.decode()
        assert world.browser(world.v1ro).post(path, {"reason": "Correcting the record"}).status_code == 403
        with world.enter(world.c1):
            entry = AccessLogContent.objects.get(action="reveal")
        assert entry.detail == {"field": "card", "record": f"a{source.pk}-0"}

    @pytest.mark.parametrize("which", ["a1", "r1-1", "x1", "a99-0", "r99", "a1-1000", "a"])
    def test_a_record_that_is_not_there_is_not_found(self, world, source, which):
        factories.held(world, world.v1, factories.ticket(world, world.r1))
        card(world)
        where = {"client": "voltarra", "customer": world.r1.pk, "which": which, "field": "card"}

        assert world.browser(world.v1).post(reverse("desk:reveal_record", kwargs=where)).status_code == 404

    def test_the_question_is_signed(self, world, shop, source):
        card(world)

        ((path, headers),) = shop.asked
        stamp = int(headers["X-Helpdesk-Timestamp"])
        url = f"http://127.0.0.1:{shop.server_port}{path}"
        assert path == "/customers/K-1"
        assert headers["X-Helpdesk-Signature"] == f"v1={signature(secret(world.c1.pk, source.pk, 1), url, stamp)}"
        assert "Cookie" not in headers

    def test_an_answer_is_kept_and_shown_as_of_then_in_an_outage(self, world, shop, source):
        with time_machine.travel(clock.now(), tick=False) as now:
            card(world)
            card(world)
            assert len(shop.asked) == 1
            shop.answer = 500
            now.shift(timedelta(minutes=6))
            shown = card(world)
            now.shift(timedelta(seconds=10))
            card(world)

        assert "A-20417" in shown
        assert "It refused the question." in shown
        assert "as of" in shown
        assert len(shop.asked) == 2

    @pytest.mark.parametrize("after", [{"external_id": "K-9", "records": []}, 403, "lookup", "number"])
    def test_what_was_told_of_another_number_is_not_shown(self, world, shop, source, after):
        """A number is put right, taken away, or asked for elsewhere: what was kept is another customer's."""
        factories.held(world, world.v1, factories.ticket(world, world.r1))
        path = card(world).split('formaction="')[1].split('"')[0]
        assert "A-20417" in card(world)
        with world.enter(world.c1):
            if after == "lookup":
                RecordSource.objects.update(lookup="")
            else:
                number = "" if after == "number" else "K-9"
                Customer.objects.filter(pk=world.r1.pk).update(external_id=number)
        shop.answer = after

        assert "A-20417" not in card(world)
        assert world.browser(world.v1).post(path, headers={"HX-Request": "true"}).status_code == 404

    @pytest.mark.parametrize(
        ("answer", "fault"),
        [
            ("slow", "slow"), ("moved", "moved"), ("long", "too long"), (b"<html>", "no json"),
            (b"[" * 100_000, "no json"),
            (b"\xff\xfe", "no json"), ([], "no json"), ({"records": [ORDER]}, "other"), (403, "refused"),
            ({"external_id": "K-2", "records": [ORDER]}, "other"),
            ({"external_id": "K-1", "records": ["x"]}, "wrong"),
            ({"external_id": "K-1", "records": [{**ORDER, "kind": "secret"}]}, "wrong"),
            ({"external_id": "K-1", "records": [{**ORDER, "id": 7}]}, "wrong"),
            ({"external_id": "K-1", "records": [{**ORDER, "fields": {"paid": "a lot"}}]}, "wrong"),
            ({"external_id": "K-1", "records": [{**ORDER, "fields": {"status": {"$ne": 1}}}]}, "wrong"),
            ({"external_id": "K-1", "records": [ORDER] * 51}, "too long"),
        ],
    )  # fmt: skip
    def test_a_bad_answer_is_one_sentence(self, world, shop, source, answer, fault):
        shop.answer = answer
        begun = time.monotonic()

        shown = card(world)

        assert str(FAULTS[fault]) in shown.replace("&#x27;", "'")
        assert "A-20417" not in shown
        assert time.monotonic() - begun < 3

    def test_a_source_that_leads_inside_is_not_asked(self, world, shop, source, settings):
        settings.OUTSIDE_ALLOW = []

        assert str(FAULTS["inward"]) in card(world)
        assert shop.asked == []

    def test_nobody_is_asked_about_a_customer_without_a_number(self, world, shop, source):
        with world.enter(world.c1):
            Customer.objects.filter(pk=world.r1.pk).update(external_id="")

        card(world)

        assert shop.asked == []

    def test_reading_it_is_logged_without_what_was_read(self, world, source):
        card(world)

        with world.enter(world.c1):
            entry = AccessLogContent.objects.filter(action="view").get()
        assert entry.detail == {"what": "client records", "records": 1}

    def test_a_link_is_left_out_where_the_number_is_hidden(self, world, source):
        from tickets.actions import record_fields

        with world.enter(world.o1) as actor:
            record_fields.guard_records(actor, client_id=world.c1.pk, classes={"external_id": "sensitive"}, reasons=[])

        assert "shop.example" not in card(world)


class TestPush:
    @pytest.fixture
    def put(self, world):
        with world.enter(world.c1):
            Customer.objects.filter(pk=world.r1.pk).update(external_id="K-1")
            RecordSource.objects.create(client_id=world.c1.pk, slug="shop", name="Web shop", fields=FIELDS)
        program = world.program(world.o1, world.c1)

        def put(body, number="A-7", source="shop"):
            return program.put(f"/api/v1/records/{source}/{number}/", json.dumps(body), content_type="application/json")

        return put

    def kept(self, world):
        with world.enter(world.c1):
            return [(r.external_id, r.data, r.source_updated_at.isoformat()) for r in ClientRecord.objects.all()]

    def test_the_same_twice_is_one_and_an_older_one_changes_nothing(self, world, put):
        codes = [put(NEWER).status_code, put(NEWER).status_code]
        older = put({**NEWER, "updated_at": "2026-01-01T00:00:00Z", "fields": {"status": "packed"}})

        assert [*codes, older.status_code] == [201, 200, 200]
        assert older.json()["updated_at"] == "2026-02-01T11:00:00+01:00"
        assert self.kept(world) == [("A-7", {"status": "sent"}, "2026-02-01T10:00:00+00:00")]

    def test_a_newer_one_takes_its_place_and_is_on_the_card(self, world, put):
        put(NEWER)
        put({**NEWER, "updated_at": "2026-03-01T00:00:00Z", "fields": {"status": "arrived", "card": "4000"}})

        shown = card(world)

        assert "arrived" in shown
        assert "4000" not in shown
        assert len(self.kept(world)) == 1

    @pytest.mark.parametrize(
        ("change", "source", "status"),
        [
            ({"customer": "K-9"}, "shop", 400), ({"kind": "secret"}, "shop", 400), ({}, "elsewhere", 404),
            ({"fields": {"paid": "a lot"}}, "shop", 400), ({"updated_at": "soon"}, "shop", 400),
            ({"extra": 1}, "shop", 400), ({"fields": {"status": ["x"]}}, "shop", 400),
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_refused(self, world, put, change, source, status):
        assert put({**NEWER, **change}, source=source).status_code == status
        assert self.kept(world) == []

    def test_an_order_number_finds_its_customer(self, world, put):
        put(NEWER, "ORD-20417")
        browser = world.browser(world.v1)

        for words, found in (("ORD-20417", True), ("0417 Svensson", True), ("ORD-204", False), ("0417 Berg", False)):
            page = browser.get("/desk/customers/", {"q": words}).content.decode()
            assert (f"/customers/{world.r1.pk}/" in page) is found, words


@pytest.mark.parametrize(
    "text",
    [
        "http://shop.example/{external_id}", "https://shop.example/", "https://{external_id}.example/",
        "https://a:b@shop.example/{external_id}", "javascript:alert({external_id})", "https://shop.example/{id}",
        "https://shop.example/{external_id}/{external_id}", "https://shop.example/{external_id}{x}",
        'https://shop.example/{external_id}"onclick="', "https:///{external_id}", "https://[::1/{external_id}",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(text):
    with pytest.raises(Invalid):
        checked_template(text, "link")


@given(st.text(min_size=1, max_size=40))
def test_a_number_stays_one_part_of_the_address(number):
    try:
        made = address("https://shop.example/customers/{external_id}/view", number)
    except UnicodeEncodeError:
        return

    assert made.startswith("https://shop.example/customers/")
    assert made.count("/") == 5
    assert not set(made) & set("?#<>\"' ")


def test_a_new_secret_signs_otherwise():
    assert secret(1, 2, 1) != secret(1, 2, 2) != secret(1, 3, 2)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fault_or_records(body):
    try:
        word = "" if isinstance(sources.read(body, "K-1", {}), list) else "no list"
    except sources.Faulty as fault:
        word = fault.word

    assert word in {"", *FAULTS}

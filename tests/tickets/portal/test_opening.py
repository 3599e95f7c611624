"""Asking a question in the portal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from post.models import OutboxMail
from tickets.models import Attachment, Customer, Message, Status, Ticket, TicketCategory, WaitSpan


@pytest.fixture
def url(world):
    return reverse("portal:new", kwargs={"client": world.c1.slug})


def words(**more):
    return {
        "once": "form-1",
        "subject": "The charger blinks red",
        "impact": "1",
        "body": "It blinks red since this morning.",
        "name": "Nova Ek",
        "email": "nova@mail.example",
        **more,
    }


def tickets_of(world, client):
    with world.enter(client):
        return list(Ticket.objects.filter(client=client).select_related("customer").order_by("pk"))


def test_a_visitor_gets_a_number_at_once(world, url):
    browser = world.browser()

    response = browser.post(url, words(), follow=True)

    (ticket,) = tickets_of(world, world.c1)
    assert response.status_code == 200
    assert f"#{ticket.number}" in response.content.decode()
    assert ticket.status == Status.OPEN
    assert ticket.impact == 1
    assert ticket.reporter_unconfirmed
    assert ticket.customer.email == "nova@mail.example"
    with world.enter(world.c1):
        assert WaitSpan.objects.filter(ticket=ticket, answered_at=None).count() == 1
        assert Message.objects.get(ticket=ticket).unverified
        mail = OutboxMail.objects.get(ticket_id=ticket.pk)
    assert mail.to_address == "nova@mail.example"
    assert "We answer by " in mail.text


def test_the_form_shows_and_says_whom_it_goes_to(world, url):
    response = world.browser().get(url)

    assert response.status_code == 200
    assert "Send to Voltarra" in response.content.decode()


def test_sending_twice_opens_one_ticket_and_lands_on_the_same_page(world, url):
    browser = world.browser()

    first = browser.post(url, words())
    second = browser.post(url, words())

    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert len(tickets_of(world, world.c1)) == 1


def test_the_same_form_with_another_question_opens_another_ticket(world, url):
    browser = world.browser()

    browser.post(url, words())
    browser.post(url, words(subject="And the app is empty"))

    assert len(tickets_of(world, world.c1)) == 2


def test_the_thanks_are_for_the_browser_that_asked(world, url):
    asking, other = world.browser(), world.browser()
    place = asking.post(url, words()).url

    assert asking.get(place).status_code == 200
    assert other.get(place).status_code == 404


def test_a_known_address_is_found_again_and_stays_unproved(world, url):
    world.browser().post(url, words(email="Rita@Mail.Example", name="Somebody else"))

    (ticket,) = tickets_of(world, world.c1)
    assert ticket.customer_id == world.r1.pk
    assert ticket.customer.name == "Rita Svensson"
    assert ticket.reporter_unconfirmed


def test_a_visitor_who_gives_anothers_address_sees_nothing_of_theirs(world, url):
    browser = world.browser()
    browser.post(url, words(email=world.r1.email))

    response = browser.get(reverse("portal:mine", kwargs={"client": "voltarra"}))

    assert response.status_code == 302
    assert "sign-in" in response.url


def test_the_same_address_at_two_clients_is_two_customers(world, url):
    world.browser().post(url, words())
    world.browser().post(reverse("portal:new", kwargs={"client": "alderby"}), words())

    with world.enter(world.c1):
        assert Customer.objects.filter(email="nova@mail.example").count() == 1
    with world.enter(world.c2):
        assert Customer.objects.filter(email="nova@mail.example").count() == 1


def test_a_signed_in_customer_is_not_asked_who_they_are(world, url):
    browser = world.browser(world.r1)
    assert 'name="email"' not in browser.get(url).content.decode()

    browser.post(url, words(email="other@mail.example", name="Other"))

    (ticket,) = tickets_of(world, world.c1)
    assert ticket.customer_id == world.r1.pk
    assert not ticket.reporter_unconfirmed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"body": "   "}, "body"),
        ({"body": "x" * 1_000_000}, "body"),
        ({"impact": ""}, "impact"),
        ({"impact": "9"}, "impact"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"email": "@" * 200}, "email"),
        ({"category": "999999"}, "category"),
        ({"once": "x" * 65}, "once"),
    ],
)
def test_what_cannot_be_taken_is_said_with_the_text_kept(world, url, change, field):
    response = world.browser().post(url, words(**change))

    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert "blinks red" in response.content.decode() or field in ("subject", "body")
    assert tickets_of(world, world.c1) == []


def test_a_category_of_another_client_is_no_category(world, url):
    with world.enter(world.c2):
        foreign = TicketCategory.objects.filter(client=world.c2).first()

    response = world.browser().post(url, words(category=foreign.pk))

    assert response.status_code == 400
    assert tickets_of(world, world.c1) == []


def test_an_own_category_is_taken(world, url):
    with world.enter(world.c1):
        own = TicketCategory.objects.filter(client=world.c1, is_offered=True).first()

    world.browser().post(url, words(category=own.pk))

    assert tickets_of(world, world.c1)[0].category_id == own.pk


@pytest.mark.parametrize("subject", ["Hjälp 🔌🔥 nu", "nul\x00byte", "مرحبا", "{{ 7*7 }} {% include 'x' %}"])
def test_any_words_make_a_subject(world, url, subject):
    response = world.browser().post(url, words(subject=subject), follow=True)

    assert response.status_code == 200
    assert tickets_of(world, world.c1)[0].subject == subject.replace("\x00", "")


def test_markup_in_a_subject_is_shown_as_text(world, url):
    response = world.browser().post(url, words(subject="<script>alert(1)</script>"), follow=True)

    assert "<script>alert" not in response.content.decode()
    assert "&lt;script&gt;alert" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("\u200b.htaccess", "htaccess"),
        ("a\x01b\u202egpj.dat", "abgpj.dat"),
        ("x" * 300 + ".png", None),
    ],
)
def test_a_file_is_kept_under_a_clean_name(world, url, name, kept):
    upload = SimpleUploadedFile("plain.txt", b"hello there")
    upload._name = name

    response = world.browser().post(url, words(files=upload))

    assert response.status_code == 302
    with world.enter(world.c1):
        stored = Attachment.objects.select_related("file").get().file
    assert kept is None or stored.name == kept
    assert len(stored.name) <= 120
    assert ".." not in stored.key


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\nbroken", b"<svg onload=alert(1)>", b"\x00\x01binary"])
def test_odd_files_are_taken_and_never_shown(world, url, content):
    response = world.browser().post(url, words(files=SimpleUploadedFile("picture.png", content)))

    assert response.status_code == 302
    with world.enter(world.c1):
        assert not Attachment.objects.select_related("file").get().file.is_picture


def test_the_thanks_name_what_came_and_say_which_picture_is_broken(world, url):
    uploads = [SimpleUploadedFile("plain.txt", b"hello there"), SimpleUploadedFile("lamp.png", b"\x89PNG\r\n\x1a\nno")]

    page = world.browser().post(url, words(files=uploads), follow=True).content.decode()

    assert "<bdi>plain.txt</bdi>" in page
    assert "<bdi>lamp.png</bdi>" in page
    assert page.count("can’t show it as a picture") == 1


def test_a_file_too_large_is_said_and_the_text_kept(world, url, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    upload = SimpleUploadedFile("film.bin", b"x" * 5000)

    response = world.browser().post(url, words(files=upload))

    page = response.content.decode()
    assert response.status_code == 413
    assert "film.bin" in page
    assert "It blinks red since this morning." in page
    assert tickets_of(world, world.c1) == []


def test_an_empty_file_beside_a_good_one_stops_both(world, url):
    good, empty = SimpleUploadedFile("a.txt", b"fine"), SimpleUploadedFile("b.txt", b"")

    response = world.browser().post(url, words(files=[good, empty]))

    assert response.status_code == 400
    assert "b.txt" in response.content.decode()
    with world.enter(world.c1):
        assert Attachment.objects.count() == 0


def test_too_many_files_are_said(world, url):
    files = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]

    response = world.browser().post(url, words(files=files))

    assert response.status_code == 400
    assert "files" in response.context["form"].errors


def test_a_form_without_its_token_is_refused(world, url):
    response = world.browser(enforce_csrf_checks=True).post(url, words())

    assert response.status_code == 403
    assert tickets_of(world, world.c1) == []


def test_a_form_far_too_large_is_413(world, url):
    response = world.browser().post(url, words(body="x" * (5 * 1024 * 1024)))

    assert response.status_code == 413


def test_the_twenty_first_question_of_an_address_in_an_hour_is_too_many(world, url):
    browser = world.browser()
    for number in range(20):
        assert browser.post(url, words(once=f"f{number}")).status_code == 302

    response = browser.post(url, words(once="f21"))

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "blinks red" in response.content.decode()
    assert browser.post(url, words(once="f22", email="calm@mail.example")).status_code == 302


def test_the_limit_holds_without_redis(world, url, monkeypatch):
    def refuse(*args, **kwargs):
        raise RedisAway

    monkeypatch.setattr("access.throttle.get_redis_connection", refuse)
    browser = world.browser(world.r1)
    for number in range(20):
        assert browser.post(url, words(once=f"f{number}")).status_code == 302

    assert browser.post(url, words(once="f21")).status_code == 429


def test_six_clicks_at_once_open_one_ticket(world, url):
    def click(_number):
        try:
            return world.browser().post(url, words())
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(click, range(6)))

    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.url for answer in answers}) == 1
    assert len(tickets_of(world, world.c1)) == 1


def test_two_people_of_one_new_address_at_once_are_one_customer(world, url):
    def click(number):
        try:
            return world.browser().post(url, words(once=f"form-{number}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))

    assert {answer.status_code for answer in answers} == {302}
    with world.enter(world.c1):
        assert Customer.objects.filter(email="nova@mail.example").count() == 1
    assert sorted(t.number for t in tickets_of(world, world.c1)) == [1, 2, 3, 4]


def test_the_portal_of_nobody_is_not_there(world):
    response = world.browser().get("/nobody/new/")

    assert response.status_code == 404


def test_a_program_is_refused_by_name_and_the_words_are_kept(world, url):
    program = SimpleUploadedFile("note.exe", b"MZ\x90\x00")

    response = world.browser().post(url, words(files=program))

    page = response.content.decode()
    assert response.status_code == 400
    assert "“note.exe” is a program" in page
    assert "It blinks red since this morning." in page
    assert tickets_of(world, world.c1) == []

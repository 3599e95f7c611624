"""A customer's own questions in the portal."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.faults.together import together
from tickets.actions import conversation, handling, intake, merging
from tickets.models import Holder, Message, Status, Ticket


def page(name, number=None, client="voltarra", **more):
    kwargs = {"client": client, **more}
    if number is not None:
        kwargs["number"] = number
    return reverse(f"portal:{name}", kwargs=kwargs)


def ask(world, customer, subject="The charger is dead", **more):
    with world.enter(customer) as actor:
        return intake.open_ticket(
            actor, client_id=customer.client_id, customer=customer, subject=subject, body="It does nothing.", **more
        )


def again(world, ticket):
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def ticket(world):
    return ask(world, world.r1)


def test_own_questions_are_listed_newest_first(world, ticket):
    ask(world, world.r1, subject="A second thing")

    text = world.browser(world.r1).get(page("mine")).content.decode()

    assert text.index("A second thing") < text.index("The charger is dead")
    assert "We are on it" in text


def test_the_list_of_somebody_who_never_asked_says_what_comes(world):
    assert "Nothing asked yet" in world.browser(world.r1).get(page("mine")).content.decode()


def test_the_list_shows_nobody_elses_questions(world, ticket):
    ask(world, world.r2, subject="Alderby only")
    other = another_customer(world)
    ask(world, other, subject="Not yours")

    text = world.browser(world.r1).get(page("mine")).content.decode()

    assert "The charger is dead" in text
    assert "Not yours" not in text
    assert "Alderby only" not in text


def another_customer(world):
    from tickets.models import Customer

    with world.enter(world.c1):
        return Customer.objects.create(
            client=world.c1, name="Other One", email="other@mail.example", created_at=world.r1.created_at
        )


def test_open_and_done_are_told_apart(world, ticket):
    done = ask(world, world.r1, subject="Long done")
    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=done.pk)
    browser = world.browser(world.r1)

    assert "Long done" not in browser.get(page("mine") + "?show=open").content.decode()
    assert "The charger" not in browser.get(page("mine") + "?show=done").content.decode()
    assert "Long done" in browser.get(page("mine") + "?show=done").content.decode()


def test_a_visitor_is_asked_to_sign_in_and_comes_back(world, ticket):
    response = world.browser().get(page("ticket", ticket.number))

    assert response.status_code == 302
    assert response.url == f"{page('sign_in')}?next=%2Fvoltarra%2Fquestions%2F{ticket.number}%2F"


def test_the_thread_shows_both_sides_and_no_note(world, ticket):
    with world.enter(world.v1) as actor:
        conversation.reply(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Please press reset.")
        conversation.add_note(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="CANARY vendor", audience=Message.Audience.VENDOR
        )
        conversation.add_note(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="CANARY shared", audience=Message.Audience.SHARED
        )

    text = world.browser(world.r1).get(page("ticket", ticket.number)).content.decode()

    assert "It does nothing." in text
    assert "Please press reset." in text
    assert "Your move" in text
    assert "CANARY" not in text


@pytest.mark.parametrize("where", ["another customer", "another client", "nothing", "unparsable"])
def test_what_is_not_theirs_is_not_there_in_the_same_bytes(world, ticket, where):
    browser = world.browser(world.r1)
    number = {
        "another customer": lambda: ask(world, another_customer(world)).number,
        "another client": lambda: max(ask(world, world.r2).number for _ in range(4)),
        "nothing": lambda: 987654,
        "unparsable": lambda: 10**30,
    }[where]()
    missing = browser.get(page("ticket", 424242))

    response = browser.get(page("ticket", number))

    assert browser.get(page("ticket", ticket.number)).status_code == 200
    assert response.status_code == missing.status_code == 404
    assert response.content == missing.content


def test_writing_back_gives_the_ball_to_us(world, ticket):
    with world.enter(world.v1) as actor:
        conversation.reply(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Which model?")

    response = world.browser(world.r1).post(page("reply", ticket.number), {"once": "a", "body": "Model 3"}, follow=True)

    assert response.status_code == 200
    assert "Model 3" in response.content.decode()
    assert again(world, ticket).holder == Holder.VENDOR


def test_a_double_click_writes_once(world, ticket):
    browser = world.browser(world.r1)

    for _ in range(2):
        assert browser.post(page("reply", ticket.number), {"once": "a", "body": "Hello?"}).status_code == 302

    with world.enter(world.c1):
        assert Message.objects.filter(ticket=ticket, body="Hello?").count() == 1


def test_writing_on_anothers_ticket_changes_nothing(world):
    theirs = ask(world, another_customer(world))

    response = world.browser(world.r1).post(page("reply", theirs.number), {"once": "a", "body": "Let me in"})

    assert response.status_code == 404
    with world.enter(world.c1):
        assert not Message.objects.filter(body="Let me in").exists()


@pytest.mark.parametrize("action", ["close", "reopen"])
def test_anothers_ticket_is_neither_closed_nor_opened(world, action):
    theirs = ask(world, another_customer(world))

    assert world.browser(world.r1).post(page(action, theirs.number)).status_code == 404
    assert again(world, theirs).status == Status.OPEN


def test_closing_and_opening_again(world, ticket):
    browser = world.browser(world.r1)

    browser.post(page("close", ticket.number))
    assert again(world, ticket).status == Status.CLOSED
    assert 'name="body"' not in browser.get(page("ticket", ticket.number)).content.decode()

    browser.post(page("reopen", ticket.number))
    assert again(world, ticket).status == Status.OPEN


def test_writing_on_a_closed_ticket_is_refused_with_the_text_kept(world, ticket):
    browser = world.browser(world.r1)
    browser.post(page("close", ticket.number))

    response = browser.post(page("reply", ticket.number), {"once": "a", "body": "One more thing"})

    assert response.status_code == 409
    assert "One more thing</textarea>" in response.content.decode()
    assert "was not sent" not in browser.get(page("ticket", ticket.number)).content.decode()


def merge(world, gone, stays):
    with world.enter(world.v1) as actor:
        merging.merge(actor, client_id=world.c1.pk, ticket_id=gone.pk, into_id=stays.pk)


def words_on(world, ticket):
    with world.enter(world.c1):
        rows = Message.objects.filter(ticket=ticket).order_by("pk")
        return list(rows.values_list("body", "attachments__file__name"))


def test_words_for_a_ticket_that_was_merged_meanwhile_go_to_the_one_that_stays(world, ticket):
    browser, stays = world.browser(world.r1), ask(world, world.r1, subject="The same")
    merge(world, ticket, stays)

    for _ in range(2):
        sent = {"once": "a", "body": "One more thing", "files": SimpleUploadedFile("a.txt", b"Some words.")}
        response = browser.post(page("reply", ticket.number), sent)

    assert response.url == page("ticket", stays.number)
    assert words_on(world, stays)[2:] == [("One more thing", "a.txt")]
    assert words_on(world, ticket) == []
    assert "what you wrote is here" in browser.get(response.url).content.decode()
    refused = browser.post(page("reply", ticket.number), {"once": "b", "body": ""})
    assert (refused.status_code, refused.context["ticket"]) == (400, stays)


def test_a_second_press_after_the_merge_says_nothing_twice(world, ticket):
    browser, stays, sent = world.browser(world.r1), ask(world, world.r1), {"once": "a", "body": "One more thing"}
    browser.post(page("reply", ticket.number), sent)
    merge(world, ticket, stays)

    browser.post(page("reply", ticket.number), sent)

    assert [body for body, _file in words_on(world, stays)].count("One more thing") == 1


def test_words_that_are_sent_while_the_ticket_is_merged_are_not_lost(world, ticket):
    browser, stays = world.browser(world.r1), ask(world, world.r1)

    together(
        lambda: merge(world, ticket, stays),
        lambda: browser.post(page("reply", ticket.number), {"once": "a", "body": "One more thing"}),
    )

    assert ("One more thing", None) in words_on(world, stays)


def test_who_came_by_a_link_to_a_ticket_that_was_merged_keeps_their_words(world, ticket):
    browser, stays = world.browser(world.r1), ask(world, world.r1, subject="Not by this link")
    session = browser.session
    session["customers"][str(world.c1.pk)]["ticket"] = ticket.pk
    session.save()
    merge(world, ticket, stays)

    response = browser.post(page("reply", ticket.number), {"once": "a", "body": "<b>One more thing"})

    text = response.content.decode()
    assert response.status_code == 409
    assert "&lt;b&gt;One more thing</textarea>" in text
    assert "What you wrote just now was not sent." in text
    assert "Not by this link" not in text
    assert len(words_on(world, stays)) == 2
    assert "was not sent" not in browser.get(page("ticket", ticket.number)).content.decode()


@pytest.mark.parametrize("action", ["reply", "close", "reopen"])
def test_reading_never_changes(world, ticket, action):
    assert world.browser(world.r1).get(page(action, ticket.number)).status_code == 405
    assert again(world, ticket).version == ticket.version


def test_an_empty_answer_is_refused(world, ticket):
    response = world.browser(world.r1).post(page("reply", ticket.number), {"once": "a", "body": " "})

    assert response.status_code == 400


def test_a_file_comes_back_to_its_customer_only(world, ticket):
    upload = SimpleUploadedFile("proof.txt", b"CANARY-C1-file")
    browser = world.browser(world.r1)
    browser.post(page("reply", ticket.number), {"once": "a", "body": "See this", "files": upload})
    text = browser.get(page("ticket", ticket.number)).content.decode()
    assert "proof.txt" in text
    with world.enter(world.c1):
        from tickets.models import Attachment

        attachment = Attachment.objects.get()

    there = browser.get(page("file", id=attachment.pk))
    assert there.status_code == 302
    assert there.url.startswith("http://files.testserver/files/")
    stranger = world.browser(another_customer(world))
    assert stranger.get(page("file", id=attachment.pk)).status_code == 404
    assert browser.get(page("file", id=attachment.pk + 1)).status_code == 404


def test_the_list_takes_as_many_statements_for_one_as_for_many(world, ticket):
    browser = world.browser(world.r1)

    def statements():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browser.get(page("mine")).status_code == 200
        return [q["sql"] for q in seen if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]

    statements()  # the process remembers the client from here on
    few = statements()
    for n in range(25):
        ask(world, world.r1, subject=f"Question {n}")
    many = statements()

    assert len(few) == len(many) <= 6


def test_older_questions_are_a_page_away(world, ticket):
    for n in range(25):
        ask(world, world.r1, subject=f"Question {n}")
    browser = world.browser(world.r1)

    first = browser.get(page("mine"))
    cursor = first.context["page"].next_cursor
    second = browser.get(page("mine"), {"after": cursor})

    assert "Question 24" in first.content.decode()
    assert "The charger is dead" in second.content.decode()
    assert browser.get(page("mine"), {"after": "made-up"}).status_code == 400

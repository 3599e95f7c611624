"""An address that nobody has proved may be a stranger's: what a visitor types beside it reaches nobody by our mail."""

import pytest

from post.models import OutboxMail
from post.sending import message_of
from tests import factories
from tickets.mail.receive import receive
from tickets.models import Customer

LURE = "Your account is locked, see https://evil.example/x"
VICTIM = "victim@mail.example"


@pytest.fixture(autouse=True)
def _not_the_demo(settings):
    settings.DEMO = False


def letters(world, address=VICTIM):
    with world.enter(world.c1):
        mails = [message_of(mail) for mail in OutboxMail.objects.filter(to_address=address).order_by("pk")]
    return ["\n".join([mail.subject, *mail.to, mail.body]) for mail in mails]


def ask(world, email=VICTIM, **more):
    question = {"subject": LURE, "body": LURE, "impact": "3", "name": LURE, "email": email, "once": "1", **more}
    assert world.browser().post("/voltarra/new/", question).status_code == 302


def assert_silent(found):
    assert found
    for letter in found:
        assert "evil" not in letter
        assert "locked" not in letter


def test_the_form_carries_no_words_to_an_address_that_nobody_has_proved(world):
    ask(world)
    world.browser().post("/voltarra/sign-in/", {"email": VICTIM})

    found = letters(world)
    assert len(found) == 2
    assert_silent(found)


def test_nor_to_one_that_is_proved_but_not_by_this_visitor(world):
    ask(world, world.r1.email)

    found = letters(world, world.r1.email)
    assert_silent(found)
    assert world.r1.name not in found[0], "the visitor is not told whose address it is"


def test_nor_does_a_mail_with_a_forged_sender(world):
    raw = f"From: {LURE} <{VICTIM}>\r\nTo: x\r\nSubject: {LURE}\r\nMessage-ID: <1@mail.example>\r\n\r\n{LURE}"
    with world.enter(world.c1) as actor:
        box = actor.standing(world.c1.pk).client.mailbox
    assert receive(box, raw.encode()).outcome == "new_ticket"

    assert_silent(letters(world))


def test_who_has_proved_the_address_reads_what_they_asked(world):
    with world.enter(world.c1):
        assert Customer.objects.get(pk=world.r1.pk).email_confirmed_at is not None
    factories.ticket(world, world.r1, subject="The door again", acknowledge=True)

    (letter,) = letters(world, world.r1.email)
    assert "The door again" in letter
    assert world.r1.name in letter

"""Links in mails: each opens its one thing for whoever it is for, as long as it lasts, and nothing else."""

import re
from datetime import timedelta

import pytest
import time_machine

from access import links
from access.models import SignedLink
from escalation import drafting
from escalation.actions import climb
from escalation.matrix.document import Document
from escalation.models import Contact, Escalation
from escalation.proposals import writing as proposals
from helpdesk.lib import clock, tokens
from tests import factories
from tests.escalation.scope import things
from tickets.models import Message, Ticket

Purpose = SignedLink.Purpose
LASTS = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _not_the_demo(settings):
    """In the demo everybody reads every mail, and a link works more than once."""
    settings.DEMO = False


@pytest.fixture
def scene(world):
    """Two tickets of one customer, a third of another, a question about the first, and a contact to answer it."""
    first, second = (factories.ticket(world, world.r1, subject=f"Question {n}") for n in (1, 2))
    stranger = factories.customer(world, world.c1)
    third = factories.ticket(world, stranger, subject="A stranger's question")
    with world.enter(world.c1):
        contact = Contact.objects.create(client=world.c1, name="Ida", email="ida@voltarra.example")
    with world.enter(world.v12, only=world.c1) as actor:
        asked = climb.escalate(
            actor, client_id=world.c1.pk, ticket_id=first.pk, reason="decision", question="May we refund?"
        )
    asked_in = factories.asked_in(world, world.x, first)
    return {
        "first": first, "second": second, "third": third, "contact": contact, "asked": asked, "asked_in": asked_in,
        "beyond": beyond(world, second, contact), "proposed": proposed(world),
    }  # fmt: skip


def proposed(world):
    """Another matrix that the vendor's lead would have."""
    with world.enter(world.lead, only=world.c1) as actor:
        _number, document = drafting.in_force(world.c1.pk)
        fewer = Document(document.rows[1:], document.paths)
        row = proposals.save_proposal(actor, client_id=world.c1.pk, document=fewer, revision=0)
        return proposals.send_proposal(actor, client_id=world.c1.pk, revision=row.revision, why="It is quicker.")


def beyond(world, ticket, contact):
    """Work outside the contract that the contact is asked to approve."""
    things.allow(world, things.agree(world, valid_from=clock.now()), approvers=[contact.key])
    return things.ask(world, ticket)


def make(world, scene, purpose, **more):
    """A link of this purpose, and the page that it opens."""
    subject, recipient = {
        Purpose.CUSTOMER: (world.r1.pk, None),
        Purpose.TICKET: (scene["first"].pk, world.r1.pk),
        Purpose.ESCALATION: (scene["asked"].pk, scene["contact"].pk),
        Purpose.EMERGENCY: (scene["asked_in"].pk, scene["contact"].pk),
        Purpose.SCOPE: (scene["beyond"].pk, scene["contact"].pk),
        Purpose.MATRIX: (scene["proposed"].pk, world.o1.pk),
    }[purpose]
    given = {"client_id": world.c1.pk, "subject_id": subject, "recipient_id": recipient, "lasts": LASTS, **more}
    return links.make(purpose=purpose, **given)


def page(purpose, token, client="voltarra"):
    letters = {
        Purpose.ESCALATION: f"/l/{token}/",
        Purpose.EMERGENCY: f"/l/emergency/{token}/",
        Purpose.SCOPE: f"/l/scope/{token}/",
        Purpose.MATRIX: f"/l/matrix/{token}/",
    }
    return letters.get(purpose, f"/{client}/enter/{token}/")


def use(world, purpose, token, client="voltarra", **more):
    """What becomes of pressing the button behind a link: the status, and the browser afterwards."""
    browser = world.browser(raise_request_exception=False, **more)
    said = {
        Purpose.ESCALATION: {"do": "return", "answer": "Yes."},
        Purpose.EMERGENCY: {"do": "refuse", "answer": "No."},
        Purpose.SCOPE: {"do": "decline", "answer": "No."},
        Purpose.MATRIX: {"do": "decline", "answer": "No."},
    }
    return browser.post(page(purpose, token, client), said.get(purpose, {})).status_code, browser


def is_in(browser):
    """Whether the browser is anybody's."""
    return bool(browser.session.get("customers"))


def mutations(token):
    """The token with one thing changed, in more than a hundred ways."""
    for at in range(len(token)):
        yield token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        yield token[:at] + token[at + 1 :]
    yield from (token + more for more in ("A", "=", "-", ".", "%00", "%0a", "%20", "%E2%80%8B"))
    yield from (token.swapcase(), token[::-1], token * 2, "A" * len(token), "null", "0", "%00", "'--", "*")
    yield from (f"{token[:5]}%2f{token[5:]}", f"%20{token}", tokens.digest(token), tokens.digest(token)[:32])


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_with_anything_changed_is_not_there(world, scene, purpose, superuser):
    token = make(world, scene, purpose)
    tried = list(dict.fromkeys(mutations(token)))
    assert len(tried) > 70

    opened = []
    for bad in tried:
        status, browser = use(world, purpose, bad)
        if status not in (404, 405) or is_in(browser):
            opened.append((bad, status))
        if browser.get(page(purpose, bad)).status_code != 404:
            opened.append(bad)
    assert opened == []
    status, browser = use(world, purpose, token)
    assert status == 302
    # What is kept would not open anything.
    kept = str(superuser.execute("SELECT * FROM access_signedlink").fetchall())
    assert token not in kept
    assert tokens.digest(token) in kept


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_opens_no_other_door(world, scene, purpose):
    token = make(world, scene, purpose)
    doors = [f"/{client}/enter/{token}/" for client in ("voltarra", "alderby", "tallholm", "nobody")]
    doors += [
        f"/l/{token}/",
        f"/l/emergency/{token}/",
        f"/l/scope/{token}/",
        f"/files/{token}/",
        f"/desk/drafts/{token}/",
    ]
    right = page(purpose, token)

    for door in doors:
        for browser in (world.browser(raise_request_exception=False), world.browser(world.r2)):
            answer = browser.post(door, {"do": "return", "answer": "Yes."}) if door != right else None
            assert answer is None or answer.status_code in (302, 403, 404, 405), door
            assert str(world.c1.pk) not in browser.session.get("customers", {})
        bearer = world.browser(headers={"authorization": f"Bearer {token}"})
        assert bearer.get("/api/v1/tickets/").status_code == 401
    assert use(world, purpose, token)[0] == 302


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_dies_with_its_time(world, scene, purpose):
    for seconds in (10**8, 86_400, 60, 1, 0):
        token, made = make(world, scene, purpose), clock.now()
        with time_machine.travel(made + LASTS + timedelta(seconds=seconds), tick=False):
            status, browser = use(world, purpose, token)
        assert status == 410, seconds
        assert not is_in(browser)
    with world.enter(world.c1):
        assert Escalation.objects.get().state == Escalation.State.RUNNING
    token, made = make(world, scene, purpose), clock.now()
    with time_machine.travel(made + LASTS - timedelta(seconds=1), tick=False):
        assert use(world, purpose, token)[0] == 302


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_taken_back_is_not_there(world, scene, purpose):
    token = make(world, scene, purpose)
    other = make(world, scene, purpose, subject_id=10**9)
    link = SignedLink.objects.get(digest=tokens.digest(token))
    links.revoke(purpose=purpose, client_id=world.c1.pk, subject_id=link.subject_id)

    assert use(world, purpose, token)[0] == 404
    # Another subject's link was not meant, and opens nothing of this one.
    assert SignedLink.objects.get(digest=tokens.digest(other)).revoked_at is None


def test_a_sign_in_link_works_once_however_many_press_it(world, scene):
    token = make(world, scene, Purpose.CUSTOMER)

    tries = [use(world, Purpose.CUSTOMER, token) for _n in range(6)]

    assert [status for status, _browser in tries] == [302] + [410] * 5
    assert [is_in(browser) for _status, browser in tries] == [True] + [False] * 5


def test_a_tickets_link_shows_that_ticket_whatever_else_is_asked(world, scene):
    """Also to who tries every other number, and every page that a customer has."""
    _status, browser = use(world, Purpose.TICKET, make(world, scene, Purpose.TICKET))
    first = scene["first"].number
    assert browser.get(f"/voltarra/questions/{first}/").status_code == 200

    for number in range(1, first + 30):
        if number == first:
            continue
        assert browser.get(f"/voltarra/questions/{number}/").status_code == 404
        for verb in ("reply", "close", "reopen"):
            assert browser.post(f"/voltarra/questions/{number}/{verb}/", {"body": "x"}).status_code == 404
    shown = browser.get("/voltarra/questions/").content.decode()
    assert "Question 1" in shown
    assert "Question 2" not in shown
    for client in ("alderby", "tallholm"):
        assert browser.get(f"/{client}/questions/{first}/").status_code == 302


@pytest.mark.parametrize("change", ["another customer", "gone to another client's customer", "no customer at all"])
def test_a_tickets_link_dies_when_it_is_somebody_elses(world, scene, change):
    token = make(world, scene, Purpose.TICKET)
    _status, earlier = use(world, Purpose.TICKET, token)
    if change == "another customer":
        with world.enter(world.c1):
            Ticket.objects.filter(pk=scene["first"].pk).update(customer_id=scene["third"].customer_id)
            Message.objects.filter(ticket=scene["first"]).update(customer_id=scene["third"].customer_id)
    else:
        owner = world.r2.pk if "client" in change else 10**9
        SignedLink.objects.filter(digest=tokens.digest(token)).update(recipient_id=owner)

    status, browser = use(world, Purpose.TICKET, token)

    assert status == 404
    assert not is_in(browser)
    if change == "another customer":
        assert earlier.get(f"/voltarra/questions/{scene['first'].number}/").status_code == 404


def test_a_questions_link_answers_its_question_once_and_shows_nothing_else(world, scene):
    with world.enter(world.v12, only=world.c1) as actor:
        climb.escalate(actor, client_id=world.c1.pk, ticket_id=scene["third"].pk, reason="decision", question="Other?")
    token = make(world, scene, Purpose.ESCALATION)
    browser = world.browser(raise_request_exception=False)

    shown = browser.get(page(Purpose.ESCALATION, token)).content.decode()
    assert "May we refund?" in shown
    assert "Other?" not in shown
    assert "stranger" not in shown
    for do in ("", "return ", "RETURN", "publish", "take_over", "__class__", "x" * 9000, "return\x00"):
        assert browser.post(page(Purpose.ESCALATION, token), {"do": do, "answer": "Yes."}).status_code == 400
    for extra in ("escalation_id", "ticket", "client", "contact", "id"):
        answer = {"do": "acknowledge", extra: str(scene["third"].pk)}
        assert browser.post(page(Purpose.ESCALATION, token), answer).status_code == 302
    first, second = (use(world, Purpose.ESCALATION, token)[0] for _n in range(2))

    assert (first, second) == (302, 410)
    with world.enter(world.c1):
        states = dict(Escalation.objects.values_list("question", "state"))
    assert states == {"May we refund?": Escalation.State.RETURNED, "Other?": Escalation.State.RUNNING}


@pytest.mark.parametrize("purpose", [Purpose.CUSTOMER, Purpose.TICKET])
def test_what_is_behind_a_link_tells_nobody_its_address(world, scene, purpose):
    token = make(world, scene, purpose)
    browser = world.browser()

    answer = browser.get(page(purpose, token))

    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] in ("no-referrer", "strict-origin")
    foreign = re.findall(r'(?:href|src|action)="(?:https?:)?//(?!testserver)[^"]*', answer.content.decode())
    assert foreign == []
    landed = browser.post(page(purpose, token))
    assert token not in landed["Location"]


def test_tokens_are_longer_than_anybody_can_guess():
    made = {tokens.random_token() for _n in range(2000)}

    assert len(made) == 2000
    assert all(len(token) >= 32 for token in made)
    first = [token[:3] for token in made]
    assert len(set(first)) > 1900

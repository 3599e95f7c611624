"""The link of a mail about emergency access: one request, without an account, and nothing by opening it."""

from datetime import timedelta

import pytest

from access.actions import emergency as acts
from access.models import AccessLogContent
from escalation import actions
from escalation.models import Contact
from tests import factories
from tests.cast import Browser, World
from tests.escalation.emergency.things import MONDAY, QUARTER, State, allow_unanswered, link_in, mails, state, sweep


@pytest.fixture
def link(world: World, asked) -> str:
    return link_in(mails(world, "ask")["ida@alderby.example"])


def test_opening_it_changes_nothing(world: World, asked, link) -> None:
    browser = Browser()

    pages = [browser.get(link), browser.head(link), browser.get(link)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert state(world, asked) == State.ASKED
    assert "The door stays shut" not in pages[0].content.decode()


def test_allows_it_for_less_without_an_account(world: World, asked, link) -> None:
    answer = Browser().post(link, {"do": "allow", "minutes": "30"})

    assert answer.status_code == 302
    assert state(world, asked) == State.GRANTED
    assert (asked.decided_by_name, asked.ends_at) == ("Ida", MONDAY + timedelta(minutes=30))


def test_refuses_it(world: World, asked, link) -> None:
    Browser().post(link, {"do": "refuse", "answer": "Call me first."})

    assert state(world, asked) == State.REFUSED
    assert "Call me first." in world.browser(world.v1).get("/desk/my-access/").content.decode()


def test_of_two_contacts_the_second_is_told_what_the_first_has_said(world: World, asked, link) -> None:
    other = link_in(mails(world, "ask")["nils@alderby.example"])
    Browser().post(link, {"do": "refuse"})

    late, seen = Browser().post(other, {"do": "allow"}), Browser().get(other)

    assert (late.status_code, seen.status_code) == (409, 410)
    assert "Ida refused it at 04:00" in late.content.decode()
    assert "Ida refused it at 04:00" in seen.content.decode()
    assert state(world, asked) == State.REFUSED


def test_used_again_changes_nothing(world: World, asked, link) -> None:
    Browser().post(link, {"do": "allow"})
    with world.enter(world.o2) as actor:
        acts.stop(actor, client_id=world.c2.pk, emergency_id=asked.pk)

    again = Browser().post(link, {"do": "allow"})
    stop = Browser().post(link, {"do": "stop"})

    assert (again.status_code, stop.status_code) == (409, 400)
    with world.enter(world.c2):
        assert AccessLogContent.objects.filter(detail__what="emergency_granted").count() == 1


def test_is_dead_once_the_request_has_lapsed(world: World, clock, asked, link) -> None:
    clock.shift(timedelta(hours=4))

    page, answer = Browser().get(link), Browser().post(link, {"do": "allow"})

    assert (page.status_code, answer.status_code) == (410, 410)
    assert state(world, asked) == State.ASKED


@pytest.mark.parametrize("made_up", ["x" * 43, "nothing"])
def test_a_made_up_one_opens_nothing(world: World, asked, made_up: str) -> None:
    assert Browser().get(f"/l/emergency/{made_up}/").status_code == 404


def test_the_link_of_an_escalation_is_no_key_here_nor_this_one_there(world: World, asked, link) -> None:
    assert Browser().get(link.replace("emergency/", "")).status_code == 404


def test_each_link_serves_its_own_request_alone(world: World, ticket, asked, link) -> None:
    other = factories.asked_in(world, world.x, ticket)

    Browser().post(link, {"do": "allow"})

    assert (state(world, asked), state(world, other)) == (State.GRANTED, State.ASKED)


def test_a_contact_who_is_asked_no_more_opens_nothing(world: World, asked, link) -> None:
    with world.enter(world.c2):
        Contact.objects.filter(name="Ida").update(is_active=False)

    assert Browser().post(link, {"do": "allow"}).status_code == 404
    assert state(world, asked) == State.ASKED


def test_ends_and_reviews_what_was_granted_by_itself(world: World, clock, ticket, asked) -> None:
    allow_unanswered(world)
    clock.shift(QUARTER)
    sweep()
    fresh = link_in(mails(world, "unanswered")["ida@alderby.example"])
    holder, page = world.browser(world.v1), f"/desk/alderby/{ticket.number}/"
    assert holder.get(page).status_code == 200

    browser = Browser()
    seen = browser.get(fresh).content.decode()
    ended = browser.post(fresh, {"do": "stop"}).status_code
    reviewed = browser.post(fresh, {"do": "review", "review": "We were asleep."}).status_code

    assert "1 entry of your access log" in seen
    assert (ended, reviewed, browser.get(fresh).status_code) == (302, 302, 410)
    assert holder.get(page).status_code == 404
    assert state(world, asked) == State.UNANSWERED
    assert asked.reviewed_by_name == "Ida"


@pytest.mark.parametrize("change", ["address", "rest", "rest and back", "nothing", "name"])
def test_dies_for_good_with_its_mailbox(world: World, asked, contacts, link, change: str) -> None:
    ida, _nils = contacts
    about = {"client_id": world.c2.pk, "contact_id": ida.pk}
    with world.enter(world.o2) as actor:
        if change == "address":
            actions.save_contact(actor, **about, name="Ida", email="new.ida@alderby.example")
        if change == "name":
            actions.save_contact(actor, **about, name="Ida Berg", email=ida.email)
        for active in {"rest": (False,), "rest and back": (False, True)}.get(change, ()):
            actions.set_contact_active(actor, **about, active=active)

    page, answer = Browser().get(link), Browser().post(link, {"do": "allow"})

    works = change in ("nothing", "name")
    assert (page.status_code, answer.status_code) == ((200, 302) if works else (404, 404))
    assert state(world, asked) == (State.GRANTED if works else State.ASKED)


class TestWhoAsked:
    @pytest.fixture
    def own(self, world: World, contacts) -> Contact:
        """A contact whose mail whoever asks reads, spelt in another way."""
        with world.enter(world.c2):
            return Contact.objects.create(client=world.c2, name="Vera", email=world.v1.email.upper())

    def test_gets_no_link_where_a_contact_has_their_address(self, world: World, clock, own, ticket) -> None:
        request = factories.asked_in(world, world.v1, ticket)
        allow_unanswered(world)
        sweep()
        asking = set(mails(world, "ask"))
        clock.shift(QUARTER)
        sweep()

        told = {world.o2.email, "ida@alderby.example", "nils@alderby.example"}
        assert (asking, set(mails(world, "unanswered"))) == (told, told)
        assert state(world, request) == State.UNANSWERED

    def test_opens_none_that_has_become_their_own(self, world: World, asked, contacts, link) -> None:
        with world.enter(world.c2):
            Contact.objects.filter(pk=contacts[0].pk).update(email=world.v1.email)

        page, answer = Browser().get(link), Browser().post(link, {"do": "allow"})

        assert (page.status_code, answer.status_code, state(world, asked)) == (404, 404, State.ASKED)

    def test_may_be_asked_about_somebody_elses(self, world: World, own, ticket) -> None:
        request = factories.asked_in(world, world.x, ticket)
        sweep()

        Browser().post(link_in(mails(world, "ask")[own.email]), {"do": "allow"})

        assert state(world, request) == State.GRANTED

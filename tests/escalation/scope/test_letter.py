"""The link of a mail about work outside the contract: one request, without an account, and nothing by opening it."""

import pytest

from access.models import Membership, SignedLink
from escalation import actions
from escalation.models import Contact
from helpdesk.lib import clock as clocks
from tests.cast import Browser, World
from tests.escalation.scope.things import State, approve, fresh, link_in, mails, sweep
from tests.faults.together import together


@pytest.fixture
def link(world: World, asked) -> str:
    sweep()
    return link_in(mails(world, "ask")[0][1])


def test_opening_it_changes_nothing(world: World, asked, link) -> None:
    browser = Browser()

    pages = [browser.get(link), browser.head(link), browser.get(link)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert fresh(world, asked).state == State.ASKED
    text = pages[0].content.decode()
    assert "New templates" in text
    assert "127.50 EUR" in text
    assert "The door stays shut" not in text


def test_approves_without_an_account(world: World, asked, link) -> None:
    assert Browser().post(link, {"do": "approve"}).status_code == 302

    assert (fresh(world, asked).state, asked.decided_by_name) == (State.APPROVED, "Ida")
    assert [to for to, _text in mails(world, "outcome")] == ["v1@havnvik.example"]


def test_declines_with_a_reason(world: World, asked, link) -> None:
    assert Browser().post(link, {"do": "decline", "answer": ""}).status_code == 400
    assert fresh(world, asked).state == State.ASKED

    Browser().post(link, {"do": "decline", "answer": "Next year."})
    assert fresh(world, asked).state == State.DECLINED
    assert "Next year." in world.browser(world.v1).get(f"/desk/voltarra/{asked.ticket_number}/scope/").content.decode()


@pytest.mark.parametrize("what", ["", "done", "APPROVE"])
def test_anything_but_a_yes_or_a_no_is_none(world: World, asked, link, what: str) -> None:
    assert Browser().post(link, {"do": what}).status_code == 400
    assert fresh(world, asked).state == State.ASKED


def test_used_again_it_says_what_was_decided(world: World, asked, link) -> None:
    Browser().post(link, {"do": "approve"})

    again, seen = Browser().post(link, {"do": "decline", "answer": "No."}), Browser().get(link)

    assert (again.status_code, seen.status_code) == (409, 410)
    assert "Ida approved it" in seen.content.decode()
    assert fresh(world, asked).state == State.APPROVED


def test_of_two_clicks_at_once_one_counts(world: World, asked, link) -> None:
    done = together(
        lambda: Browser().post(link, {"do": "approve"}).status_code,
        lambda: Browser().post(link, {"do": "decline", "answer": "No."}).status_code,
    )

    assert sorted(done) == [302, 409]


def test_after_its_time_it_is_spent(world: World, clock, asked, link) -> None:
    clock.move_to(asked.due_at)

    assert Browser().get(link).status_code == 410
    assert Browser().post(link, {"do": "approve"}).status_code == 410
    assert fresh(world, asked).state == State.ASKED


def test_decided_in_the_console_it_is_spent(world: World, asked, link) -> None:
    approve(world, asked)

    assert Browser().get(link).status_code == 410
    assert Browser().post(link, {"do": "decline", "answer": "No."}).status_code == 409


@pytest.mark.parametrize("made_up", ["x" * 43, "nothing"])
def test_a_made_up_one_opens_nothing(asked, made_up: str) -> None:
    assert Browser().get(f"/l/scope/{made_up}/").status_code == 404
    assert Browser().post(f"/l/scope/{made_up}/", {"do": "approve"}).status_code == 404


def test_it_is_no_key_to_another_kind_of_letter(asked, link) -> None:
    assert Browser().get(link.replace("scope/", "emergency/")).status_code == 404
    assert Browser().get(link.replace("scope/", "")).status_code == 404


@pytest.mark.parametrize("change", ["address", "rest", "left"])
def test_it_dies_with_its_mailbox(world: World, asked, contacts, link, change: str) -> None:
    about = {"client_id": world.c1.pk, "contact_id": contacts[0].pk}
    with world.enter(world.o1) as actor:
        if change == "address":
            actions.save_contact(actor, **about, name="Ida", email="new@voltarra.example")
        elif change == "left":
            place = Membership.objects.get(client_id=world.c1.pk, user=world.a1)
            Contact.objects.filter(pk=contacts[0].pk).update(card_id=place.card_id)
            Membership.objects.filter(pk=place.pk).update(ends_at=clocks.now())
        else:
            actions.set_contact_active(actor, **about, active=False)

    assert Browser().post(link, {"do": "approve"}).status_code == 404
    assert fresh(world, asked).state == State.ASKED


def test_whose_link_names_no_contact_decides_nothing(world: World, asked, link) -> None:
    SignedLink.objects.filter(purpose="scope").update(recipient_id=None)

    assert Browser().post(link, {"do": "approve"}).status_code == 404
    with world.enter(world.c1):
        assert Contact.objects.filter(is_active=True).exists()

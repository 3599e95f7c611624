"""The link of a mail about a proposed matrix: one proposal, without signing in, and nothing by opening it."""

from datetime import timedelta

import pytest

from access.models import ClearanceRules, Membership, SignedLink
from escalation.models import MatrixProposal
from tests.cast import Browser, World
from tests.escalation.proposals.things import (
    State,
    decline,
    fresh,
    in_force,
    link_in,
    mails,
    publish_another,
    send,
    take_back,
    warnings,
)

DECLINE = {"do": "decline", "answer": "No."}


def yes(world: World, row: MatrixProposal, **more: object) -> dict[str, object]:
    return {"do": "accept", "revision": row.revision, "seen": warnings(world, row), **more}


def test_opening_it_changes_nothing(world: World, sent: MatrixProposal, link: str) -> None:
    browser, before = Browser(), in_force(world)

    pages = [browser.get(link), browser.head(link), browser.get(link)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert (fresh(world, sent).state, in_force(world)) == (State.SENT, before)
    text = pages[0].content.decode()
    assert "Billing waits too long." in text
    assert "Row 1 of the version in force goes away." in text


def test_accepts_without_signing_in_under_the_owners_name(world: World, sent: MatrixProposal, link: str) -> None:
    number, _document = in_force(world)

    assert Browser().post(link, yes(world, sent)).status_code == 302

    assert (fresh(world, sent).state, sent.decided_by) == (State.ACCEPTED, world.o1.name)
    assert in_force(world)[0] == (number or 0) + 1


def test_accepts_for_a_moment_by_the_clients_clock(world: World, sent: MatrixProposal, link: str) -> None:
    number, _document = in_force(world)

    assert Browser().post(link, yes(world, sent, at="2026-11-30T07:00")).status_code == 302

    assert (fresh(world, sent).state, in_force(world)[0]) == (State.ACCEPTED, number)


def test_declines_with_a_reason(world: World, sent: MatrixProposal, link: str) -> None:
    assert Browser().post(link, {"do": "decline", "answer": ""}).status_code == 400
    assert fresh(world, sent).state == State.SENT

    assert Browser().post(link, {"do": "decline", "answer": "Next year."}).status_code == 302
    assert (fresh(world, sent).state, sent.answer) == (State.DECLINED, "Next year.")


def test_where_a_second_factor_is_asked_the_mail_shows_and_the_console_decides(
    world: World, sent: MatrixProposal, link: str
) -> None:
    with world.enter(world.c1):
        ClearanceRules.objects.update_or_create(client_id=world.c1.pk, defaults={"needs_second_factor": True})
    before = in_force(world)

    page, tries = Browser().get(link), [Browser().post(link, each) for each in (yes(world, sent), DECLINE)]

    text = page.content.decode()
    assert (page.status_code, [answer.status_code for answer in tries]) == (200, [403, 403])
    assert "Decide in the console" in text
    assert 'name="do"' not in text
    assert all("Sign in to decide. Nothing was changed." in answer.content.decode() for answer in tries)
    assert (fresh(world, sent).state, in_force(world)) == (State.SENT, before)


@pytest.mark.parametrize("given", [{}, {"do": "ACCEPT"}, {"do": "accept"}, {"do": "accept", "revision": "x"}])
def test_anything_but_a_yes_or_a_no_is_none(world: World, sent: MatrixProposal, link: str, given) -> None:
    assert Browser().post(link, given).status_code == 400
    assert fresh(world, sent).state == State.SENT


def test_used_again_it_says_what_was_decided(world: World, sent: MatrixProposal, link: str) -> None:
    Browser().post(link, {"do": "decline", "answer": "No."})

    again, seen = Browser().post(link, yes(world, sent)), Browser().get(link)

    assert (again.status_code, seen.status_code) == (409, 410)
    assert "declined it on" in seen.content.decode()
    assert fresh(world, sent).state == State.DECLINED


def test_after_its_time_it_is_spent_and_the_console_still_asks(world: World, clock, sent, link: str) -> None:
    clock.shift(timedelta(days=15))

    assert Browser().get(link).status_code == 410
    assert Browser().post(link, yes(world, sent)).status_code == 410
    assert fresh(world, sent).state == State.SENT
    decline(world, sent)


def test_overtaken_it_says_so_and_cannot_be_accepted(world: World, sent: MatrixProposal, link: str) -> None:
    publish_another(world)

    page, tried = Browser().get(link).content.decode(), Browser().post(link, yes(world, sent))

    assert "came in force since this was proposed" in page
    assert 'value="accept"' not in page
    assert tried.status_code == 409
    assert fresh(world, sent).state == State.SENT


def test_taken_back_it_opens_nothing_and_a_new_one_does(world: World, sent: MatrixProposal, link: str) -> None:
    row = take_back(world)
    assert Browser().get(link).status_code == 404

    send(world, row)
    assert Browser().get(link).status_code == 404
    assert Browser().get(link_in(mails(world, "ask")[1][1])).status_code == 200


def test_whoever_has_left_the_client_holds_a_key_to_nothing(world: World, clock, sent, link: str) -> None:
    with world.enter(world.c1) as actor:
        Membership.objects.filter(client_id=world.c1.pk, user=world.o1).update(ends_at="2026-11-23T09:00:00Z")
        assert actor

    assert Browser().get(link).status_code == 404
    assert Browser().post(link, yes(world, sent)).status_code == 404
    assert fresh(world, sent).state == State.SENT


def test_whose_link_names_nobody_decides_nothing(world: World, sent: MatrixProposal, link: str) -> None:
    SignedLink.objects.filter(purpose="matrix").update(recipient_id=None)

    assert Browser().post(link, yes(world, sent)).status_code == 404


@pytest.mark.parametrize("made_up", ["x" * 43, "nothing"])
def test_a_made_up_one_opens_nothing(sent: MatrixProposal, made_up: str) -> None:
    assert Browser().get(f"/l/matrix/{made_up}/").status_code == 404
    assert Browser().post(f"/l/matrix/{made_up}/", {"do": "accept"}).status_code == 404

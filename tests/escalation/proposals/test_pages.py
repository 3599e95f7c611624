"""The pages of a proposal: the vendor's with grid and forms, and the client's with two buttons."""

from django.urls import reverse

from escalation.models import MatrixProposal
from tests.cast import World
from tests.escalation.proposals.things import State, fresh, in_force, publish_another, warnings
from tests.escalation.test_matrix_draft import grid


def page(name: str, **more: object) -> str:
    return reverse(f"console:{name}", kwargs={"client": "voltarra", **more})


def mine(name: str, **more: object) -> str:
    return reverse(f"desk:{name}", kwargs={"client": "voltarra", **more})


def only(world: World) -> MatrixProposal:
    with world.enter(world.c1):
        return MatrixProposal.objects.get()


def test_the_lead_writes_rows_and_paths_sends_and_takes_back(world: World) -> None:
    browser, (_number, document) = world.browser(world.lead), in_force(world)
    assert "Propose a change" in browser.get(page("matrix")).content.decode()
    assert browser.get(mine("edit_proposal")).status_code == 200

    assert browser.post(mine("edit_proposal"), grid(document, 0, order=["4", "1"])).status_code == 302
    assert browser.get(mine("proposal_path", number=1)).status_code == 200
    said = browser.get(mine("matrix_proposal")).content.decode()
    assert "Row 2 of the version in force goes away." in said
    assert browser.post(mine("send_proposal"), {"revision": "1", "why": "Two are enough."}).status_code == 302

    assert only(world).state == State.SENT
    assert "It waits for Voltarra" in browser.get(mine("matrix_proposal")).content.decode()
    assert browser.post(mine("edit_proposal"), grid(document, 1)).status_code == 409
    browser.post(mine("change_proposal"), {"do": "back"})
    assert only(world).state == State.WRITTEN
    browser.post(mine("change_proposal"), {"do": "discard", "revision": "2"})
    with world.enter(world.c1):
        assert not MatrixProposal.objects.exists()


def test_sending_an_older_state_than_there_is_is_refused_and_the_words_stay(world: World) -> None:
    browser, (_number, document) = world.browser(world.lead), in_force(world)
    browser.post(mine("edit_proposal"), grid(document, 0, order=["1"]))

    answer = browser.post(mine("send_proposal"), {"revision": "7", "why": "Less is more."})

    assert answer.status_code == 409
    assert "Less is more." in answer.content.decode()
    assert only(world).state == State.WRITTEN


def test_the_client_is_told_on_its_pages_and_accepts(world: World, sent: MatrixProposal) -> None:
    browser, where_it_is = world.browser(world.o1), page("matrix_proposed", proposal_id=sent.pk)
    for where in ("matrix", "requests"):
        assert "Havnvik Support proposes another matrix" in browser.get(page(where)).content.decode()
    said = browser.get(where_it_is).content.decode()
    assert 'value="accept"' in said
    assert 'value="decline"' in said

    answer = browser.post(
        page("answer_proposal", proposal_id=sent.pk),
        {"do": "accept", "revision": sent.revision, "seen": warnings(world, sent)},
    )

    assert (answer.status_code, fresh(world, sent).state) == (302, State.ACCEPTED)
    assert "as version 2" in browser.get(page("matrix_versions")).content.decode()
    assert "as version 2" in world.browser(world.lead).get(mine("matrix_proposal")).content.decode()


def test_whoever_only_reads_the_matrix_reads_the_proposal_and_decides_nothing(world: World, sent) -> None:
    where_it_is = page("matrix_proposed", proposal_id=sent.pk)

    for person in (world.e1, world.lead):
        browser = world.browser(person)
        assert 'value="accept"' not in browser.get(where_it_is).content.decode()
        assert (
            browser.post(page("answer_proposal", proposal_id=sent.pk), {"do": "decline", "answer": "No."}).status_code
            == 403
        )
    assert fresh(world, sent).state == State.SENT


def test_an_overtaken_one_is_shown_as_such_on_both_sides(world: World, sent: MatrixProposal) -> None:
    publish_another(world)

    clients = world.browser(world.o1).get(page("matrix_proposed", proposal_id=sent.pk)).content.decode()
    vendors = world.browser(world.lead).get(mine("matrix_proposal")).content.decode()

    assert "came in force since this was proposed" in clients
    assert 'value="accept"' not in clients
    assert "can’t be accepted any more" in vendors

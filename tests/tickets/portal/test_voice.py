"""A client says how answers in its name sound, and agents and portal keep to it."""

import pytest

from access.models import AccessLogContent, ClientProfile
from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import address
from tickets.actions.voice import Voice, voice_of

PAGE = "/client/voltarra/voice/"
FILLED = {
    "signature": "Warmly,\r\n{agent}, Voltarra Care",
    "voice": "Warm and brief",
    "dos": "Say what happens next\r\n\r\nSay when",
    "donts": "Don’t joke",
    "greeting": "What is wrong with your charger?",
    "answer_link_hours": "48",
    "back_and_forth_most": "4",
}


def now(world: World) -> Voice:
    with world.enter(world.c1):
        return voice_of(world.c1.pk)


def test_what_the_client_writes_is_seen_by_agents_and_customers(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    assert world.browser(world.o1).post(PAGE, FILLED).status_code == 302

    desk = world.browser(world.v1).get(address(ticket, "ticket")).content.decode()
    for words in ("Vera, Voltarra Care", "Warm and brief", "Say what happens next", "Say when", "Don’t joke"):
        assert words in desk
    assert "What is wrong with your charger?" in world.browser().get("/voltarra/").content.decode()
    with world.enter(world.c1):
        assert ClientProfile.objects.get().answer_link_hours == 48


def test_the_page_shows_what_is_in_force_and_the_closing_lines_with_the_readers_name(world: World) -> None:
    browser = world.browser(world.o1)
    browser.post(PAGE, FILLED)

    page = browser.get(PAGE).content.decode()

    assert "Warmly,<br>Olle, Voltarra Care" in page
    assert 'value="Warm and brief"' in page
    assert "Say what happens next\nSay when" in page


def test_a_change_is_logged_by_what_was_changed_and_none_is_not(world: World) -> None:
    browser = world.browser(world.o1)
    browser.post(PAGE, FILLED)
    browser.post(PAGE, FILLED)
    browser.post(PAGE, {**FILLED, "greeting": ""})

    with world.enter(world.c1):
        changes = AccessLogContent.objects.filter(detail__what="voice").order_by("pk")
        assert [len(each.detail["fields"]) for each in changes] == [7, 1]
        assert changes.last().detail["fields"] == ["greeting"]
    assert (
        "changed how the client speaks" in world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()
    )


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        ({"signature": "\n".join("abcdefghi")}, "at most 8 lines"),
        ({"signature": "x" * 501}, "at most 500 characters"),
        ({"dos": "\n".join(f"Do {n}" for n in range(9))}, "At most 8: nobody keeps more in mind."),
        ({"donts": "x" * 121}, "120 fit. Please shorten it."),
        ({"answer_link_hours": "0"}, "greater than or equal to 1"),
        ({"answer_link_hours": ""}, "required"),
        ({"back_and_forth_most": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_refused_form_says_why_and_changes_nothing(world: World, bad: dict[str, str], part: str) -> None:
    before = now(world)

    answer = world.browser(world.o1).post(PAGE, {**FILLED, **bad})

    assert answer.status_code == 400
    assert part in answer.content.decode()
    assert 'value="Warm and brief"' in answer.content.decode()
    assert now(world) == before


def test_only_who_edits_the_matrix_finds_the_page(world: World) -> None:
    before = now(world)

    for person, status in ((world.o2, 404), (world.v1, 403), (world.e1, 403)):
        assert world.browser(person).get(PAGE).status_code == status
        assert world.browser(person).post(PAGE, FILLED).status_code == status

    assert now(world) == before


def test_the_matrix_leads_to_it(world: World) -> None:
    assert f'href="{PAGE}"' in world.browser(world.o1).get("/client/voltarra/matrix/").content.decode()
    assert f'href="{PAGE}"' not in world.browser(world.e1).get("/client/voltarra/matrix/").content.decode()

"""The access log in words."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from access import lines, log
from access.log import Action
from access.models import AccessLogContent
from tests import factories
from tests.cast import World

ROOT = Path(__file__).resolve().parents[2]
_SAID = re.compile(r"(?:log_change|_log)\(\s*actor, \w+, \"([^\"]+)\"|\bdid=\"([^\"]+)\"")


def _words() -> list[str]:
    folders = (ROOT / app / "actions" for app in ("tickets", "escalation", "knowledgebase"))
    found = [match for folder in folders for path in folder.glob("*.py") for match in _SAID.findall(path.read_text())]
    return sorted({one or other for one, other in found})


def test_the_sources_name_their_changes() -> None:
    assert {"opened", "escalated", "publish"} <= set(_words())


@pytest.mark.parametrize("word", _words())
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_change_is_told_in_words(word: str, language: str) -> None:
    with translation.override(language):
        told = lines.line(
            AccessLogContent(actor_name="Vera Ahlm", side="vendor", action="change", records=[], detail={"what": word})
        )

    assert told.what == ""
    assert "_" not in told.action
    assert told.action not in ("changed", "ändrade")


def test_a_search_says_what_was_looked_for_and_tickets_have_their_numbers(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1, only=world.c1) as actor:
        log.record(actor, world.c1.pk, Action.SEARCH, (log.TICKET, ticket.pk), detail={"terms": "rita@mail.example"})
        log.record(actor, world.c1.pk, Action.VIEW, ("escalation", 4), reason="letter")

    page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()

    assert "looked for “rita@mail.example”" in page
    assert re.search(rf">\s*ticket #{ticket.number}\s*</td>", page)
    assert "to answer the question, by the link in a letter" in page


def test_a_word_that_nobody_declared_is_not_shown(world: World) -> None:
    with world.enter(world.v1, only=world.c1) as actor:
        log.record(actor, world.c1.pk, Action.EXPORT, detail={"what": "first_answer_within"})

    page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()

    assert "first" not in page.partition("<tbody>")[2]


def test_a_change_of_a_ticket_reads_as_a_sentence(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1, only=world.c1) as actor:
        log.record(actor, world.c1.pk, Action.CHANGE, (log.TICKET, ticket.pk), detail={"what": "tagged"})

    page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()

    assert "changed the tags" in page
    assert "changed <span" not in page


def test_a_person_is_called_by_the_name_on_their_card(world: World) -> None:
    row = AccessLogContent(actor_name="Petra", side="client", action="clearance", records=[["user", world.v1.pk]])
    with world.enter(world.o1) as actor:
        (told,) = lines.all_lines(actor, world.c1.pk, [row])
        (elsewhere,) = lines.all_lines(
            actor, world.c1.pk, [AccessLogContent(side="client", action="clearance", records=[["user", 987_654]])]
        )

    assert told.records == f"person {world.v1.name}"
    assert elsewhere.records == "person 987654"

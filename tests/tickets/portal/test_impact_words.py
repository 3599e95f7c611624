"""The portal asks what can't be done in the client's own words, in the reader's language."""

from functools import partial

import pytest
from django.core.management import CommandError, call_command

from access.errors import Invalid
from access.models import AccessLogContent
from tests.cast import World
from tests.tickets.desk.acting import together
from tickets.actions.words import set_impact_words
from tickets.models import Impact, ImpactWords, Ticket

OWN = {Impact.BLOCKED: "My charger is dead", Impact.HINDERED: "It charges, but …", Impact.QUESTION: "Just a question"}
OURS = "I can’t go on at all"


def give(world: World, language: str = "en", words=OWN) -> None:
    with world.enter(world.o1) as actor:
        set_impact_words(actor, client_id=world.c1.pk, language=language, words=words)


def asked(world: World, slug: str = "voltarra", language: str = "en") -> str:
    browser = world.browser()
    browser.post("/language/", {"language": language})
    return browser.get(f"/{slug}/new/").content.decode()


def test_without_own_words_the_portal_asks_in_ours(world: World) -> None:
    assert OURS in asked(world)


def test_own_words_stand_in_the_form_and_a_choice_means_the_same(world: World) -> None:
    give(world)

    page = asked(world)
    question = {"subject": "Dead", "body": "It is dark.", "impact": "1", "email": "nina@mail.example"}
    answer = world.browser().post("/voltarra/new/", question)

    assert "My charger is dead" in page
    assert OURS not in page
    assert answer.status_code == 302
    with world.enter(world.c1):
        assert Ticket.objects.get().impact == Impact.BLOCKED


def test_words_are_the_clients_and_the_languages_alone(world: World) -> None:
    give(world)

    assert "My charger is dead" not in asked(world, "tallholm")
    assert "My charger is dead" not in asked(world, language="sv")


def test_words_saved_several_times_at_once_are_those_of_one_of_them(world: World) -> None:
    voices = [{impact: f"{text} {number}" for impact, text in OWN.items()} for number in range(4)]

    def save(words: dict[Impact, str]) -> str:
        give(world, words=words)
        return "saved"

    for _round in range(3):
        assert together([partial(save, words) for words in voices]) == ["saved"] * 4

    with world.enter(world.c1):
        assert dict(ImpactWords.objects.values_list("impact", "words")) in voices


def test_no_words_bring_ours_back(world: World) -> None:
    give(world)

    give(world, words={})

    assert OURS in asked(world)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {Impact.BLOCKED: "Only this"}),
        ("en", {**OWN, Impact.QUESTION: " "}),
        ("en", {**OWN, Impact.QUESTION: OWN[Impact.BLOCKED]}),
        ("en", {**OWN, Impact.QUESTION: "x" * 200}),
        ("xx", OWN),
    ],
)
def test_what_would_confuse_is_refused_and_nothing_changes(world: World, language: str, words) -> None:
    give(world)

    with pytest.raises(Invalid):
        give(world, language, words)

    with world.enter(world.c1):
        assert dict(ImpactWords.objects.values_list("impact", "words")) == OWN


def test_a_command_sets_them_and_it_is_logged(world: World) -> None:
    call_command("impact_words", "voltarra", language="sv", blocked="Död", hindered="Nästan", question="Fråga")

    assert "Nästan" in asked(world, language="sv")
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(detail__what="impact words").count() == 1
    with pytest.raises(CommandError):
        call_command("impact_words", "nobody", language="sv")
    with pytest.raises(CommandError):
        call_command("impact_words", "voltarra", language="sv", blocked="Only this")


PAGE = "/client/voltarra/words/"
FILLED = {"en-blocked": "My charger is dead", "en-hindered": "It charges, but …", "en-question": "Just a question"}


def stored(world: World) -> dict[int, str]:
    with world.enter(world.c1):
        return dict(ImpactWords.objects.filter(language="en").values_list("impact", "words"))


def test_the_client_writes_them_in_its_console(world: World) -> None:
    browser = world.browser(world.o1)

    assert browser.post(PAGE, FILLED).status_code == 302

    assert stored(world) == OWN
    assert "My charger is dead" in asked(world)
    assert 'value="My charger is dead"' in browser.get(PAGE).content.decode()
    with world.enter(world.c1):
        # The languages that nobody touched are not written, nor logged.
        assert AccessLogContent.objects.filter(detail__what="impact words").count() == 1


def test_emptied_fields_bring_ours_back(world: World) -> None:
    give(world)

    assert world.browser(world.o1).post(PAGE, {}).status_code == 302

    assert stored(world) == {}
    assert OURS in asked(world)


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        ({"en-question": ""}, "Give a sentence for each of the three"),
        ({"en-question": FILLED["en-blocked"]}, "Two of the sentences are the same"),
        ({"en-question": "x" * 121}, "at most 120 characters"),
    ],
)
def test_a_refused_sentence_is_told_and_the_others_stay(world: World, bad: dict[str, str], part: str) -> None:
    answer = world.browser(world.o1).post(PAGE, {**FILLED, **bad})

    assert answer.status_code == 400
    assert part in answer.content.decode()
    assert 'value="It charges, but …"' in answer.content.decode()
    assert stored(world) == {}


def test_only_who_edits_the_matrix_finds_the_page(world: World) -> None:
    give(world)

    for person, status in ((world.o2, 404), (world.v1, 403), (world.e1, 403)):
        assert world.browser(person).get(PAGE).status_code == status
        assert world.browser(person).post(PAGE, {}).status_code == status

    assert stored(world) == OWN

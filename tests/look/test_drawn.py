"""What is drawn once stays right for everybody: the key decides, the named values are put in each time and escaped."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.template import TemplateSyntaxError, engines
from django.utils import translation

from helpdesk.look import drawn


@pytest.fixture(autouse=True)
def _nothing_drawn() -> Iterator[None]:
    drawn.forget_all()
    yield
    drawn.forget_all()


def page(text: str) -> Any:
    return engines["django"].from_string(text)


def test_what_is_not_in_the_key_is_drawn_once() -> None:
    part = page("{% drawn client %}{{ client }}: {{ when }}{% enddrawn %}")

    assert part.render({"client": "Voltarra", "when": "first"}) == "Voltarra: first"
    assert part.render({"client": "Voltarra", "when": "second"}) == "Voltarra: first"
    assert part.render({"client": "Alderby", "when": "third"}) == "Alderby: third"


def test_a_named_value_is_put_in_each_time() -> None:
    part = page('{% drawn client with number=ticket.number %}<a href="/{{ number }}/">{{ number }}</a>{% enddrawn %}')

    shown = [part.render({"client": "Voltarra", "ticket": {"number": number}}) for number in (7, 1234567)]

    assert shown == ['<a href="/7/">7</a>', '<a href="/1234567/">1234567</a>']


def test_it_fits_into_an_address() -> None:
    part = page('{% drawn 1 with n=n %}{% url "desk:ticket" client="voltarra" number=n %}{% enddrawn %}')

    assert [part.render({"n": n}) for n in (7, 8)] == ["/desk/voltarra/7/", "/desk/voltarra/8/"]


@pytest.mark.parametrize("written", ["<script>alert(1)</script>", '" onfocus="x', "a & b", "'", ""])
def test_what_somebody_wrote_is_escaped_as_everywhere(written: str) -> None:
    part = page("{% drawn 1 with body=body %}<b title='{{ body }}'>{{ body }}</b>{% enddrawn %}")
    plain = page("<b title='{{ body }}'>{{ body }}</b>")

    assert part.render({"body": written}) == plain.render({"body": written})


def test_nobody_can_write_what_stands_for_another_value() -> None:
    part = page("{% drawn 1 with first=first second=second %}{{ first }}|{{ second }}{% enddrawn %}")
    seen = part.render({"first": "{{ second }}", "second": "mine"})

    assert seen == "{{ second }}|mine"
    assert drawn._blank("first") != drawn._blank("second")


def test_lists_can_stand_in_the_key() -> None:
    part = page("{% drawn words %}{{ words|join:'+' }}{% enddrawn %}")

    assert part.render({"words": ["a", "b"]}) == "a+b"
    assert part.render({"words": ["a"]}) == "a"


def test_each_language_has_its_own() -> None:
    part = page("{% load i18n %}{% drawn 1 %}{% translate 'Save' %}{% enddrawn %}")
    with translation.override("en"):
        english = part.render({})
    with translation.override("sv"):
        swedish = part.render({})

    assert english == "Save"
    assert swedish != english


@pytest.mark.parametrize("text", ["{% drawn %}{% enddrawn %}", "{% drawn 1 with body %}{% enddrawn %}"])
def test_a_part_without_a_key_or_a_name_is_a_mistake(text: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        page(text)


def test_what_depends_on_very_much_is_not_kept() -> None:
    part = page("{% drawn key %}{{ when }}{% enddrawn %}")

    assert [part.render({"key": "x" * 30_000, "when": when}) for when in ("first", "second")] == ["first", "second"]
    assert [part.render({"key": "x" * 300, "when": when}) for when in ("first", "second")] == ["first", "first"]

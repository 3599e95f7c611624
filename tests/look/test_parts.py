"""The building blocks say what they say in words, and escape what people wrote."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from helpdesk.look import fields, pictures, status, times, words

NOW = datetime(2026, 11, 24, 13, 20, tzinfo=UTC)
CLIENT = SimpleNamespace(slug="voltarra", name="Volt & <b>arra</b>", monogram="VO")


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Icons are asked for by their plain name: no files are collected here."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    pictures.draw.cache_clear()


class Question(forms.Form):
    """A form with one of each kind."""

    about = forms.CharField(label="About", help_text="A few words.")
    more = forms.CharField(label="More", required=False, widget=forms.Textarea)
    impact = forms.ChoiceField(label="Impact", choices=[("a", "All <stops>"), ("b", "Some")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput)


def test_a_clients_name_is_escaped_and_its_tile_is_silent() -> None:
    shown = pictures.who(CLIENT)

    assert "Volt &amp; &lt;b&gt;arra" in shown
    assert 'data-client="voltarra" aria-hidden="true">VO<' in shown


def test_an_icon_with_a_label_is_read_out() -> None:
    assert '<span class="visually-hidden">Due</span>' in pictures.icon("clock", label="Due")
    assert "visually-hidden" not in pictures.icon("clock")


@pytest.mark.parametrize(("name", "initials"), [("Linnea Ek", "LE"), ("Bo", "B"), ("A B C", "AC"), ("", "")])
def test_a_face_shows_the_first_and_last_initial(name: str, initials: str) -> None:
    assert pictures.face(name) == f'<span class="face" aria-hidden="true">{initials}</span>'


@pytest.mark.parametrize(
    ("minutes", "paused", "css", "icon"),
    [
        (-18, False, 'class="left late"', "alert-triangle"),
        (12, False, 'class="left soon"', "clock"),
        (12, True, 'class="left held"', "player-pause"),
    ],
)
def test_time_left_is_told_by_icon_words_and_colour(minutes: int, paused: bool, css: str, icon: str) -> None:
    shown = status.time_left(NOW + timedelta(minutes=minutes), NOW, paused=paused)

    assert css in shown
    assert f"#i-{icon}" in shown
    assert f"{abs(minutes)} min" in shown
    assert ("paused," in shown) is paused


def test_time_that_is_not_urgent_has_no_icon() -> None:
    shown = status.time_left(NOW + timedelta(hours=3), NOW)

    assert 'class="left"' in shown
    assert "<svg" not in shown


def test_waiting_on_speaks_from_the_readers_side() -> None:
    assert status.waiting_on("client", "Acme").endswith("Acme</span>")
    assert status.waiting_on("vendor", "Acme").endswith("Us</span>")
    assert status.waiting_on("vendor", "Acme", side="client", vendor_name="Havnvik").endswith("Havnvik</span>")
    assert status.waiting_on("client", "Acme", side="client").endswith("You</span>")
    assert status.waiting_on("customer", "Acme", "guest").endswith("The guest</span>")


def test_a_wrong_field_is_tied_to_its_help_and_its_error() -> None:
    form = Question({"about": ""})

    shown = fields.field(form["about"])

    assert 'aria-describedby="id_about_helptext id_about_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_about_error"' in shown
    assert "#i-alert-triangle" in shown


def test_a_right_field_names_no_error() -> None:
    shown = fields.field(Question()["about"])

    assert 'aria-describedby="id_about_helptext"' in shown
    assert "error" not in shown


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert "optional" in fields.field(Question()["more"])
    assert "optional" not in fields.field(Question()["more"], optional=False)
    assert "optional" not in fields.field(Question()["about"])


def test_choices_stand_in_a_fieldset_with_their_question() -> None:
    shown = fields.field(Question()["impact"])

    assert "<legend>Impact</legend>" in shown
    assert "All &lt;stops&gt;" in shown
    assert shown.count('type="radio"') == 2


def test_a_wrong_form_links_to_each_wrong_field_and_shows_hidden_errors() -> None:
    form = Question({"about": "x", "impact": "zzz"})

    shown = fields.fields(form)

    assert 'role="alert" tabindex="-1" autofocus>' in shown
    assert 'href="#id_impact"' in shown
    assert 'href="#id_about"' not in shown
    assert "This field is required." in shown.split("</div>")[0]


def test_an_entry_is_marked_on_its_page_and_within_its_section() -> None:
    request = RequestFactory().get("/accounts/login/")
    template = engines["django"].from_string('{% nav_item "account_login" label %}')

    request.resolver_match = SimpleNamespace(view_name="account_login")  # type: ignore[assignment]
    here = template.render({"label": "Sign <in>"}, request)
    request.resolver_match = SimpleNamespace(view_name="start")  # type: ignore[assignment]
    elsewhere = template.render({"label": "Sign <in>"}, request)

    assert 'aria-current="page"' in here
    assert "Sign &lt;in&gt;" in here
    assert "aria-current" not in elsewhere


def test_an_empty_place_escapes_its_words_and_offers_the_way_on() -> None:
    source = '{% blank icon="inbox" title=title %}{% if way %}<a href="/">On</a>{% endif %}{% endblank %}'
    template = engines["django"].from_string(source)

    assert "&lt;b&gt;" in template.render({"title": "<b>"})
    assert '<a href="/">On</a>' in template.render({"title": "x", "way": True})
    assert "blank-way" not in template.render({"title": "x"})


def test_no_time_is_nothing() -> None:
    assert times.local_time(None) == ""
    assert 'datetime="2026-11-24T13:20:00+00:00"' in times.local_time(NOW, "full")


def test_the_words_of_scripts_follow_the_language_and_stay_in_their_quotes() -> None:
    with translation.override("en"):
        shown = words.script_words()

    assert 'data-try-now="Try now"' in shown
    assert shown.count('"') == 2 * len(words.SCRIPT_WORDS) + 2

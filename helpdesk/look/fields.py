"""Form fields with label, help and error tied together for a screen reader."""

from functools import lru_cache
from typing import Any

from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from helpdesk.lib import tokens
from helpdesk.look.pictures import draw
from helpdesk.look.status import bar

_LISTS = (RadioSelect, CheckboxSelectMultiple)


def once() -> SafeString:
    """What a form is known by, so that however often it is sent it counts once (`post.once.Sending`)."""
    return format_html('<input type="hidden" name="once" value="{}">', tokens.random_token())


def field(
    bound: BoundField,
    optional: bool = True,
    label: str = "",
    hide_label: bool = False,
    show_help: bool = True,
    **attrs: Any,
) -> SafeString:
    """One field with its label, help and error, tied together for a screen reader.

    `optional=False` leaves out the word behind a field that may stay empty; further names are
    attributes of the input, with `_` for `-` (`data_suggest_url=...`).
    """
    if bound.is_hidden:
        return bound.as_hidden()
    ident = bound.id_for_label or bound.html_name
    text = label or bound.label
    word = "" if bound.field.required or not optional else _optional(get_language())
    widget = bound.field.widget
    help_text = _help(bound) if show_help else ""
    error = _error(bound)
    if isinstance(widget, _LISTS):
        return _choices(bound, text, word, help_text, error)
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    if described := " ".join(f"{bound.auto_id}_{part}" for part in _described(bound, show_help)):
        given["aria-describedby"] = described
    if isinstance(widget, CheckboxInput):
        box = format_html('<label class="check">{}<span>{}</span></label>', bound.as_widget(attrs=given), text)
        return format_html('<div class="field">{}{}{}</div>', box, help_text, error)
    given["class"] = " ".join(filter(None, (widget.attrs.get("class"), _control(widget))))
    tag = format_html(
        '<label for="{}"{}>{}{}</label>', ident, mark_safe(' class="visually-hidden"') if hide_label else "", text, word
    )
    return format_html('<div class="field">{}{}{}{}</div>', tag, help_text, bound.as_widget(attrs=given), error)


def _described(bound: BoundField, show_help: bool) -> list[str]:
    parts = [("helptext", show_help and bound.help_text), ("error", bound.errors)]
    return [name for name, there in parts if there]


def _control(widget: object) -> str:
    return "form-select" if isinstance(widget, Select) else "form-control"


@lru_cache(maxsize=8)
def _optional(language: str | None) -> SafeString:
    return format_html(' <span class="optional">{}</span>', gettext("optional"))


def _help(bound: BoundField) -> SafeString | str:
    if not bound.help_text:
        return ""
    return format_html('<p class="field-help" id="{}_helptext">{}</p>', bound.auto_id, bound.help_text)


def _error(bound: BoundField) -> SafeString | str:
    if not bound.errors:
        return ""
    words = " ".join(str(error) for error in bound.errors)
    return format_html(
        '<p class="field-error" id="{}_error">{}<span>{}</span></p>', bound.auto_id, draw("alert-triangle"), words
    )


def _choices(
    bound: BoundField, label: object, word: SafeString | str, help_text: SafeString | str, error: SafeString | str
) -> SafeString:
    options = format_html_join(
        "",
        "<label>{}<span>{}</span></label>",
        ((option.tag(wrap_label=False), option.choice_label) for option in bound),
    )
    described = bound.aria_describedby
    return format_html(
        '<fieldset class="field" id="{}"{}><legend>{}{}</legend>{}<div class="opts">{}</div>{}</fieldset>',
        bound.auto_id,
        format_html(' aria-describedby="{}"', described) if described else "",
        label,
        word,
        help_text,
        options,
        error,
    )


def fields(form: BaseForm, optional: bool = True) -> SafeString:
    """Everything of a form: what is wrong with it as a whole, then its fields in order."""
    shown = [field(bound, optional=optional) for bound in form.visible_fields()]
    hidden = [bound.as_hidden() for bound in form.hidden_fields()]
    return format_html_join("", "{}", ((part,) for part in (form_errors(form), *hidden, *shown)))


def form_errors(form: BaseForm) -> SafeString:
    """What is wrong with the form as a whole, and a link to each field that has an error; the page opens there."""
    if not form.errors:
        return mark_safe("")
    whole = [*form.non_field_errors(), *(error for bound in form.hidden_fields() for error in bound.errors)]
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    links = format_html_join(", ", '<a href="#{}">{}</a>', ((bound.auto_id, bound.label) for bound in wrong))
    parts = [format_html("{} ", error) for error in whole]
    if wrong:
        parts.append(format_html("{} {}", gettext("Please look at:"), links))
    return bar(format_html_join("", "{}", ((part,) for part in parts)), "late", "alert-triangle", "alert", focused=True)

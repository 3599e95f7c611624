"""The building blocks of every page: icons, tiles, status words, fields, empty states, navigation.

They are tags that build strings, not templates, because a queue page shows hundreds of them.
The forms and the shapes are described in `docs/look.md`.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django import template
from django.forms import BaseForm, BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
)
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from helpdesk.lib import clock, durations

register = template.Library()


class Face(Protocol):
    """A client as a page needs it: its slug carries the colour, its monogram the tile."""

    slug: str
    name: str
    monogram: str


# ---- pictures and people ---------------------------------------------------------------


@lru_cache(maxsize=512)
def _icon(name: str, extra: str = "") -> SafeString:
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f" {extra}" if extra else "",
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """The icon `name` of the sprite; silent for a screen reader unless it has a `label`."""
    if not label:
        return _icon(name, css)
    return format_html("{}<span class='visually-hidden'>{}</span>", _icon(name, css), label)


@lru_cache(maxsize=1024)
def _tile(slug: str, monogram: str, css: str) -> SafeString:
    return format_html(
        '<span class="{}" data-client="{}" aria-hidden="true">{}</span>',
        css,
        slug,
        monogram,
    )


@register.simple_tag
def tile(client: Face, size: str = "") -> SafeString:
    """The client's square of two letters in its colour; always beside its name. `size`: "" or "lg"."""
    return _tile(client.slug, client.monogram, "tile tile-lg" if size == "lg" else "tile")


@register.simple_tag
def vendor_tile(name: str) -> SafeString:
    """The vendor's hollow square with its first letter."""
    return format_html('<span class="tile tile-v" aria-hidden="true">{}</span>', name[:1].upper())


@register.simple_tag
def face(name: str) -> SafeString:
    """A person's round mark with up to two initials."""
    words = name.split()
    initials = "".join(word[0] for word in (words[0], words[-1]) if len(words) > 1) or name[:1]
    return format_html('<span class="face" aria-hidden="true">{}</span>', initials.upper())


@lru_cache(maxsize=1024)
def _who(slug: str, monogram: str, name: str) -> SafeString:
    return format_html('<span class="who">{}{}</span>', _tile(slug, monogram, "tile"), name)


@register.simple_tag
def who(client: Face) -> SafeString:
    """The client's tile and name."""
    return _who(client.slug, client.monogram, client.name)


# ---- status: icon, word and colour ------------------------------------------------------


@lru_cache(maxsize=64)
def _priority(number: int, language: str | None) -> SafeString:
    return format_html(
        '<span class="prio prio-{}"><span class="visually-hidden">{} </span>P{}</span>',
        number,
        gettext("Priority"),
        number,
    )


@register.simple_tag
def priority(number: int) -> SafeString:
    """P1 to P4, told apart by shape."""
    return _priority(number, get_language())


_LEFT_ICONS = {
    "late": "alert-triangle",
    "soon": "clock",
    "good": "check",
    "held": "player-pause",
}


@register.simple_tag
def time_left(
    due: datetime | None,
    now: datetime | None = None,
    paused: bool = False,
    big: bool = False,
) -> SafeString:
    """How long until `due`: over in red, soon in amber, otherwise plain ink; grey with bars while `paused`.

    `now` is this moment unless a page passes the one it was made at.  Without `due` nothing runs.
    """
    if due is None:
        return format_html('<span class="left held">{}</span>', gettext("no clock runs"))
    answer = durations.left(due, now or clock.now(), timezone.get_current_timezone())
    level = "held" if paused else answer.level
    picture = _icon(_LEFT_ICONS[level]) if level in _LEFT_ICONS and not big else ""
    spoken = format_html('<span class="visually-hidden">{} </span>', gettext("paused,")) if paused else ""
    css = f"left{'' if level == 'plain' else ' ' + level}{' big' if big else ''}"
    return format_html(
        '<time class="{}" datetime="{}">{}{}{}</time>',
        css,
        due.isoformat(),
        picture,
        spoken,
        answer.text,
    )


CUSTOMER_WORDS = {
    "customer": pgettext_lazy("waiting on", "The customer"),
    "guest": pgettext_lazy("waiting on", "The guest"),
    "member": pgettext_lazy("waiting on", "The member"),
    "employee": pgettext_lazy("waiting on", "The employee"),
}


@lru_cache(maxsize=2048)
def _waiting_on(
    holder: str,
    client_name: str,
    word: str,
    side: str,
    vendor: str,
    language: str | None,
) -> SafeString:
    if holder == "customer":
        text, picture = (
            str(CUSTOMER_WORDS.get(word, CUSTOMER_WORDS["customer"])),
            "user",
        )
    elif holder == "client":
        text, picture = gettext("You") if side == "client" else client_name, "building"
    else:
        text, picture = (
            gettext("Us") if side == "vendor" else vendor or gettext("Support"),
            "headset",
        )
    ours = " us" if holder == side else ""
    return format_html('<span class="wait-on{}">{}{}</span>', ours, _icon(picture), text)


@register.simple_tag
def waiting_on(
    holder: str,
    client_name: str,
    customer_word: str = "customer",
    side: str = "vendor",
    vendor_name: str = "",
) -> SafeString:
    """In whose court the ball is: `holder` is "vendor", "client" or "customer"; `side` is who reads the page."""
    return _waiting_on(str(holder), client_name, str(customer_word), side, vendor_name, get_language())


@register.simple_tag
def pill(text: object, level: str = "", icon: str = "") -> SafeString:
    """A fact with an end (missing clearance, a language); `level`: "", late, soon, good. Never a plain count."""
    return format_html(
        '<span class="pill{}">{}{}</span>',
        f" {level}" if level else "",
        _icon(icon) if icon else "",
        text,
    )


_BAR_ICONS = {
    "info": "info-circle",
    "good": "circle-check",
    "soon": "alert-triangle",
    "late": "alert-triangle",
}


@register.simple_block_tag(end_name="endmsgbar")
def msgbar(content: str, level: str = "info", icon: str = "", role: str = "", title: str = "") -> SafeString:
    """A bar that says something about the page; `level`: info, good, soon, late; `role`: status or alert."""
    return _bar(content, level, icon or _BAR_ICONS[level], role, title)


def _bar(content: object, level: str, icon_name: str, role: str = "", title: str = "") -> SafeString:
    return format_html(
        '<div class="msgbar {}"{}>{}<div>{}{}</div></div>',
        level,
        format_html(' role="{}"', role) if role else "",
        _icon(icon_name),
        format_html("<strong>{}</strong> ", title) if title else "",
        content,
    )


_MESSAGE_LEVELS = {
    "debug": "info",
    "info": "info",
    "success": "good",
    "warning": "soon",
    "error": "late",
}


@register.simple_tag(takes_context=True)
def flash(context: Context) -> SafeString:
    """The messages of the last action as bars; each is shown once."""
    bars = [
        _bar(message, level, _BAR_ICONS[level])
        for message in context.get("messages") or ()
        for level in (_MESSAGE_LEVELS.get(message.level_tag, "info"),)
    ]
    return format_html_join("", "{}", ((bar,) for bar in bars))


@register.simple_block_tag(end_name="endblank")
def blank(content: str, icon: str, title: str, text: str = "", level: int = 2) -> SafeString:
    """What a place says when it is empty: what comes next and when. The block holds the way on, if there is one."""
    return format_html(
        '<div class="blank">{}<h{} class="blank-title">{}</h{}>{}{}</div>',
        _icon(icon),
        level,
        title,
        level,
        format_html('<p class="quiet">{}</p>', text) if text else "",
        format_html('<div class="blank-way">{}</div>', content) if content.strip() else "",
    )


# ---- time ---------------------------------------------------------------------------------


@register.simple_tag
def local_time(moment: datetime | None, form: str = "short", css: str = "") -> SafeString:
    """`moment` on the reader's clock, with the exact time for machines.

    `form`: "short" (the time today, else day and time), "time", "date", "full".
    """
    if moment is None:
        return mark_safe("")
    local = timezone.localtime(moment)
    return format_html(
        '<time{} datetime="{}">{}</time>',
        format_html(' class="{}"', css) if css else "",
        local.isoformat(timespec="seconds"),
        _time_text(local, form),
    )


def _time_text(local: datetime, form: str) -> str:
    if form == "time":
        return date_format(local, "H:i")
    day = date_format(local, "j M" if local.year == clock.now().year else "j M Y")
    if form == "date":
        return day
    if form == "short" and local.date() == timezone.localdate(clock.now()):
        return date_format(local, "H:i")
    if form == "full":
        day = date_format(local, "j M Y")
    return f"{day} {date_format(local, 'H:i')}"


# ---- forms --------------------------------------------------------------------------------

_LISTS = (RadioSelect, CheckboxSelectMultiple)


@register.simple_tag
def field(
    bound: BoundField,
    optional: bool = True,
    label: str = "",
    hide_label: bool = False,
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
        box = format_html(
            '<label class="check">{}<span>{}</span></label>',
            bound.as_widget(attrs=given),
            text,
        )
        return format_html('<div class="field">{}{}{}</div>', box, help_text, error)
    given["class"] = " ".join(filter(None, (widget.attrs.get("class"), _control(widget))))
    tag = format_html(
        '<label for="{}"{}>{}{}</label>',
        ident,
        mark_safe(' class="visually-hidden"') if hide_label else "",
        text,
        word,
    )
    return format_html(
        '<div class="field">{}{}{}{}</div>',
        tag,
        help_text,
        bound.as_widget(attrs=given),
        error,
    )


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
        '<p class="field-error" id="{}_error">{}<span>{}</span></p>',
        bound.auto_id,
        _icon("alert-triangle"),
        words,
    )


def _choices(
    bound: BoundField,
    label: object,
    word: SafeString | str,
    help_text: SafeString | str,
    error: SafeString | str,
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


@register.simple_tag
def fields(form: BaseForm, optional: bool = True) -> SafeString:
    """Everything of a form: what is wrong with it as a whole, then its fields in order."""
    shown = [field(bound, optional=optional) for bound in form.visible_fields()]
    hidden = [bound.as_hidden() for bound in form.hidden_fields()]
    return format_html_join("", "{}", ((part,) for part in (form_errors(form), *hidden, *shown)))


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """What is wrong with the form as a whole, and a link to each field that has an error."""
    if not form.errors:
        return mark_safe("")
    whole = [
        *form.non_field_errors(),
        *(error for bound in form.hidden_fields() for error in bound.errors),
    ]
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    links = format_html_join(", ", '<a href="#{}">{}</a>', ((bound.auto_id, bound.label) for bound in wrong))
    parts = [format_html("{} ", error) for error in whole]
    if wrong:
        parts.append(format_html("{} {}", gettext("Please look at:"), links))
    return _bar(
        format_html_join("", "{}", ((part,) for part in parts)),
        "late",
        "alert-triangle",
        "alert",
    )


# ---- navigation ---------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def nav_item(context: Context, view: str, label: str, badge: str = "", **kwargs: Any) -> SafeString:
    """One entry of a navigation, marked when it is where the reader is.

    The page itself is "page"; a page that sets `section` to the name behind the colon of
    `view` stands inside it.
    """
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = ""
    if match is not None and match.view_name == view:
        here = "page"
    elif context.get("section") == view.partition(":")[2]:
        here = "true"
    return format_html(
        '<li><a href="{}"{}>{}{}</a></li>',
        reverse(view, kwargs=kwargs or None),
        format_html(' aria-current="{}"', here) if here else "",
        label,
        format_html(" {}", badge) if badge else "",
    )


@register.simple_tag
def key(keys: str, label: str) -> SafeString:
    """The attributes that make a link, button or input answer to a shortcut and list it under `?`."""
    return format_html('data-key="{}" data-key-label="{}"', keys, label)


@register.simple_tag
def pager(text: str, next_url: str = "", next_text: str = "", first_url: str = "") -> SafeString:
    """Which rows these are and the way to the next, by key and not by page number."""
    first = next_link = mark_safe("")
    if first_url:
        first = format_html(
            '<a class="btn btn-plain" href="{}">{}</a>',
            first_url,
            gettext("Back to the first"),
        )
    if next_url:
        next_link = format_html(
            '<a class="btn" rel="next" href="{}">{}{}</a>',
            next_url,
            next_text or gettext("Next"),
            _icon("arrow-right"),
        )
    return format_html(
        '<nav class="pager" aria-label="{}"><span class="quiet">{}</span><span class="line">{}{}</span></nav>',
        gettext("Pages"),
        text,
        first,
        next_link,
    )


# ---- words for the scripts ----------------------------------------------------------------

SCRIPT_WORDS = {
    "not-sent": gettext_lazy("Not sent: the desk can’t be reached."),
    "kept": gettext_lazy("What you wrote is kept here."),
    "sent-once": gettext_lazy("Sending twice is safe, it is sent once."),
    "try-now": gettext_lazy("Try now"),
    "refused": gettext_lazy("Not done: you may not do this, or no longer. Load the page again to see why."),
    "gone": gettext_lazy("Not done: this is not there any more. Load the page again."),
    "broken": gettext_lazy("Not done: something broke on our side. Nothing was changed. Please try again."),
    "too-many": gettext_lazy("Too many at once. Wait a minute, then try again."),
    "close": gettext_lazy("Close"),
    "confirm": gettext_lazy("Yes, do it"),
    "cancel": gettext_lazy("Cancel"),
    "shortcuts": gettext_lazy("Keyboard shortcuts"),
    "single-keys": gettext_lazy("Single keys work as shortcuts"),
    "all-shortcuts": gettext_lazy("all shortcuts"),
    "down": gettext_lazy("down"),
    "up": gettext_lazy("up"),
    "open": gettext_lazy("open"),
    "draft-kept": gettext_lazy("Draft kept {time}"),
    "draft-not-kept": gettext_lazy("Draft not kept yet, we try again"),
    "inserted": gettext_lazy("Inserted: {title}"),
    "moved": gettext_lazy("Row {from} is now row {to}"),
}


@lru_cache(maxsize=8)
def _words(language: str | None) -> SafeString:
    pairs = "".join(f' data-{name}="{escape(str(text))}"' for name, text in SCRIPT_WORDS.items())
    return mark_safe(f'<div id="words" hidden{pairs}></div>')


@register.simple_tag
def script_words() -> SafeString:
    """The sentences that scripts may show, in the page's language; scripts hold none of their own."""
    return _words(get_language())

"""How bad, whose move, until when; bars that say something, and places that are empty.

Status is an icon, a word and a colour, never colour alone.
"""

from datetime import datetime
from functools import lru_cache

from django.template import Context
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext_lazy

from helpdesk.lib import clock, durations
from helpdesk.look.pictures import draw


@lru_cache(maxsize=64)
def _priority(number: int, language: str | None) -> SafeString:
    return format_html(
        '<span class="prio prio-{}"><span class="visually-hidden">{} </span>P{}</span>',
        number,
        gettext("Priority"),
        number,
    )


def priority(number: int) -> SafeString:
    """P1 to P4, told apart by shape."""
    return _priority(number, get_language())


_LEFT_ICONS = {"late": "alert-triangle", "soon": "clock", "held": "player-pause"}


@lru_cache(maxsize=32)
def _left_frame(level: str, big: bool, language: str | None) -> tuple[str, str]:
    """The class, and what stands before the words."""
    css = f"left{'' if level == 'plain' else f' {level}'}{' big' if big else ''}"
    picture = draw(_LEFT_ICONS[level]) if level in _LEFT_ICONS and not big else ""
    if level != "held":
        return css, picture
    return css, format_html('{}<span class="visually-hidden">{} </span>', picture, gettext("paused,"))


def time_left(due: datetime | None, now: datetime | None = None, paused: bool = False, big: bool = False) -> SafeString:
    """How long until `due`: over in red, soon in amber, otherwise plain ink; grey with bars while `paused`.

    `now` is this moment unless a page passes the one it was made at.  Without `due` nothing runs.
    """
    if due is None:
        return format_html('<span class="left held">{}</span>', gettext("no clock runs"))
    answer = durations.left(due, now or clock.now(), timezone.get_current_timezone_name())
    css, before = _left_frame("held" if paused else answer.level.value, big, get_language())
    # Built by hand: the only part that is not ours is escaped, and a queue shows fifty of these.
    return mark_safe(f'<time class="{css}" datetime="{due.isoformat()}">{before}{escape(answer.text)}</time>')


CUSTOMER_WORDS = {
    "customer": pgettext_lazy("waiting on", "The customer"),
    "guest": pgettext_lazy("waiting on", "The guest"),
    "member": pgettext_lazy("waiting on", "The member"),
    "employee": pgettext_lazy("waiting on", "The employee"),
}


@lru_cache(maxsize=2048)
def _waiting_on(holder: str, client_name: str, word: str, side: str, vendor: str, language: str | None) -> SafeString:
    if holder == "customer":
        text, picture = str(CUSTOMER_WORDS.get(word, CUSTOMER_WORDS["customer"])), "user"
    elif holder == "client":
        text, picture = gettext("You") if side == "client" else client_name, "building"
    else:
        text, picture = gettext("Us") if side == "vendor" else vendor or gettext("Support"), "headset"
    ours = " us" if holder == side else ""
    return format_html('<span class="wait-on{}">{}{}</span>', ours, draw(picture), text)


def waiting_on(
    holder: str, client_name: str, customer_word: str = "customer", side: str = "vendor", vendor_name: str = ""
) -> SafeString:
    """In whose court the ball is: `holder` is "vendor", "client" or "customer"; `side` is who reads the page."""
    return _waiting_on(str(holder), client_name, str(customer_word), side, vendor_name, get_language())


def pill(text: object, level: str = "", icon: str = "") -> SafeString:
    """A fact with an end (missing clearance, a language); `level`: "", late, soon, good. Never a plain count."""
    return format_html(
        '<span class="pill{}">{}{}</span>', f" {level}" if level else "", draw(icon) if icon else "", text
    )


_BAR_ICONS = {"info": "info-circle", "good": "circle-check", "soon": "alert-triangle", "late": "alert-triangle"}


def msgbar(content: str, level: str = "info", icon: str = "", role: str = "", title: str = "") -> SafeString:
    """A bar that says something about the page; `level`: info, good, soon, late; `role`: status or alert."""
    return bar(content, level, icon or _BAR_ICONS[level], role, title)


def bar(
    content: object, level: str, icon_name: str, role: str = "", title: str = "", focused: bool = False
) -> SafeString:
    """A bar of `level` with an icon; `content` is escaped unless it is safe.

    The page opens at one that is `focused`, wherever it stands.
    """
    return format_html(
        '<div class="msgbar {}"{}{}>{}<div>{}{}</div></div>',
        level,
        format_html(' role="{}"', role) if role else "",
        mark_safe(' tabindex="-1" autofocus') if focused else "",
        draw(icon_name),
        format_html("<strong>{}</strong> ", title) if title else "",
        content,
    )


_MESSAGE_LEVELS = {"debug": "info", "info": "info", "success": "good", "warning": "soon", "error": "late"}


def flash(context: Context) -> SafeString:
    """The messages of the last action as bars; each is shown once."""
    bars = [
        bar(message, level, _BAR_ICONS[level])
        for message in context.get("messages") or ()
        for level in (_MESSAGE_LEVELS.get(message.level_tag, "info"),)
    ]
    return format_html_join("", "{}", ((bar,) for bar in bars))


def blank(content: str, icon: str, title: str, text: str = "", level: int = 2) -> SafeString:
    """What a place says when it is empty: what comes next and when. The block holds the way on, if there is one."""
    return format_html(
        '<div class="blank">{}<h{} class="blank-title">{}</h{}>{}{}</div>',
        draw(icon),
        level,
        title,
        level,
        format_html('<p class="quiet">{}</p>', text) if text else "",
        format_html('<div class="blank-way">{}</div>', content) if content.strip() else "",
    )

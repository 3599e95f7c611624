"""Ways from page to page: menu entries, shortcuts, the next rows."""

from typing import Any

from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from helpdesk.look.pictures import draw


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


def key(keys: str, label: str) -> SafeString:
    """The attributes that make a link, button or input answer to a shortcut and list it under `?`."""
    return format_html('data-key="{}" data-key-label="{}"', keys, label)


def pager(
    text: str, next_url: str = "", next_text: str = "", first_url: str = "", previous_url: str = ""
) -> SafeString:
    """Which rows these are and the way to the next and back, by key and not by page number; H and L go there too."""
    first = previous = following = mark_safe("")
    if first_url:
        first = format_html('<a class="btn btn-plain" href="{}">{}</a>', first_url, gettext("Back to the first"))
    if previous_url:
        previous = format_html(
            '<a class="btn" rel="prev" href="{}" {}>{}{}</a>',
            previous_url,
            key("h", gettext("previous page")),
            draw("arrow-left"),
            gettext("Previous"),
        )
    if next_url:
        following = format_html(
            '<a class="btn" rel="next" href="{}" {}>{}{}</a>',
            next_url,
            key("l", gettext("next page")),
            next_text or gettext("Next"),
            draw("arrow-right"),
        )
    return format_html(
        '<nav class="pager" aria-label="{}"><span class="quiet">{}</span><span class="line">{}{}{}</span></nav>',
        gettext("Pages"),
        text,
        first,
        previous,
        following,
    )

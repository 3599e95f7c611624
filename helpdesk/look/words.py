"""Sentences that scripts may show; scripts hold none of their own."""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy

SCRIPT_WORDS = {
    "not-sent": gettext_lazy("Not sent: the desk can’t be reached."),
    "kept": gettext_lazy("What you wrote is kept here."),
    "sent-once": gettext_lazy("Sending twice is safe, it is sent once."),
    "try-now": gettext_lazy("Try now"),
    "refused": gettext_lazy("Not done: you may not do this, or no longer. Load the page again to see why."),
    "gone": gettext_lazy("Not done: this is not there any more. Load the page again."),
    "broken": gettext_lazy("Not done: something broke on our side. Please try again; doing it twice is safe."),
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


def script_words() -> SafeString:
    """The sentences that scripts may show, in the page's language; scripts hold none of their own."""
    return _words(get_language())

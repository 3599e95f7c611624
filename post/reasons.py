"""Why a letter was not delivered, in plain words; what the mail server said stays beside it."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Enhanced status codes of RFC 3463 tell more than the reply codes of RFC 5321, so they come first.
_WORDS: tuple[tuple[re.Pattern[str], Promise], ...] = (
    (re.compile(r"\b5\.1\.[1236]\b"), _("There is no such mailbox.")),
    (re.compile(r"\b[45]\.2\.2\b"), _("The mailbox is full.")),
    (re.compile(r"\b5\.7\.\d+\b"), _("Their mail server refuses letters from us.")),
    (re.compile(r"^55[013]\b"), _("There is no such mailbox.")),
    (re.compile(r"^(552|452)\b"), _("The mailbox is full.")),
    (re.compile(r"^5\d\d\b"), _("Their mail server refuses letters from us.")),
    (re.compile(r"^4\d\d\b"), _("The mail server put us off every time.")),
    (re.compile(r"could not be reached|too slow"), _("The mail server could not be reached.")),
    (re.compile(r"refused our sign-in"), _("Our mail server refuses our sign-in. Tell whoever runs this site.")),
    (re.compile(r"can't be written"), _("The address or the letter can’t be written as a mail.")),
)
_ELSE = _("The mail server did not say why.")


def in_words(last_error: str) -> Promise:
    """The sentence for what an attempt left behind."""
    return next((words for pattern, words in _WORDS if pattern.search(last_error)), _ELSE)

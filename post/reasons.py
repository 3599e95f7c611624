"""Why a letter or a call was not delivered, in plain words; what the other side said stays beside it."""

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
_CALLS: tuple[tuple[re.Pattern[str], Promise], ...] = (
    (re.compile(r"^(401|403)\b"), _("It refuses our calls. Check the secret on its side.")),
    (re.compile(r"^(404|410)\b"), _("Nobody listens at this address.")),
    (re.compile(r"^3\d\d\b"), _("It wants to send us elsewhere, and we don’t follow. Give us the new address.")),
    (re.compile(r"^429\b"), _("It asked us to slow down every time.")),
    (re.compile(r"^4\d\d\b"), _("It refused what we told.")),
    (re.compile(r"^5\d\d\b"), _("It answered with an error of its own.")),
    (re.compile(r"no usable answer|failed the whole time"), _("It did not answer in time.")),
    (re.compile(r"far too long"), _("It answered with far more than an answer.")),
    (re.compile(r"where no call may go"), _("Its address leads inside, or is not https.")),
    (re.compile(r"has no secret"), _("It has no secret that we can read. Make a new one.")),
    (re.compile(r"switched off"), _("It is switched off.")),
    (re.compile(r"the provider failed"), _("The provider failed. Tell whoever runs this site.")),
)
_ELSE = _("The mail server did not say why.")
_CALLS_ELSE = _("It did not take the call.")


def in_words(last_error: str) -> Promise:
    """The sentence for what an attempt left behind."""
    return next((words for pattern, words in _WORDS if pattern.search(last_error)), _ELSE)


def of_call(last_error: str) -> Promise:
    """The sentence for what an attempt at a call left behind."""
    return next((words for pattern, words in _CALLS if pattern.search(last_error)), _CALLS_ELSE)

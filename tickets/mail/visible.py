"""What somebody wrote in an answer, without the quoted mails below it."""

import threading

from mailparser_reply import EmailReplyParser

from tickets.mail.limits import SECONDS_TO_CUT, TimeUp, within

LANGUAGES = ["en", "sv", "de", "fr", "es", "da", "nl", "it", "pl", "cs", "ja", "ko", "zh"]
LONGEST_CUT = 100_000
# Without a main thread nothing stops a slow expression, so less is tried.
LONGEST_UNWATCHED = 10_000


def visible(text: str) -> str:
    """The newest words of a reply; the whole text where it can't be told in a second, or nothing would be left."""
    watched = threading.current_thread() is threading.main_thread()
    if len(text) > (LONGEST_CUT if watched else LONGEST_UNWATCHED):
        return text
    try:
        with within(SECONDS_TO_CUT):
            cut = EmailReplyParser(languages=LANGUAGES).parse_reply(text) or ""
    except TimeUp:
        return text
    return cut if cut.strip() else text

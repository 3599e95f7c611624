"""What kind of mail it is: a person's, or one that no program may answer (RFC 3834)."""

import re
from email.message import Message
from enum import StrEnum

from django.conf import settings

from tickets.mail import words


class Nature(StrEnum):
    """Kinds of mail."""

    PERSON = "person"
    BULK = "bulk"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    SPAM = "spam"


_AUTO_SUBJECT = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[ -]?repl(?:y|ied)|auto(?:matic)? response|autoreply|out of (?:the )?office"
    r"|autosvar|automatiskt svar|fr.nvaromeddelande|abwesenheits|automatische antwort|r.ponse automatique"
    r"|respuesta autom.tica|risposta automatica|automatyczna odpowied|odpowied. automatyczna|automatisch antwoord)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"\s*(?:undeliver(?:ed|able)|delivery (?:status notification|failure|has failed)|mail delivery (?:failed|system)"
    r"|failure notice|returned mail|message (?:delayed|undeliverable)|warning: could not send)",
    re.IGNORECASE,
)
_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")
_NOBODY = re.compile(r"(?:no|do[-_.]?not)[-_.]?reply|bounces?[-+@]|notifications?@|newsletter", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_FAIL = re.compile(r"(?:^|[;\s])(?:dmarc|spf|dkim)\s*=\s*(?:hard)?fail(?![\w-])")
_GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def of(message: Message, types: list[str], *, subject: str, sender: str, text: str) -> Nature:
    """The kind of a mail, from its headers, the types of its parts and, last, its words."""
    if words.header(message, "X-Spam-Flag").lower() == "yes" or _GTUBE in text:
        return Nature.SPAM
    report = str(message.get_param("report-type") or "").lower()
    if report == "feedback-report" or "message/feedback-report" in types:
        return Nature.COMPLAINT
    if report == "disposition-notification" or "message/disposition-notification" in types:
        return Nature.AUTO_REPLY
    if _is_bounce(message, types, subject=subject, sender=sender):
        return Nature.BOUNCE
    if _is_auto_reply(message, subject):
        return Nature.AUTO_REPLY
    return Nature.BULK if _is_bulk(message, sender) else Nature.PERSON


def _is_bounce(message: Message, types: list[str], *, subject: str, sender: str) -> bool:
    if message.get_content_type() == "multipart/report" or "message/delivery-status" in types:
        return True
    if words.raw_headers(message, "X-Failed-Recipients"):
        return True
    local = sender.partition("@")[0].lower()
    nobody = _is_from_nobody(message)
    return (local in _DAEMONS or nobody) and (local in _DAEMONS[:1] or bool(_BOUNCE_SUBJECT.match(subject)))


def _is_auto_reply(message: Message, subject: str) -> bool:
    submitted = words.header(message, "Auto-Submitted").lower()
    if submitted.startswith(("auto-replied", "auto-notified")):
        return True
    if words.header(message, "Precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if any(words.raw_headers(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder")):
        return True
    return bool(_AUTO_SUBJECT.match(subject))


def _is_bulk(message: Message, sender: str) -> bool:
    if words.header(message, "Precedence").lower() in ("list", "bulk", "junk"):
        return True
    if words.header(message, "Auto-Submitted").lower() not in ("", "no"):
        return True
    names = ("List-Id", "List-Unsubscribe", "List-Post", "X-Auto-Response-Suppress", "Feedback-ID", "X-Loop")
    if any(words.raw_headers(message, name) for name in names):
        return True
    return _is_from_nobody(message) or bool(_NOBODY.search(sender))


def _is_from_nobody(message: Message) -> bool:
    """An empty Return-Path: nobody wants an answer."""
    return any(value.strip() == "<>" for value in words.raw_headers(message, "Return-Path"))


def failed_checks(message: Message) -> bool:
    """Whether a mail server of ours found that the sender is not who they claim to be (RFC 8601).

    `MAIL_AUTHSERV` names our servers: what others wrote, the sender among them, says nothing.
    Where none is named, anybody's fail counts.  A pass never takes back a fail, and proves nothing.
    """
    ours = settings.MAIL_AUTHSERV
    for value in words.raw_headers(message, "Authentication-Results"):
        server, _semicolon, results = _COMMENT.sub(" ", value).lower().partition(";")
        by = server.split()[:1]
        if (not ours or (by and by[0].strip('"') in ours)) and _FAIL.search(results):
            return True
    return False

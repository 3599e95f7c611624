"""Who carries a call: a webhook, a text message, a phone call.

A provider is a class with one method (`Provider`); `settings.CALL_PROVIDERS` gives it a name, and an endpoint
names the one that it goes through.  The one that comes with the product posts the message, signed, to the
endpoint's address: for text messages and phone calls, a few lines of whatever a company uses for them stand there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from helpdesk.lib import clock, outside
from post import signing, waits

TIMEOUT = 10.0
LARGEST_ANSWER = 64 * 1024
# Of these the other side says itself that the same thing may work later.
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is to be delivered, as it stands at this attempt.

    `id` is the same at every attempt, so that a repeated message is known as such.  `carries` is `webhook`, `sms`
    or `phone`; of the latter two, `body` holds `number` (E.164), `text` and `language`.  `secrets` are those that
    are good now, the newest first.
    """

    id: str
    kind: str
    carries: str
    address: str
    body: dict[str, Any]
    written_at: datetime
    secrets: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an attempt.

    `reason` is "" where it was accepted; `final` where trying again can't help; `wait` is the least time before
    the next attempt.  `answered` tells that the other side is there: its other messages need not wait.
    """

    reason: str = ""
    final: bool = False
    answered: bool = False
    wait: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the other side took it."""
        return not self.reason


class Provider(Protocol):
    """Carries messages; one object serves many threads at once."""

    def deliver(self, message: Message) -> Outcome:
        """Try once, within a few seconds; what goes wrong is an outcome, and never raised."""
        ...


class SignedWebhook:
    """Posts the message to the endpoint's address, signed by the scheme of Standard Webhooks."""

    def deliver(self, message: Message) -> Outcome:
        """One POST: no redirect is followed, and no address inside is asked."""
        if not message.secrets:
            return Outcome(reason="the endpoint has no secret", final=True)
        body = payload(message)
        now = clock.now()
        headers = {"Content-Type": "application/json", **signing.headers(message.secrets, message.id, now, body)}
        try:
            answer = outside.fetch(
                "POST", message.address, headers=headers, body=body, limit_bytes=LARGEST_ANSWER, timeout=TIMEOUT
            )
        except outside.NotAllowed:
            return Outcome(reason="the address leads where no call may go", final=True)
        except outside.TooLong:
            return Outcome(reason="the answer was far too long")
        except outside.OutsideError:
            return Outcome(reason="no usable answer within the time")
        return _meaning(answer, now)


def payload(message: Message) -> bytes:
    """The body of the POST: the same bytes at every attempt."""
    told = {"type": message.kind, "timestamp": message.written_at.isoformat(), "data": message.body}
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _meaning(answer: outside.Answer, now: datetime) -> Outcome:
    """What a status says: a refusal is final, a fault of the other side is not."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome(answered=True)
    reason = f"{status} {_phrase(status)}".strip()
    if status in _LATER or status >= 500:
        return Outcome(reason=reason, wait=waits.asked(answer.headers.get("retry-after", ""), now))
    return Outcome(reason=reason, final=True, answered=True)


def _phrase(status: int) -> str:
    """The standard's words for a status: what the other side writes there may be anything."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


@cache
def _made(path: str) -> Provider:
    return cast(Provider, import_string(path)())


def named(name: str) -> Provider | None:
    """The provider of this name, or None where the settings have none."""
    path = settings.CALL_PROVIDERS.get(name)
    return _made(path) if path else None

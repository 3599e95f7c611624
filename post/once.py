"""One effect per key: the first answer to a request is stored with its effect and replayed.

The key's row stands in the transaction of the effect; answers of 2xx, 3xx and 4xx are kept, a
5xx leaves no key.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from access.actor import Actor
from access.errors import Conflict
from helpdesk.lib import clock
from helpdesk.lib.locks import hold, hold_at_once
from post.models import IdempotencyKey

KEPT = timedelta(hours=48)
LONGEST_KEY = 255
LONGEST_SENT = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    body: str = ""
    location: str = ""


class OtherRequest(Conflict):
    """The key was used before, for something else."""

    status = 422
    sentence = _("This key was used for another request. Use a new key.")

    def __init__(self) -> None:
        super().__init__(self.sentence)


class TwinRunning(Conflict):
    """A request with the same key is running right now."""

    sentence = _("The same request is being worked on. Ask again in a moment.")

    def __init__(self) -> None:
        super().__init__(self.sentence)


def actor_key(actor: Actor) -> str:
    """Whose key it is: keys of different people never meet."""
    return (
        f"{actor.side}:{actor.user_id or ''}:{actor.token_id or ''}:{actor.customer_id or ''}:{actor.contact_id or ''}"
    )


def fingerprint(*parts: str | bytes) -> str:
    """What tells one request from another under the same key."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return whole.hexdigest()


def earlier(actor: Actor, client_id: int, key: str, mark: str, *, wait: bool) -> Answer | None:
    """The first answer under this key, or None where this request is the first.

    Holds the key's lock until the transaction ends.  A running twin is waited for (`wait`: a
    person's double click) or raises `TwinRunning`; the key with another `mark` raises
    `OtherRequest`.
    """
    whose = actor_key(actor)
    if wait:
        hold(client_id, whose, key)
    elif not hold_at_once(client_id, whose, key):
        raise TwinRunning
    row = IdempotencyKey.objects.filter(client_id=client_id, actor_key=whose, key=key[:LONGEST_KEY]).first()
    if row is None:
        return None
    if row.fingerprint != mark:
        raise OtherRequest
    return Answer(row.status, row.body, row.location)


def keep(actor: Actor, client_id: int, key: str, mark: str, answer: Answer) -> None:
    """Store the first answer; the caller holds the lock that `earlier` took."""
    IdempotencyKey.objects.create(
        client_id=client_id,
        actor_key=actor_key(actor),
        key=key[:LONGEST_KEY],
        fingerprint=mark,
        status=answer.status,
        body=answer.body,
        location=answer.location,
        created_at=clock.now(),
    )


class Sending:
    """A form that a person sends, known by what its page was drawn with (`{% once %}`); without that it is always new.

    A button pressed twice waits for the first, and finds in `earlier` where that led.
    """

    def __init__(self, actor: Actor, client_id: int, *, form: str, sent: str, given: str) -> None:
        self._actor, self._client_id = actor, client_id
        # One page may hold several forms.
        self._key = f"{form}/{sent[:LONGEST_SENT]}" if sent else ""
        self._mark = fingerprint(given)

    def earlier(self) -> str | None:
        """Where it led when it was taken; None the first time.  Raises `OtherRequest` where it said something else."""
        if not self._key:
            return None
        answer = earlier(self._actor, self._client_id, self._key, self._mark, wait=True)
        return answer.location if answer is not None else None

    def keep(self, location: str) -> None:
        """It is taken, and leads there."""
        if self._key:
            keep(self._actor, self._client_id, self._key, self._mark, Answer(302, location=location))


def forget_old(client_id: int) -> int:
    """Delete a client's keys past their time; returns how many."""
    outdated = IdempotencyKey.objects.filter(client_id=client_id, created_at__lt=clock.now() - KEPT)
    return outdated.delete()[0]

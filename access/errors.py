"""Refusals that `access` expects; `access.answers` turns them into pages and problem documents."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.rights import Right

if TYPE_CHECKING:
    from access.log import Entry


class ScopeMissing(RuntimeError):
    """A statement on a client's table where nobody has said who is asking."""

    def __init__(self, message: str = "No scope is entered: this statement would see nothing.") -> None:
        super().__init__(message)


class Refused(Exception):
    """A person asked for something expected to be refused.

    `sentence` is for that person; `status` is the HTTP status of the answer.
    """

    status = 400
    sentence: str | Promise = _("That did not work. Check what you entered and try again.")
    client_id: int | None = None
    # What the client's log says of it, though all else is rolled back.
    entry: "Entry | None" = None

    def __init__(self, sentence: str | Promise | None = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(Refused):
    """The row does not exist or is not visible: one answer for both."""

    status = 404
    sentence = _("No such page.")


class RightMissing(Refused):
    """A visible row, but the person may not do this with it."""

    status = 403
    sentence = _("Your role for this client does not include this. Ask your team lead.")
    right: Right | None = None


class GateClosed(Refused):
    """A hard gate is closed for this person at this client."""

    status = 403
    # Which one, by the name that `access.gates` gives it.
    gate: str = ""

    def __init__(self, sentence: str | Promise, how: str | Promise) -> None:
        super().__init__(sentence)
        self.how = how


class MethodMissing(Refused):
    """The address exists, and does not answer this method; `allowed` are those that it answers."""

    status = 405
    sentence = _("This address does not answer that kind of request.")

    def __init__(self, served: Iterable[str]) -> None:
        super().__init__()
        methods = {method.upper() for method in served}
        self.allowed = sorted(methods | {"HEAD"} if "GET" in methods else methods)


class Invalid(Refused):
    """What was given cannot be taken; `field` names where."""

    status = 400

    def __init__(self, sentence: str | Promise, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Conflict(Refused):
    """The thing has changed meanwhile; `sentence` says how."""

    status = 409


class TooLarge(Refused):
    """More bytes than are taken."""

    status = 413
    sentence = _("That is too large.")


class NoRoom(TooLarge):
    """Bytes that would be taken, were there room for them; the same works later."""

    status = 507
    sentence = _("There is no room for files right now. Send it without them, or try again later.")


class TooMany(Refused):
    """More requests than are taken; try later."""

    status = 429
    sentence = _("Too many tries in a short time. Wait a minute and try again.")

    def __init__(self, sentence: str | Promise | None = None, retry_after: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after

"""Refusals that working on tickets expects."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Conflict, Invalid


class Stale(Conflict):
    """Somebody answered while this answer was being written."""

    def __init__(self, *, name: str, at: datetime, latest_id: int) -> None:
        super().__init__(_("%(name)s answered meanwhile. Read it, then send yours again.") % {"name": name})
        self.name, self.at, self.latest_id = name, at, latest_id


class AlreadyTaken(Conflict):
    """Somebody else has taken the ticket."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has taken this ticket meanwhile.") % {"name": name}
            if name
            else _("This ticket is not there to be taken any more.")
        )


class Closed(Conflict):
    """The ticket is closed."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("This ticket is closed. Open it again first."))


class Empty(Invalid):
    """Nothing was written."""

    def __init__(self, field: str = "body") -> None:
        super().__init__(gettext_lazy("Write something first."), field)


class NotTheirsToRaise(Conflict):
    """Whoever may not take a ticket does not make it one that they may take."""

    def __init__(self, missing: Sequence[str]) -> None:
        said = _("%(names)s is missing: a colleague who has it, or the client, says that this is urgent. Escalate it.")
        super().__init__(said % {"names": ", ".join(missing)})


class NotReady(Conflict):
    """Something is missing before a person takes new tickets of this client: a certificate, something to read."""

    ONLY_URGENT = gettext_lazy("Only an open ticket of priority 1 or 2 is worked before clearance.")

    def __init__(self, missing: Sequence[str], *, urgent: bool, colleague: bool = False) -> None:
        names = {"names": ", ".join(missing)}
        if colleague:
            said = _("They take no new tickets of this client: %(names)s is missing. Choose somebody else.") % names
        elif urgent:
            said = _("%(names)s is missing. It is urgent: choose “Work now, clear after”. Your text is kept.") % names
        else:
            said = _("You take no new tickets of this client: %(names)s is missing. Your text is kept.") % names
        super().__init__(said)
        self.missing, self.urgent = tuple(missing), urgent

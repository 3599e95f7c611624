"""Refusals that working on tickets expects."""

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

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

CHANGES = {
    "erasure asked for": _("asked for the erasure of a customer"),
    "customer erased": _("erased a customer’s data"),
    "erased": _("removed what the log said of a customer"),
    "retained": _("removed what the log said before a day"),
    "export asked for": _("asked for an export"),
    "export downloaded": _("took an export away"),
    "imported": _("imported the client"),
    "retention rules": _("changed the retention rules"),
    "retention": _("cleared away by the retention rules"),
    "put back": _("put back the ticket of somebody who has left"),
    "hand-over": _("completed the hand-over notes"),
}


class LeavingConfig(AppConfig):
    """What goes: erasure, retention, exports, and the client itself with everything it owns."""

    name = "helpdesk.leaving"
    label = "leaving"

    def ready(self) -> None:
        """Declare the tables and the words for the log."""
        from access.lines import tell_changes, tell_deed
        from helpdesk.leaving import holdings, own_data

        holdings.tell()
        own_data.listen()
        tell_changes(CHANGES)
        tell_deed("leaving.erase", lambda: str(CHANGES["customer erased"]))
        tell_deed("leaving.hand_over", lambda: str(CHANGES["put back"]))
        tell_deed("leaving.retain", lambda: str(CHANGES["retention"]))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """How a client's customers are served, in figures that both sides see."""

    name = "reporting"

    def ready(self) -> None:
        from access.lines import tell_changes
        from reporting import holdings

        holdings.tell()
        tell_changes({"baseline_taken": _("took the baseline of the imported history")})

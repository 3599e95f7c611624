from django.apps import AppConfig
from django.utils.translation import gettext as _


class EscalationConfig(AppConfig):
    """Promises, their clocks, and the way of a ticket to the client and back."""

    name = "escalation"

    def ready(self) -> None:
        from access.lines import tell_deed
        from escalation import history, letters, promises, starter, timers, withdrawal
        from tickets.promises import tell_first_answer

        starter.listen()
        timers.listen()
        withdrawal.listen()
        history.listen()
        letters.listen()
        tell_deed("escalation.tell_step", lambda: _("told the next person"))
        tell_deed("escalation.withdraw_ended", lambda: _("took the question back"))
        tell_first_answer(promises.first_answer_by)

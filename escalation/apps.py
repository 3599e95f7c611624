from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Promises, their clocks, and the way of a ticket to the client and back."""

    name = "escalation"

    def ready(self) -> None:
        from escalation import history, letters, promises, starter, timers, withdrawal
        from tickets.promises import tell_first_answer

        starter.listen()
        timers.listen()
        withdrawal.listen()
        history.listen()
        letters.listen()
        tell_first_answer(promises.first_answer_by)

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHANGES = {
    "escalated": gettext_lazy("escalated the ticket"),
    "acknowledged": gettext_lazy("said that they are on it"),
    "passed on": gettext_lazy("passed the question on"),
    "asked again": gettext_lazy("had a new link mailed"),
    "returned": gettext_lazy("answered and gave the ticket back"),
    "not_needed": gettext_lazy("gave the ticket back as not needed"),
    "not needed": gettext_lazy("gave the ticket back as not needed"),
    "incomplete": gettext_lazy("gave the ticket back as incomplete"),
    "taken over": gettext_lazy("took the ticket over"),
    "taken_over": gettext_lazy("took the ticket over"),
    "withdrawn": gettext_lazy("took the question back"),
    "contact saved": gettext_lazy("saved a contact"),
    "contact activated": gettext_lazy("has a contact asked again"),
    "contact deactivated": gettext_lazy("stopped asking a contact"),
    "matrix published": gettext_lazy("published the matrix"),
}


KINDS = {
    "escalation": gettext_lazy("escalation"),
    "contact": gettext_lazy("contact"),
    "matrix": gettext_lazy("escalation matrix"),
}


REASONS = {
    "letter": gettext_lazy("to answer the question, by the link in a letter"),
    "question": gettext_lazy("to answer the question"),
}


class EscalationConfig(AppConfig):
    """Promises, their clocks, and the way of a ticket to the client and back."""

    name = "escalation"

    def ready(self) -> None:
        from access.actions.flags import tell_hours
        from access.lines import tell_changes, tell_deed, tell_kinds, tell_reasons
        from escalation import (
            calendars,
            emergencies,
            history,
            holdings,
            letters,
            promises,
            readiness,
            starter,
            timers,
            withdrawal,
        )
        from tickets.promises import tell_first_answer

        starter.listen()
        timers.listen()
        withdrawal.listen()
        history.listen()
        letters.listen()
        emergencies.listen()
        readiness.declare()
        holdings.tell()
        tell_changes(CHANGES)
        tell_kinds(KINDS)
        tell_reasons(REASONS)
        tell_deed("escalation.tell_step", lambda: _("told the next person"))
        tell_deed("escalation.withdraw_ended", lambda: _("took the question back"))
        tell_hours(calendars.support_hours)
        tell_first_answer(promises.first_answer_by)

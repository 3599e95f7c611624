"""Refusals that escalating and answering expect."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from access.errors import Conflict
from escalation.models import Escalation


class AlreadyAnswered(Conflict):
    """Somebody was first: says who, when and how."""

    def __init__(self, escalation: Escalation) -> None:
        self.escalation = escalation
        values = {"name": escalation.answered_by_name, "time": _time(escalation)}
        if escalation.needs_no_answer:
            sentence = _("No answer is needed any more since %(time)s.") % values
        elif escalation.state == Escalation.State.TAKEN_OVER:
            sentence = _("%(name)s took this over at %(time)s.") % values
        elif escalation.state == Escalation.State.DECLINED:
            sentence = _("%(name)s declined this at %(time)s.") % values
        else:
            sentence = _("%(name)s answered at %(time)s.") % values
        super().__init__(sentence)


class TakenOn(Conflict):
    """Somebody else is on it: says who and since when; the question is still open."""

    def __init__(self, escalation: Escalation) -> None:
        values = {"name": escalation.acknowledged_by_name or _("Somebody"), "time": _hour(escalation.acknowledged_at)}
        super().__init__(_("%(name)s is on it since %(time)s.") % values)


class AlreadyEscalated(Conflict):
    """The ticket waits on the client already."""

    def __init__(self, client_name: str) -> None:
        super().__init__(
            _("This ticket is escalated to %(client)s already. Wait for the answer, or take the question back first.")
            % {"client": client_name}
        )


class LinkWorks(Conflict):
    """The mailbox that asks for a new link has one that works."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            _("A newer link went to the same address and works until %(time)s. Answer by that one.")
            % {"time": date_format(localtime(until), "j M H:i")}
        )


class MatrixChanged(Conflict):
    """Somebody has published a newer matrix meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has published a newer matrix meanwhile. Look at what differs, then publish yours.")
            % {"name": name or _("Somebody")}
        )


class DraftChanged(Conflict):
    """Somebody has changed, published or discarded the draft meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has changed the draft meanwhile. Look at it, then do yours again.")
            % {"name": name or _("Somebody")}
        )


class HoursChanged(Conflict):
    """Somebody has saved newer support hours meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has changed the support hours meanwhile. Look at them, then save yours again.")
            % {"name": name or _("Somebody")}
        )


class PromisesChanged(Conflict):
    """Somebody has proposed other promises meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has proposed other promises meanwhile. Look at them, then propose yours again.")
            % {"name": name or _("Somebody")}
        )


def _time(escalation: Escalation) -> str:
    return _hour(escalation.ended_at)


def _hour(at: datetime | None) -> str:
    return date_format(localtime(at), "H:i") if at else ""

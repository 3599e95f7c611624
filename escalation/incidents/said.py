"""The lines of an incident's timeline in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from escalation.incidents.parts import Nature
from escalation.incidents.queries import Turn
from escalation.models import IncidentEvent
from tickets.desk.sentences import staff_sentence

Happened = IncidentEvent.Kind
_PLAIN = {
    Happened.CHANGED: gettext_noop("Changed what is said of it"),
    Happened.UNLINKED: gettext_noop("Took #%(ticket)s off"),
    Happened.BANNER: gettext_noop("The portal says: “%(text)s”"),
    Happened.NO_BANNER: gettext_noop("The portal says nothing more"),
    Happened.EASED: gettext_noop("The worst is over"),
    Happened.FIXED: gettext_noop("Fixed"),
    Happened.AGAIN: gettext_noop("Open again"),
    Happened.CLOSED: gettext_noop("Closed"),
}


def words_of(turn: Turn, client_name: str) -> str:
    """What a line says, without who did it and when."""
    if turn.step is not None:
        return staff_sentence(turn.step, client_name=client_name)
    if turn.event is None:
        return ""
    kind, data = Happened(turn.event.kind), turn.event.data
    if kind is Happened.LINKED:
        return _linked(turn.numbers)
    if kind is Happened.TOLD:
        return _told(data)
    if kind is Happened.RETRIED:
        return _retried(data)
    return _(_sentence(kind, data)) % data


def _retried(data: Mapping[str, Any]) -> str:
    count = data["tickets"]
    return ngettext("Tried %(tickets)s ticket again", "Tried %(tickets)s tickets again", count) % data


def _told(data: Mapping[str, Any]) -> str:
    count = data["tickets"]
    return (
        ngettext("Wrote to the customer of %(tickets)s ticket", "Wrote to the customers of %(tickets)s tickets", count)
        % data
    )


def _linked(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return _("Linked #%(ticket)s") % {"ticket": numbers[0]}
    return ngettext("Linked %(count)s ticket", "Linked %(count)s tickets", len(numbers)) % {"count": len(numbers)}


def _sentence(kind: IncidentEvent.Kind, data: Mapping[str, Any]) -> str:
    if kind is Happened.BEGAN:
        is_major = data.get("nature") == Nature.MAJOR
        return gettext_noop("Declared a major incident") if is_major else gettext_noop("Wrote down a known problem")
    if kind is Happened.CLIMBS:
        climbs = gettext_noop("The ticket climbs the path “%(path)s” (row %(matrix_row)s)")
        return climbs if data.get("path") else gettext_noop("No row of the matrix fits: nobody was told by itself")
    if kind is Happened.UNLINKED and data.get("reason"):
        return gettext_noop("Took #%(ticket)s off: “%(reason)s”")
    return _PLAIN[kind]

"""The card of the next ticket: which, why first, and why you."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from access.actor import Actor, ClientFace
from access.models import User
from helpdesk.lib.durations import HOUR
from tickets.models import Impact
from tickets.queries.next_ticket import Candidate
from tickets.queries.queue import Row
from tickets.records import name_of


@dataclass(frozen=True, slots=True)
class NextCard:
    """What the card says, in sentences."""

    client: ClientFace
    ticket: Candidate
    customer: str
    says: str
    language: str
    why_first: str
    why_you: str


def make(actor: Actor, user: User, found: Candidate, rows: Sequence[Row], *, now: datetime) -> NextCard:
    """The card of a candidate; `rows` are those of the page it stands on, for saying who has what is due sooner."""
    face = actor.standings[found.client_id].client
    customer = name_of(face, found.customer_name, held=found.mine)
    return NextCard(
        client=face,
        ticket=found,
        customer=customer,
        says=found.need or str(Impact(found.impact).label),
        language=language_name(found.language) if found.language != user.language else "",
        why_first=_why_first(found, _held_by_others(actor, found, rows), now),
        why_you=_why_you(actor, user, found, face),
    )


def language_name(code: str) -> str:
    """A language in the reader's own, as it begins a line, or its code where it is not known; "" for none."""
    name = language_in_sentence(code)
    return f"{name[:1].upper()}{name[1:]}" if name != code else code


def language_in_sentence(code: str) -> str:
    """As `language_name`, in the case that the reader's language gives it within a sentence."""
    try:
        name = str(get_language_info(code)["name_translated"]) if code else ""
    except KeyError:
        return code
    # Swedish writes the names of languages small; the framework's catalogue begins a line with them.
    return name.lower() if (get_language() or "").startswith("sv") else name


def _held_by_others(actor: Actor, found: Candidate, rows: Sequence[Row]) -> list[str]:
    """Who has the tickets that are due sooner."""
    names = []
    for row in rows:
        if row.due_at is None or (found.due_at is not None and row.due_at >= found.due_at):
            continue
        mine = row.assignee_id == actor.card_id(row.client_id)
        if row.holder == actor.side.value and row.assignee_name and not mine and row.assignee_name not in names:
            names.append(row.assignee_name)
    return names


def _why_first(found: Candidate, held: Sequence[str], now: datetime) -> str:
    values = {"priority": found.priority, "name": held[0] if held else ""}
    if found.due_at is None:
        return _("Priority %(priority)s, and nothing that you can take has a clock running.") % values
    if found.due_at < now:
        return _("Priority %(priority)s, and its answer is overdue: the longest of those that you can take.") % values
    if held:
        return _("Priority %(priority)s, and nothing is due sooner, except what %(name)s has.") % values
    if (found.due_at - now).total_seconds() < HOUR:
        return _("Priority %(priority)s, due within the hour, and nothing that you can take is due sooner.") % values
    return _("Priority %(priority)s, and nothing that you can take is due sooner.") % values


def _why_you(actor: Actor, user: User, found: Candidate, face: ClientFace) -> str:
    reasons = []
    if found.answered_by is not None and found.answered_by == actor.card_id(found.client_id) and found.answered_at:
        at = date_format(timezone.localtime(found.answered_at), "H:i")
        reasons.append(_("you answered last, at %(time)s") % {"time": at})
    elif found.mine:
        reasons.append(_("it is assigned to you"))
    if found.language and found.language in user.languages:
        reasons.append(_("you speak %(language)s") % {"language": language_in_sentence(found.language)})
    if found.returned_at is not None and (found.answered_at is None or found.returned_at > found.answered_at):
        reasons.append(_("%(client)s just gave it back") % {"client": face.name})
    if not reasons:
        reasons.append(_("you work for %(client)s and nobody has taken it") % {"client": face.name})
    text = ", ".join(reasons)
    return f"{text[:1].upper()}{text[1:]}."

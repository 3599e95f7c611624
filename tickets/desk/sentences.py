"""What happened on a ticket, in the reader's words: built from an event's kind and data when it is shown."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from access.rights import Side
from tickets import priorities
from tickets.deeds import CLOSE_SOLVED, closed_by_itself
from tickets.events import Kind
from tickets.models import Event, Impact, Urgency
from tickets.readiness import why_kept
from tickets.records import Record, Relation, show

Data = Mapping[str, Any]


def sentence(event: Event, *, client_name: str, record: Record, relation: Relation, vendor_name: str = "") -> str:
    """One event as a sentence; an unknown kind is told by its name, never as an error.

    `record` is the customer's, of whom the reader with this `relation` is told what they may see today.
    """
    build = _SENTENCES.get(event.kind)
    task = event.actor_name if event.side == Side.SYSTEM else ""
    said = {**event.data, **_shown(event.data, record, relation)}
    said |= {"task": task, "client": client_name, "vendor": vendor_name or _("support")}
    text = build(said) if build else event.kind.replace("_", " ").capitalize()
    who = record.shown("name", relation).text if event.side == Side.CUSTOMER else event.actor_name
    # What the product did by itself is told without a name.
    if not who or event.side == Side.SYSTEM:
        return text
    return _("%(what)s, by %(who)s") % {"what": text, "who": who}


def tell_sentence(kind: Kind, build: Callable[[Data], str]) -> None:
    """Have an event of this kind said by `build`; the app that knows its words calls this in `AppConfig.ready`."""
    _SENTENCES[kind] = build


def staff_sentence(event: Event, *, client_name: str) -> str:
    """An event that tells nothing of a customer, as a sentence without who did it."""
    build = _SENTENCES.get(event.kind)
    said = {name: value for name, value in event.data.items() if name not in _OF_CUSTOMERS}
    said |= {"task": "", "client": client_name, "vendor": _("support")}
    return build(said) if build else event.kind.replace("_", " ").capitalize()


# What an event can hold of the customer.
_OF_CUSTOMERS = {"address", "sender", "sender_name"}


def _shown(data: Data, record: Record, relation: Relation) -> Data:
    """What an event holds of the customer, or of whoever writes in their place, as the reader may see it."""
    told = {
        name: show(record.specs[key], str(data[name]), relation).text
        for name, key in (("address", "email"), ("sender", "email"), ("sender_name", "name"))
        if data.get(name)
    }
    if data.get("to_customer"):
        told["name"] = record.shown("name", relation).text
    return told


def icon(event: Event) -> str:
    """The picture beside the sentence."""
    return _ICONS.get(event.kind, "point")


# What a message in the thread says already, and what is told in the history alone.
NOT_IN_THREAD = frozenset(
    {
        Kind.OPENED,
        Kind.REPLIED,
        Kind.NOTED,
        Kind.CUSTOMER_WROTE,
        Kind.NEED,
        Kind.CATEGORY,
        Kind.SERVICE,
        Kind.IMPACT,
        Kind.TAGGED,
        Kind.UNTAGGED,
        Kind.SKIPPED,
    }
)


def _closed(data: Data) -> str:
    return capfirst(closed_by_itself()) if data["task"] == CLOSE_SOLVED else _("Closed")


def _assigned(data: Data) -> str:
    if data.get("name"):
        return _("Assigned to %(name)s") % {"name": data["name"]}
    return _("Assigned to nobody")


def _holder(data: Data) -> str:
    match data.get("after"):
        case "client":
            return _("%(client)s has the move now; our clock paused") % data
        case "customer":
            return _("The customer has the move now; our clock paused")
        case _:
            return _("%(vendor)s has the move again") % data


def _priority(data: Data) -> str:
    change = {"before": data.get("before"), "after": data.get("after")}
    if data.get("reason"):
        return _("Priority %(before)s became %(after)s: “%(reason)s”") % {**change, "reason": data["reason"]}
    if why := priorities.why(data.get("because") or ()):
        return _("Priority %(before)s became %(after)s: %(why)s") % {**change, "why": why}
    return _("Priority %(before)s became %(after)s, by the client’s table") % change


def _opened(data: Data) -> str:
    if why := priorities.why(data.get("because") or ()):
        return _("Opened, priority %(priority)s: %(why)s") % {"priority": data.get("priority"), "why": why}
    return _("Opened")


def _service(data: Data) -> str:
    if data.get("name"):
        return _("It is about the service “%(service)s”") % {"service": data["name"]}
    return _("It is about no service of the client’s any more")


def _impact(data: Data) -> str:
    impact, urgency = Impact(data["impact"]).label, Urgency(data["urgency"]).label
    return _("Impact “%(impact)s”, urgency “%(urgency)s”") % {"impact": impact, "urgency": urgency}


def _reply_waits(data: Data) -> str:
    return _("An answer waits for a colleague to send it: %(why)s") % {"why": why_kept(str(data.get("missing", "")))}


def _mail_held(data: Data) -> str:
    who = " ".join(str(data[name]) for name in ("sender_name", "sender") if data.get(name))
    if not who:
        return _("A mail is held for an agent to look at")
    return _("A mail from %(who)s is held for an agent to look at") % {"who": who}


def _quoted(plain: str, quoted: str, *names: str) -> Callable[[Data], str]:
    """The sentence with the first of the named texts that the event carries, else the plain one."""

    def build(data: Data) -> str:
        text = next((str(data[name]) for name in names if data.get(name)), "")
        return _(quoted) % {**data, "text": text} if text else _(plain) % data

    return build


def _returned(data: Data) -> str:
    sentence = {
        "not_needed": gettext_noop("%(client)s gave it back as not needed"),
        "incomplete": gettext_noop("%(client)s gave it back: something is missing"),
        "declined": gettext_noop("%(client)s declined"),
    }.get(str(data.get("state")), gettext_noop("%(client)s gave it back"))
    return _(sentence) % data


def _clock_warned(data: Data) -> str:
    return _("%(share)s %% of the time has run: %(metric)s") % {**data, "metric": _metric(data)}


def _clock_missed(data: Data) -> str:
    if data.get("share") == 100:
        return _("The promise is broken: %(metric)s") % {"metric": _metric(data)}
    return _("%(share)s %% of the promised time has run: %(metric)s") % {**data, "metric": _metric(data)}


def _metric(data: Data) -> str:
    """What a clock measures, in words."""
    return {
        "first_response": _("first answer"),
        "next_response": _("next answer"),
        "solve": _("time to solve"),
        "client_response": _("the client’s answer"),
        "call_back": _("promised call-back"),
    }.get(str(data.get("metric")), "")


def _plain(sentence: str) -> Callable[[Data], str]:
    """A sentence that needs no more than the names of both sides."""
    return lambda data: _(sentence) % data


_SCOPE = {
    "asked": gettext_noop("Asked for work outside the contract: %(work)s"),
    "allowance": gettext_noop("%(work)s: approved at once by the emergency allowance"),
    "budget": gettext_noop("%(work)s: approved at once by the budget of the month"),
    "approved": gettext_noop("%(work)s: approved by %(client)s"),
    "declined": gettext_noop("%(work)s: declined by %(client)s"),
    "expired": gettext_noop("%(work)s: nobody at %(client)s answered in the promised time"),
    "withdrawn": gettext_noop("%(work)s: taken back"),
    "work": gettext_noop("%(work)s: work recorded"),
    "done": gettext_noop("%(work)s: done"),
    "stabilise": gettext_noop("Making it stable again: part of the contract, nobody has to be asked"),
}


def _scope(data: Data) -> str:
    sentence = _SCOPE.get(str(data.get("what")), gettext_noop("Work outside the contract"))
    return _(sentence) % {**data, "work": str(data.get("work", ""))}


def _promised_anew(data: Data) -> str:
    if data.get("why") == "merged":
        return _counted_from_both(data)
    sentence = {
        "priority": gettext_noop("Another priority: the open clocks have its targets from here"),
        "category": gettext_noop("Another category: the open clocks have its targets from here"),
        "counts as": gettext_noop(
            "Its category moved, or the customer has another tier: the open clocks have those targets from here"
        ),
    }.get(str(data.get("why")), gettext_noop("New promises: the open clocks have their targets from here"))
    return _(sentence)


def _counted_from_both(data: Data) -> str:
    """The clocks of a ticket that another was merged into, with what is due next and was before."""
    due, before = (_local(str(data.get(name) or ""), str(data.get("zone") or "UTC")) for name in ("due", "before"))
    said = {"number": data.get("number", ""), "due": due, "before": before}
    if due and before and due != before:
        return _("Clocks counted again: merged #%(number)s; next due %(due)s instead of %(before)s") % said
    if due:
        return _("Clocks counted again: merged #%(number)s; next due %(due)s") % said
    return _("Clocks counted again: merged #%(number)s") % said


def _local(moment: str, zone: str) -> str:
    """A moment of an event on the clock of a zone, "" for none."""
    if not moment:
        return ""
    return f"{date_format(datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)), 'j M Y H:i')} ({zone})"


_EXCUSE = {
    "proposed": gettext_noop("Asked to have a broken promise excused (%(metric)s): “%(reason)s”"),
    "accepted": gettext_noop("A broken promise is excused: %(metric)s"),
    "refused": gettext_noop("A broken promise is not excused (%(metric)s): “%(reason)s”"),
    "taken_back": gettext_noop("Took an excuse back: %(metric)s"),
}


def _excuse(data: Data) -> str:
    sentence = _EXCUSE.get(str(data.get("what")), gettext_noop("An excuse for a broken promise: %(metric)s"))
    return _(sentence) % {"metric": _metric(data), "reason": data.get("reason", "")}


_CALL_BACK = {
    "promised": gettext_noop("Promised to call the customer on %(due)s"),
    "moved": gettext_noop("The promised call moved to %(due)s: “%(reason)s”"),
    "withdrawn": gettext_noop("The call promised for %(due)s was taken back: “%(reason)s”"),
}
_CALLED = {
    "reached": gettext_noop("Called the customer as promised for %(due)s, and reached them"),
    "not_reached": gettext_noop("Called the customer as promised for %(due)s; nobody answered"),
    "message": gettext_noop("Called the customer as promised for %(due)s, and left a message"),
}


def _call_back(data: Data) -> str:
    what = str(data.get("what"))
    sentence = _CALLED.get(str(data.get("outcome"))) if what == "called" else _CALL_BACK.get(what)
    due = _local(str(data["due"]), str(data.get("zone") or "UTC"))
    return _(sentence or gettext_noop("A call to the customer")) % {"due": due, "reason": data.get("reason", "")}


_INCIDENT = {
    "linked": gettext_noop("Linked to %(nature)s %(number)s: “%(title)s”"),
    "unlinked": gettext_noop("No longer linked to %(nature)s %(number)s: “%(title)s”"),
    "declared": gettext_noop("Declared %(nature)s %(number)s: “%(title)s”"),
}
_NATURES = {"major": gettext_noop("major incident"), "problem": gettext_noop("known problem")}


def _incident(data: Data) -> str:
    sentence = _INCIDENT.get(str(data.get("what")), gettext_noop("%(nature)s %(number)s: “%(title)s”"))
    nature = _(_NATURES.get(str(data.get("nature")), gettext_noop("known problem")))
    return _(sentence) % {"nature": nature, "number": data.get("number", ""), "title": data.get("title", "")}


def _merged(data: Data) -> str:
    if "into" in data:
        return _("Merged into #%(into)s: what was said stands there") % data
    return _("#%(number)s was merged into this: its messages stand here") % {"number": data.get("number", "")}


_SENTENCES: dict[str, Callable[[Data], str]] = {
    Kind.OPENED: _opened,
    Kind.SERVICE: _service,
    Kind.REPLIED: _plain(gettext_noop("Answered the customer")),
    Kind.NOTED: _plain(gettext_noop("Wrote a note")),
    Kind.CUSTOMER_WROTE: _plain(gettext_noop("The customer wrote")),
    Kind.ASSIGNED: _assigned,
    Kind.HOLDER: _holder,
    Kind.IMPACT: _impact,
    Kind.PRIORITY: _priority,
    Kind.CATEGORY: _quoted(gettext_noop("Category changed"), gettext_noop("Category is now “%(text)s”"), "name"),
    Kind.NEED: _plain(gettext_noop("What the customer needs was written down")),
    Kind.TAGGED: _quoted(gettext_noop("Tag added"), gettext_noop("Tag “%(text)s” added"), "name"),
    Kind.UNTAGGED: _quoted(gettext_noop("Tag removed"), gettext_noop("Tag “%(text)s” removed"), "name"),
    Kind.SKIPPED: _quoted(gettext_noop("Skipped"), gettext_noop("Skipped: “%(text)s”"), "reason"),
    Kind.SOLVED: _plain(gettext_noop("Solved")),
    Kind.CLOSED: _closed,
    Kind.REOPENED: _plain(gettext_noop("Opened again")),
    Kind.ESCALATED: _quoted(
        gettext_noop("Escalated to %(client)s"),
        gettext_noop("Escalated to %(client)s: “%(text)s”"),
        "question",
        "reason",
    ),
    Kind.TOLD: _quoted(gettext_noop("The next person was told"), gettext_noop("Told: %(text)s"), "name", "who"),
    Kind.GIVEN: _quoted(gettext_noop("Gave what was missing"), gettext_noop("Gave what was missing: %(text)s"), "name"),
    Kind.BACK_AND_FORTH: _plain(
        gettext_noop("Sent to %(client)s for the %(times)s. time: the next of both sides are told at once")
    ),
    Kind.PRESSED: _plain(gettext_noop("Had the next step told by hand")),
    Kind.ACKNOWLEDGED: _plain(gettext_noop("Taken on")),
    Kind.RETURNED: _returned,
    Kind.TAKEN_OVER: _plain(gettext_noop("%(client)s took it over")),
    Kind.UNHEARD: _quoted(
        gettext_noop("Nobody of a step could be reached"), gettext_noop("%(text)s could not be reached"), "name"
    ),
    Kind.CLIMBS_ON: _plain(gettext_noop("Nothing was done after it was taken on, so it is escalated again")),
    Kind.EXPIRED: _plain(gettext_noop("Nobody answered the escalation until its end")),
    Kind.CLOCK_WARNED: _clock_warned,
    Kind.CLOCK_MISSED: _clock_missed,
    Kind.WITHDRAWN: _plain(gettext_noop("The escalation was withdrawn")),
    Kind.MAIL_HELD: _mail_held,
    Kind.OTHER_REPLY_TO: _quoted(
        gettext_noop("The mail asks for answers at another address; ours go to the customer"),
        gettext_noop("The mail asks for answers at %(text)s; ours go to the customer"),
        "address",
    ),
    Kind.SENT_AGAIN: _quoted(
        gettext_noop("A letter was sent again"), gettext_noop("A letter was sent again to %(text)s"), "name"
    ),
    Kind.HANDED_OVER: _quoted(
        gettext_noop("Went over to another vendor"), gettext_noop("Went over to %(text)s"), "after"
    ),
    Kind.RECOUNTED: _plain(gettext_noop("New support hours: the open clocks run on them from here")),
    Kind.SCOPE: _scope,
    Kind.PROMISED_ANEW: _promised_anew,
    Kind.CALL_BACK: _call_back,
    Kind.EXCUSE: _excuse,
    Kind.INCIDENT: _incident,
    Kind.MERGED: _merged,
    Kind.REPLY_WAITS: _reply_waits,
    Kind.SENT_FOR: _quoted(
        gettext_noop("Sent what a colleague had written"), gettext_noop("Sent what %(text)s had written"), "name"
    ),
    Kind.PUT_ASIDE: _quoted(
        gettext_noop("Put a colleague’s answer aside"), gettext_noop("Put the answer of %(text)s aside"), "name"
    ),
}
_ICONS: dict[str, str] = {
    Kind.OPENED: "circle-dot",
    Kind.ASSIGNED: "headset",
    Kind.HOLDER: "clock",
    Kind.SOLVED: "check",
    Kind.CLOSED: "check",
    Kind.REOPENED: "arrow-left",
    Kind.ESCALATED: "arrow-up-right",
    Kind.TOLD: "arrow-up-right",
    Kind.ACKNOWLEDGED: "check",
    Kind.RETURNED: "building",
    Kind.TAKEN_OVER: "building",
    Kind.BEGAN_TO_CLIMB: "arrow-up-right",
    Kind.CLIMBS_ON: "arrow-up-right",
    Kind.EXPIRED: "alert-triangle",
    Kind.UNHEARD: "alert-triangle",
    Kind.CLOCK_WARNED: "clock",
    Kind.CLOCK_MISSED: "alert-triangle",
    Kind.MAIL_HELD: "mail",
    Kind.OTHER_REPLY_TO: "alert-triangle",
    Kind.SENT_AGAIN: "mail",
    Kind.HANDED_OVER: "arrow-forward",
    Kind.RECOUNTED: "calendar",
    Kind.SCOPE: "contract",
    Kind.PROMISED_ANEW: "calendar",
    Kind.CALL_BACK: "phone",
    Kind.EXCUSE: "contract",
    Kind.INCIDENT: "alert-triangle",
    Kind.MERGED: "arrow-forward",
    Kind.REPLY_WAITS: "clock",
    Kind.SENT_FOR: "mail",
}

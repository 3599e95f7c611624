"""The rules of the clocks as a table for people, made from the rules themselves (`docs/clocks.md`)."""

from collections.abc import Collection

from escalation.clocks import RULES, Event, Rule
from escalation.models import Metric
from tickets.models import Holder

_METRICS = {
    Metric.FIRST_RESPONSE: "First answer",
    Metric.NEXT_RESPONSE: "Next answer",
    Metric.SOLVE: "Time to solve",
    Metric.CLIENT_RESPONSE: "The client's answer",
    Metric.CALL_BACK: "Promised call-back",
}
_EVENTS = {
    Event.OPENED: "the ticket is opened",
    Event.CUSTOMER_WROTE: "the customer writes",
    Event.STAFF_ANSWERED: "we answer the customer",
    Event.CLIENT_ASKED: "the client is asked",
    Event.CLIENT_ANSWERED: "the client answers",
    Event.CLIENT_SPARED: "the question is taken back or expires",
    Event.CALL_PROMISED: "a call is promised",
    Event.CALL_MOVED: "the call is promised for another time",
    Event.CALLED: "somebody has called",
    Event.CALL_SPARED: "the call is taken back",
    Event.SOLVED: "the ticket is solved",
    Event.REOPENED: "the ticket is opened again",
    Event.MERGED: "the ticket is merged into another",
}
_COURTS = {Holder.VENDOR: "us", Holder.CLIENT: "the client", Holder.CUSTOMER: "the customer"}
HEADS = (
    "Clock",
    "Starts when",
    "Runs while it waits on",
    "Stops, kept or missed, when",
    "Ends, missed only where it was overdue, when",
)


def table() -> str:
    """The rules as a Markdown table, one line a clock."""
    lines = [HEADS, ["---"] * len(HEADS), *(_line(metric, rule) for metric, rule in RULES.items())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _line(metric: Metric, rule: Rule) -> list[str]:
    starts = _words(rule.starts)
    if rule.unless is not None:
        starts += f", unless *{_METRICS[rule.unless]}* runs still"
    if rule.goes_on:
        starts += "; then it goes on with what it had used"
    if rule.revives:
        starts += f"; where it had ended without an answer it goes on when {_words(rule.revives)}"
    court = f"{_COURTS[rule.runs_with]}; elsewhere it pauses" if rule.runs_with else "anybody; it never pauses"
    return [f"**{_METRICS[metric]}**", starts, court, _words(rule.stops), _words(rule.drops) or "never"]


def _words(events: Collection[Event]) -> str:
    return " or ".join(_EVENTS[event] for event in Event if event in events)

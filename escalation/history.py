"""The clocks of imported conversations: the same rules, replayed over what was said when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from escalation import clocks
from escalation.clocks import Event, Promise, Reading
from escalation.models import Clock, Metric, SlaPolicy, SlaTarget
from escalation.promises import promise_of
from tickets import signals
from tickets.actions.history import Story
from tickets.models import Holder, Message, Status, Ticket


def listen() -> None:
    """Subscribe to imports."""
    signals.history_imported.connect(_imported, dispatch_uid="escalation.history")


def _imported(*, client_id: int, stories: Sequence[Story], **more: Any) -> None:
    """Measure the past by the client's first promises, also where it is older than they are."""
    agreed = SlaPolicy.objects.filter(client_id=client_id, state=SlaPolicy.State.AGREED)
    policy = agreed.order_by("valid_from", "version").first()
    if policy is None:
        return
    rows = SlaTarget.objects.filter(client_id=client_id, policy=policy).select_related("policy__calendar")
    targets: dict[int, dict[Metric, SlaTarget]] = {}
    # By what is promised to all tickets: of which kind one was then is not told.
    for row in rows.filter(category="", tier=""):
        targets.setdefault(row.priority, {})[Metric(row.metric)] = row
    promises = {
        priority: {metric: promise_of(target) for metric, target in of.items()} for priority, of in targets.items()
    }
    made: list[Clock] = []
    due: list[Ticket] = []
    for story in stories:
        priority = story.ticket.priority
        readings = replay(story, promises.get(priority, {}))
        made += [_row(story, reading, targets[priority][reading.metric]) for reading in readings]
        running = [(reading.due_at, reading.metric.value) for reading in readings if reading.due_at is not None]
        if running:
            story.ticket.due_at, story.ticket.due_metric = min(running)
            due.append(story.ticket)
    Clock.objects.bulk_create(made, batch_size=1000)
    Ticket.objects.bulk_update(due, ["due_at", "due_metric"], batch_size=500)


def replay(story: Story, promises: Mapping[Metric, Promise]) -> list[Reading]:
    """The clocks of one ticket at the end of its story; pure."""
    holder = Holder.VENDOR
    readings = clocks.after(Event.OPENED, [], promises, holder, story.ticket.created_at)
    is_first = True
    for said in story.messages:
        if said.author is Message.Author.CUSTOMER and not is_first:
            readings = clocks.after(Event.CUSTOMER_WROTE, readings, promises, holder, said.at)
            holder, readings = _in_court(readings, Holder.VENDOR, said.at)
        elif said.author is Message.Author.STAFF:
            readings = clocks.after(Event.STAFF_ANSWERED, readings, promises, holder, said.at)
            holder, readings = _in_court(readings, Holder.CUSTOMER, said.at)
        is_first = False
    if story.ticket.status != Status.OPEN and story.ticket.solved_at is not None:
        readings = clocks.after(Event.SOLVED, readings, promises, holder, story.ticket.solved_at)
    return readings


def _in_court(readings: Sequence[Reading], holder: Holder, at: datetime) -> tuple[Holder, list[Reading]]:
    return holder, clocks.in_court(readings, holder, at)


def _row(story: Story, reading: Reading, target: SlaTarget) -> Clock:
    return Clock(
        client_id=story.ticket.client_id,
        ticket=story.ticket,
        metric=reading.metric,
        target_seconds=reading.target,
        round_the_clock=target.round_the_clock,
        calendar=target.policy.calendar,
        policy_id=target.policy_id,
        started_at=reading.started_at,
        running_since=reading.running_since,
        due_at=reading.due_at,
        used_seconds=reading.used,
        stopped_at=reading.stopped_at,
        met=reading.met,
    )

"""What a change of support hours, or of what is promised, does to a clock that runs.  No database.

What has run up to the change stays counted on the hours that held then; the rest runs on the new
ones.  A clock that counts every second, and one that has stopped, stay as they are.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from escalation.clocks import Promise, Reading, pause, resume
from helpdesk.lib.business_time import WeekCalendar

Change = tuple[datetime, WeekCalendar]


def onto(clock: Reading, changes: Iterable[Change]) -> Reading:
    """The clock on the last of these hours, each counted from its moment on; they come in order of time.

    A clock that began to run after a change has counted nothing before it, and takes the hours over.
    """
    for at, hours in changes:
        clock = _onto(clock, at, hours)
    return clock


def promised(clock: Reading, promise: Promise, at: datetime) -> Reading:
    """The clock with another target from a moment on; the seconds that it has used until then stay used.

    One that has stopped, and one that is promised the same already, stay as they are.
    """
    same = (clock.target, clock.hours) == (promise.target, promise.hours)
    if clock.stopped_at is not None or same:
        return clock
    if clock.running_since is not None and clock.running_since < at and clock.hours != promise.hours:
        clock = resume(pause(clock, at), at)
    return replace(clock, target=promise.target, hours=promise.hours)


def _onto(clock: Reading, at: datetime, hours: WeekCalendar) -> Reading:
    if clock.stopped_at is not None or clock.hours is None:
        return clock
    if clock.running_since is None or clock.running_since >= at:
        return replace(clock, hours=hours)
    return resume(replace(pause(clock, at), hours=hours), at)

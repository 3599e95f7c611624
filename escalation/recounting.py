"""What a change of support hours does to a clock that runs.  No database.

What has run up to the change stays counted on the hours that held then; the rest runs on the new
ones.  A clock that counts every second, and one that has stopped, stay as they are.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from escalation.clocks import Reading, pause, resume
from helpdesk.lib.business_time import WeekCalendar

Change = tuple[datetime, WeekCalendar]


def onto(clock: Reading, changes: Iterable[Change]) -> Reading:
    """The clock on the last of these hours, each counted from its moment on; they come in order of time.

    A clock that began to run after a change has counted nothing before it, and takes the hours over.
    """
    for at, hours in changes:
        clock = _onto(clock, at, hours)
    return clock


def _onto(clock: Reading, at: datetime, hours: WeekCalendar) -> Reading:
    if clock.stopped_at is not None or clock.hours is None:
        return clock
    if clock.running_since is None or clock.running_since >= at:
        return replace(clock, hours=hours)
    return resume(replace(pause(clock, at), hours=hours), at)

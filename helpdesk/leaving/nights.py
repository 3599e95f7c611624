"""Every client's retention run, once a night: planned as rows, so that a keeper that slept does it later."""

from datetime import datetime, timedelta

from access.models import Client
from access.tasks import in_client
from helpdesk.leaving import dispatch, places
from helpdesk.leaving.models import Job, Kind, RetentionRules

# In UTC: the quiet hours of most places that are served.
HOUR = 2


class _Seen:
    """When this process has looked last."""

    hour = ""
    minute = ""


def is_hour_new(now: datetime) -> bool:
    """Whether this process has not looked yet in this hour what is to be planned and what is over."""
    seen, _Seen.hour = _Seen.hour, f"{now:%Y-%m-%d %H}"
    return seen != _Seen.hour


def is_minute_new(now: datetime) -> bool:
    """Whether this process has not looked yet in this minute who has left."""
    seen, _Seen.minute = _Seen.minute, f"{now:%Y-%m-%d %H:%M}"
    return seen != _Seen.minute


def plan(now: datetime) -> int:
    """Have each client with rules cleared once for the last night that has begun; returns how many jobs are new."""
    night = (now - timedelta(hours=HOUR)).date().isoformat()
    return sum(_plan(client_id, night, now) for client_id in Client.objects.order_by("pk").values_list("pk", flat=True))


def _plan(client_id: int, night: str, now: datetime) -> int:
    with in_client(client_id, "leaving.retain"):
        rules = RetentionRules.objects.filter(client_id=client_id).first()
        unique = f"retention/{night}"
        if rules is None or not rules.clears or Job.objects.filter(client_id=client_id, unique=unique).exists():
            return 0
        job = Job.objects.create(client_id=client_id, kind=Kind.RETENTION, unique=unique, asked_at=now)
        dispatch.put(client_id, job.pk, at=now)
    return 1


def clear_expired(now: datetime) -> int:
    """Delete the files whose time is over; returns how many."""
    gone = 0
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        with in_client(client_id, "leaving.keep"):
            over = Job.objects.filter(client_id=client_id, expires_at__lte=now)
            ids = list(over.values_list("pk", flat=True))
            over.update(size=0, sha256="", expires_at=None)
        gone += sum(places.discard(client_id, job_id) for job_id in ids)
    return gone

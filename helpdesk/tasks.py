"""The worker's sign of life."""

from celery import shared_task
from celery.signals import worker_ready
from django.core.cache import cache

from helpdesk import health


@shared_task(name="helpdesk.beat_heart")
def beat_heart() -> None:
    """Leave a mark that expires, for the health page."""
    cache.set(health.HEARTBEAT, 1, timeout=health.HEARTBEAT_SECONDS)


@worker_ready.connect
def _at_once(**kwargs: object) -> None:
    beat_heart()

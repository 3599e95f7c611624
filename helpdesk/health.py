"""Whether the parts that the product needs are there."""

from functools import cache

from django.core.cache import cache as shared
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from helpdesk.lib import away

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_SECONDS = 60


def look() -> dict[str, bool]:
    """Each part by name; a worker counts while its last heartbeat is under a minute old."""
    database, migrations = _database()
    broker, worker = _broker()
    return {"database": database, "migrations": migrations, "broker": broker, "worker": worker}


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def _database() -> tuple[bool, bool]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return True, _wanted() <= set(cursor.fetchall())
    except DatabaseError:
        connection.close()
        return False, False


def _broker() -> tuple[bool, bool]:
    if away.redis:
        # Asked a moment ago: who asks for health may not hold a thread each time until it is silent again.
        return False, False
    try:
        get_redis_connection("default").ping()
        return True, shared.get(HEARTBEAT) is not None
    except (OSError, RedisError) as error:
        away.redis.note(error)
        return False, False

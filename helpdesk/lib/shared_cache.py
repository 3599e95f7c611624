"""The cache that settings name: Redis, and this process's own memory while that is away."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from helpdesk.lib import away


class SharedCache(RedisCache):
    """Answers always.

    While Redis is away or full each process remembers for itself: who guesses passwords is still
    counted, and whoever knows theirs still gets in.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        # One memory for all threads, as it goes by the name.
        # Room for many: who fails under hundreds of names may not push out what was counted of one.
        self._own = LocMemCache("while-redis-is-away", {**params, "OPTIONS": {"MAX_ENTRIES": 100_000}})

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Store where nothing stands; tells whether that was so."""
        return self._by_either(super().add, self._own.add, args, kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """What stands under a key, or the default."""
        return self._by_either(super().get, self._own.get, args, kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """Store."""
        return self._by_either(super().set, self._own.set, args, kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Forget."""
        return self._by_either(super().delete, self._own.delete, args, kwargs)

    @staticmethod
    def _by_either(ask: Callable[..., Any], own: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        if not away.redis:
            try:
                return ask(*args, **kwargs)
            except (ConnectionInterrupted, RedisError, OSError) as error:
                away.redis.note(error)
        return own(*args, **kwargs)

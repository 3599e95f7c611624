"""The queryset of every client-owned model: it refuses to run where no scope is entered."""

from collections.abc import Iterator
from typing import Any, Self

from django.db import models

from access import scope


class ClientQuerySet(models.QuerySet[Any]):
    """Refuses at execution, not at construction: forms and serializers build querysets at import.

    The loud first message; the database and `access.connections` stand behind it.
    """

    def visible_to(self, actor: Any) -> Self:
        """Rows of the clients in which this actor has standing."""
        return self.filter(client_id__in=actor.client_ids)

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            scope.require()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """As Django's, inside a scope."""
        scope.require()
        return super().iterator(*args, **kwargs)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's, inside a scope."""
        scope.require()
        return super().aggregate(*args, **kwargs)

    def count(self) -> int:
        """As Django's, inside a scope."""
        scope.require()
        return super().count()

    def exists(self) -> bool:
        """As Django's, inside a scope."""
        scope.require()
        return super().exists()

    def update(self, **kwargs: Any) -> int:
        """As Django's, inside a scope."""
        scope.require()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, inside a scope."""
        scope.require()
        return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's, inside a scope."""
        scope.require()
        return super().bulk_create(*args, **kwargs)


ClientManager = models.Manager.from_queryset(ClientQuerySet)


class ClientModel(models.Model):
    """A row that belongs to exactly one client."""

    # Every table has a unique key on (client, id): an index on the client alone would only tempt the planner.
    client = models.ForeignKey("access.Client", on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ClientManager()

    client_column = "client_id"

    class Meta:
        abstract = True
        base_manager_name = "objects"

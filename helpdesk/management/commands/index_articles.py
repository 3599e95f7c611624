"""`manage.py index_articles`: makes the search terms of articles again after an upgrade."""

from typing import Any

from django.core.management.base import BaseCommand

from access.models import Client
from access.tasks import in_client
from knowledgebase import index


class Command(BaseCommand):
    """Part of every upgrade; quick where no article's terms were made by earlier rules."""

    help = "Make the search terms of articles again that an earlier version made; running it again changes nothing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Client by client in short transactions, so that nobody who publishes waits for long."""
        count = sum(self._renew(client_id) for client_id in Client.objects.order_by("pk").values_list("pk", flat=True))
        if count:
            self.stdout.write(f"{count} articles made findable by this version's rules.")

    @staticmethod
    def _renew(client_id: int) -> int:
        count, more = 0, True
        while more:
            with in_client(client_id, "index_articles"):
                done = index.renew(client_id)
                more = done == index.RENEWED_AT_ONCE
                count += done
                if count and not more:
                    index.settle()
        return count

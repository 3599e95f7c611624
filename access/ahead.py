"""Commits a page's transaction while the page is still being drawn."""

from django.db import connection

from access import scope
from access.requests import DoorRequest
from helpdesk.postgres import base


def commit_ahead(request: DoorRequest) -> None:
    """Commit what the request wrote, its log entry above all, while its answer is drawn from what was read.

    The answer leaves after the commit all the same, and not without it.  Drawing should ask
    nothing more; where it does, it goes on in a second transaction with the same scope, in which
    a refusal rolls back to the beginning of that one.
    """
    entered = scope.require()

    def go_on() -> None:
        with connection.cursor() as cursor:
            cursor.execute(connection.ops.savepoint_create_sql(request.savepoint))
        scope.apply(entered)

    base.commit_ahead(go_on)

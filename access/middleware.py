"""The transaction, the host, the language and the door of every request.

`TransactionMiddleware` is the outermost of those that touch the database: sessions, the view
and its late rendering run inside its transaction, which commits before the first byte leaves.
`DoorMiddleware` is the innermost: it holds the savepoint that a status of 400 or more rolls
back to, sets who is asking, and writes what must outlive a refusal.
"""

import logging
import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation

from access import answers, doors, log, scope
from access.clearance import at_the_door
from access.connections import is_aborted
from access.errors import Refused
from access.models import ClientHost
from access.requests import DoorRequest
from helpdesk.lib.passing import passes

logger = logging.getLogger("helpdesk.requests")

GetResponse = Callable[[DoorRequest], HttpResponse]
_NAME = re.compile(r"[a-z0-9.-]{1,253}")
# Asked by any name, and answered when the database is away: exactly these, or a page would run without its door.
HEALTH = ("/health/live", "/health/ready")
STAFF_PREFIXES = ("/desk/", "/client/", "/accounts/", "/api/", "/dev/", "/start/", "/office/")


class HostMiddleware:
    """Checks the host name against settings and rows, and finds the client whose host it is."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.base = urlsplit(settings.BASE_URL).netloc.lower()
        self.files = urlsplit(settings.FILES_ORIGIN).netloc.lower()

    def __call__(self, request: DoorRequest) -> HttpResponse:
        """Answer 400 for a host that is nobody's."""
        host = request.META.get("HTTP_HOST", "").lower()
        if host == self.base or request.path_info in HEALTH:
            return self.get_response(request)
        if host == self.files:
            if request.path_info.startswith("/files/"):
                return self.get_response(request)
            return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
        return self._client_host(request, host)

    def _client_host(self, request: DoorRequest, host: str) -> HttpResponse:
        name = host.rsplit(":", 1)[0]
        known = ClientHost.objects.filter(host=name).select_related("client")
        try:
            row = known.first() if _NAME.fullmatch(name) else None
        except DatabaseError:
            # No middleware around this one would tell it from a mistake of ours.
            logger.exception("a host could not be looked up")
            connection.close()
            return answers.unavailable(request)
        if row is None:
            return answers.static_page(400)
        if request.path_info.startswith(STAFF_PREFIXES):
            return answers.static_page(404)
        request.host_client_id = row.client_id
        prefix = f"/{row.client.slug}/"
        if not request.path_info.startswith((prefix, "/static/", "/styles/", "/language/", "/l/")):
            request.path_info = prefix + request.path_info.removeprefix("/")
        return self.get_response(request)


class TransactionMiddleware:
    """Opens the transaction and commits it before the answer leaves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponse:
        """Run the rest inside one transaction; a fault that passes (`helpdesk.lib.passing`) is a 503."""
        if request.path_info in HEALTH:
            return self.get_response(request)
        if request.path_info.startswith("/static/"):
            # What is there has been served before this.
            return answers.static_page(404)
        scope.assume(None)
        try:
            with transaction.atomic():
                response = self.get_response(request)
                if _aborted():
                    # A swallowed database error makes COMMIT a silent ROLLBACK.
                    logger.error("transaction aborted by a swallowed database error")
                    transaction.set_rollback(True)
                    response = answers.broken(request)
        except DatabaseError:
            logger.exception("the transaction could not be opened or committed")
            connection.close()
            response = answers.unavailable(request)
        finally:
            scope.assume(None)
            # The next request on this thread is somebody else's, on another clock.
            timezone.deactivate()
        if response.status_code == 500 and (getattr(request, "fault_passes", False) or not _reachable()):
            response = answers.unavailable(request)
        return response


def note_fault(sender: object, request: DoorRequest | None = None, **kwargs: object) -> None:
    """Note on the request that what broke it, in whichever layer, is a fault that passes."""
    error = sys.exc_info()[1]
    if request is not None and error is not None and passes(error):
        request.fault_passes = True


def _aborted() -> bool:
    """Whether nothing of the transaction would be kept, behind a good answer."""
    return is_aborted() or connection.connection.closed


def _reachable() -> bool:
    try:
        connection.ensure_connection()
        return connection.is_usable()
    except DatabaseError:
        return False


class LanguageMiddleware:
    """Chooses the language: the person's choice, which the browser keeps, else the browser's wish.

    Before everything that may answer: the thread still speaks the language of the reader before.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponse:
        """Activate the language and name it in the answer."""
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response


class DoorMiddleware:
    """Holds the savepoint, opens the route's door, and writes what must outlive a refusal."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponse:
        """Roll back to the savepoint on any status of 400 or more."""
        if not connection.in_atomic_block:
            return self.get_response(request)
        request.actor = None
        request.after_refusal = []
        timezone.deactivate()
        savepoint = request.savepoint = transaction.savepoint()
        response = self.get_response(request)
        if response.status_code < 400 and _aborted():
            # A swallowed database error would make COMMIT a silent ROLLBACK behind a good answer.
            logger.error("a database error was swallowed in %s", request.resolver_match)
            response = answers.broken(request)
        if response.status_code >= 400:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(savepoint)
            # Nor will anything be done after the commit for what was rolled back.
            connection.run_on_commit = []
            # The rollback took the settings made after the savepoint with it.
            scope.apply(doors.scope_of(request))
            for write in request.after_refusal:
                write(response)
        # Otherwise the commit that follows takes the savepoint with it.
        if request.actor is not None and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: DoorRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Open the door that the route declares, or refuse."""
        if not connection.in_atomic_block:
            return None
        if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            return answers.bad_request(request)
        try:
            door = doors.door_of(view, request.method or "GET")
            if door is None:
                raise ImproperlyConfigured(f"The route of {view!r} declares no door for {request.method}.")
            request.door = door
            answer = doors.open_door(request, door, kwargs)
        except Refused as error:
            # A route may keep what was sent to a door that has closed meanwhile, and say so.
            when_refused = getattr(view, "when_refused", None)
            kept = when_refused(request, error) if when_refused else None
            if kept is None:
                return self._refuse(request, error)
            note_refusal(request, error)
            return kept
        if request.actor is not None:
            timezone.activate(request.actor.time_zone)
        return answer

    def process_exception(self, request: DoorRequest, error: Exception) -> HttpResponse | None:
        """Answer an expected refusal that a view raised."""
        if isinstance(error, Refused):
            return self._refuse(request, error)
        return None

    def _refuse(self, request: DoorRequest, error: Refused) -> HttpResponse:
        note_refusal(request, error)
        return answers.refuse(request, error)


def note_refusal(request: DoorRequest, error: Refused) -> None:
    """Have a refused right, or what the error wants logged, logged at its client once the savepoint is rolled back."""
    actor = getattr(request, "actor", None)
    entry = error.entry or _refused_right(request, error)
    if actor is None or entry is None or entry.client_id not in actor.standings:
        return

    def write(response: HttpResponse) -> None:
        # A closed gate keeps the client out of the scope; the entry is still the client's.
        with at_the_door(actor, entry.client_id):
            log.write(actor, [entry])

    request.after_refusal.append(write)


def _refused_right(request: DoorRequest, error: Refused) -> log.Entry | None:
    if error.client_id is None or error.status != 403:
        return None
    detail = {"route": request.resolver_match.view_name if request.resolver_match else "", "status": error.status}
    if right := getattr(error, "right", None):
        detail["right"] = right.value
    if gate := getattr(error, "gate", ""):
        detail["gate"] = gate
    return log.Entry(error.client_id, log.Action.REFUSED, detail=detail)

"""Where a person is signed in, and ending it: the library's rows, one a sign-in and none a request."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.internal.flows import sessions
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as DatabaseSession
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.lib import clock

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """One place where the person is signed in."""

    id: int
    browser: str
    origin: str
    since: datetime
    is_this: bool


def new_key(request: HttpRequest) -> None:
    """Give the session a new key, under which it stays on the list of the person's sessions."""
    before = request.session.session_key
    request.session.cycle_key()
    if before is not None:
        UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def of(request: HttpRequest) -> list[Session]:
    """The signed-in person's sessions that are not over, this one first, then the newest; looking removes none."""
    rows = UserSession.objects.filter(user_id=request.user.pk)
    alive = DatabaseSession.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now())
    found = [
        Session(row.pk, browser_of(row.user_agent), row.ip, row.created_at, row.session_key == _here(request))
        for row in rows.filter(Exists(alive))
    ]
    return sorted(found, key=lambda session: (not session.is_this, -session.since.timestamp()))


def end(request: HttpRequest, session_id: int) -> bool:
    """End one of the person's other sessions; False where it is none of them."""
    row = UserSession.objects.filter(user_id=request.user.pk, pk=session_id).exclude(session_key=_here(request)).first()
    if row is not None:
        row.end()
    return row is not None


def end_others(request: HttpRequest) -> None:
    """End all of the person's sessions but this one."""
    sessions.end_other_sessions(request, request.user)


def forget_ended() -> None:
    """Delete the rows of sessions that are over."""
    there = DatabaseSession.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(there)).delete()


def _here(request: HttpRequest) -> str:
    return request.session.session_key or ""


def browser_of(agent: str) -> str:
    """What a browser calls itself, in the two words that people know it by."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " / ".join(word for word in (browser, system) if word) or _("Unknown browser")

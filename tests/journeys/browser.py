"""A real browser that complains: about errors, broken policies, failed and foreign requests."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from access.models import User
from helpdesk.services.install import BROWSERS
from tests.cast import World
from tests.journeys.site import Site
from tickets.models import Customer

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Milliseconds until a step counts as failed: for a busy machine, never waited for on a good day.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
# As root Chromium refuses its sandbox; the others keep it from looking for anything on the network.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium where there is one, else Playwright's.

    Playwright keeps its loop running in this thread, between calls too; our statements wait for nobody.
    """
    own = next(filter(None, map(shutil.which, BROWSERS)), None)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as tool:
            browser = tool.chromium.launch(executable_path=own, args=_ARGUMENTS)
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visit:
    """One person's browser window with a profile of its own.

    Every complaint since its start stands in `complaints`.  `expects` names the statuses that a
    test provokes.
    """

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site, self.context = site, context
        self.complaints: list[str] = []
        self.expects: set[int] = set()
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("request", self._asked)
        context.on("response", self._answered)
        self.page: Page = context.new_page()

    def go(self, path: str) -> Page:
        """Open a path of the site, or an address in a letter."""
        address = path if path.startswith("http") else self.site.base + path
        self.page.goto(address)
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        # A status that is no success is also counted as an answer, with its number.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(f"console at {message.location.get('url')}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site.base, self.site.files, "data:", "about:", "tel:")):
            self.complaints.append(f"foreign request: {request.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still asking for, and a download isn't shown.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expects:
            self.complaints.append(f"answered {response.status}: {response.request.method} {response.url}")


class Street:
    """Where browsers are opened: one window for each person of a journey (of the cast, where there is one)."""

    def __init__(self, site: Site, browser: Browser, world: World | None = None) -> None:
        self.site, self.browser, self.world = site, browser, world
        self.visits: list[Visit] = []

    def visit(self, person: User | Customer | None = None, **options: Any) -> Visit:
        """A new window: nobody's, or one in which this person is signed in."""
        if person is None or self.world is None:
            return self.visit_with("", **options)
        cookies = self.world.browser(person).cookies
        return self.visit_with(cookies[settings.SESSION_COOKIE_NAME].value, **options)

    def visit_with(self, session: str, **options: Any) -> Visit:
        """A new window that goes on with a session, by its key."""
        wishes = {"viewport": DESK, "locale": "en-GB", "timezone_id": "Europe/Stockholm", **options}
        context = self.browser.new_context(**wishes)
        if session:
            context.add_cookies([{"name": self.site.session_cookie, "value": session, "url": self.site.base}])
        made = Visit(self.site, context)
        self.visits.append(made)
        return made

    def close(self) -> list[str]:
        """Close every window; returns what they complained about."""
        for visit in self.visits:
            visit.context.close()
        return [complaint for visit in self.visits for complaint in visit.complaints]

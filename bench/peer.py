"""django-helpdesk with the shared corpus, on the same PostgreSQL and the same web server.

Its loader, settings and scenario stand outside this project, beside it; without them the
comparison can't be measured.
"""

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.figure import NotMeasured
from bench.load import Page
from bench.site import ROOT, Site, free_port, serving

SHARED = ROOT.parent / "shared" / "bench"
DATABASE = "djhelpdesk"


@dataclass(frozen=True)
class Peer:
    """The running peer: its address, its steps by name, and the cookie of a signed-in agent."""

    base: str
    steps: dict[str, dict[str, Any]]
    cookie: str

    def page(self, name: str) -> Page:
        """One of its steps as a page to ask for, every variable filled in."""
        step = self.steps[name]
        paths = [step["path"]]
        for key, spec in step.get("vars", {}).items():
            values = range(spec[0], spec[1] + 1) if isinstance(spec, list) else spec["choice"]
            paths = [path.replace("{" + key + "}", str(value)) for path in paths for value in values]
        headers = {} if step.get("anonymous") else {"Cookie": self.cookie}
        return Page(self.base, paths, step["must"], headers)


def environment_of(site: Site, *, tickets: int) -> dict[str, str]:
    """What the peer's own programs read: scratch folder, size, and the database server."""
    place = urlsplit(site.superuser_dsn)
    query = parse_qs(place.query)
    return {
        **{k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")},
        "BENCH_BASE": str(site.folder),
        "BENCH_TICKETS": str(tickets),
        "BENCH_DB": DATABASE,
        "PGHOST": query.get("host", [place.hostname or "127.0.0.1"])[0],
        "PGPORT": query.get("port", [str(place.port or 5432)])[0],
        "PGUSER": urllib.parse.unquote(place.username or "postgres"),
        "PGPASSWORD": urllib.parse.unquote(place.password or ""),
        "PYTHONPATH": f"{SHARED / 'common'}:{SHARED / 'djhelpdesk'}",
    }


def python_of_peer() -> str:
    """A virtual environment with the peer's own pinned requirements, made once."""
    folder = ROOT / "var" / "bench-peer"
    python = folder / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(folder)], "making the peer's environment")
        run(
            [str(python), "-m", "pip", "install", "-q", "-r", str(SHARED / "requirements.txt")],
            "installing the peer",
        )
    return str(python)


def run(command: list[str], what: str, *, env: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a program to its end; raises `NotMeasured` where it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(f"{what} failed: {(done.stderr or done.stdout)[-400:]}")


@contextmanager
def stand_up_peer(site: Site, *, tickets: int) -> Iterator[Peer]:
    """Load the shared corpus into the peer and serve it."""
    if not (SHARED / "djhelpdesk" / "load_data.py").exists():
        raise NotMeasured(f"{SHARED} is not there: the peer can't be stood up")
    python = python_of_peer()
    environment = environment_of(site, tickets=tickets)
    with site.superuser("postgres") as admin:
        admin.execute(f"CREATE DATABASE {DATABASE}")
    run([python, str(SHARED / "djhelpdesk" / "load_data.py")], "loading the peer", env=environment)
    run([python, str(SHARED / "djhelpdesk" / "make_scenario.py")], "writing the peer's scenario", env=environment)
    scenario = json.loads((site.folder / "djhelpdesk" / "scenario.json").read_text())
    with serving(
        "peer.wsgi:application",
        free_port(),
        environment=environment,
        python=python,
        folder=SHARED / "djhelpdesk",
        path="/login/",
    ) as base:
        steps = {step["name"]: step for step in scenario["steps"]}
        yield Peer(base, steps, _sign_in(base, scenario["login"]))


def _sign_in(base: str, login: dict[str, Any]) -> str:
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(base + login["path"]).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', page)
    if token is None:
        raise NotMeasured("the peer's sign-in page has no form")
    form = urllib.parse.urlencode({**login["fields"], "csrfmiddlewaretoken": token.group(1)}).encode()
    opener.open(urllib.request.Request(base + login["path"], form, {"Referer": base + login["path"]}))
    cookies = {cookie.name: cookie.value for cookie in jar}
    if "sessionid" not in cookies:
        raise NotMeasured("the peer let nobody in")
    return "; ".join(f"{name}={value}" for name, value in cookies.items())

"""A program that webhooks are sent to, on the other end of a real connection; it does what a test tells it."""

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

# Under which calls of every path are counted together.
ALL = "*"


@dataclass(frozen=True)
class Heard:
    """One call as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """Its id, by which a repeated one is known."""
        return self.headers["webhook-id"]


class HookServer(ThreadingHTTPServer):
    """Takes `behaviours` one a call, by the path that is asked; accepts once they are used up.

    accept; broken: a 500; never: a 400; later: a 429 that asks for ten minutes; moved: a redirect to this server's
    own `/inside`; long: ten megabytes; silent: no answer until the end; slow: an answer after `pause` seconds;
    waits: answers when `go` is set.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.behaviours: dict[str, deque[str]] = defaultdict(deque)
        self.always: dict[str, str] = {}
        self.heard: list[Heard] = []
        self.at_once: dict[str, int] = defaultdict(int)
        self.most_at_once: dict[str, int] = defaultdict(int)
        self.pause = 1.0
        self.has_call, self.go = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def url(self, path: str = "/hook") -> str:
        """Where a path is asked."""
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def on(self, path: str = "/hook") -> list[Heard]:
        """What was asked there, in order."""
        return [each for each in self.heard if each.path == path]

    def ids(self, path: str = "/hook") -> list[str]:
        """The ids of the calls there, in order."""
        return [each.id for each in self.on(path)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Talk(BaseHTTPRequestHandler):
    server: HookServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server = self.server
        with server.lock:
            server.heard.append(Heard(self.path, headers, body, time.monotonic()))
            for place in (self.path, ALL):
                server.at_once[place] += 1
                server.most_at_once[place] = max(server.most_at_once[place], server.at_once[place])
            waiting = server.behaviours[self.path]
            how = waiting.popleft() if waiting else server.always.get(self.path, "accept")
        try:
            self._act(how)
        finally:
            with server.lock:
                for place in (self.path, ALL):
                    server.at_once[place] -= 1

    def _act(self, how: str) -> None:
        match how:
            case "broken":
                self._reply(500, b"a secret of the other side")
            case "never":
                self._reply(400, b"")
            case "later":
                self._reply(429, b"", retry_after="600")
            case "moved":
                self._reply(302, b"", location=self.server.url("/inside"))
            case "long":
                self._reply(200, b"x" * 10_000_000)
            case "silent":
                self.server.go.wait(60)
            case "slow":
                time.sleep(self.server.pause)
                self._reply(200, b"")
            case "waits":
                self.server.has_call.set()
                self.server.go.wait(30)
                self._reply(200, b"")
            case _:
                self._reply(204, b"")

    def _reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            # The caller has hung up, as it should.
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Silent."""

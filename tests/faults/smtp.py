"""A mail server that does what a test tells it, on the other end of a real connection."""

import email
import socketserver
import threading
import time
from collections import deque
from email.message import Message
from types import TracebackType
from typing import Self

GREETING = b"220 ready\r\n"


class MailServer(socketserver.ThreadingTCPServer):
    """Takes `behaviours` one a connection, and accepts everything once they are used up.

    accept; busy and never: a 451 or 550 to the mail; turned away: a 550 to the address; hangs up:
    in the middle of the mail; silent: keeps the mail and ends the line before it answers; rude: the
    same after it has answered; slow: a byte of greeting at a time; waits: answers when `go` is set.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.behaviours: deque[str] = deque()
        self.kept: list[Message] = []
        self.seen: list[str] = []
        self.has_mail, self.go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        number: int = self.server_address[1]
        return number

    def ids(self) -> list[str]:
        """The Message-IDs of what was kept, in order."""
        return [message["Message-ID"] for message in self.kept]

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


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        behaviours = self.server.behaviours
        self.how = behaviours.popleft() if behaviours else "accept"
        self.server.seen.append(self.how)
        try:
            self._greet()
            for line in self.rfile:
                if not self._answer(line.decode("latin-1").strip().upper()):
                    return
        except OSError:
            return

    def _greet(self) -> None:
        if self.how != "slow":
            self.wfile.write(GREETING)
            return
        for byte in GREETING * 1000:
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)

    def _answer(self, line: str) -> bool:
        """Answer a line; whether the talk goes on."""
        if line.startswith("RCPT") and self.how == "turned away":
            self.wfile.write(b"550 no such mailbox\r\n")
        elif line == "DATA":
            self.wfile.write(b"354 go on\r\n")
            return self._mail()
        elif line == "QUIT":
            self.wfile.write(b"221 bye\r\n")
            return False
        else:
            self.wfile.write(b"250 fine\r\n")
        return True

    def _mail(self) -> bool:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            if self.how == "hangs up":
                return False
            lines.append(line)
        if self.how in ("busy", "never"):
            self.wfile.write(b"451 busy, come again\r\n" if self.how == "busy" else b"550 not this one\r\n")
            return True
        if self.how == "waits":
            self.server.has_mail.set()
            self.server.go.wait(30)
        self.server.kept.append(email.message_from_bytes(b"".join(lines)))
        if self.how == "silent":
            return False
        self.wfile.write(b"250 kept\r\n")
        return self.how != "rude"

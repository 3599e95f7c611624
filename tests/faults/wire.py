"""A line between the product and a server, which a test can cut, refuse or freeze."""

import selectors
import socket
import threading
from types import TracebackType
from typing import Self


class Wire:
    """Carries bytes from a port of its own to a server's; `url` is the server's address by way of it.

    One thread carries everything.  Frozen, it takes connections and bytes and passes none on, as a
    half-open network does.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._frozen = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._listener: socket.socket | None = None
        self._held: list[socket.socket] = []
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._runs = True
        self.port = self._listen(0)
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runs = False
        self._wake.send(b"x")
        self._thread.join(5)
        self.refuse()
        self._selector.close()
        self._wake.close()
        self._woken.close()

    def refuse(self) -> None:
        """Close the port and everything that came by it: whoever connects is refused."""
        with self._lock:
            if self._listener is not None:
                self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
        self.cut()

    def cut(self) -> None:
        """End the connections that there are; new ones are taken."""
        with self._lock:
            keys = [key for key in self._selector.get_map().values() if isinstance(key.data, socket.socket)]
            for key in keys:
                self._selector.unregister(key.fileobj)
            for key in keys:
                key.fileobj.close()
            for held in self._held:
                held.close()
            self._held.clear()

    def freeze(self) -> None:
        """Carry nothing any more, and refuse nobody."""
        self._frozen.set()

    def mend(self) -> None:
        """Carry again; what was frozen is cut, as its senders have given up."""
        if self._frozen.is_set():
            self._frozen.clear()
            self.cut()
        with self._lock:
            missing = self._listener is None
        if missing:
            self._listen(self.port)

    def _listen(self, port: int) -> int:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        with self._lock:
            self._listener = listener
            self._selector.register(listener, selectors.EVENT_READ, "listener")
        if port:
            self._wake.send(b"x")
        number: int = listener.getsockname()[1]
        return number

    def _carry(self) -> None:
        while self._runs:
            for key, _events in self._selector.select(0.05):
                with self._lock:
                    if key.fileobj.fileno() != -1 and key.fd in self._selector.get_map():
                        self._step(key)

    def _step(self, key: selectors.SelectorKey) -> None:
        source = key.fileobj
        assert isinstance(source, socket.socket)
        if key.data is None:
            source.recv(4096)
        elif key.data == "listener":
            self._take(source.accept()[0])
        else:
            self._pass(source, key.data)

    def _take(self, taken: socket.socket) -> None:
        if self._frozen.is_set():
            self._held.append(taken)
            return
        try:
            onward = socket.create_connection(self._target, timeout=2)
        except OSError:
            taken.close()
            return
        self._selector.register(taken, selectors.EVENT_READ, onward)
        self._selector.register(onward, selectors.EVENT_READ, taken)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            data = source.recv(65536)
            if data and not self._frozen.is_set():
                sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (source, sink):
                self._selector.unregister(end)
                end.close()

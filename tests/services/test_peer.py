"""Whose address a request comes from, asked of the real web server with the headers as they come over the wire."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from helpdesk.services import commands
from tests.servers import ROOT

TRUE, FORGED = "203.0.113.9", "10.1.0.7"
Ask = Callable[..., str]


@contextmanager
def web_server(folder: Path, **more: str) -> Iterator[Ask]:
    """The product's own command line, in front of the application that tells the peer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "HELPDESK_WEB_WORKERS": "1", **more}
    command = [*commands.web(environment)[:-1], "tests.services.peer_app:application"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield lambda *headers: _asked(port, headers)
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            _asked(port, ())
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("The web server did not start.")


def _asked(port: int, headers: tuple[str, ...]) -> str:
    lines = ("GET / HTTP/1.1", "Host: desk.example", "Connection: close", *headers, "", "")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall("\r\n".join(lines).encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head.partition(b"\r\n")[0], head
    return body.decode()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """With what the compose file sets."""
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    told = compose["services"]["web"]["environment"]
    names = ("HELPDESK_TRUSTED_PROXIES", "HELPDESK_PEER_HEADER")
    with web_server(tmp_path_factory.mktemp("peer"), **{name: told[name] for name in names}) as ask:
        yield ask


@pytest.mark.parametrize(
    "forged",
    ["X_Forwarded_For", "X-Forwarded_For", "x_forwarded-for", "X-Forwarded-For", "Peer_address", "Peer-Address"],
)
def test_no_spelling_of_another_header_moves_the_address_that_the_proxy_tells(shipped: Ask, forged: str) -> None:
    assert shipped(f"X-Forwarded-For: {TRUE}", f"Peeraddress: {TRUE}", f"{forged}: {FORGED}") == TRUE


def test_a_header_that_a_proxy_added_to_one_of_the_visitors_counts_by_its_last_part(shipped: Ask) -> None:
    assert shipped(f"PEERADDRESS: {FORGED}", f"Peeraddress: {TRUE}") == TRUE


def test_without_the_header_it_is_who_opened_the_connection(shipped: Ask) -> None:
    assert shipped(f"X-Forwarded-For: {FORGED}") == "127.0.0.1"


def test_behind_other_proxies_hops_are_counted_and_without_one_nothing_is_believed(tmp_path: Path) -> None:
    with web_server(tmp_path, HELPDESK_TRUSTED_PROXIES="1", HELPDESK_PEER_HEADER="") as ask:
        assert ask(f"X-Forwarded-For: {FORGED}, {TRUE}", f"Peeraddress: {FORGED}") == TRUE
    with web_server(tmp_path, HELPDESK_TRUSTED_PROXIES="0", HELPDESK_PEER_HEADER="Peeraddress") as ask:
        assert ask(f"X-Forwarded-For: {FORGED}", f"Peeraddress: {FORGED}") == "127.0.0.1"


def test_the_shipped_proxy_replaces_that_header_and_drops_names_with_underscores() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    name = compose["services"]["web"]["environment"]["HELPDESK_PEER_HEADER"]
    version = compose["services"]["proxy"]["image"].removeprefix("caddy:")

    # Without a sign before its name, Caddy sets a header whatever the visitor sent.
    assert f"header_up {name} {{remote_host}}" in (ROOT / "docker" / "Caddyfile").read_text(encoding="utf-8")
    assert tuple(int(part) for part in version.split(".")) >= (2, 11, 4)

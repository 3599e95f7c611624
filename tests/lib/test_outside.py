"""What is asked outside, what never is, and that time and size end whatever the other side does."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpdesk.lib import outside
from helpdesk.lib.outside import NoAnswer, NotAllowed, TooLong

HERE = [ip_network("127.0.0.0/8")]


class Handler(BaseHTTPRequestHandler):
    """Answers by the path, and notes what it was asked."""

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body: bytes) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        match self.path.split("?")[0]:
            case "/moved":
                self.reply(302, b"", location=f"http://127.0.0.1:{self.server.server_port}/secret")
            case "/long":
                self.reply(200, b"x" * 5000)
            case "/endless":
                self.send_response(200)
                self.end_headers()
                while True:
                    self.wfile.write(b"x" * 4096)
            case "/packed":
                self.reply(200, b"\x1f\x8b", content_encoding="gzip")
            case "/short":
                self.reply(200, b"abc", content_length="10")
            case "/drip":
                self.drip()
            case _:
                self.reply(200, json.dumps({"path": self.path, "body": body.decode()}).encode())

    def drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _each in range(100):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("content_length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
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


@contextmanager
def served(context: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked = []  # type: ignore[attr-defined]
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with served() as running:
        yield running


@pytest.fixture
def base(server: ThreadingHTTPServer, settings: Any) -> str:
    settings.OUTSIDE_ALLOW = HERE
    return f"http://127.0.0.1:{server.server_port}"


def test_it_asks_and_gives_the_answer_as_it_came(base: str, server: ThreadingHTTPServer) -> None:
    answer = outside.fetch("POST", f"{base}/a?b=c", headers={"X-One": "1"}, body=b"hello")

    assert (answer.status, json.loads(answer.body)) == (200, {"path": "/a?b=c", "body": "hello"})
    method, _path, headers, _body = server.asked[0]  # type: ignore[attr-defined]
    assert (method, headers["X-One"], headers["Host"]) == ("POST", "1", base.removeprefix("http://"))


def test_a_redirect_is_an_answer_and_nobody_goes_there(base: str, server: ThreadingHTTPServer) -> None:
    assert outside.fetch("GET", f"{base}/moved").status == 302
    assert [path for _method, path, *_more in server.asked] == ["/moved"]  # type: ignore[attr-defined]


def test_no_proxy_of_the_environment_is_asked(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert outside.fetch("GET", f"{base}/a").status == 200


@pytest.mark.parametrize("path", ["/long", "/endless"])
def test_an_answer_that_is_too_long_is_not_read_on(base: str, path: str) -> None:
    with pytest.raises(TooLong):
        outside.fetch("GET", base + path, limit_bytes=4999)


def test_an_answer_of_just_the_size_is_taken(base: str) -> None:
    assert len(outside.fetch("GET", f"{base}/long", limit_bytes=5000).body) == 5000


@pytest.mark.parametrize("path", ["/packed", "/short"])
def test_half_an_answer_or_a_packed_one_is_none(base: str, path: str) -> None:
    with pytest.raises(NoAnswer):
        outside.fetch("GET", base + path)


def test_a_slow_one_that_sends_a_little_all_the_time_is_left_in_time(base: str) -> None:
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        outside.fetch("GET", f"{base}/drip", timeout=0.4)
    assert time.monotonic() - began < 2


def test_one_that_takes_the_call_and_says_nothing_is_left_in_time(settings: Any) -> None:
    settings.OUTSIDE_ALLOW = HERE
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(NoAnswer):
        outside.fetch("GET", f"http://127.0.0.1:{deaf.getsockname()[1]}/", timeout=0.3)


def test_a_header_on_two_lines_is_not_sent(base: str, server: ThreadingHTTPServer) -> None:
    with pytest.raises(NotAllowed):
        outside.fetch("GET", base, headers={"X-A": "1\r\nX-B: 2"})
    assert not server.asked  # type: ignore[attr-defined]


INWARD = [
    "127.0.0.1", "127.1.2.3", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "[::1]",
    "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2001::7f00:1]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "198.18.0.1", "192.0.0.8", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "[fe80::1]",
    "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "192.0.2.1", "[100::1]", "[5f00::1]",
]  # fmt: skip


@pytest.mark.parametrize("host", INWARD)
def test_whatever_leads_inwards_is_refused_on_save_and_on_send(server: ThreadingHTTPServer, host: str) -> None:
    for ask in (outside.check, lambda url: outside.fetch("GET", url, timeout=1)):
        for scheme in ("https", "http"):
            with pytest.raises((NotAllowed, NoAnswer)):
                ask(f"{scheme}://{host}:{server.server_port}/")
    assert not server.asked  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [each.strip("[]") for each in INWARD if each[0] in "[12" and "." in each + ":."])
def test_the_judgement_is_of_the_address_itself(text: str) -> None:
    try:
        address = outside._address(text)
    except ValueError:
        return
    assert outside.leads_inwards(address)


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_a_host_out_there_is_allowed(text: str) -> None:
    assert not outside.leads_inwards(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://", "https:///x", "//example.org/",
        "https://u:p@example.org/", "https://example.org@127.0.0.1/", "https://[fe80::1%25eth0]/", "https://exa mple/",
        "https://example.org:99999/", "https://example.org\\@127.0.0.1/", "https://example.org/\r\nHost: x",
        "https://exämple.org/", "javascript:alert(1)", "", "https://" + "a" * 300 + "/", "https://h/" + "a" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        outside.check(url)


class TestANameThatChangesItsMind:
    """Rebinding: what was judged is what is connected to."""

    def names(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
        left, asked = list(answers), []

        def look_up(host: str, port: int, **more: Any) -> list[Any]:
            asked.append(host)
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

        monkeypatch.setattr(outside.socket, "getaddrinfo", look_up)
        return asked

    def test_one_address_inside_among_several_spoils_them_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names(monkeypatch, ["93.184.216.34", "127.0.0.1"])
        with pytest.raises(NotAllowed):
            outside.check("https://two.example/")

    def test_it_is_looked_up_once_and_that_address_is_called(
        self, base: str, server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.OUTSIDE_ALLOW = [ip_network("127.0.0.1/32")]
        asked = self.names(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])

        answer = outside.fetch("GET", f"http://mine.example:{server.server_port}/a")

        assert (answer.status, asked) == (200, ["mine.example"])
        assert server.asked[0][2]["Host"] == f"mine.example:{server.server_port}"  # type: ignore[attr-defined]

    def test_what_was_good_on_save_is_judged_again_on_send(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names(monkeypatch, ["93.184.216.34"], ["169.254.169.254"])
        outside.check("https://later.example/")
        with pytest.raises(NotAllowed):
            outside.fetch("GET", "https://later.example/")

    def test_a_resolver_that_hangs_is_left_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waiting = threading.Event()
        monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *args, **more: [waiting.wait(3)][:0])
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            outside.check("https://slow.example/", timeout=0.2)
        waiting.set()
        assert time.monotonic() - began < 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own for desk.test, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.test")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("desk.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "desk.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class TestOverTls:
    @pytest.fixture
    def port(self, certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
        settings.OUTSIDE_ALLOW = HERE
        look_up = socket.getaddrinfo
        monkeypatch.setattr(outside.socket, "getaddrinfo", lambda host, port, **k: look_up("127.0.0.1", port, **k))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with served(context) as server:
            yield server.server_port

    def test_a_certificate_that_nobody_knows_is_no_answer(self, port: int) -> None:
        with pytest.raises(NoAnswer):
            outside.fetch("GET", f"https://desk.test:{port}/")

    def test_one_that_is_known_is_good_for_its_own_name_only(
        self, port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

        assert outside.fetch("GET", f"https://desk.test:{port}/a").status == 200
        with pytest.raises(NoAnswer):
            outside.fetch("GET", f"https://other.test:{port}/a")

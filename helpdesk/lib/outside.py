"""The one way out: HTTP to addresses that somebody else has named, without a way back inside.

The name is resolved here, every address that it stands for is judged, and the connection goes to the
address that was judged: a name that changes its mind in between changes nothing.  No redirect is
followed, no proxy of the environment is asked, and time and size are counted over the whole answer.
What is refused and what failed is told apart; neither says what stands behind an address.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

TIMEOUT = 5.0
LIMIT_BYTES = 1024 * 1024
_URL_MOST = 2000
_HOST_MOST = 253
# Beyond what `is_global` says, which has changed between versions of Python: ranges that reach inwards,
# or carry an IPv4 address that would have to be judged by the router at their end.
_INWARD = [
    ip_network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"
        " 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
        " ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16"
        " fc00::/7 fe80::/10 fec0::/10 ff00::/8"
    ).split()
]


class OutsideError(Exception):
    """Nothing usable came back."""


class NotAllowed(OutsideError):
    """The address may not be asked: `str` says why in words for whoever entered it."""


class NoAnswer(OutsideError):
    """The other side is not there, is too slow, or does not speak HTTP."""


class TooLong(OutsideError):
    """The answer is larger than was agreed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the headers' names are in small letters, the body is as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit_bytes: int = LIMIT_BYTES,
    timeout: float = TIMEOUT,
) -> Answer:
    """Ask once and give the answer, whatever its status; a redirect is an answer as any other.

    `timeout` counts seconds over all of it: name, connection, and the last byte.  Raises `NotAllowed`
    for an address that leads inwards or is not HTTPS, `NoAnswer` and `TooLong`.
    """
    until = time.monotonic() + timeout
    parts = _parts(url)
    addresses = _addresses(parts, until)
    sent = {"Accept-Encoding": "identity", "User-Agent": "helpdesk", "Connection": "close", **(headers or {})}
    if any("\r" in text or "\n" in text for pair in sent.items() for text in pair):
        raise NotAllowed(_("A header must stand on one line."))
    connection = _Connection(parts, addresses, until)
    try:
        connection.request(method, _target(parts), body=body, headers=sent)
        return _read(connection.getresponse(), limit_bytes)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_("There was no usable answer.")) from error
    finally:
        connection.end()


def check(url: str, *, timeout: float = TIMEOUT) -> None:
    """Judge an address before it is kept; `fetch` judges it again each time.

    Raises `NotAllowed`, or `NoAnswer` for a name that does not resolve.
    """
    _addresses(_parts(url), time.monotonic() + timeout)


def _parts(url: str) -> SplitResult:
    """The parts of an address that may be asked, as far as its text tells."""
    if len(url) > _URL_MOST or not url.isascii() or any(ch <= " " or ch in '\\"<>^`{|}\x7f' for ch in url):
        raise NotAllowed(_("This is not a web address."))
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed(_("This is not a web address.")) from None
    if parts.scheme not in ("https", "http") or not host or len(host) > _HOST_MOST:
        raise NotAllowed(_("Write the address as https://name/path."))
    if "@" in parts.netloc or "%" in parts.netloc:
        raise NotAllowed(_("The address must not carry a name and password, or a zone."))
    return parts


def _target(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _addresses(parts: SplitResult, until: float) -> list[Address]:
    """Every address that the name stands for; one that leads inwards spoils them all."""
    found = [_address(text) for text in _resolve(parts.hostname or "", _port(parts), until)]
    allowed: list[Network] = settings.OUTSIDE_ALLOW
    for address in found:
        if _within(address, allowed):
            continue
        if parts.scheme != "https":
            raise NotAllowed(_("Only https:// is asked outside."))
        if leads_inwards(address):
            raise NotAllowed(_("This address leads inside, and is not asked."))
    return found


def _address(text: str) -> Address:
    """The address without the disguise of an IPv4 one that is written as an IPv6 one."""
    address = ip_address(text.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _within(address: Address, networks: list[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def leads_inwards(address: Address) -> bool:
    """Whether this is any address but one of a host out there."""
    return not address.is_global or address.is_multicast or address.is_reserved or _within(address, _INWARD)


def _resolve(host: str, port: int, until: float) -> list[str]:
    """The texts of the addresses; the resolver has no time limit of its own, so it is waited for aside."""
    found: list[str] = []

    def look_up() -> None:
        try:
            for *_kind, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(str(place[0]))
        except (OSError, UnicodeError):
            # Nothing found, which is what the caller looks at.
            found.clear()

    aside = threading.Thread(target=look_up, daemon=True)
    aside.start()
    aside.join(max(0.0, until - time.monotonic()))
    if aside.is_alive() or not found:
        raise NoAnswer(_("The name could not be resolved."))
    return list(dict.fromkeys(found))


def _read(response: http.client.HTTPResponse, limit_bytes: int) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise http.client.HTTPException("packed, though nobody asked for it")
    body = response.read(limit_bytes + 1)
    if len(body) > limit_bytes:
        raise TooLong(_("The answer is too long."))
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return Answer(response.status, headers, body)


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket to one of the judged addresses, with one deadline for everything."""

    def __init__(self, parts: SplitResult, addresses: list[Address], until: float) -> None:
        super().__init__(parts.hostname or "", parts.port or None)
        self.secure, self.name = parts.scheme == "https", parts.hostname or ""
        self.default_port = 443 if self.secure else 80
        self.port = _port(parts)
        self.addresses, self.until = addresses, until
        self.plain: socket.socket | None = None

    def connect(self) -> None:
        """To the first address that answers."""
        last: OSError = OSError("no address")
        for address in self.addresses:
            try:
                self.plain = _called(address, self.port, self.until)
            except OSError as error:
                last = error
                continue
            if self.secure:
                self.plain = ssl.create_default_context().wrap_socket(self.plain, server_hostname=self.name)
            self.sock = _Timed(self.plain, self.until)  # type: ignore[assignment]  # as much of a socket as is used
            return
        raise last

    def end(self) -> None:
        """Close the socket itself."""
        self.close()
        if self.plain is not None:
            self.plain.close()


def _called(address: Address, port: int, until: float) -> socket.socket:
    """A socket that is connected to this address, whatever any name says by now."""
    plain = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        plain.settimeout(_left(until))
        plain.connect((str(address), port))
    except BaseException:
        plain.close()
        raise
    return plain


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is over")
    return left


class _Timed:
    """As much of a socket as `http.client` uses; each read and write waits for what is left of the time."""

    def __init__(self, plain: socket.socket, until: float) -> None:
        self.plain, self.until = plain, until

    def sendall(self, data: Any) -> None:
        self.plain.settimeout(_left(self.until))
        self.plain.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Nothing yet: `http.client` lets go of the socket before the body has been read."""


class _Incoming(io.RawIOBase):
    """The bytes that come in, until the time is over."""

    def __init__(self, timed: _Timed) -> None:
        super().__init__()
        self.timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.timed.plain.settimeout(_left(self.timed.until))
        return self.timed.plain.recv_into(buffer)

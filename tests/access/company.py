"""A small OpenID Connect provider on this machine: real HTTP, real RS256 signatures, and every lie on request."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fido2.utils import websafe_encode

from access.actions import providers
from access.actions.providers import Wanted
from access.models import Client, User
from helpdesk.lib import clock
from tests.access.entering import LOGIN, is_in
from tests.cast import Browser, World

KEY, OTHER_KEY = (rsa.generate_private_key(65537, 2048) for _each in range(2))
AUDIENCE, SECRET = "desk-at-voltarra", "s3cret of the desk"
START = "/start/"


@dataclass
class Company:
    """The provider: who signs in next (`person`), and how it lies (`claims`, `signs`, `config`)."""

    port: int
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    signs: str = "RS256"
    key: Any = KEY
    kid: str = "one"
    token_status: int = 200
    asked: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def described(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
        found = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        if self.userinfo:
            found["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}
        return {"issuer": self.issuer, **found, **methods, **self.config}

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, url: str) -> str:
        """What the person's browser does over there; gives the address that they come back to."""
        self.asked = dict(parse_qsl(urlsplit(url).query))
        code = f"code-{len(self.codes)}"
        self.codes[code] = self.asked
        return f"{urlsplit(self.asked['redirect_uri']).path}?code={code}&state={self.asked['state']}"

    def token(self, body: bytes, authorization: str) -> dict[str, Any]:
        """The token for a code, once, to whoever has the secret and the verifier."""
        sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        asked = self.codes.pop(sent["code"])
        assert authorization == "Basic " + b64encode(f"{AUDIENCE}:{SECRET}".encode()).decode()
        assert websafe_encode(sha256(sent["code_verifier"].encode()).digest()) == asked["code_challenge"]
        assert sent["redirect_uri"] == asked["redirect_uri"]
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "sub-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "auth_time": now,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.signed(claims)}

    def signed(self, claims: dict[str, Any]) -> str:
        if self.signs == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": self.kid})
        if self.signs == "HS256":
            # The public key taken for a shared secret, put together by hand: the library refuses to.
            head = websafe_encode(json.dumps({"alg": "HS256", "kid": self.kid, "typ": "JWT"}).encode())
            signing = f"{head}.{websafe_encode(json.dumps(claims).encode())}"
            import hmac

            text = json.dumps(self.keys()["keys"][0]).encode()
            return f"{signing}.{websafe_encode(hmac.digest(text, signing.encode(), 'sha256'))}"
        return jwt.encode(claims, self.key, algorithm=self.signs, headers={"kid": self.kid})


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        company: Company = self.server.company  # type: ignore[attr-defined]
        company.calls.append(self.path)
        pages = {
            "/.well-known/openid-configuration": company.described,
            "/keys": company.keys,
            "/userinfo": lambda: company.userinfo,
        }
        self._reply(200, pages[self.path]())

    def do_POST(self) -> None:
        company: Company = self.server.company  # type: ignore[attr-defined]
        company.calls.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(company.token_status, company.token(body, self.headers["Authorization"]))

    def _reply(self, status: int, told: Any) -> None:
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Silent."""


@contextmanager
def running() -> Iterator[Company]:
    """The provider, answering on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    company = server.company = Company(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield company
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def come_in(company: Company, browser: Browser, key: str, query: str = "") -> Any:
    """Go there and come back; gives the answer to the way back."""
    there = browser.get(f"/accounts/company/{key}/{query}")
    assert there.status_code == 302, there.content
    assert there["Location"].startswith(f"{company.issuer}/auth?"), there["Location"]
    return browser.get(company.authorize(there["Location"]))


def wanted(company: Company, *domains: str, **more: Any) -> Wanted:
    return Wanted(company.issuer, AUDIENCE, SECRET, domains or ("voltarra.example",), **more)


def keep(world: World, admin: User, company: Company, *domains: str, client: Client | None = None, **more: Any) -> None:
    place = client or world.c1
    with world.enter(admin, only=place) as actor:
        providers.keep_provider(actor=actor, client_id=place.pk, wanted=wanted(company, *domains, **more))


def provider(settings: Any) -> Iterator[Company]:
    """A running provider that our calls may reach."""
    settings.OUTSIDE_ALLOW = [ip_network("127.0.0.0/8")]
    with running() as company:
        yield company


def key_of_first_client(world: World, company: Company) -> str:
    """The first client signs in by itself now; its person is Alma.  Gives the provider's key."""
    company.person = {"email": world.a1.email, "email_verified": True}
    keep(world, world.o1, company)
    return f"c{world.c1.pk}"


def require(world: World, company: Company, key: str, **more: Any) -> None:
    """Make it the only way in, after it has worked once."""
    assert come_in(company, Browser(), key)["Location"] == START
    keep(world, world.o1, company, required=True, **more)


def refused(answer: Any, browser: Browser) -> bool:
    return answer["Location"] == LOGIN and not is_in(browser)

"""What strangers send where something else is expected, and how it is sent."""

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from access.doors import Kind
from tests.walls.matrix import Row, address, arguments
from tests.walls.places import Place

SLOWEST = 10.0
INSIDE = (b"Traceback", b"psycopg", b"SELECT ", b"INSERT ", b"/site-packages/", b"DoesNotExist", b"IntegrityError")

# Raw bytes, as they stand in a form or behind a question mark.
TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "blank": b" \t\r\n ",
    "NUL": b"a\x00b",
    "no UTF-8": b"a\xff\xfe\xc3",
    "half a character": b"a\xed\xa0\x80b",
    "noncharacter": "a\uffff\U0010ffffb".encode(),
    "control characters": b"a\x07\x1b[31m\x7f\x85b",
    "header break": b"a\r\nBcc: evil@mail.example\r\n\r\nx",
    "turned round": "a\u202eb\u2066c\u200b".encode(),
    "emoji": "🔥👩‍👩‍👧‍👦 İ ﷽".encode(),
    "many marks": b"a" + "\u0301".encode() * 400,
    "quotes": b"'\"`;--/*\\ OR 1=1",
    "template": b"{{7*7}}{% include 'x' %}{0.__class__}%(x)s%n%s${7*7}",
    "path": b"../../../../etc/passwd",
    "markup": b"<script>alert(1)</script><img src=x onerror=alert(1)>",
    "huge number": b"9" * 30,
    "over 64 bits": b"9223372036854775808",
    "over 32 bits": b"2147483648",
    "negative": b"-1",
    "zero": b"0",
    "fraction": b"1.5",
    "exponent": b"1e400",
    "not a number": b"NaN",
    "superscript": "²".encode(),
    "other digits": "١٢".encode(),
    "underscore": b"1_0",
    "an array": b"[1,2]",
    "an object": b'{"$gt": ""}',
    "5,000 letters": b"x" * 5000,
    "a date that is none": b"2026-02-31",
    "a year too far": b"99999-01-01",
    "the last day": b"9999-12-31",
}

JSONS: dict[str, Any] = {
    "null": None,
    "true": True,
    "an array": [1, "x", None],
    "an empty array": [],
    "an object": {"$gt": "", "pk": 1},
    "an array of arrays": [[["x"]]],
    "huge number": 10**30,
    "over 64 bits": 2**63,
    "over 32 bits": 2**31,
    "negative": -1,
    "zero": 0,
    "fraction": 1.5,
    "large fraction": 1e308,
    "NUL": "a\x00b",
    "half a character": "a\ud800b",
    "noncharacter": "a\uffff\U0010ffffb",
    "controls": "a\x07\x1b\x7f\x85\r\nBcc: x@mail.example",
    "turned round": "a\u202eb\u200b",
    "emoji": "🔥👩‍👩‍👧‍👦 İ ﷽",
    "nothing": "",
    "blank": " \t\n",
    "digits": "1",
    "superscript": "²",
    "other digits": "١٢",
    "quotes": "'\"`;--/*\\ OR 1=1",
    "template": "{{7*7}}{% include 'x' %}{0.__class__}%(x)s",
    "markup": "<script>alert(1)</script>",
    "20,000 letters": "x" * 20_000,
}


@dataclass(frozen=True)
class Shot:
    """One request, ready to be sent."""

    label: str
    method: str
    path: str
    body: bytes = b""
    kind: str = "application/x-www-form-urlencoded"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def fire(self, browser: Any) -> tuple[Any, float]:
        """The answer, read to its end, and how many seconds it took."""
        start = time.perf_counter()
        more: dict[str, Any] = {"QUERY_STRING": self.query} if self.query else {}
        # Told also where there is no body.
        more["CONTENT_TYPE"] = self.kind
        response = browser.generic(self.method, self.path, self.body, headers=dict(self.headers), **more)
        if response.streaming:
            response.streaming_content = [b"".join(response.streaming_content)]
            response.close()
        return response, time.perf_counter() - start


def fault(response: Any, seconds: float, *, fine: tuple[int, ...] = ()) -> str:
    """What is wrong with an answer that must be anything but broken, slow or talkative; "" where nothing is."""
    if response.status_code >= 500 and response.status_code not in fine:
        return f"{response.status_code}"
    if seconds > SLOWEST:
        return f"took {seconds:.1f} s"
    body = b"".join(response.streaming_content) if response.streaming else response.content
    said = next((word for word in INSIDE if word in body), None)
    return f"tells {said!r}" if said and response.status_code >= 400 else ""


def filled(row: Row, place: Place) -> tuple[str, dict[str, Any], dict[str, Any], tuple[tuple[str, str], ...]]:
    """Address, body, query and headers of the row's good request."""
    data = row.data(place) if callable(row.data) else row.data
    query = row.query(place) if callable(row.query) else row.query
    headers = row.headers(place) if callable(row.headers) else row.headers
    return address(row.view, place), dict(data), dict(query), tuple(headers.items())


def encoded(fields: dict[str, Any]) -> bytes:
    """The fields of a form, where a value may be raw bytes."""
    pairs = []
    for name, value in fields.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            raw = each if isinstance(each, bytes) else str(each).encode("utf-8", "surrogatepass")
            pairs.append(f"{quote_from_bytes(name.encode())}={quote_from_bytes(raw)}")
    return "&".join(pairs).encode()


def as_json(value: Any) -> bytes:
    """JSON with half characters as escapes."""
    return json.dumps(value).encode()


def good(row: Row, place: Place) -> Shot:
    """The request that the row's twin sends."""
    path, data, query, headers = filled(row, place)
    if row.door is Kind.API and row.method != "GET":
        return Shot("good", row.method, path, as_json(data), "application/json", headers=headers)
    return Shot(
        "good", row.method, path, encoded(data) if row.method != "GET" else b"", query=urlencode(query), headers=headers
    )


def without_values(view: str) -> tuple[str, ...]:
    """The arguments in a route's address."""
    return arguments(view)

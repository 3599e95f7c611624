"""Typed reading of environment variables for the settings file.

Every helper either returns a checked value or stops the process with one sentence that says what is
wrong and what to do. Values that may hold a password are never repeated in that sentence. A variable
that is set to nothing counts as not set, because compose files write `NAME=` for "none".
"""

import os
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


class BadSetting(SystemExit):
    """A setting can't be used; its text is a sentence for the operator.

    It is a SystemExit so that a command started by hand prints the sentence and no traceback.
    """


def text(name: str, default: str | None = None) -> str:
    """The variable's text without surrounding blanks; refuses an unset one that has no default."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise BadSetting(f"{name} is not set. It has no safe default: set it and start again.")
    return default


def integer(
    name: str,
    default: int | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
) -> int:
    """A whole number within both bounds (inclusive)."""
    raw = text(name, None if default is None else str(default))
    try:
        value = int(raw)
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {raw!r}.") from None
    if minimum is not None and value < minimum:
        raise BadSetting(f"{name} must be at least {minimum}, not {value}.")
    if maximum is not None and value > maximum:
        raise BadSetting(f"{name} must be at most {maximum}, not {value}.")
    return value


def boolean(name: str, default: bool | None = None) -> bool:
    """Yes or no, in any of the usual spellings."""
    raw = text(name, None if default is None else str(default)).lower()
    if raw in TRUE_WORDS:
        return True
    if raw in FALSE_WORDS:
        return False
    raise BadSetting(f"{name} must be true or false (1, yes, on or 0, no, off), not {raw!r}.")


def one_of(name: str, choices: Sequence[str], default: str | None = None) -> str:
    """One word of a closed set, spelled exactly."""
    value = text(name, default)
    if value not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list written with commas or blanks between its entries; empty ones are left out."""
    raw = text(name, "")
    return raw.replace(",", " ").split() if raw else list(default)


def plain_word(name: str) -> str:
    """A word of ASCII letters and digits; empty where it is not set."""
    word = text(name, "")
    if word and not (word.isascii() and word.isalnum()):
        raise BadSetting(f"{name} must be one word of letters and digits, not {word!r}.")
    return word


def named_paths(name: str) -> dict[str, str]:
    """Names with what they import, written as name=package.module.Class; empty where it is not set."""
    found = {}
    for word in words(name):
        key, _equals, path = word.partition("=")
        if not key.isidentifier() or not all(part.isidentifier() for part in path.split(".")) or "." not in path:
            raise BadSetting(f"{name} can't be read at {word!r}. Write it as name=package.module.Class.")
        found[key] = path
    return found


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A list of networks in CIDR form (10.1.0.0/16, fd00::/8); empty where it is not set."""
    found = []
    for word in words(name):
        try:
            found.append(ip_network(word))
        except ValueError:
            raise BadSetting(f"{name} names no network with {word!r}. Write it as 10.1.0.0/16 or fd00::/8.") from None
    return found


def url(name: str, default: str | None = None, *, schemes: Sequence[str] = ("http", "https")) -> str:
    """An absolute address with one of the schemes, no blanks and no trailing slash.

    A `unix` scheme needs a path, every other one a host. An empty default stands for "none" and is
    returned as it is.
    """
    value = text(name, default)
    if not value:
        return value
    shape = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadSetting(f"{name} is not a valid address. It must start with {shape}.") from None
    if parts.scheme not in schemes:
        raise BadSetting(f"{name} must start with {shape}.")
    if any(ch.isspace() for ch in value):
        raise BadSetting(f"{name} must not contain blanks.")
    if not (parts.path if parts.scheme == "unix" else host):
        raise BadSetting(f"{name} names no host. Write it as {schemes[0]}://host.")
    return value.rstrip("/")


def database_url(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """One entry of Django's DATABASES from a PostgreSQL address.

    Understands `postgresql://user:pw@host:port/db?opt=..`, the socket form
    `postgresql://user:pw@/db?host=/tmp/x&port=5432` and percent-encoded parts. What stands in the
    query besides host and port becomes a connection option (`sslmode`, `application_name`, ...).
    `name` is what the refusal calls the setting.
    """
    shape = "Write it as postgresql://user:password@host:5432/database."
    try:
        parts = urlsplit(url.strip())
        # PostgreSQL's own addresses know no "+" for a blank.
        query = parts.query.replace("+", "%2B")
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError:
        raise BadSetting(f"{name} is not a valid database address. {shape}") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadSetting(f"{name} must be a PostgreSQL address. {shape}")
    login, _, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    # Not parts.hostname: it lowers the case, and a percent-encoded socket folder has a case.
    host, port = _host_and_port(place, name=name)
    database = unquote(parts.path.removeprefix("/"))
    if not database or "/" in database:
        raise BadSetting(f"{name} must name one database after the host. {shape}")
    return {
        "ENGINE": "helpdesk.postgres",
        "NAME": database,
        "USER": unquote(user) or options.pop("user", ""),
        "PASSWORD": unquote(password) or options.pop("password", ""),
        "HOST": options.pop("host", "") or host,
        "PORT": _checked_port(options.pop("port", "") or port, name=name),
        "OPTIONS": options,
    }


def _host_and_port(place: str, *, name: str) -> tuple[str, str]:
    """Splits `host:port`, `[v6]:port` and their halves."""
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadSetting(f"{name} has a host in brackets that doesn't end. Write [::1]:5432.")
        return host, rest.removeprefix(":")
    host, _, port = place.partition(":")
    return unquote(host), port


def _checked_port(port: str, *, name: str) -> str:
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise BadSetting(f"{name} has a port that is not a number from 1 to 65535.")
    return port

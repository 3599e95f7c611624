"""Takes files that may be hostile apart: whatever they hold, the answer is a value or one sentence."""

import base64
import binascii
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from access.log_format import Head

LONGEST_LINE = 8 * 1024 * 1024
LARGEST_FILE = 256 * 1024 * 1024
LARGEST_NUMBER = 2**63 - 1
_HEX = frozenset(b"0123456789abcdef")


class CannotCheck(Exception):
    """What was given can't be used at all; the text says why, and what to do."""


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"it holds {text[:20]}, and a log has whole numbers only")


_decode = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).decode


def parse(data: bytes) -> Any:
    """The value of JSON text; raises `ValueError` with the reason."""
    try:
        return _decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8") from None
    except json.JSONDecodeError:
        raise ValueError("it is no JSON, or was cut off") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def lines(file: BinaryIO) -> Iterator[bytes | None]:
    """The lines one at a time; None for one that is longer than any entry."""
    while line := file.readline(LONGEST_LINE):
        if line.endswith(b"\n") or len(line) < LONGEST_LINE:
            yield line
            continue
        while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None


def document(path: Path) -> dict[str, Any]:
    """The object that a whole file holds.

    Raises `CannotCheck`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CannotCheck(f"{path} can't be read: {reason(error)}.") from None
    if len(data) > LARGEST_FILE:
        raise CannotCheck(f"{path} is larger than {LARGEST_FILE // 1024**2} MiB, which no such file is.")
    try:
        value = parse(data)
    except ValueError as error:
        raise CannotCheck(f"{path} can't be read: {error}. Download it again.") from None
    if not isinstance(value, dict):
        raise CannotCheck(f"{path} can't be read: it holds no object. Download it again.")
    return value


def reason(error: OSError) -> str:
    """Why a file can't be read, as a person says it."""
    text = error.strerror or "the system refused it"
    return text[:1].lower() + text[1:]


def number(value: Any, *, least: int = 0) -> int:
    """A whole number from `least` to what a row can hold; raises `ValueError`."""
    if type(value) is not int or not least <= value <= LARGEST_NUMBER:
        raise ValueError("a number in it is none, or out of bounds")
    return value


def octets(value: Any, count: int) -> bytes:
    """So many bytes, written in hexadecimal; raises `ValueError`."""
    if type(value) is not str or len(value) != 2 * count:
        raise ValueError("a hash in it has another length, or is none")
    try:
        found = bytes.fromhex(value)
    except ValueError:
        raise ValueError("a hash in it is not hexadecimal") from None
    if len(found) != count:
        raise ValueError("a hash in it is not hexadecimal")
    return found


def short(value: Any, most: int) -> str:
    """A text of at most so many characters; raises `ValueError`."""
    if type(value) is not str or len(value) > most:
        raise ValueError("a text in it is none, or too long")
    return value


def pinned_key(given: str) -> str:
    """The public key of a file (PEM, or text) or of the text itself (hexadecimal or base64), in hexadecimal.

    Raises `CannotCheck`.
    """
    path = Path(given)
    try:
        data = path.read_bytes()[:65536] if len(given) < 1024 and path.is_file() else given.encode()
    except (OSError, ValueError, UnicodeEncodeError):
        raise CannotCheck("The key given can't be read.") from None
    if b"-----BEGIN" in data:
        return _pem(data)
    word = b"".join(data.split()).replace(b":", b"")
    if len(word) == 64 and _HEX.issuperset(word.lower()):
        return word.decode().lower()
    try:
        raw = base64.b64decode(word.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(word) % 4), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise CannotCheck("The key given is none: it is 64 hexadecimal characters, 44 of base64, or a PEM file.")
    return raw.hex()


def _pem(data: bytes) -> str:
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise CannotCheck("The key given is no public key in PEM.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CannotCheck("The key given is of another kind: logs are signed with Ed25519.")
    return key.public_bytes_raw().hex()


def is_signed(key: str, signature: bytes, data: bytes) -> bool:
    """Whether the signature over these bytes is this key's."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def head_is_signed(head: Head) -> bool:
    """Whether a head's signature is that of the key that it names."""
    return is_signed(head.key, head.signature, head.signed())

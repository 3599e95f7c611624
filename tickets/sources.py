"""The client's own systems, as rules: addresses with {external_id}, the signature of a question, what an answer may be.

Pure: it asks nobody and reads no row.  What a source says is never trusted: another customer's
record, a wrong type or too much of it is a fault with a word of its own.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Invalid
from helpdesk.lib import html
from tickets.models.customers import FieldKind, Sensitivity
from tickets.models.sources import RecordKind
from tickets.record_values import checked
from tickets.records import FieldSpec

PLACE = "{external_id}"
LONGEST_URL = 500
MOST_FIELDS, MOST_RECORDS = 30, 50
LONGEST_TITLE, LONGEST_NUMBER = 160, 120

# What can be wrong with an answer, by the word that is kept.
FAULTS: dict[str, Promise] = {
    "slow": gettext_lazy("It did not answer within two seconds."),
    "inward": gettext_lazy("Its address leads where no lookup may go."),
    "moved": gettext_lazy("It wants to send us elsewhere, and we don’t follow."),
    "refused": gettext_lazy("It refused the question."),
    "too long": gettext_lazy("It sent far more than a record, so nothing of it was read."),
    "no json": gettext_lazy("It sent something that is no record."),
    "other": gettext_lazy("It answered about another customer, so nothing of it is shown."),
    "wrong": gettext_lazy("It sent values of another kind than agreed, so nothing of it is shown."),
}


class Faulty(Exception):
    """An answer that is not shown; `word` is a key of `FAULTS`."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class Told:
    """One record as a source told it, checked: values are texts by the keys of its fields."""

    kind: RecordKind
    number: str
    title: str
    data: Mapping[str, str]
    updated_at: datetime | None


def address(template: str, external_id: str) -> str:
    """The template with the customer's number in its place, so that the number stays one part of it."""
    return template.replace(PLACE, quote(external_id, safe=""))


def checked_template(text: str, field: str) -> str:
    """An address of a source's, "" for none; raises `Invalid` unless it is https with the number behind the host."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > LONGEST_URL or not text.isascii() or any(c.isspace() or c in "\"'<>\\^`|" for c in text):
        raise Invalid(_("This is no web address."), field)
    if text.count(PLACE) != 1 or any(c in text.replace(PLACE, "") for c in "{}"):
        raise Invalid(_("The address needs {external_id} once, and no other placeholder."), field)
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise Invalid(_("This is no web address."), field) from None
    if parts.scheme != "https" or not host or "@" in parts.netloc or "{" in parts.netloc:
        raise Invalid(_("The address begins with https:// and a host; {external_id} stands behind the host."), field)
    return text


def secret(client_id: int, source_id: int, version: int) -> str:
    """The secret that a source shares with us; it is computed, and stands in no table."""
    return salted_hmac("tickets.sources", f"{client_id}/{source_id}/{version}", algorithm="sha256").hexdigest()


def signature(secret_text: str, url: str, timestamp: int) -> str:
    """HMAC-SHA256 over "GET", the whole address and the Unix time, each on a line of its own; hexadecimal."""
    signed = f"GET\n{url}\n{timestamp}"
    return hmac.new(secret_text.encode(), signed.encode(), hashlib.sha256).hexdigest()


def field_specs(fields: Sequence[Mapping[str, str]]) -> dict[str, FieldSpec]:
    """The fields of a source's records by their keys."""
    return {
        each["key"]: FieldSpec(each["key"], each["label"], FieldKind(each["kind"]), Sensitivity(each["sensitivity"]))
        for each in fields
    }


def read(body: bytes, external_id: str, specs: Mapping[str, FieldSpec]) -> list[Told]:
    """The records of an answer about one customer; raises `Faulty`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Faulty("no json") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("records"), list):
        raise Faulty("no json")
    if answer.get("external_id") != external_id:
        raise Faulty("other")
    if len(answer["records"]) > MOST_RECORDS:
        raise Faulty("too long")
    return [_record(each, specs) for each in answer["records"]]


def _record(given: Any, specs: Mapping[str, FieldSpec]) -> Told:
    if not isinstance(given, dict) or given.get("kind") not in RecordKind.values:
        raise Faulty("wrong")
    number, title, fields = given.get("id"), given.get("title", ""), given.get("fields", {})
    if not (isinstance(number, str) and isinstance(title, str) and isinstance(fields, dict)):
        raise Faulty("wrong")
    at = given.get("updated_at")
    try:
        return Told(
            RecordKind(given["kind"]),
            html.clean_line(number, limit=LONGEST_NUMBER),
            html.clean_line(title, limit=LONGEST_TITLE),
            values(fields, specs),
            parse_datetime(at) if isinstance(at, str) else None,
        )
    except (html.TooLong, Invalid, ValueError):
        raise Faulty("wrong") from None


def values(fields: Mapping[str, Any], specs: Mapping[str, FieldSpec]) -> dict[str, str]:
    """The values of the fields that were agreed, in their one spelling; raises `Invalid` for a wrong kind."""
    found = {}
    for key, spec in specs.items():
        given = fields.get(key)
        if given is None:
            continue
        if isinstance(given, dict | list):
            raise Invalid(_("This is no value of that kind."), key)
        text = ("yes" if given else "no") if isinstance(given, bool) else str(given)
        if value := checked(spec, text):
            found[key] = value
    return found

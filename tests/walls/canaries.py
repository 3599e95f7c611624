"""Puts a word of its own into every text field of every client, and looks for it where it may not be."""

import re
from typing import Any

from django.core.cache import cache
from django.db import models

from tests.walls.catalogue import client_models

# Texts that are keys, formats or names of our own, where a changed value would break the row.
_NOT_CONTENT = {
    "access_suspension.team", "access_assignment.team", "access_networkrule.network",
    "access_accesslogcontent.side", "access_accesslogcontent.action", "access_accesslogcontent.origin",
    "tickets_event.kind", "tickets_event.side", "tickets_waitingreply.then", "escalation_escalation.reason",
    "escalation_teamhours.team", "escalation_calendar.country", "escalation_calendar.region",
    "escalation_scoperequest.currency",
}  # fmt: skip
_NOT_CONTENT_NAMES = {
    "key", "digest", "sha256", "media_type", "channel", "language", "slug", "zone", "actor_key", "fingerprint",
    "preview_key", "audience", "due_metric", "kind", "message_id", "mail_message_id", "external_id", "unique",
    "vendor_role", "role",
}  # fmt: skip
WORD = re.compile(r"kanari(\d+)x\d+", re.IGNORECASE)


def plant(raw: Any) -> int:
    """Give each text field of each row a word that names its client; returns how many fields have one."""
    fields = 0
    with raw.transaction():
        raw.execute("SET LOCAL session_replication_role = replica")
        for model in client_models():
            for field in model._meta.local_fields:
                if _is_content(model, field):
                    fields += 1
                    _plant_in(raw, model, field, fields)
    return fields


def _is_content(model: Any, field: Any) -> bool:
    if not isinstance(field, models.CharField | models.TextField) or isinstance(field, models.SlugField):
        return False
    table = f"{model._meta.db_table}.{field.column}"
    return not field.choices and field.column not in _NOT_CONTENT_NAMES and table not in _NOT_CONTENT


def _plant_in(raw: Any, model: Any, field: Any, number: int) -> None:
    table, column, client = model._meta.db_table, field.column, model.client_column
    word = f"'kanari' || {client} || 'x{number}'"
    if isinstance(field, models.EmailField):
        value = f"{word} || '.' || \"{column}\""
    elif field.max_length:
        value = f"{word} || ' ' || left(\"{column}\", {field.max_length - 20})"
    else:
        value = f"{word} || ' ' || \"{column}\""
    raw.execute(f'UPDATE "{table}" SET "{column}" = {value}')


def clients_in(text: str) -> set[int]:
    """The clients whose words stand in a text."""
    return {int(number) for number in WORD.findall(text)}


def text_of(response: Any) -> str:
    """Everything of an answer: status line, headers, cookies, body."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    parts = [f"{name}: {value}" for name, value in response.headers.items()]
    return "\n".join([*parts, response.cookies.output(), body.decode("utf-8", "replace")])


def text_of_redis() -> str:
    """Every key and value of this worker's."""
    raw = cache.client.get_client()
    found = []
    for key in raw.scan_iter(match="test-*"):
        kind = raw.type(key)
        value = raw.get(key) if kind == b"string" else raw.lrange(key, 0, -1) if kind == b"list" else kind
        found.append(f"{key!r} {value!r}")
    return "\n".join(found)

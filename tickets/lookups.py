"""Asks the client's own systems about a customer, all at once, and keeps what they said for when they don't answer."""

import hashlib
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from access.actor import ClientFace
from access.errors import NotFound
from helpdesk.lib import clock, outside
from helpdesk.lib.locks import hold_at_once
from tickets import sources
from tickets.models import ClientRecord, Customer, RecordKind, RecordSource, SourceAnswer
from tickets.models.customers import FieldKind, Sensitivity
from tickets.records import FieldSpec, Relation, Shown, is_open, show
from tickets.sources import FAULTS, Faulty, Told

TIMEOUT = 2.0
LIMIT_BYTES = 256 * 1024
FRESH = timedelta(minutes=5)
# Whoever did not answer is left alone for a while, so that a broken system slows nobody down.
RESTS = timedelta(seconds=30)
# A record that was pushed, by its id, or one of a source's answer, by its place there.
_WHICH = re.compile(r"r(?P<number>[0-9]{1,18})|a(?P<source>[0-9]{1,18})-(?P<place>[0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Line:
    """One record as this viewer may see it; `which` names it where a field of it is asked for."""

    kind: str
    number: Shown
    title: str
    fields: list[Shown]
    which: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one system says of a customer; `as_of` where that is what it said earlier, `fault` why, in a sentence."""

    name: str
    lines: list[Line] = field(default_factory=list)
    link: str = ""
    as_of: datetime | None = None
    fault: str = ""


def parts(client: ClientFace, customer: Customer, relation: Relation, *, number_open: bool) -> list[Part]:
    """What every active system of the client's says of this customer.

    Systems that are asked get two seconds together.  A deep link carries the customer's number, so
    it is left out where the viewer may not see that (`number_open`).
    """
    active = list(RecordSource.objects.filter(client_id=client.id, is_active=True).order_by("name"))
    pushed: dict[int, list[ClientRecord]] = {}
    for row in ClientRecord.objects.filter(client_id=client.id, customer=customer).order_by("-source_updated_at")[:100]:
        pushed.setdefault(row.source_id, []).append(row)
    answers = SourceAnswer.objects.filter(client_id=client.id, customer=customer).select_related("source")
    known = {answer.source_id: answer for answer in answers if _is_of_today(answer, customer)}
    asked = _refreshed(client, customer, [each for each in active if _question(each, customer)], known)
    return [
        _part(source, pushed.get(source.pk, []), asked.get(source.pk), customer, relation, number_open)
        for source in active
    ]


def _part(
    source: RecordSource,
    pushed: Sequence[ClientRecord],
    answer: SourceAnswer | None,
    customer: Customer,
    relation: Relation,
    number_open: bool,
) -> Part:
    specs = sources.field_specs(source.fields)
    told = [(f"r{row.pk}", row.kind, row.external_id, row.title, row.data) for row in pushed]
    for at, each in enumerate(answer.records if answer else ()):
        told.append((f"a{source.pk}-{at}", each["kind"], each["number"], each["title"], each["data"]))
    link = ""
    if source.link and number_open and customer.external_id:
        link = sources.address(source.link, customer.external_id)
    return Part(
        source.name,
        [_line(source, specs, relation, *each) for each in told],
        link,
        answer.answered_at if answer and answer.fault else None,
        str(FAULTS[answer.fault]) if answer and answer.fault in FAULTS else "",
    )


def _line(
    source: RecordSource,
    specs: dict[str, FieldSpec],
    relation: Relation,
    which: str,
    kind: str,
    number: str,
    title: str,
    data: Any,
) -> Line:
    guarded = FieldSpec("number", "", FieldKind.TEXT, Sensitivity(source.number_class))
    shown = [show(spec, data[key], relation) for key, spec in specs.items() if data.get(key)]
    visible = is_open(source.number_class, relation)
    return Line(str(RecordKind(kind).label), show(guarded, number, relation), title if visible else "", shown, which)


def value_of(client_id: int, customer: Customer, which: str, key: str) -> tuple[FieldSpec, str]:
    """A field of a record of this customer's and its value; raises `NotFound` for one that is not there."""
    named = _WHICH.fullmatch(which)
    if named is None:
        raise NotFound
    number, place = int(named["number"] or named["source"]), int(named["place"] or 0)
    if named["place"] is None:
        row = ClientRecord.objects.filter(client_id=client_id, customer=customer, pk=number).first()
        source, data = (row.source, row.data) if row else (None, {})
    else:
        answers = SourceAnswer.objects.filter(client_id=client_id, customer=customer, source_id=number)
        answer = answers.select_related("source").first()
        if answer is None or not _is_of_today(answer, customer):
            raise NotFound
        source = answer.source
        data = answer.records[place]["data"] if place < len(answer.records) else {}
    spec = sources.field_specs(source.fields).get(key) if source and source.is_active else None
    if spec is None or not data.get(key):
        raise NotFound
    return spec, str(data[key])


def _refreshed(
    client: ClientFace, customer: Customer, asked: Sequence[RecordSource], known: dict[int, SourceAnswer]
) -> dict[int, SourceAnswer]:
    """The newest answers; those that have grown old are asked for again, by one of those who look at the same time."""
    now = clock.now()
    old = [source for source in asked if _is_due(known.get(source.pk), now)]
    if not old or not hold_at_once("lookup", client.id, customer.pk):
        return known
    with ThreadPoolExecutor(max_workers=len(old)) as pool:
        results = list(pool.map(lambda source: _ask(source, customer.external_id), old))
    for source, (records, fault) in zip(old, results, strict=True):
        values: dict[str, Any] = {"asked_at": now, "fault": fault, "question": _question(source, customer)}
        if records is not None:
            values |= {"records": records, "answered_at": now}
        elif source.pk not in known:
            # What is kept, if anything, was told of another number.
            values |= {"records": [], "answered_at": None}
        known[source.pk], _made = SourceAnswer.objects.update_or_create(
            client_id=client.id, source=source, customer=customer, defaults=values
        )
    return known


def _question(source: RecordSource, customer: Customer) -> str:
    """What the source would be asked today, as a digest; "" where it is not asked."""
    if not source.lookup or not customer.external_id:
        return ""
    return hashlib.sha256(sources.address(source.lookup, customer.external_id).encode()).hexdigest()


def _is_of_today(answer: SourceAnswer, customer: Customer) -> bool:
    """Whether it was asked what would be asked today: a number may have been put right since."""
    return answer.question != "" and answer.question == _question(answer.source, customer)


def _is_due(answer: SourceAnswer | None, now: datetime) -> bool:
    if answer is None:
        return True
    return answer.asked_at <= now - (RESTS if answer.fault else FRESH)


def _ask(source: RecordSource, external_id: str) -> tuple[list[dict[str, Any]] | None, str]:
    """The records as they are kept, or the word for what is wrong; touches no database."""
    url = sources.address(source.lookup, external_id)
    stamp = int(time.time())
    secret = sources.secret(source.client_id, source.pk, source.secret_version)
    headers = {
        "Accept": "application/json",
        "X-Helpdesk-Timestamp": str(stamp),
        "X-Helpdesk-Signature": f"v1={sources.signature(secret, url, stamp)}",
    }
    try:
        answer = outside.fetch("GET", url, headers=headers, limit_bytes=LIMIT_BYTES, timeout=TIMEOUT)
    except outside.NotAllowed:
        return None, "inward"
    except outside.TooLong:
        return None, "too long"
    except outside.OutsideError:
        return None, "slow"
    if answer.status == 404:
        return [], ""
    if 300 <= answer.status < 400:
        return None, "moved"
    if answer.status != 200:
        return None, "refused"
    try:
        return [_kept(each) for each in sources.read(answer.body, external_id, sources.field_specs(source.fields))], ""
    except Faulty as fault:
        return None, fault.word


def _kept(told: Told) -> dict[str, Any]:
    return {"kind": told.kind.value, "number": told.number, "title": told.title, "data": dict(told.data)}

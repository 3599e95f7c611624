"""Builds a client's exit package: the rows of one moment first, then the files, then what makes it whole.

The rows are read in one transaction that sees one moment, so that whoever is killed there begins them
anew; from then on it goes on at the last file that was kept.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from access import actor as actors
from access import log_export, scope, seal, standing
from access.models import Client
from helpdesk.leaving import log_values, places
from helpdesk.leaving.package import format as shape
from helpdesk.leaving.package import rows
from helpdesk.leaving.package.tar import Writer
from helpdesk.leaving.work import Work
from helpdesk.lib import clock, csv_safe
from post.models import StoredFile
from reporting import exports, periods, queries
from tickets.models import Ticket

_KEEP_EVERY_FILES, _KEEP_EVERY_BYTES = 500, 64 * 1024 * 1024
_MOST_MONTHS = 120


def run(work: Work) -> None:
    """Build the package of the job, or go on with it."""
    with work.step() as (_actor, job):
        asked_at = job.asked_at
    if not places.finished(work.client_id, work.job_id).exists():
        _build(work, Writer(places.building(work.client_id, work.job_id), at=int(asked_at.timestamp())))
    places.publish(work)


def _build(work: Work, writer: Writer) -> None:
    try:
        if not writer.mark.has_rows:
            log_values.seal_all(work)
            _write_rows(work, writer)
        _write_files(work, writer)
        writer.add_bytes(shape.README, _readme())
        writer.add_file(shape.MANIFEST, writer.folder / "manifest")
        writer.finish().replace(places.finished(work.client_id, work.job_id))
    finally:
        writer.close()


@contextmanager
def _one_moment(client_id: int, name: str) -> Iterator[None]:
    """A transaction as the system inside one client that sees one moment and writes nothing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        actor = actors.system(standing.face(Client.objects.get(pk=client_id)), name)
        with scope.enter(actor.scope()):
            yield


def _write_rows(work: Work, writer: Writer) -> None:
    with _one_moment(work.client_id, work.name):
        total = sum(rows.count(part, work.client_id) for part in shape.parts())
        told = _Told(work, total)
        facts = [_write_lines(writer, f"data/{name}.jsonl.gz", [lines], told) for name, lines in _directory(work)]
        batches = ((part.member, rows.lines(part, work.client_id)) for part in shape.parts())
        facts += [_write_lines(writer, member, lines, told) for member, lines in batches]
        head = _write_log(work, writer, told)
        _write_reports(work, writer)
        files = _list_files(work, writer)
        client = Client.objects.get(pk=work.client_id)
    manifest = {
        "format": shape.NAME,
        "version": shape.VERSION,
        "client": client.slug,
        "made_at": clock.now().isoformat(),
        "parts": facts,
        "files": files,
        "log": head,
    }
    (writer.folder / "manifest").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    writer.mark.has_rows = True
    writer.keep()


def _directory(work: Work) -> Iterable[tuple[str, list[str]]]:
    return rows.directory(work.client_id).items()


class _Told:
    """Tells how many rows are written of how many."""

    def __init__(self, work: Work, total: int) -> None:
        self._work, self._total, self._done = work, total, 0

    def more(self, number: int) -> None:
        """So many more are written."""
        self._done += number
        self._work.show(self._done, self._total)


def _write_lines(writer: Writer, member: str, batches: Iterable[list[str]], told: _Told) -> dict[str, Any]:
    """A member of JSON Lines, packed; returns its facts for the manifest."""
    path = writer.folder / "part"
    number = size = 0
    with open(path, "wb", opener=places.private_opener) as raw, gzip.GzipFile("", "wb", 5, raw, mtime=0) as packed:
        for batch in batches:
            data = "".join(f"{line}\n" for line in batch).encode()
            packed.write(data)
            number += len(batch)
            size += len(data)
            told.more(len(batch))
    writer.add_file(member, path)
    path.unlink()
    return {"name": member, "rows": number, "bytes": size}


def _write_log(work: Work, writer: Writer, told: _Told) -> dict[str, Any] | None:
    """The sealed log with its heads, and the logs that came with an import."""
    for number, folder in places.archived_logs(work.client_id):
        for name in ("LOG.jsonl.gz", "HEADS.json"):
            writer.add_file(f"{shape.EARLIER}{number}/{name}", folder / name)
    head = seal.newest_head(work.client_id)
    if head is None:
        return None
    batches = ([line.rstrip("\n")] for line in log_export.whole_log(work.client_id, head.size))
    facts = _write_lines(writer, shape.LOG, batches, told)
    text = "".join(log_export.whole_heads(Client.objects.get(pk=work.client_id), head.size))
    writer.add_bytes(shape.HEADS, text.encode())
    return {**facts, "head": json.loads(log_export.head_text(head))}


def _write_reports(work: Work, writer: Writer) -> None:
    """The figures of every whole month since the first ticket, as the report page gives them."""
    client = Client.objects.get(pk=work.client_id)
    first = Ticket.objects.filter(client_id=client.pk).order_by("created_at").values_list("created_at").first()
    if first is None:
        return
    now = clock.now()
    this_month = clock.as_local(now, client.time_zone).date().replace(day=1)
    month = clock.as_local(first[0], client.time_zone).date().replace(day=1)
    month = max(month, _months_back(this_month, _MOST_MONTHS))
    while month < this_month:
        upcoming = (month + timedelta(days=32)).replace(day=1)
        period = periods.Period(month, upcoming - timedelta(days=1), client.time_zone)
        text = io.StringIO()
        out = csv.writer(text)
        for row in exports.report_rows(client.slug, queries.report(client.pk, period, now)):
            out.writerow([csv_safe.safe_cell(value) for value in row])
        writer.add_bytes(f"reports/{month:%Y-%m}.csv", text.getvalue().encode())
        month = upcoming


def _months_back(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _list_files(work: Work, writer: Writer) -> int:
    """Note which files go in, so that whoever goes on with the package knows it without the moment."""
    number, last = 0, 0
    with open(writer.folder / "files", "w", encoding="utf-8", opener=places.private_opener) as listed:
        while True:
            some = StoredFile.objects.filter(client_id=work.client_id, pk__gt=last)
            some = some.exclude(audience=StoredFile.OF_A_DRAFT).order_by("pk")
            found = list(some.values_list("pk", "key")[:1000])
            if not found:
                return number
            listed.writelines(f"{pk} {key}\n" for pk, key in found)
            number += len(found)
            last = found[-1][0]


def _write_files(work: Work, writer: Writer) -> None:
    """Copy the files; one that is gone from the disk is left out, and its row says what it was."""
    kept_at = writer.mark.tar_bytes
    total = json.loads((writer.folder / "manifest").read_text(encoding="utf-8"))["files"]
    with (writer.folder / "files").open(encoding="utf-8") as listed:
        for number, line in enumerate(listed, start=1):
            if number <= writer.mark.files:
                continue
            pk, key = line.split()
            path = Path(default_storage.path(key))
            if path.is_file():
                writer.add_file(f"files/{pk}", path)
            if number % _KEEP_EVERY_FILES == 0 or writer.position - kept_at > _KEEP_EVERY_BYTES:
                writer.mark.files, kept_at = number, writer.position
                writer.keep()
            work.show(number, total)


def _readme() -> bytes:
    return (Path(__file__).parent / "README.txt").read_bytes()

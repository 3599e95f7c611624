"""Imports a checked package: a new client with all its rows, under new numbers, in one go or not at all.

What a page would show as it is, or a browser would believe, is made again and not taken from the file: the
HTML of articles, the types and previews of attachments.  The log comes as an archive, with its own heads and
key: this installation begins a log of its own.
"""

import base64
import hashlib
import json
import secrets
import shutil
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, connection, transaction

from access import actor as actors
from access import log, registries, scope, standing
from access.actions import check_client, create_vendor
from access.errors import Conflict, Invalid
from access.fields import ClientForeignKey
from access.models import Client, User, Vendor
from access.walls import tie_name
from helpdesk.leaving import places
from helpdesk.leaving.package import format as shape
from helpdesk.leaving.package.format import Part
from helpdesk.leaving.package.read import BadPackage, Package
from post import files
from post.models import StoredFile

_AT_ONCE = 500


class Loading:
    """One import under way: the new numbers of every row, and the files to remove if it fails."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.client_id = 0
        self._fresh: dict[str, array[int]] = {}
        self._named: dict[str, dict[int, int]] = {}
        self.keys: list[str] = []

    def learn(self, label: str, numbers: dict[int, int]) -> None:
        """Rows of this model have these numbers here."""
        self._named[label] = numbers

    def reserve(self, part: Part) -> None:
        """Take as many new numbers as the part has rows."""
        ids = self.package.ids[part.model._meta.label]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [part.table, len(ids)]
            )
            self._fresh[part.model._meta.label] = array("q", sorted(number for (number,) in cursor.fetchall()))

    def number(self, label: str, old: int) -> int | None:
        """The new number of a row, or None where the package has no such row."""
        if label in self._named:
            return self._named[label].get(old)
        if not self.package.has(label, old):
            return None
        return self._fresh[label][bisect_left(self.package.ids[label], old)]


def load(package: Package) -> Client:
    """Write everything; raises `BadPackage` with nothing written, and no file left."""
    loading = Loading(package)
    try:
        with transaction.atomic():
            return _load(loading)
    except BaseException as error:
        for key in loading.keys:
            default_storage.delete(key)
        if loading.client_id:
            shutil.rmtree(places.archive(loading.client_id), ignore_errors=True)
        if isinstance(error, (DataError, IntegrityError)):
            raise BadPackage("A row of the package does not fit the others: nothing was imported.") from error
        raise


def _load(loading: Loading) -> Client:
    client = _client(loading)
    loading.client_id = client.pk
    _vendors(loading)
    _people(loading, client)
    actor = actors.system(standing.face(client), "import_package")
    with scope.enter(actor.scope()):
        for part in shape.parts():
            loading.reserve(part)
            with _in_any_order(part):
                for rows in _batches(loading, part):
                    _insert(part, client.pk, rows)
        _archive_logs(loading)
        for rebuild in registries.rebuilders():
            rebuild(client.pk)
        digest = hashlib.sha256(json.dumps(loading.package.manifest, sort_keys=True).encode()).hexdigest()
        log.record(actor, client.pk, log.Action.CHANGE, detail={"what": "imported", "manifest": digest})
    return client


def _one(loading: Loading, name: str) -> Iterator[dict[str, Any]]:
    return (row for _number, row in loading.package.lines(f"data/{name}.jsonl.gz"))


def _client(loading: Loading) -> Client:
    rows = list(_one(loading, "client"))
    if len(rows) != 1:
        raise BadPackage("The package does not say whose it is.")
    values = {name: rows[0][name] for name in shape.CLIENT_COLUMNS}
    if Client.objects.filter(slug=values["slug"]).exists():
        raise BadPackage(f"There is a client “{values['slug']}” here already.")
    client = Client(**values)
    try:
        check_client(client)
        client.full_clean(exclude=["languages"])
    except Conflict as error:
        raise BadPackage(str(error)) from None
    except Invalid as error:
        raise BadPackage(f"data/client.jsonl.gz: {error}") from None
    except ValidationError as error:
        raise BadPackage(f"data/client.jsonl.gz: {min(error.message_dict)} is not valid.") from None
    client.save(force_insert=True)
    loading.learn(Client._meta.label, {rows[0]["id"]: client.pk})
    return client


def _vendors(loading: Loading) -> None:
    numbers = {}
    for row in _one(loading, "vendors"):
        vendor = Vendor.objects.filter(slug=row["slug"]).first()
        try:
            numbers[row["id"]] = (vendor or create_vendor(slug=row["slug"], name=row["name"])).pk
        except Invalid as error:
            raise BadPackage(f"data/vendors.jsonl.gz: {error}") from None
    loading.learn(Vendor._meta.label, numbers)


def _people(loading: Loading, client: Client) -> None:
    """Nobody can sign in as them before they have asked for a password at their own address."""
    numbers = {}
    vendors = loading._named[Vendor._meta.label]
    for row in _one(loading, "people"):
        is_clients = row["vendor_id"] is None
        if is_clients and not row["email"]:
            raise BadPackage(f"data/people.jsonl.gz: person {row['id']} has no address.")
        email = row["email"] if is_clients else f"person-{row['id']}@{client.slug}.imported.invalid"
        if User.objects.filter(email__iexact=email).exists():
            raise BadPackage(f"data/people.jsonl.gz: somebody with the address of person {row['id']} is here already.")
        user = User(
            email=email.lower(),
            name=row["name"],
            vendor_id=None if is_clients else vendors[row["vendor_id"]],
            language=row["language"],
            time_zone=row["time_zone"],
            is_active=is_clients,
        )
        user.set_unusable_password()
        try:
            user.full_clean(exclude=["password", "languages"])
        except ValidationError:
            raise BadPackage(f"data/people.jsonl.gz: person {row['id']} is not valid.") from None
        user.save(force_insert=True)
        numbers[row["id"]] = user.pk
    loading.learn(User._meta.label, numbers)


def _batches(loading: Loading, part: Part) -> Iterator[list[dict[str, Any]]]:
    rights = dict(Permission.objects.filter(content_type__app_label="access").values_list("codename", "pk"))
    batch: list[dict[str, Any]] = []
    for number, row in loading.package.lines(part.member):
        batch.append(_translated(loading, part, row, rights, f"{part.member}, line {number}"))
        if len(batch) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _translated(
    loading: Loading, part: Part, row: dict[str, Any], rights: Mapping[str, int], where: str
) -> dict[str, Any]:
    """The row with this installation's numbers, and with what is made here."""
    old = row["id"]
    for column in part.columns:
        value = row[column.name]
        if value is None:
            continue
        if column.is_right:
            if value not in rights:
                raise BadPackage(f"{where}: {column.name} is no right there is.")
            row[column.name] = rights[value]
        elif column.target:
            row[column.name] = loading.number(column.target, value)
        elif column.is_bytes:
            row[column.name] = "\\x" + _decoded(value, where).hex()
    row["id"] = loading.number(part.model._meta.label, old)
    assert part.holding is not None
    for name, inner in part.holding.inside.items():
        for key, label in inner.items():
            if isinstance(row[name], dict) and type(row[name].get(key)) is int:
                row[name][key] = loading.number(label, row[name][key])
    if part.holding.made is not None:
        row.update(part.holding.made(row))
    if part.model is StoredFile:
        _store(loading, row, old, where)
    return row


def _decoded(value: Any, where: str) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except ValueError:
        raise BadPackage(f"{where}: this is no base64.") from None


def _store(loading: Loading, row: dict[str, Any], old: int, where: str) -> None:
    """Put a file's bytes in their place, with a type and a preview of our own finding."""
    row["key"], row["preview_key"] = f"{loading.client_id}/{secrets.token_hex(24)}", ""
    member = f"files/{old}"
    if member not in loading.package.members:
        # It was lost before the package was made; its name stays known.
        return
    if loading.package.members[member][1] > shape.LARGEST_FILE:
        raise BadPackage(f"{member} is too large.")
    with loading.package.piece(member) as piece:
        data = piece.read()
    if len(data) != row["size"] or hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise BadPackage(f"{where}: {member} is not the file that the row tells of.")
    (incoming,) = files.taken([(str(row["name"]), data)])
    row["media_type"] = incoming.media.mime
    loading.keys.append(row["key"])
    default_storage.save(row["key"], ContentFile(data))
    row["preview_key"] = files.draw_preview(loading.client_id, incoming)
    if row["preview_key"]:
        loading.keys.append(row["preview_key"])


@contextmanager
def _in_any_order(part: Part) -> Iterator[None]:
    """Rows may name rows of the same table that come in a later statement: looked at once all are there."""
    own = [
        f'"{tie_name(part.table, column.name)}"'
        for column in part.columns
        if column.target == part.model._meta.label and isinstance(column.field, ClientForeignKey)
    ]
    if not own:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(own)} DEFERRED")
        yield
        # Here and not at the commit, so that what does not fit is refused as a bad package.
        cursor.execute(f"SET CONSTRAINTS {', '.join(own)} IMMEDIATE")


def _insert(part: Part, client_id: int, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{name}"' for name in (part.client_column, *rows[0]))
    for row in rows:
        row[part.client_column] = client_id
    # Names of our own models' tables and columns: the keys of a row were compared with them.
    query = (
        f'INSERT INTO "{part.table}" ({columns})'  # noqa: S608
        f' SELECT {columns} FROM json_populate_recordset(NULL::"{part.table}", %s::json)'
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [json.dumps(rows)])


def _archive_logs(loading: Loading) -> None:
    """Keep the sealed logs that came along as they are: their own key and heads prove them."""
    folders = sorted({name.rsplit("/", 1)[0] for name in loading.package.members if name.startswith("log/")})
    # Those of installations before come first, the package's own last.
    folders.sort(key=lambda name: (name == "log", int(name.rsplit("/", 1)[1]) if name != "log" else 0))
    # A database that was put back to an earlier day gives a client's number again.
    shutil.rmtree(places.archive(loading.client_id), ignore_errors=True)
    for number, folder in enumerate(folders, start=1):
        target = places.archive(loading.client_id) / str(number)
        places.make_private(target)
        for name in ("LOG.jsonl.gz", "HEADS.json"):
            with (
                loading.package.piece(f"{folder}/{name}") as piece,
                open(target / name, "wb", opener=places.private_opener) as out,
            ):
                while data := piece.read(1024 * 1024):
                    out.write(data)

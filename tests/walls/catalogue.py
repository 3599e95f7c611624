"""Compares the database's own catalogue with the models; each check yields what is wrong in a sentence."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations.loader import MigrationLoader

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import ClientPermission
from access.walls import Wall, _fill, tie_name
from tests.walls import reviewed
from tickets.models import SavedView

PLAIN_TYPES = {"bigint", "integer", "smallint", "boolean", "timestamp with time zone"}


def client_models() -> list[Any]:
    """Every model of rows that belong to one client."""
    return [*(m for m in apps.get_models() if issubclass(m, ClientModel)), ClientPermission]


def personal_models() -> list[Any]:
    """Every model of rows that are one person's and of no client: their wall is the person."""
    return [SavedView]


def walled_models() -> list[Any]:
    """Every model whose table stands behind a forced policy."""
    return [*client_models(), *personal_models()]


def walls() -> dict[str, Wall]:
    """The wall that the migrations put around each table; a later one takes the place of an earlier one."""
    found = {}
    for (app, _name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, Wall):
                found[app, operation.model.lower()] = operation
    # A table that is gone has left its wall in the migrations alone.
    there = {key: wall for key, wall in found.items() if key[1] in apps.get_app_config(key[0]).models}
    return {apps.get_model(*key)._meta.db_table: wall for key, wall in there.items()}


def faults(raw: Any) -> list[str]:
    """Everything that is wrong; `raw` is a superuser's connection inside a transaction."""
    checks = (tables, policies, ties, foreign_keys, unique_keys, functions, privileges, dispatch, views)
    return [fault for check in checks for fault in check(raw)]


def tables(raw: Any) -> Iterator[str]:
    """Every table is behind a forced policy, or reviewed."""
    rows = raw.execute(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    known = {model._meta.db_table for model in walled_models()}
    for table, enabled, forced in rows:
        if table in known and not (enabled and forced):
            yield f"{table}: row security is not forced"
        if table not in known and table not in reviewed.TABLES:
            yield f"{table}: neither behind a wall nor reviewed"
    for table in (known | set(reviewed.TABLES)) - {row[0] for row in rows}:
        yield f"{table}: named, but does not exist"
    if known & set(reviewed.TABLES):
        yield f"{known & set(reviewed.TABLES)}: both behind a wall and reviewed"


def policies(raw: Any) -> Iterator[str]:
    """The policies of each table are exactly those its wall states; that of a person's rows is personal."""
    stated = walls()
    for model in walled_models():
        table = model._meta.db_table
        if table not in stated:
            yield f"{table}: no migration puts a wall around it"
            continue
        if model in personal_models() and not stated[table].personal:
            yield f"{table}: its wall is not its person's"
        yield from _policies_of(raw, table, stated[table])


def _policies_of(raw: Any, table: str, wall: Wall) -> Iterator[str]:
    wanted = {"client_wall": wall.rules()}
    for fence in wall.fences:
        wanted[fence.name] = (_fill(fence.rule, table), _fill(fence.check or fence.rule, table))
    there = _policy_rows(raw, table)
    if set(there) != {"base", *wanted}:
        yield f"{table}: its policies are {sorted(there)}, stated are {sorted(['base', *wanted])}"
    if there.get("base", ())[:3] != ("PERMISSIVE", "ALL", ["public"]):
        yield f"{table}: its base policy is not for everybody and everything"
    for name, (using, check) in wanted.items():
        # The database's own spelling of the same rule, from a policy made and thrown away.
        raw.execute("SAVEPOINT spelling")
        raw.execute(f'CREATE POLICY spelt ON "{table}" AS RESTRICTIVE USING ({using}) WITH CHECK ({check})')
        spelt = _policy_rows(raw, table)["spelt"]
        raw.execute("ROLLBACK TO spelling")
        if there.get(name) != spelt:
            yield f"{table}: the policy {name} is not the stated one"


def _policy_rows(raw: Any, table: str) -> dict[str, Any]:
    rows = raw.execute(
        "SELECT policyname, permissive, cmd, roles::text[], qual, with_check FROM pg_policies WHERE tablename = %s",
        [table],
    )
    return {row[0]: tuple(row[1:]) for row in rows}


_DELETE = {models.CASCADE: "c", models.PROTECT: "a", models.DO_NOTHING: "a", models.SET_NULL: "n"}
_TIE = """
SELECT condeferrable, condeferred, convalidated, confdeltype::text, confrelid::regclass::text, conrelid::regclass::text,
  ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k (n, i)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i),
  ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k (n, i)
        JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i),
  ARRAY(SELECT attname::text FROM unnest(confdelsetcols) k (n) JOIN pg_attribute ON attrelid = conrelid AND attnum = n)
FROM pg_constraint WHERE contype = 'f' AND conname = %s
"""


def ties(raw: Any) -> Iterator[str]:
    """Every key between rows of one client is a composite constraint, immediate, valid, with its rule."""
    for model in client_models():
        for field in model._meta.local_fields:
            if isinstance(field, ClientForeignKey):
                table, column = model._meta.db_table, field.column
                lead = ["client_id", "vendor_id"] if field.with_vendor else ["client_id"]
                rule = field.remote_field.on_delete
                wanted = (
                    True, False, True, _DELETE[rule], field.remote_field.model._meta.db_table, table,
                    [*lead, column], [*lead, "id"], [column] if rule is models.SET_NULL else [],
                )  # fmt: skip
                if raw.execute(_TIE, [tie_name(table, column)]).fetchall() != [wanted]:
                    yield f"{table}.{column}: its composite key is missing or not as stated"


def foreign_keys(raw: Any) -> Iterator[str]:
    """Between client tables there is no key without the client; a plain one points at the directory only."""
    known = {model._meta.db_table for model in client_models()}
    rows = raw.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text, conname, cardinality(conkey)"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    for table, target, name, width in rows:
        if target in known and width < 2:
            yield f"{table}: the key {name} to {target} does not carry the client"
    for model in client_models():
        for field in model._meta.local_fields:
            plain = isinstance(field, models.ForeignKey) and not isinstance(field, ClientForeignKey)
            if plain and field.remote_field.model._meta.db_table in known:
                yield f"{model._meta.label}.{field.name}: a plain key between rows of clients"


def unique_keys(raw: Any) -> Iterator[str]:
    """Unique keys begin with the client, or the one person, else an insert tells what others have."""
    known = {m._meta.db_table: m.client_column for m in walled_models()}
    rows = raw.execute(
        "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,"
        "  (SELECT attname FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = i.indkey[0])"
        " FROM pg_index i WHERE i.indisunique AND NOT i.indisprimary"
    ).fetchall()
    for table, index, first in rows:
        if table in known and first != known[table] and f"{table}.{first}" not in reviewed.UNIQUE_KEYS:
            yield f"{table}: the unique key {index} begins with {first}"


def functions(raw: Any) -> Iterator[str]:
    """Only the reviewed functions run with the owner's rights, with a fixed search path, for the application alone."""
    rows = raw.execute(
        "SELECT p.oid::regprocedure::text, p.proconfig, p.prosecdef, p.proleakproof,"
        " has_function_privilege('keeper', p.oid, 'EXECUTE'), pg_get_userbyid(p.proowner)"
        " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS"
        " (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ).fetchall()
    definers = set()
    for name, config, definer, leakproof, others, owner in rows:
        if leakproof:
            yield f"{name}: is marked LEAKPROOF"
        if definer:
            definers.add(name)
            if not any(str(entry).startswith("search_path=pg_catalog") for entry in config or []):
                yield f"{name}: has no fixed search path"
            if others or owner != "owner":
                yield f"{name}: may be called by others, or belongs to {owner}"
    if definers != reviewed.DEFINER_FUNCTIONS:
        yield f"functions with the owner's rights are {sorted(definers)}"


def privileges(raw: Any) -> Iterator[str]:
    """The application's role owns nothing, can't step past a policy, and can't empty or refer to a table."""
    app = settings.APP_ROLE
    attributes = raw.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = %s",
        [app],
    ).fetchone()
    if any(attributes):
        yield f"{app}: has an attribute of its own {attributes}"
    if raw.execute("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", [app]).fetchone():
        yield f"{app}: is a member of another role"
    if raw.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [app]).fetchone()[0]:
        yield f"{app}: may create in the schema"
    rows = raw.execute(
        "SELECT relname, pg_get_userbyid(relowner), has_table_privilege(%(app)s, oid, 'TRUNCATE'),"
        " has_table_privilege(%(app)s, oid, 'REFERENCES'), has_table_privilege(%(app)s, oid, 'TRIGGER'),"
        " has_table_privilege(%(app)s, oid, 'UPDATE'), has_table_privilege(%(app)s, oid, 'DELETE')"
        " FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = 'public'::regnamespace",
        {"app": app},
    )
    for table, owner, truncate, references, trigger, update, delete in rows:
        if owner != "owner":
            yield f"{table}: belongs to {owner}"
        if truncate or references or trigger:
            yield f"{table}: {app} may truncate it, refer to it or put a trigger on it"
        if table.startswith("access_accesslog") and (update or delete):
            yield f"{table}: {app} may change the log"


def dispatch(raw: Any) -> Iterator[str]:
    """Tables that a sweep reads without a scope hold ids, times and enums only."""
    rows = raw.execute(
        "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = ANY (%s)",
        [sorted(reviewed.IDS_ONLY)],
    )
    for table, column, kind, length in rows:
        if kind not in PLAIN_TYPES and not (kind == "character varying" and length <= 24):
            yield f"{table}.{column}: {kind} could hold content"


def views(raw: Any) -> Iterator[str]:
    """A view reads with its owner's rights, and a materialised one keeps rows: there is none."""
    rows = raw.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    )
    for (name,) in rows:
        yield f"{name}: a view over client data"

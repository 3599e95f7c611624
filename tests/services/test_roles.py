"""What each database role can and can't do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors

from helpdesk.services.embedded import Embedded
from helpdesk.services.postgres import start_postgres
from helpdesk.services.roles import ROLES, ensure_privileges, ensure_roles

PASSWORDS = {role: f"password-of-{role}" for role in ROLES}


@pytest.fixture
def table(servers: Embedded) -> Iterator[str]:
    """A table of the owner's with one row, under a forced policy that shows nothing."""
    with psycopg.connect(servers.owner_dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE parcel (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label text)")
        owner.execute("INSERT INTO parcel (label) VALUES ('first')")
        owner.execute("ALTER TABLE parcel ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        yield "parcel"
        owner.execute("DROP TABLE parcel")


@pytest.fixture
def open_table(servers: Embedded, table: str) -> str:
    """The same table with a policy that shows everything."""
    with psycopg.connect(servers.owner_dsn, autocommit=True) as owner:
        owner.execute("CREATE POLICY everything ON parcel USING (true) WITH CHECK (true)")
    return table


@pytest.mark.parametrize("role", ROLES)
def test_no_role_has_powers_over_the_server(servers: Embedded, role: str) -> None:
    with psycopg.connect(servers.superuser_dsn) as superuser:
        row = superuser.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin FROM pg_roles WHERE rolname = %s",
            [role],
        ).fetchone()

    assert row == (False, False, False, False, True)


@pytest.mark.parametrize(
    ("role", "may_bypass"), [("owner", False), ("app", False), ("keeper", False), ("backup", True)]
)
def test_only_the_backup_bypasses_row_security(servers: Embedded, role: str, may_bypass: bool) -> None:
    with psycopg.connect(servers.superuser_dsn) as superuser:
        row = superuser.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = %s", [role]).fetchone()

    assert row == (may_bypass,)


@pytest.mark.parametrize("role", ["app", "keeper", "backup"])
def test_the_other_roles_own_nothing_and_belong_to_nothing(servers: Embedded, open_table: str, role: str) -> None:
    with psycopg.connect(servers.superuser_dsn, dbname="helpdesk") as superuser:
        owned = superuser.execute(
            "SELECT count(*) FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'", [role]
        ).fetchone()
        memberships = superuser.execute(
            "SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole", [role]
        ).fetchone()

    assert (owned, memberships) == ((0,), (0,))


@pytest.mark.parametrize("role", ["app", "keeper"])
def test_the_product_reads_and_writes_rows(servers: Embedded, open_table: str, role: str) -> None:
    dsn = {"app": servers.app_dsn, "keeper": servers.keeper_dsn}[role]

    with psycopg.connect(dsn) as product:
        product.execute("INSERT INTO parcel (label) VALUES ('second')")
        product.execute("UPDATE parcel SET label = 'renamed' WHERE label = 'first'")
        labels = product.execute("DELETE FROM parcel RETURNING label").fetchall()

    assert sorted(labels) == [("renamed",), ("second",)]


@pytest.mark.parametrize("role", ["app", "keeper", "backup"])
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE parcel",
        "CREATE TABLE mine (id bigint)",
        "CREATE TABLE mine (parcel bigint REFERENCES parcel)",
        "CREATE TEMPORARY TABLE mine (id bigint)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER TABLE parcel DISABLE ROW LEVEL SECURITY",
        "DROP POLICY everything ON parcel",
        "CREATE TRIGGER mine BEFORE INSERT ON parcel EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "SET ROLE owner",
        "SET SESSION AUTHORIZATION owner",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_what_changes_the_rules_is_refused(servers: Embedded, open_table: str, role: str, statement: str) -> None:
    dsns = {"app": servers.app_dsn, "keeper": servers.keeper_dsn, "backup": servers.backup_dsn}

    with psycopg.connect(dsns[role]) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_the_owner_can_do_what_the_product_is_refused(servers: Embedded, open_table: str) -> None:
    with psycopg.connect(servers.owner_dsn) as owner:
        owner.execute("TRUNCATE parcel")
        owner.execute("CREATE TABLE mine (parcel bigint REFERENCES parcel)")
        owner.execute("CREATE EXTENSION pg_trgm")
        owner.rollback()


def test_a_forced_policy_hides_rows_from_owner_and_product_but_not_from_the_backup(
    servers: Embedded, table: str
) -> None:
    seen = {}
    for name, dsn in {"owner": servers.owner_dsn, "app": servers.app_dsn, "backup": servers.backup_dsn}.items():
        with psycopg.connect(dsn) as connection:
            seen[name] = connection.execute("SELECT count(*) FROM parcel").fetchone()

    assert seen == {"owner": (0,), "app": (0,), "backup": (1,)}


def test_the_backup_writes_nothing(servers: Embedded, open_table: str) -> None:
    with psycopg.connect(servers.backup_dsn) as backup, pytest.raises(errors.InsufficientPrivilege):
        backup.execute("UPDATE parcel SET label = 'touched'")


def test_a_wrong_password_and_a_role_without_a_grant_are_refused(servers: Embedded) -> None:
    with psycopg.connect(servers.superuser_dsn, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE stranger LOGIN PASSWORD 'known'")
    sockets = urlsplit(servers.app_dsn).query

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://app:wrong@/helpdesk?{sockets}")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(f"postgresql://stranger:known@/helpdesk?{sockets}")


def test_made_again_and_at_once_nothing_changes(servers: Embedded, open_table: str) -> None:
    passwords = {role: str(urlsplit(dsn).password) for role, dsn in _dsns(servers).items()}

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(ensure_roles, servers.superuser_dsn, passwords=passwords) for _ in range(4)]:
            done.result()

    with psycopg.connect(servers.app_dsn) as product:
        assert product.execute("SELECT label FROM parcel").fetchall() == [("first",)]


def test_a_copy_of_a_template_gets_the_same_privileges(servers: Embedded) -> None:
    with psycopg.connect(servers.superuser_dsn, autocommit=True) as superuser:
        superuser.execute("CREATE DATABASE copy TEMPLATE helpdesk")

    ensure_privileges(servers.superuser_dsn, database="copy")

    with psycopg.connect(servers.owner_dsn, dbname="copy") as owner:
        owner.execute("CREATE TABLE crate (id bigint)")
    with psycopg.connect(servers.app_dsn, dbname="copy") as product:
        assert product.execute("SELECT count(*) FROM crate").fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege):
            product.execute("CREATE TEMPORARY TABLE mine (id bigint)")


def test_an_administrator_who_is_no_superuser_can_make_the_roles(data_folder: Path) -> None:
    postgres = start_postgres(data_folder / "postgres", log=data_folder / "log", say=lambda _: None, durable=False)
    try:
        with psycopg.connect(postgres.superuser_dsn, autocommit=True) as superuser:
            superuser.execute("CREATE ROLE administrator LOGIN CREATEROLE CREATEDB PASSWORD 'administrator'")
        administrator = postgres.dsn(user="administrator", database="postgres", password="administrator")

        ensure_roles(administrator, passwords=PASSWORDS)

        with psycopg.connect(postgres.superuser_dsn) as superuser:
            may_bypass = superuser.execute("SELECT rolname FROM pg_roles WHERE rolbypassrls").fetchall()
        with psycopg.connect(postgres.dsn(user="owner", database="helpdesk", password=PASSWORDS["owner"])) as owner:
            owner.execute("CREATE TABLE crate (id bigint)")
        with psycopg.connect(postgres.dsn(user="app", database="helpdesk", password=PASSWORDS["app"])) as product:
            assert product.execute("SELECT count(*) FROM crate").fetchone() == (0,)
        assert may_bypass == [("postgres",)]
    finally:
        postgres.stop()


def _dsns(servers: Embedded) -> dict[str, str]:
    return {
        "owner": servers.owner_dsn,
        "app": servers.app_dsn,
        "keeper": servers.keeper_dsn,
        "backup": servers.backup_dsn,
    }

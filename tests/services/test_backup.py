"""The backup that the operators' page describes, with the programs of the embedded server."""

import subprocess
from urllib.parse import urlsplit

import psycopg

from helpdesk.services.embedded import Embedded
from helpdesk.services.postgres import programs
from helpdesk.services.roles import ensure_privileges

TABLES = """
CREATE TABLE client (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE parcel (
  client_id bigint NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  label text,
  PRIMARY KEY (client_id, id),
  FOREIGN KEY (client_id) REFERENCES client
);
INSERT INTO client VALUES (1, 'Acme'), (2, 'Beta');
INSERT INTO parcel (client_id, label) SELECT 1 + number % 2, 'parcel ' || number FROM generate_series(1, 50) number;
ALTER TABLE parcel ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY nothing ON parcel USING (false);
"""


def test_rows_hidden_from_everybody_are_in_the_backup_and_come_back(servers: Embedded, tmp_path: str) -> None:
    with psycopg.connect(servers.owner_dsn) as owner:
        owner.execute(TABLES)
    with psycopg.connect(servers.superuser_dsn, autocommit=True) as superuser:
        superuser.execute("CREATE DATABASE restored")
    ensure_privileges(servers.superuser_dsn, database="restored")
    dump = f"{tmp_path}/helpdesk.dump"

    subprocess.run([programs() / "pg_dump", "--format=custom", "--file", dump, servers.backup_dsn], check=True)
    restored = urlsplit(servers.owner_dsn)._replace(path="/restored").geturl()
    subprocess.run(
        [programs() / "pg_restore", "--dbname", restored, "--no-owner", "--exit-on-error", dump],
        check=True,
        capture_output=True,
    )

    with psycopg.connect(servers.superuser_dsn, dbname="restored") as superuser:
        rows = superuser.execute("SELECT count(*), count(DISTINCT client_id) FROM parcel").fetchone()
    with psycopg.connect(servers.app_dsn, dbname="restored") as product:
        seen = product.execute("SELECT count(*) FROM parcel").fetchone()
    assert (rows, seen) == ((50, 2), (0,))

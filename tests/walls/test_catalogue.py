"""The database as it is, against the models and the reviewed lists; and holes planted to see that they are found."""

import psycopg
import pytest
from django.apps import apps
from django.db import models

from access.managers import ClientQuerySet
from access.walls import Tie
from tests import servers
from tests.walls import catalogue, reviewed


@pytest.fixture
def faults(superuser):
    """The faults that the checks find, after some statements that are rolled back."""

    def find(*statements):
        with superuser.transaction(force_rollback=True):
            for statement in statements:
                superuser.execute(statement)
            return catalogue.faults(superuser)

    return find


def test_the_database_is_as_the_models_say(faults):
    assert faults() == []


HOLES = {
    "a policy dropped": "DROP POLICY client_wall ON tickets_ticket",
    "a person's policy dropped": "DROP POLICY client_wall ON tickets_savedview",
    "a person's policy weakened": "ALTER POLICY client_wall ON tickets_savedview USING (true)",
    "a unique key without the person": "CREATE UNIQUE INDEX ON tickets_savedview (name)",
    "a fence dropped": "DROP POLICY audience_wall ON tickets_message",
    "a policy weakened": "ALTER POLICY client_wall ON tickets_customer USING (true)",
    "a permissive policy made narrow": "ALTER POLICY base ON tickets_ticket TO app",
    "a check weakened": "ALTER POLICY client_wall ON tickets_event WITH CHECK (true)",
    "a policy for one more": "CREATE POLICY more ON tickets_ticket TO backup USING (true)",
    "row security not forced": "ALTER TABLE knowledgebase_article NO FORCE ROW LEVEL SECURITY",
    "row security switched off": "ALTER TABLE post_outboxmail DISABLE ROW LEVEL SECURITY",
    "a table without a wall": "CREATE TABLE tickets_new (id bigint)",
    "a composite key dropped": "ALTER TABLE tickets_message DROP CONSTRAINT tickets_message_ticket_id_tie",
    "a key without the client": "ALTER TABLE tickets_draft ADD FOREIGN KEY (ticket_id) REFERENCES tickets_ticket (id)",
    "a unique key without the client": "CREATE UNIQUE INDEX ON tickets_customer (email)",
    "a function with the owner's rights": "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "a function for everybody": "GRANT EXECUTE ON FUNCTION tickets_search(text, integer) TO PUBLIC",
    "a leakproof function": "CREATE FUNCTION f() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'",
    "truncate granted": "GRANT TRUNCATE ON tickets_ticket TO app",
    "the log made changeable": "GRANT UPDATE ON access_accesslogentry TO app",
    "a table given away": "ALTER TABLE tickets_tag OWNER TO app",
    "the role past the policies": "ALTER ROLE app BYPASSRLS",
    "content in a dispatch table": "ALTER TABLE post_outboxhint ADD COLUMN subject text",
    "a view": "CREATE VIEW all_tickets AS SELECT * FROM tickets_ticket",
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_planted_hole_is_found(faults, hole):
    assert faults(HOLES[hole]) != []


def test_no_many_to_many_between_rows_of_clients_comes_by_itself():
    made = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.auto_created}

    assert made == reviewed.IMPLICIT_THROUGH


def test_every_client_model_refuses_to_run_without_a_scope():
    for model in catalogue.walled_models():
        assert isinstance(model._base_manager.get_queryset(), ClientQuerySet), model
        assert isinstance(model._default_manager.get_queryset(), ClientQuerySet), model
        assert model.client_column in {field.column for field in model._meta.local_fields}, model


def test_every_client_column_is_filled():
    for model in catalogue.walled_models():
        (field,) = (f for f in model._meta.local_fields if f.column == model.client_column)
        assert not field.null, model
        assert field.remote_field.on_delete in (models.PROTECT, models.CASCADE), model


def test_migrations_say_what_the_models_say(db):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0, skip_checks=True)


class TestDanglingRow:
    """A constraint added under FORCE would check nothing and call itself valid."""

    TIE = "tickets_holderspan_ticket_id_tie"

    @pytest.fixture
    def copy(self, superuser):
        """A throw-away database as its owner, before the key is added."""
        name = f"{servers.database_name()}_dangling"
        superuser.execute(f"CREATE DATABASE {name} TEMPLATE {servers.TEMPLATE} OWNER owner")
        with psycopg.connect(servers.owner_dsn(name), autocommit=True) as raw:
            raw.execute(f"ALTER TABLE tickets_holderspan DROP CONSTRAINT {self.TIE}")
            yield raw
        superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @pytest.fixture
    def dangling(self, copy):
        """A span of a ticket that does not exist."""
        with psycopg.connect(servers.superuser_dsn(copy.info.dbname), autocommit=True) as raw:
            raw.execute("SET session_replication_role = replica")
            raw.execute(
                "INSERT INTO tickets_holderspan (client_id, ticket_id, holder, started_at, void)"
                " VALUES (1, 1, 'vendor', now(), false)"
            )

    def add(self, raw):
        with raw.transaction():
            for statement in Tie("HolderSpan").statements("tickets", apps):
                raw.execute(statement)

    def validated(self, raw):
        query = "SELECT convalidated FROM pg_constraint WHERE conname = %s"
        return raw.execute(query, [self.TIE]).fetchone() == (True,)

    def test_the_migration_fails_on_it(self, copy, dangling):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            self.add(copy)

    def test_and_passes_without_it(self, copy):
        self.add(copy)

        assert self.validated(copy)
        forced = copy.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'tickets_holderspan'")
        assert forced.fetchone() == (True,)

    def test_while_a_constraint_under_force_would_see_nothing(self, copy, dangling):
        (plain,) = (s for s in Tie("HolderSpan").statements("tickets", apps) if "ADD CONSTRAINT" in s)

        copy.execute(plain)

        assert self.validated(copy)

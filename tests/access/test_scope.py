"""The scope: five settings of the transaction, and nothing at all without them."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from access import scope
from access.errors import ScopeMissing
from access.models import Client, ClientProfile, StaffCard
from access.rights import Side
from access.scope import Scope
from tickets.models import Customer, Ticket

SETTINGS = ("app.side", "app.client_ids", "app.vendor_id", "app.customer_id", "app.user_id")


def settings_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS))
        return cursor.fetchone()


def c(world, *clients, side=Side.SYSTEM, **more):
    return Scope(side, tuple(client.pk for client in clients), **more)


class TestEntering:
    def test_all_five_are_set_and_put_back(self, world):
        inner = Scope(Side.VENDOR, (1, 2), 3, 4, 5)
        with transaction.atomic():
            with scope.enter(c(world, world.c1)):
                before = settings_now()
                with scope.enter(inner):
                    assert settings_now() == ("vendor", "{1,2}", "3", "4", "5")
                    assert scope.current() == inner
                assert settings_now() == before
            assert settings_now() == ("",) * 5
            assert scope.current() is None

    def test_a_savepoint_that_is_kept_leaves_the_outer_scope(self, world):
        with transaction.atomic(), scope.enter(c(world, world.c1)):
            with transaction.atomic(), scope.enter(c(world, world.c2)):
                pass
            assert Customer.objects.get().pk == world.r1.pk

    def test_a_savepoint_that_is_rolled_back_leaves_the_outer_scope(self, world):
        with transaction.atomic(), scope.enter(c(world, world.c1)):
            with pytest.raises(DatabaseError), transaction.atomic(), scope.enter(c(world, world.c2)):
                connection.cursor().execute("SELECT 1 / 0")
            assert scope.current() == c(world, world.c1)
            assert Customer.objects.get().pk == world.r1.pk

    def test_an_error_inside_leaves_the_outer_scope(self, world):
        with transaction.atomic(), scope.enter(c(world, world.c1)):
            with pytest.raises(KeyError), scope.enter(c(world, world.c2)):
                raise KeyError
            assert Customer.objects.get().pk == world.r1.pk

    def test_it_is_refused_outside_a_transaction(self, world):
        with pytest.raises(ScopeMissing), scope.enter(c(world, world.c1)):
            pass

    def test_nothing_of_it_is_left_after_the_transaction(self, world):
        with world.enter(world.v12):
            pass

        assert settings_now() == ("",) * 5


STATEMENTS = {
    "list": lambda: list(Customer.objects.all()),
    "get": lambda: Customer.objects.get(pk=1),
    "first": lambda: Customer.objects.first(),
    "count": lambda: Customer.objects.count(),
    "exists": lambda: Customer.objects.exists(),
    "values": lambda: list(Customer.objects.values_list("email")),
    "iterator": lambda: next(Customer.objects.iterator()),
    "aggregate": lambda: Customer.objects.aggregate(Count("pk")),
    "update": lambda: Customer.objects.update(name="x"),
    "delete": lambda: Customer.objects.all().delete(),
    "leaf delete": lambda: ClientProfile.objects.all().delete(),
    "raw delete": lambda: Customer.objects.all()._raw_delete("default"),
    "bulk create": lambda: ClientProfile.objects.bulk_create([ClientProfile(client_id=1)]),
    "create": lambda: ClientProfile.objects.create(client_id=1),
    "save": lambda: Customer(pk=1, client_id=1, created_at="2026-01-01T00:00:00Z").save(),
    "base manager": lambda: Customer._base_manager.get(pk=1),
    "refresh": lambda: Customer(pk=1).refresh_from_db(),
    "raw": lambda: list(Customer.objects.raw("SELECT * FROM tickets_customer")),
    "explain": lambda: Customer.objects.all().explain(),
    "sub-query": lambda: list(Client.objects.filter(pk__in=Customer.objects.values("client_id"))),
    "union": lambda: list(Customer.objects.values("pk").union(StaffCard.objects.values("pk"))),
    "cursor": lambda: connection.cursor().execute("SELECT 1 FROM tickets_ticket"),
    "cursor many": lambda: connection.cursor().executemany("DELETE FROM tickets_ticket WHERE id = %s", [[1]]),
    "upper case": lambda: connection.cursor().execute('SELECT 1 FROM "tickets_ticket"'),
    "search rows": lambda: connection.cursor().execute("SELECT 1 FROM tickets_searchrow"),
    "join": lambda: list(Client.objects.raw("SELECT c.* FROM access_client c JOIN access_contract x ON true")),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_on_a_clients_table_without_a_scope_is_an_error(world, statement):
    with pytest.raises(ScopeMissing), transaction.atomic():
        STATEMENTS[statement]()

    with world.enter(world.c1):
        assert Customer.objects.filter(pk=world.r1.pk, name=world.r1.name).exists()


def test_it_is_an_error_at_execution_and_not_at_construction(world):
    queryset = Ticket.objects.filter(subject="x").order_by("pk")
    with pytest.raises(ScopeMissing):
        queryset.exists()


def test_other_tables_need_no_scope(world):
    assert Client.objects.count() == 3


@pytest.mark.parametrize("table", ["tickets_customer", "tickets_ticket", "access_accesslogcontent"])
def test_the_database_itself_shows_nothing_to_nobody(world, raw_app, table):
    assert raw_app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize(
    "settings",
    [
        {"app.client_ids": "{1,2,3}"},
        {"app.side": "vendor"},
        {"app.side": "owner", "app.client_ids": "{1}"},
        {"app.side": "customer", "app.client_ids": "{1}"},
    ],
)
def test_a_part_of_the_settings_shows_no_customer(world, raw_app, settings):
    for name, value in settings.items():
        raw_app.execute("SELECT set_config(%s, %s, true)", [name, value])

    assert raw_app.execute("SELECT count(*) FROM tickets_customer").fetchone() == (0,)


@pytest.mark.parametrize("where", ["insert", "update"])
def test_no_row_is_written_into_another_client(world, where):
    def write():
        if where == "insert":
            Customer.objects.create(client_id=world.c2.pk, name="Trojan", created_at="2026-01-01T00:00:00Z")
        else:
            Customer.objects.filter(pk=world.r1.pk).update(client_id=world.c2.pk)

    with pytest.raises(DatabaseError, match="row-level security"), world.enter(world.c1):
        write()

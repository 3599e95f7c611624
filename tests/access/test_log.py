"""The access log: one statement, append-only, verifiable, and read by those it belongs to."""

import hashlib

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from access import actions, lines, log, log_format, queries
from access.actions import clearing
from access.errors import ScopeMissing
from access.log import Action
from access.models import AccessLogContent, AccessLogEntry, AccessLogRecord
from access.rights import Role
from tests import cast

CUSTOMER = (log.CUSTOMER, 7)


@pytest.fixture
def entry(world):
    """An entry that the first agent has caused."""
    with world.enter(world.v1) as actor:
        log.record(actor, world.c1.pk, Action.VIEW, CUSTOMER, ticket_number=12, reason="answers a question")


def newest(world, person):
    with world.enter(person):
        return AccessLogContent.objects.filter(action=Action.VIEW).order_by("-entry_id").first()


def test_an_entry_says_who_what_when_and_why(world, entry):
    row = newest(world, world.o1)

    assert (row.actor_name, row.user_id, row.vendor_id) == ("Vera Ahlm", world.v1.pk, world.havnvik.pk)
    assert (row.action, row.records, row.ticket_number) == ("view", [["customer", 7]], 12)
    assert row.reason == "answers a question"


def test_many_entries_for_many_clients_are_one_statement(world):
    with world.enter(world.v12) as actor, CaptureQueriesContext(connection) as seen:
        records = [(log.CUSTOMER, n) for n in range(50)]
        log.write(actor, [log.Entry(i, Action.LIST, records) for i in actor.client_ids])

    assert len(seen) == 1
    with world.enter(world.o2):
        assert AccessLogRecord.objects.filter(kind=log.CUSTOMER).count() == 50


def test_every_field_is_committed_to_with_its_own_salt(world, entry):
    row = newest(world, world.o1)
    with world.enter(world.o1):
        sealed = AccessLogEntry.objects.get(pk=row.entry_id)

    for position, name in enumerate(log_format.FIELDS):
        value, salt = getattr(row, name), bytes(row.salts[16 * position : 16 * position + 16])
        by_hand = hashlib.sha256(name.encode() + b"\0" + salt + b"\0" + log_format.canonical(value)).digest()
        assert bytes(sealed.commitments[32 * position : 32 * position + 32]) == by_hand, name
        assert log_format.commitment(name, salt, "another value") != by_hand
    assert len({bytes(row.salts[at : at + 16]) for at in range(0, 240, 16)}) == len(log_format.FIELDS)


def test_a_fraction_is_refused_because_it_could_not_be_checked_everywhere(world):
    with world.enter(world.v1) as actor, pytest.raises(TypeError, match="no fractions"):
        log.record(actor, world.c1.pk, Action.VIEW, CUSTOMER, detail={"parts": [{"share": 0.5}]})


def test_without_a_scope_nothing_is_written(world):
    actor = world.actor(world.v1)

    with pytest.raises(ScopeMissing), transaction.atomic():
        log.record(actor, world.c1.pk, Action.VIEW, CUSTOMER)


def test_an_entry_for_a_client_outside_the_scope_is_an_error(world):
    with pytest.raises(DatabaseError, match="row-level security"), world.enter(world.v1) as actor:
        log.record(actor, world.c2.pk, Action.VIEW, CUSTOMER)


def test_an_entry_falls_with_its_cause(world):
    def cause():
        with world.enter(world.v1) as actor:
            log.record(actor, world.c1.pk, Action.VIEW, CUSTOMER)
            raise KeyError

    with pytest.raises(KeyError):
        cause()

    assert newest(world, world.o1) is None


TABLES = ("access_accesslogentry", "access_accesslogcontent", "access_accesslogrecord")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET client_id = client_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_may_not_change_it(world, entry, raw_app, table, verb):
    raw_app.execute("SELECT set_config('app.side', 'system', true), set_config('app.client_ids', '{1}', true)")
    assert raw_app.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= 1

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        raw_app.execute(verb.format(table))


@pytest.mark.parametrize(
    "statement",
    [*(f"UPDATE {table} SET client_id = client_id" for table in TABLES), "DELETE FROM access_accesslogentry"],
)
def test_nor_may_anybody_else(world, entry, superuser, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
        superuser.execute(statement)


@pytest.mark.parametrize("table", TABLES[1:])
def test_what_erasure_removes_is_removed_by_its_own_role_only(world, entry, superuser, table):
    held = superuser.execute("SELECT has_table_privilege('app', %s, 'DELETE')", [table]).fetchone()
    assert held == (False,)


@pytest.fixture
def rival_lead(world):
    """A team lead of another vendor at the same client."""
    vendor = actions.create_vendor(slug="rivalen", name="Rivalen")
    actions.sign_contract(client=world.c1, vendor=vendor, valid_from=cast.SINCE)
    person = actions.create_user(email="rut@rivalen.example", name="Rut Rival", vendor=vendor)
    actions.hire(client=world.c1, user=person, role=Role.TEAM_LEAD)
    return person


class TestReading:
    def test_the_client_and_its_vendor_read_it(self, world, entry):
        assert newest(world, world.o1) is not None
        assert newest(world, world.lead) is not None

    def test_another_client_does_not(self, world, entry):
        assert newest(world, world.o2) is None

    def test_a_customer_does_not_even_their_own(self, world):
        with world.enter(world.r1) as actor:
            log.record(actor, world.c1.pk, Action.CHANGE, (log.TICKET, 1))
            assert not AccessLogContent.objects.exists()
            assert not AccessLogEntry.objects.exists()
            assert not AccessLogRecord.objects.exists()

    def test_another_vendor_does_not(self, world, entry, rival_lead):
        assert newest(world, rival_lead) is None
        with world.enter(rival_lead):
            assert queries.seen_by(world.c1.pk, *CUSTOMER) == []
            assert set(AccessLogContent.objects.values_list("vendor_id", flat=True)) <= {None, rival_lead.vendor_id}

    def test_nor_learns_it_who_of_its_people_the_client_speaks_of(self, world, rival_lead):
        with world.enter(world.o1) as actor:
            asked = clearing.require_certification(actor, client_id=world.c1.pk, name="Basics", description="")
            about = {"client_id": world.c1.pk, "user_id": world.v1.pk, "certification_id": asked.pk}
            held = clearing.record_certificate(actor, **about)
            clearing.undo_certificate(actor, passed_at=held.passed_at, **about)

        told = {}
        for reader in (world.lead, rival_lead, world.o1):
            with world.enter(reader) as actor:
                rows = AccessLogContent.objects.filter(action=Action.CLEARANCE, detail__name="Basics").order_by(
                    "entry_id"
                )
                told[reader.pk] = [line.records for line in lines.all_lines(actor, world.c1.pk, rows)]
                # As an entry of earlier days, which names no vendor.
                old = AccessLogContent(side="client", action="clearance", records=[["user", world.v1.pk]])
                (told[reader.pk, "old"],) = [line.records for line in lines.all_lines(actor, world.c1.pk, [old])]

        asked_for, hers = f"certificate {asked.pk}", "person Vera Ahlm"
        assert told[rival_lead.pk] == [asked_for]
        assert told[world.lead.pk] == told[world.o1.pk] == [asked_for, hers, hers]
        assert told[rival_lead.pk, "old"] == f"person {world.v1.pk}"
        assert told[world.lead.pk, "old"] == told[world.o1.pk, "old"] == hers


class TestSeenBy:
    def test_the_newest_stands_first_in_one_statement(self, world, entry):
        with world.enter(world.a1) as actor:
            log.record(actor, world.c1.pk, Action.CHANGE, CUSTOMER, (log.TICKET, 3))
        with world.enter(world.o1), CaptureQueriesContext(connection) as seen:
            sights = queries.seen_by(world.c1.pk, *CUSTOMER)

        assert [(s.name, s.action) for s in sights] == [("Alma Voltarra", Action.CHANGE), ("Vera Ahlm", Action.VIEW)]
        assert sights[1].ticket_number == 12
        assert len(seen) == 1

    def test_no_more_than_asked_for(self, world, entry, superuser):
        with world.enter(world.v1) as actor:
            log.write(actor, [log.Entry(world.c1.pk, Action.LIST, [CUSTOMER], ticket_number=n) for n in range(5)])
        with world.enter(world.o1):
            assert len(queries.seen_by(world.c1.pk, *CUSTOMER, limit=3)) == 3

    def test_content_that_was_erased_is_gone_and_its_seal_is_not(self, world, entry, superuser):
        with superuser.transaction():
            superuser.execute("SET LOCAL session_replication_role = replica")
            superuser.execute("DELETE FROM access_accesslogcontent")

        with world.enter(world.o1):
            assert queries.seen_by(world.c1.pk, *CUSTOMER) == []
            assert AccessLogEntry.objects.exists()


@pytest.mark.usefixtures("trial")
class TestRefusals:
    def refusals(self, world, person):
        with world.enter(person):
            return list(AccessLogContent.objects.filter(action=Action.REFUSED).values_list("user_id", "detail"))

    def test_a_missing_right_is_logged_where_it_was_asked(self, world):
        response = world.browser(world.v1ro).get("/try/voltarra/triage")

        assert response.status_code == 403
        ((user_id, detail),) = self.refusals(world, world.o1)
        assert user_id == world.v1ro.pk
        assert (detail["right"], detail["status"]) == ("triage_tickets", 403)

    def test_a_closed_gate_is_logged_too(self, world):
        world.browser(world.x).get("/try/voltarra/here")

        assert [user for user, _detail in self.refusals(world, world.o1)] == [world.x.pk]

    def test_asking_for_a_foreign_client_is_noted_outside_every_client(self, world, superuser):
        response = world.browser(world.v1).get("/try/alderby/here")

        assert response.status_code == 404
        assert self.refusals(world, world.o2) == []
        row = superuser.execute("SELECT kind, user_id, client_id FROM access_securityevent").fetchone()
        assert row == ("foreign_client", world.v1.pk, world.c2.pk)

    def test_signing_in_stands_in_every_open_client(self, world):
        world.browser(world.v12)

        for person in (world.o1, world.o2):
            with world.enter(person):
                assert AccessLogContent.objects.filter(action=Action.SIGN_IN, user_id=world.v12.pk).count() == 1

"""Who runs a vendor's office staffs its contracts, and reads no customer by that: by no page and no statement."""

import pytest
from django.db import transaction

from access import office, scope
from access.doors import Kind
from tests.walls.catalogue import client_models
from tests.walls.matrix import answers
from tests.walls.routes import ROWS

SECRET = "kontorshemligt"
READING = [row for row in ROWS if row.method == "GET" and row.door is not Kind.OFFICE]
OWN_PAGES = [row for row in ROWS if row.method == "GET" and row.door is Kind.OFFICE]
# What staffing takes: agreements, people, and how far they are cleared.
STAFFING = {
    "access.Contract", "access.ContractTerms", "access.OnboardingLine", "access.Assignment", "access.StaffCard",
    "access.ClearanceRules", "access.Nda", "access.NdaAcceptance", "access.Certification", "access.CertificationHeld",
    "access.Suspension", "access.RoleRights", "access.CoreRemoval", "access.Changeover",
    "access.ClientSystem", "access.SystemAccount", "knowledgebase.MustRead", "knowledgebase.Reading",
    # What hours are promised, and when its teams work; where its own people are told by a program.
    "escalation.Calendar", "escalation.SlaPolicy", "escalation.SlaTarget", "escalation.TeamHours", "post.Endpoint",
    # What a promise may be for.
    "tickets.TicketCategory",
    # What was asked for beyond a contract in figures; why stands elsewhere.
    "escalation.ScopeRequest",
}  # fmt: skip
# Every text of customers, of what they asked and were told, of articles and letters.
TEXTS = (
    ("tickets_customer", "name"), ("tickets_ticket", "subject"), ("tickets_message", "body"),
    ("knowledgebase_revision", "body"), ("knowledgebase_revision", "title"), ("post_outboxmail", "subject"),
    ("escalation_escalation", "question"), ("tickets_draft", "body"),
)  # fmt: skip


@pytest.fixture
def told(places, superuser):
    with superuser.transaction():
        # A published revision never changes, but for this test.
        superuser.execute("SET LOCAL session_replication_role = replica")
        for table, column in TEXTS:
            superuser.execute(f"UPDATE {table} SET {column} = '{SECRET}'")
    return places


def meets(places, rows):
    return {str(row) for row in rows if SECRET.encode() in answers(row, places, "office").content}


def test_no_page_of_the_desk_a_console_or_the_api_tells_the_office(told):
    assert meets(told, [row for row in READING if row.door in (Kind.STAFF, Kind.CONSOLE, Kind.API)]) == set()


def test_no_page_of_the_office_itself_does(told):
    assert OWN_PAGES
    assert meets(told, OWN_PAGES) == set()


def test_the_words_are_there_to_be_found(told):
    row = next(row for row in READING if str(row) == "GET desk:ticket")

    assert SECRET.encode() in answers(row, told, "v12").content


def test_no_statement_reads_a_row_of_the_clients_but_what_staffing_takes(places, superuser):
    filled, read = set(), set()
    with transaction.atomic(), scope.enter(scope.NOBODY):
        actor = office.actor_for(places.world.office)
        assert actor is not None
        assert len(actor.client_ids) == 3
        for model in client_models():
            name = model._meta.label
            if superuser.execute(f'SELECT 1 FROM "{model._meta.db_table}" LIMIT 1').fetchone():
                filled.add(name)
            if model.objects.exists():
                read.add(name)

    assert read <= STAFFING
    assert {"tickets.Customer", "tickets.Ticket", "tickets.Message", "knowledgebase.Article"} <= filled - read


def test_the_office_of_another_vendor_reads_nothing_of_this_ones(places):
    with transaction.atomic(), scope.enter(scope.NOBODY):
        actor = office.actor_for(places.rival)
        assert actor is not None
        for name in ("Contract", "ContractTerms", "OnboardingLine", "Assignment"):
            rows = next(model for model in client_models() if model._meta.label == f"access.{name}").objects
            assert set(rows.values_list("vendor__slug", flat=True)) <= {"grannen"}, name

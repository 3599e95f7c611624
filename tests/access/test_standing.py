"""What a person may do now: changes bite on the next request, and time alone changes it too."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from access import actions, standing
from access.models import Assignment, Client, ClientPermission, Contract, Membership, StaffCard
from access.rights import Right, Role
from helpdesk.lib import clock
from tests import cast, factories

pytestmark = pytest.mark.usefixtures("trial")


def status(browser, path="/try/voltarra/here"):
    return browser.get(path).status_code


def test_the_answer_is_remembered_and_checked_with_one_statement(world):
    world.actor(world.v1)

    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as seen,
    ):
        standing.actor_for(world.v1)

    assert len(seen) == 1


def test_revocation_bites_on_the_next_request(world):
    browser = world.browser(world.v1)
    assert status(browser) == 200

    actions.end_assignment(client=world.c1, user=world.v1)

    assert status(browser) == 403


def test_a_changed_role_bites_on_the_next_request(world):
    browser = world.browser(world.v1)
    assert status(browser, "/try/voltarra/triage") == 200

    actions.change_role(client=world.c1, user=world.v1, role=Role.READER)

    assert status(browser, "/try/voltarra/triage") == 403
    assert status(browser, "/try/voltarra/here") == 200


def test_suspension_ends_work_there_and_nowhere_else(world):
    browser = world.browser(world.v12)
    assert (status(browser), status(browser, "/try/alderby/here")) == (200, 200)

    factories.suspend(world, world.o1, world.havnvik)
    assert (status(browser), status(browser, "/try/alderby/here")) == (403, 200)

    factories.restore(world, world.o1)
    assert status(browser) == 200


def test_time_alone_closes_a_gate(world):
    actions.end_assignment(client=world.c1, user=world.v1, at=clock.now() + timedelta(hours=1))
    browser = world.browser(world.v1)
    assert status(browser) == 200

    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert status(browser) == 403


def test_time_alone_opens_a_gate(world):
    nina = actions.create_user(email="nina@havnvik.example", name="Nina Berg", vendor=world.havnvik)
    actions.hire(client=world.c1, user=nina, role=Role.AGENT, starts_at=clock.now() + timedelta(hours=1))
    browser = world.browser(nina)
    assert status(browser) == 403

    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert status(browser) == 200


def test_a_deactivated_person_is_out(world):
    browser = world.browser(world.v1)
    world.v1.is_active = False
    world.v1.save()

    assert status(browser) == 302


@pytest.mark.parametrize("model", [Assignment, Membership, ClientPermission, StaffCard, Contract, Client])
def test_a_change_of_any_table_behind_the_answer_makes_it_outdated(world, model):
    person = world.o1 if model is Membership else world.v1
    before = world.actor(person)
    assert world.actor(person).standings is before.standings

    with world.enter(world.c1):
        row = model.objects.filter(**_of(model, person, world.c1)).first()
        row.save()

    assert world.actor(person).standings is not before.standings


def _of(model, person, client):
    if model is Client:
        return {"pk": client.pk}
    return {} if model is Contract else {"user_id": person.pk}


def test_grants_without_an_assignment_give_nothing(world):
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).delete()

    assert world.actor(world.v1).standings == {}


def test_no_flag_on_the_person_gives_anything(world):
    world.v1.is_staff = world.v1.is_superuser = True

    assert not world.v1.has_perm("access.read_tickets")
    assert world.actor(world.v1).client_ids == (world.c1.pk,)


class TestTwoVendorsAtOneClient:
    @pytest.fixture
    def rival(self, world):
        rival = actions.create_vendor(slug="rivalen", name="Rivalen")
        actions.sign_contract(client=world.c1, vendor=rival, valid_from=cast.SINCE)
        person = actions.create_user(email="rut@rivalen.example", name="Rut Rival", vendor=rival)
        actions.hire(client=world.c1, user=person, role=Role.TEAM_LEAD)
        return person

    def test_neither_reads_the_others_contract_roster_or_grants(self, world, rival):
        with world.enter(rival):
            assert Contract.objects.get().vendor_id == rival.vendor_id
            assert [a.user_id for a in Assignment.objects.all()] == [rival.pk]
            assert set(ClientPermission.objects.values_list("user_id", flat=True)) == {rival.pk}

        with world.enter(world.lead):
            assert set(Contract.objects.values_list("vendor_id", flat=True)) == {world.havnvik.pk}
            assert rival.pk not in Assignment.objects.values_list("user_id", flat=True)

    def test_the_client_reads_both(self, world, rival):
        with world.enter(world.o1):
            assert Contract.objects.count() == 2
            assert rival.pk in Assignment.objects.values_list("user_id", flat=True)

    def test_suspending_one_leaves_the_other_at_work(self, world, rival):
        ours, theirs = world.browser(world.v1), world.browser(rival)

        factories.suspend(world, world.o1, world.havnvik)

        assert status(ours) == 403
        assert status(theirs) == 200

    def test_an_agent_can_not_stand_on_another_vendors_contract(self, world, rival):
        with world.enter(world.c1):
            foreign = Contract.objects.get(vendor_id=rival.vendor_id)

        with pytest.raises(Exception, match="access_assignment_contract_id_tie"):
            actions.hire(client=world.c1, user=world.x, role=Role.AGENT, contract=foreign)


def test_rights_are_kept_as_guardian_permissions_on_the_client(world):
    from guardian.shortcuts import get_user_perms

    with world.enter(world.c1):
        held = set(get_user_perms(world.v1ro, world.c1))

    assert held == {right.value for right in Role.READER.rights}
    assert world.actor(world.v1ro).standings[world.c1.pk].rights == Role.READER.rights


def test_a_right_granted_with_guardian_counts(world):
    from guardian.shortcuts import assign_perm

    with world.enter(world.c1):
        assign_perm(Right.REPORT_READ.value, world.v1ro, world.c1)

    assert world.actor(world.v1ro).may(Right.REPORT_READ, world.c1.pk)
    assert not world.actor(world.v1).may(Right.REPORT_READ, world.c1.pk)

"""A client's own copy of a role, and what nobody can do with it: raise themselves, or lock everybody out."""

import pytest

from access import actions
from access.actions.role_rights import CLIENTS_ALONE, set_role_rights
from access.errors import Invalid, NotFound, RightMissing
from access.models import AccessLogContent
from access.rights import GRANTABLE, ROLE_RIGHTS, VENDOR_ROLES, Right, Role

pytestmark = pytest.mark.usefixtures("trial")


def change(world, person, role, *, add=(), remove=(), client=None):
    client = client or world.c1
    with world.enter(person, client) as actor:
        rights = (role.rights | set(add)) - set(remove)
        return set_role_rights(actor, client_id=client.pk, role=role, rights=rights)


def may(world, person, right, client=None):
    return world.actor(person).may(right, (client or world.c1).pk)


def test_whoever_has_the_role_has_its_rights_from_then_on(world):
    assert change(world, world.o1, Role.AGENT, add={Right.CUSTOMER_EDIT}, remove={Right.TICKET_ESCALATE}) == 3

    assert may(world, world.v1, Right.CUSTOMER_EDIT)
    assert not may(world, world.v1, Right.TICKET_ESCALATE)


def test_another_clients_copy_stays_as_it_is(world):
    change(world, world.o1, Role.AGENT, remove={Right.TICKET_ESCALATE})

    assert may(world, world.v12, Right.TICKET_ESCALATE, world.c2)


def test_whoever_comes_later_gets_the_clients_copy(world):
    change(world, world.o1, Role.AGENT, remove={Right.TICKET_ESCALATE})
    nina = actions.create_user(email="nina@havnvik.example", name="Nina Berg", vendor=world.havnvik)
    actions.hire(client=world.c1, user=nina, role=Role.AGENT)

    assert not may(world, nina, Right.TICKET_ESCALATE)


def test_the_templates_rights_take_the_copy_away(world):
    change(world, world.o1, Role.AGENT, remove={Right.TICKET_ESCALATE})
    change(world, world.o1, Role.AGENT)

    assert may(world, world.v1, Right.TICKET_ESCALATE)


def test_the_change_is_logged_right_by_right(world):
    change(world, world.o1, Role.AGENT, add={Right.CUSTOMER_EDIT}, remove={Right.TICKET_ESCALATE})

    with world.enter(world.c1):
        line = AccessLogContent.objects.filter(action="clearance").order_by("-entry_id").first()
    assert line.actor_name == "Olle Voltarra"
    assert (line.detail["added"], line.detail["removed"]) == (["edit_customers"], ["escalate_tickets"])


@pytest.mark.parametrize("right", sorted(CLIENTS_ALONE))
def test_a_vendors_role_never_stands_for_what_is_the_clients(world, right):
    with pytest.raises(Invalid, match="Only your own people"):
        change(world, world.o1, Role.TEAM_LEAD, add={right})


def test_nobody_raises_their_own_rights(world):
    change(world, world.o1, Role.CLIENT_AGENT, add={Right.ROLES_EDIT})

    with pytest.raises(Invalid, match="Nobody raises"):
        change(world, world.a1, Role.CLIENT_AGENT, add={Right.ROLES_EDIT, Right.CUSTOMER_ERASE})
    with pytest.raises(Invalid, match="hold yourself"):
        change(world, world.a1, Role.OVERSEER, add={Right.CUSTOMER_ERASE})


def test_somebody_can_always_change_roles(world):
    with pytest.raises(Invalid, match="Nobody would be left"):
        change(world, world.o1, Role.CLIENT_ADMIN, remove={Right.ROLES_EDIT})

    assert may(world, world.o1, Right.ROLES_EDIT)


@pytest.mark.parametrize("person", ["lead", "a1", "v1"])
def test_who_may_not_change_roles(world, person):
    with pytest.raises(RightMissing):
        change(world, getattr(world, person), Role.AGENT, add={Right.CUSTOMER_EDIT})


def test_a_role_of_another_client_is_out_of_reach(world):
    with pytest.raises((NotFound, KeyError)):
        change(world, world.o1, Role.AGENT, client=world.c2)


def test_the_office_right_is_in_no_role():
    assert all(Right.STAFF not in rights for rights in ROLE_RIGHTS.values())
    assert Right.STAFF not in GRANTABLE
    assert all(not CLIENTS_ALONE & role.rights for role in VENDOR_ROLES)


class TestPlaces:
    """Who puts whom on an account."""

    def test_the_office_staffs_its_own_people(self, world, office):
        nina = actions.create_user(email="nina@havnvik.example", name="Nina Berg", vendor=world.havnvik)
        with office() as boss:
            actions.hire(client=world.c1, user=nina, role=Role.AGENT, by=boss)

        assert may(world, nina, Right.TICKET_REPLY)
        with world.enter(world.c1):
            line = AccessLogContent.objects.filter(detail__what="hired").order_by("-entry_id").first()
        assert (line.actor_name, line.side) == ("Ove Kontor", "office")

    def test_the_office_touches_nobody_of_the_clients(self, world, office):
        with office() as boss:
            for act in (actions.change_role, actions.end_assignment):
                more = {"role": Role.OVERSEER} if act is actions.change_role else {}
                with pytest.raises(RightMissing):
                    act(client=world.c1, user=world.a1, by=boss, **more)

    def test_nobody_changes_their_own_place(self, world):
        with world.enter(world.o1) as actor, pytest.raises(Invalid, match="own place"):
            actions.change_role(client=world.c1, user=world.o1, role=Role.AUDITOR, by=actor)

    def test_an_admin_gives_their_own_people_roles(self, world):
        with world.enter(world.o1) as actor:
            actions.change_role(client=world.c1, user=world.a1, role=Role.AUDITOR, by=actor)

        assert not may(world, world.a1, Right.TICKET_READ)

    def test_a_lead_staffs_nobody(self, world):
        with world.enter(world.lead, world.c1) as actor, pytest.raises(RightMissing):
            actions.end_assignment(client=world.c1, user=world.v1, by=actor)

"""A client of one person: they alone do everything that a client does, and what is urgent comes by letter."""

from access.doors import Kind
from access.models import Membership
from access.rights import GRANTABLE, Role
from tests.attack import hostile
from tests.walls.routes import ROWS


def test_one_person_holds_every_client_role(world):
    with world.enter(world.o2) as actor:
        standing = actor.standing(world.c2.pk)
        (only,) = Membership.objects.filter(client_id=world.c2.pk)

    assert only.user_id == world.o2.pk
    assert standing.rights == GRANTABLE
    sides = [role for role in Role if role.value.startswith(("client", "kb_approver", "overseer", "auditor", "escal"))]
    assert all(role.rights <= standing.rights for role in sides)


def test_no_page_and_no_form_of_the_console_needs_a_second_person(places, restore):
    refused = []
    for row in [row for row in ROWS if row.door is Kind.CONSOLE]:
        answer, _seconds = hostile.good(row, places.c2).fire(places.browser("o2", row.door.value))
        if answer.status_code != row.expect.get("o2", row.good):
            refused.append(f"{row}: {answer.status_code}")
        restore()

    assert refused == []


def test_what_waits_for_the_client_is_answered_from_a_letter_without_signing_in(places, restore):
    answered = set()
    for row in [row for row in ROWS if row.door is Kind.LETTER and row.method == "POST"]:
        answer, _seconds = hostile.good(row, places.c2).fire(places.browser("nobody", row.door.value))
        assert answer.status_code == row.good, row
        answered.add(row.view)
        restore()

    assert {"letter", "emergency_letter"} <= answered

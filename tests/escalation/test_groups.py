"""Groups of contacts: made, renamed and let rest; who is reached by what, and which steps tell them."""

from dataclasses import replace

import pytest
from django.urls import reverse

from access.errors import Invalid, NotFound
from escalation import actions, drafting, groups
from escalation.known import Place
from escalation.matrix import cells
from escalation.matrix.document import Channel, Document, Target, Who
from escalation.models import Contact, ContactGroup, GroupMember
from helpdesk.lib import clock
from tests.cast import World


def page(name: str, **more: object) -> str:
    return reverse(f"console:{name}", kwargs={"client": "voltarra", **more})


@pytest.fixture
def contacts(world: World) -> list[Contact]:
    with world.enter(world.c1):
        return [
            Contact.objects.create(client=world.c1, name=name, email=f"{name.lower()}@voltarra.example")
            for name in ("Ida", "Nils")
        ]


def save(world: World, contacts: list[Contact], name: str = "Night", **more: object) -> ContactGroup:
    with world.enter(world.o1, only=world.c1) as actor:
        ids = [contact.pk for contact in contacts]
        return actions.save_group(actor, client_id=world.c1.pk, name=name, contact_ids=ids, **more)


def only(world: World) -> groups.Group:
    with world.enter(world.c1):
        (found,) = groups.listed(Place(world.c1.pk, clock.now()))
        return found


def members(world: World) -> set[str]:
    with world.enter(world.c1):
        return set(GroupMember.objects.values_list("contact__name", flat=True))


def test_a_group_is_made_renamed_and_its_members_said_anew(world: World, contacts) -> None:
    group = save(world, contacts)
    assert members(world) == {"Ida", "Nils"}

    again = save(world, contacts[:1], name="Nights", group_id=group.pk)

    assert (again.key, again.name) == (group.key, "Nights")
    assert members(world) == {"Ida"}


@pytest.mark.parametrize(("name", "count"), [("", 2), ("Night", 0), (" ", 1)])
def test_without_a_name_or_members_there_is_none(world: World, contacts, name: str, count: int) -> None:
    with pytest.raises(Invalid):
        save(world, contacts[:count], name=name)
    assert members(world) == set()


def test_a_name_stands_once(world: World, contacts) -> None:
    save(world, contacts)

    with pytest.raises(Invalid, match="of that name already"):
        save(world, contacts)


@pytest.mark.parametrize("name", ["NIGHT", "night", " Night "])
def test_a_name_is_taken_in_whatever_letters(world: World, contacts, name: str) -> None:
    group = save(world, contacts)

    with pytest.raises(Invalid, match="of that name already"):
        save(world, contacts, name=name)
    with pytest.raises(Invalid, match="of that name already"), world.enter(world.o1, only=world.c1) as actor:
        actions.save_contact(actor, client_id=world.c1.pk, name="IDA")
    # Its twin: one's own name written otherwise.
    assert save(world, contacts, name="NIGHT", group_id=group.pk).name == "NIGHT"


def test_a_name_that_may_mean_two_means_none_unless_written_exactly() -> None:
    named = cells.by_name([("Straße", 1), ("STRASSE", 2), ("Hof", 3)])

    assert [cells.find(named, name) for name in ("Straße", "STRASSE", "strasse", "HOF")] == [1, 2, None, 3]


def test_another_clients_contact_or_group_is_none_of_ours(world: World, contacts) -> None:
    with world.enter(world.c2):
        other = Contact.objects.create(client=world.c2, name="Olga", email="olga@alderby.example")
        theirs = ContactGroup.objects.create(client=world.c2, name="Theirs")

    with pytest.raises(Invalid, match="among your contacts"):
        save(world, [other])
    with pytest.raises(NotFound):
        save(world, contacts, group_id=theirs.pk)


def test_it_is_said_by_what_each_is_reached_and_which_address_is_dead(world: World, contacts) -> None:
    with world.enter(world.c1):
        Contact.objects.filter(pk=contacts[0].pk).update(phone="+46704440001")
        Contact.objects.filter(pk=contacts[1].pk).update(returned_since=clock.now(), returned_why="550 no such user")
    save(world, contacts)

    ida, nils = only(world).members

    assert ida.channels == (Channel.MAIL, Channel.SMS, Channel.PHONE)
    assert (nils.channels, nils.is_reached) == ((), False)
    text = world.browser(world.o1).get(page("contact_groups")).content.decode()
    assert "mail comes back" in text
    assert "This group reaches one person alone." in text


def test_two_names_for_one_mailbox_are_one_person(world: World, contacts) -> None:
    with world.enter(world.c1):
        Contact.objects.filter(pk=contacts[1].pk).update(email="Ida@voltarra.example")
    save(world, contacts)

    assert (only(world).people, only(world).is_alone) == (1, True)


def test_it_is_said_which_steps_tell_it(world: World, contacts) -> None:
    group = save(world, contacts)
    assert only(world).used == ()

    with world.enter(world.o1, only=world.c1) as actor:
        number, document = drafting.in_force(world.c1.pk)
        first = document.paths[0]
        told = replace(first.steps[0], to=(Who(Target.GROUP, group.key),))
        paths = (replace(first, steps=(told, *first.steps[1:])), *document.paths[1:])
        about = {"client_id": world.c1.pk, "expected_version": number}
        actions.publish_matrix(actor, document=Document(document.rows, paths), **about)

    assert only(world).used == ((first.name, 1),)
    assert f"{first.name}, step 1" in world.browser(world.o1).get(page("contact_groups")).content.decode()


def test_on_the_page_a_group_is_added_changed_and_let_rest(world: World, contacts) -> None:
    browser, ida, nils = world.browser(world.o1), *(str(contact.pk) for contact in contacts)
    assert browser.post(page("add_contact_group"), {"name": "Night", "members": [ida, nils]}).status_code == 302
    row = only(world).row

    assert "checked" in browser.get(page("contact_group", group_id=row.pk)).content.decode()
    assert browser.post(page("contact_group", group_id=row.pk), {"name": "", "members": [ida]}).status_code == 400
    browser.post(page("contact_group", group_id=row.pk), {"name": "Days", "members": [nils]})
    browser.post(page("switch_contact_group", group_id=row.pk), {"active": "0"})

    found = only(world)
    assert (found.row.name, found.row.is_active) == ("Days", False)
    assert members(world) == {"Nils"}


def test_whoever_reads_the_matrix_reads_the_groups_and_changes_none(world: World, contacts) -> None:
    row = save(world, contacts)
    browser = world.browser(world.e1)

    assert "Night" in browser.get(page("contact_groups")).content.decode()
    assert browser.post(page("switch_contact_group", group_id=row.pk), {"active": "0"}).status_code == 403
    assert only(world).row.is_active

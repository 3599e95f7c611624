"""A contract's life: what each side may do when, and what must be closed before anybody works under it."""

from datetime import timedelta

import pytest
import time_machine

from access import actions, onboarding
from access.actions import clearing, contracts
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import Contract, ContractTerms, NamesShown, OnboardingLine, StaffCard
from access.rights import Role
from helpdesk.lib import clock

pytestmark = pytest.mark.usefixtures("trial")


@pytest.fixture
def rival(world):
    """Another vendor, with a person of its own."""
    vendor = actions.create_vendor(slug="rival", name="Rival Desk")
    user = actions.create_user(email="rut@rival.example", name="Rut Rival", vendor=vendor)
    return vendor, user


def drafted(world, vendor, reference="R-1"):
    with world.enter(world.o1) as actor:
        return contracts.draft(actor, client_id=world.c1.pk, vendor=vendor, reference=reference)


def about(contract):
    return {"client_id": contract.client_id, "contract_id": contract.pk}


def act(world, verb, contract, person=None, **more):
    with world.enter(person or world.o1) as actor:
        return verb(actor, **about(contract), **more)


def sign(world, contract, row, **more):
    """The client's signature under what it has read."""
    more = {"typed_name": world.o1.name, **more}
    return act(world, contracts.sign_terms, contract, number=row.number, read=row.digest, **more)


def state(world, contract):
    with world.enter(world.c1):
        return Contract.objects.get(pk=contract.pk).state


def close_all(world, contract, office_of):
    """Close every line as its own page would."""
    with world.enter(world.o1) as actor:
        clearing.publish_nda(actor, client_id=world.c1.pk, text="Secret.", at_once=True)
        terms = contracts.Terms(valid_from=clock.now(), data_processing="Only what is needed.")
        row = contracts.write_terms(actor, terms=terms, **about(contract))
        contracts.sign_terms(actor, number=row.number, read=row.digest, typed_name=actor.name, **about(contract))
    with office_of(contract.vendor_id) as boss:
        contracts.sign_terms(boss, number=row.number, read=row.digest, typed_name=boss.name, **about(contract))
        for line in onboarding.lines_of(contract):
            if not line.is_hard:
                contracts.close_line(boss, line_id=line.row.pk, **about(contract))


def test_a_draft_opens_nothing(world, rival):
    contract = drafted(world, rival[0])

    with pytest.raises(Invalid):
        actions.hire(client=world.c1, user=rival[1], role=Role.AGENT)
    actions.hire(client=world.c1, user=rival[1], role=Role.AGENT, contract=contract)
    assert world.browser(rival[1]).get("/try/voltarra/here").status_code == 403


def test_it_begins_with_every_line_open(world, rival):
    contract = drafted(world, rival[0])
    with world.enter(world.o1):
        lines = onboarding.lines_of(contract)

    hard = [line for line in lines if line.is_hard]
    assert {line.row.key for line in hard} >= {"nda", "data_processing"}
    assert len(lines) == len(hard) + len(onboarding.SOFT_LINES)
    assert all(line.blocks for line in lines if not line.is_hard)


def test_an_open_line_keeps_it_out_of_force(world, rival):
    contract = drafted(world, rival[0])
    act(world, contracts.begin_onboarding, contract)

    with pytest.raises(Conflict, match="NDA"):
        act(world, contracts.put_in_force, contract)
    assert state(world, contract) == "onboarding"


def test_a_hard_line_is_never_ticked_or_waived(world, rival):
    contract = drafted(world, rival[0])
    with world.enter(world.c1):
        line = OnboardingLine.objects.get(contract=contract, key="nda")

    day = clock.now().date() + timedelta(days=30)
    with pytest.raises(Invalid, match="closes by itself"):
        act(world, contracts.close_line, contract, line_id=line.pk)
    with pytest.raises(Invalid, match="closes by itself"):
        act(world, contracts.waive_line, contract, line_id=line.pk, owner="Olle", until=day)


def test_the_client_waives_with_an_owner_and_a_day(world, rival, office_of):
    contract = drafted(world, rival[0])
    with world.enter(world.c1):
        line = OnboardingLine.objects.filter(contract=contract).order_by("-position").first()
    day = clock.now().date() + timedelta(days=30)

    for owner, until in (("", day), ("Olle", clock.now().date())):
        with pytest.raises(Invalid):
            act(world, contracts.waive_line, contract, line_id=line.pk, owner=owner, until=until)
    with pytest.raises(RightMissing), office_of(rival[0].pk) as boss:
        contracts.waive_line(boss, line_id=line.pk, owner="Rut", until=day, **about(contract))
    waived = act(world, contracts.waive_line, contract, line_id=line.pk, owner="Olle", until=day)

    assert (waived.waived_by, waived.waived_owner, waived.waived_until) == ("Olle Voltarra", "Olle", day)


def test_with_every_line_closed_it_comes_into_force(world, rival, office_of, monkeypatch):
    contract = drafted(world, rival[0])
    act(world, contracts.begin_onboarding, contract)
    # The higher apps' own lines have tests of their own.
    ours = ("nda", "data_processing")
    monkeypatch.setattr(onboarding, "_HARD", {key: onboarding._HARD[key] for key in ours})
    with world.enter(world.c1):
        OnboardingLine.objects.filter(contract=contract).exclude(
            key__in=[*ours, *map(str, range(len(onboarding.SOFT_LINES)))]
        ).delete()
    close_all(world, contract, office_of)

    act(world, contracts.put_in_force, contract)

    assert state(world, contract) == "in_force"
    actions.hire(client=world.c1, user=rival[1], role=Role.AGENT)
    browser = world.browser(rival[1])
    assert browser.get("/try/voltarra/here").status_code == 403
    with world.enter(rival[1]) as actor:
        clearing.accept_nda(actor, client_id=world.c1.pk, number=1, typed_name="Rut Rival")
    assert browser.get("/try/voltarra/here").status_code == 200


class TestEnding:
    @pytest.fixture
    def contract(self, world, contract_terms):
        contract_terms(notice_days=30)
        with world.enter(world.c1):
            return Contract.objects.get(vendor=world.havnvik)

    def test_notice_is_as_long_as_the_terms_say(self, world, contract):
        with pytest.raises(Invalid, match="30 days"):
            act(world, contracts.give_notice, contract, ends_on=clock.now() + timedelta(days=29))

    def test_work_goes_on_until_its_day_and_not_after(self, world, contract):
        act(world, contracts.give_notice, contract, ends_on=clock.now() + timedelta(days=31))
        assert world.browser(world.v1).get("/try/voltarra/here").status_code == 200

        with time_machine.travel(clock.now() + timedelta(days=31, seconds=1)):
            assert world.browser(world.v1).get("/try/voltarra/here").status_code == 403

    def test_the_vendor_gives_notice_too(self, world, contract, office):
        with office() as boss:
            contracts.give_notice(boss, ends_on=clock.now() + timedelta(days=31), **about(contract))

        assert state(world, contract) == "notice"

    def test_the_client_ends_it_at_once(self, world, contract):
        browser = world.browser(world.v12)
        act(world, contracts.end, contract)

        assert browser.get("/try/voltarra/here").status_code == 403
        assert browser.get("/try/alderby/here").status_code == 200

    def test_the_vendor_cannot_end_it_at_once(self, world, contract, office):
        with pytest.raises(RightMissing), office() as boss:
            contracts.end(boss, **about(contract))


class TestTerms:
    def test_one_signature_is_not_enough(self, world):
        with world.enter(world.c1):
            contract = Contract.objects.get(vendor=world.havnvik)
        row = act(
            world, contracts.write_terms, contract, terms=contracts.Terms(valid_from=clock.now(), locations=("SE",))
        )
        sign(world, contract, row)

        assert world.browser(world.v1).get("/try/voltarra/here").status_code == 200

    def test_they_are_signed_with_ones_own_name(self, world):
        with world.enter(world.c1):
            contract = Contract.objects.get(vendor=world.havnvik)
        row = act(world, contracts.write_terms, contract, terms=contracts.Terms(valid_from=clock.now()))

        for name in ("", "Ove Kontor"):
            with pytest.raises(Invalid, match="Type your name"):
                sign(world, contract, row, typed_name=name)
        assert sign(world, contract, row, typed_name=" Olle  Voltarra").client_signed_by == "Olle Voltarra"

    def test_a_change_takes_the_signatures_back(self, world):
        with world.enter(world.c1):
            contract = Contract.objects.get(vendor=world.havnvik)
        first = act(world, contracts.write_terms, contract, terms=contracts.Terms(valid_from=clock.now()))
        sign(world, contract, first)
        again = act(
            world, contracts.write_terms, contract, terms=contracts.Terms(valid_from=clock.now(), data_location="Malmö")
        )

        assert (again.pk, again.number, again.client_signed_at, again.client_signed_digest) == (first.pk, 2, None, "")

    def test_what_both_have_signed_is_never_changed(self, world, contract_terms):
        row = contract_terms(data_location="Malmö")
        with world.enter(world.c1):
            contract = Contract.objects.get(vendor=world.havnvik)

        second = act(world, contracts.write_terms, contract, terms=contracts.Terms(valid_from=clock.now()))
        assert second.number == row.number + 1
        with pytest.raises(Exception, match="never changed"), world.enter(world.c1):
            ContractTerms.objects.filter(pk=row.pk).update(data_location="Elsewhere")

    @pytest.mark.parametrize(
        ("shown", "name"),
        [(NamesShown.FULL, "Vera Ahlm"), (NamesShown.FIRST, "Vera"), (NamesShown.ALIAS, "Agent 7")],
    )
    def test_the_client_sees_as_much_of_a_name_as_it_says(self, world, contract_terms, shown, name):
        with world.enter(world.c1):
            StaffCard.objects.filter(user=world.v1).update(alias="Agent 7")
        contract_terms(names_shown=shown)

        with world.enter(world.c1):
            assert StaffCard.objects.get(user=world.v1).name == name
            assert StaffCard.objects.get(user=world.o1).name == "Olle Voltarra"

    def test_another_vendors_contract_is_nowhere(self, world, rival, office):
        contract = drafted(world, rival[0])

        with pytest.raises(NotFound), office() as boss:
            contracts.sign_terms(boss, number=1, read="", typed_name=boss.name, **about(contract))


class TestTimeAlone:
    @pytest.fixture
    def contract(self, world, contract_terms):
        contract_terms(notice_days=1)
        with world.enter(world.c1):
            return Contract.objects.get(vendor=world.havnvik)

    def test_notice_that_has_run_out_is_an_end(self, world, contract):
        act(world, contracts.give_notice, contract, ends_on=clock.now() + timedelta(days=2))
        with world.enter(world.c1) as system:
            assert contracts.settle(system, client_id=world.c1.pk) == 0
        with time_machine.travel(clock.now() + timedelta(days=3)), world.enter(world.c1) as system:
            assert contracts.settle(system, client_id=world.c1.pk) == 1
            assert contracts.settle(system, client_id=world.c1.pk) == 0

        assert state(world, contract) == "ended"

    def test_names_of_a_later_version_show_from_its_day_on(self, world, contract, office):
        terms = contracts.Terms(valid_from=clock.now() + timedelta(days=5), names_shown=NamesShown.FIRST)
        row = act(world, contracts.write_terms, contract, terms=terms)
        sign(world, contract, row)
        with office() as boss:
            contracts.sign_terms(boss, number=row.number, read=row.digest, typed_name=boss.name, **about(contract))

        for days, name in ((4, "Vera Ahlm"), (6, "Vera")):
            with time_machine.travel(clock.now() + timedelta(days=days)), world.enter(world.c1) as system:
                contracts.settle(system, client_id=world.c1.pk)
                assert StaffCard.objects.get(user=world.v1).name == name

    def test_nothing_of_an_ended_contract_is_written(self, world, contract):
        act(world, contracts.end, contract)

        with pytest.raises(Conflict, match="has ended"):
            act(world, contracts.write_terms, contract, terms=contracts.Terms(valid_from=clock.now()))

"""What a client asks for before somebody may work, and how each gate opens again."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from allauth.mfa.models import Authenticator

from access import clearance, standing
from access.actions import clearing
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.gates import Gate
from access.models import AccessLogContent, Assignment, CertificationHeld, NdaAcceptance, NetworkRule, User
from access.soft_gates import Soft
from helpdesk.lib import clock
from tests import cast
from tests.cast import Browser

pytestmark = pytest.mark.usefixtures("trial")
WHAT_IS_RECORDED = (*CertificationHeld.MOMENTS, *CertificationHeld.NAMES)
TEXT = "I keep to myself what I read of Voltarra’s customers."


def status(browser, path="/try/voltarra/here", **more):
    return browser.get(path, **more).status_code


def publish(world, text=TEXT, *, at_once=True):
    with world.enter(world.o1) as actor:
        return clearing.publish_nda(actor, client_id=world.c1.pk, text=text, at_once=at_once)


def accept(world, person, number=1, name=None):
    with world.enter(person) as actor:
        return clearing.accept_nda(
            actor, client_id=world.c1.pk, number=number, typed_name=person.name if name is None else name
        )


class TestNda:
    def test_at_once_closes_the_gate_and_accepting_opens_it(self, world):
        browser = world.browser(world.v1)
        assert status(browser) == 200

        nda = publish(world)
        assert status(browser) == 403

        accepted = accept(world, world.v1)
        assert status(browser) == 200
        assert (accepted.typed_name, accepted.digest) == ("Vera Ahlm", nda.digest)
        assert nda.digest == clearing.digest_of(TEXT)

    def test_a_new_version_counts_a_week_later(self, world):
        publish(world)
        accept(world, world.v1)
        publish(world, TEXT + " And of its suppliers.", at_once=False)
        browser = world.browser(world.v1)
        assert status(browser) == 200

        with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)):
            assert status(world.browser(world.v1)) == 403

    def test_the_next_version_can_be_accepted_early(self, world):
        publish(world)
        publish(world, TEXT + " And of its suppliers.", at_once=False)

        accept(world, world.v1, number=2)

        with time_machine.travel(clock.now() + timedelta(days=8)):
            assert status(world.browser(world.v1)) == 200

    def test_the_clients_own_people_accept_none(self, world):
        publish(world)

        assert status(world.browser(world.a1)) == 200

    def test_only_ones_own_name_counts(self, world):
        publish(world)

        with pytest.raises(Invalid):
            accept(world, world.v1, name="Somebody Else")
        assert status(world.browser(world.v1)) == 403

    @pytest.mark.parametrize("name", ["vera ahlm", "VERA AHLM", " Vera   Ahlm "])
    def test_capitals_and_spaces_make_no_other_person_and_what_was_typed_is_kept(self, world, name):
        publish(world)

        assert accept(world, world.v1, name=name).typed_name == name.strip()

    @pytest.mark.parametrize("name", ["", "Vera", "VeraAhlm", "Ahlm Vera", "Vera Ahlm Vera"])
    def test_another_name_does(self, world, name):
        publish(world)

        with pytest.raises(Invalid):
            accept(world, world.v1, name=name)

    def test_what_is_not_asked_cannot_be_accepted(self, world):
        publish(world)

        for person, number in ((world.v1, 2), (world.o2, 1)):
            with pytest.raises(NotFound):
                accept(world, person, number=number)

    def test_accepting_twice_is_once(self, world):
        publish(world)
        accept(world, world.v1)

        with pytest.raises(NotFound):
            accept(world, world.v1)
        with world.enter(world.c1):
            assert NdaAcceptance.objects.count() == 1

    def test_it_is_logged_behind_the_closed_gate(self, world):
        publish(world)
        accept(world, world.v1)

        with world.enter(world.c1):
            line = AccessLogContent.objects.filter(action="clearance").order_by("-entry_id").first()
        assert (line.user_id, line.detail["what"], line.detail["number"]) == (world.v1.pk, "nda_accepted", 1)

    @pytest.mark.parametrize(
        ("text", "said"), [("", "Paste the text"), ("  \n", "Paste the text"), ("x" * 1_000_000, "too long")]
    )
    def test_a_text_that_cannot_be_taken(self, world, text, said):
        with pytest.raises(Invalid, match=said):
            publish(world, text)

    def test_the_same_text_is_no_new_version(self, world):
        publish(world)

        with pytest.raises(Invalid, match="version 1"):
            publish(world)

    def test_at_once_says_first_what_it_would_do(self, world):
        with world.enter(world.o1):
            before = clearance.would_stop(world.c1.pk)

        assert (before.people, before.on_shift) == (5, 0)

    def test_who_may_not_publish(self, world):
        with pytest.raises(RightMissing), world.enter(world.lead, world.c1) as actor:
            clearing.publish_nda(actor, client_id=world.c1.pk, text=TEXT)


class TestNetworks:
    def limit(self, world, text):
        with world.enter(world.o1) as actor:
            return clearing.set_networks(actor, client_id=world.c1.pk, text=text)

    def test_only_who_comes_from_there_comes_in(self, world):
        self.limit(world, "192.0.2.0/24\n2001:db8::/32")
        browser = world.browser(world.v1)

        told = {
            origin: status(browser, REMOTE_ADDR=origin)
            for origin in ("192.0.2.9", "::ffff:192.0.2.9", "2001:db8::9", "198.51.100.4", "2001:db9::1", "")
        }

        assert told == {
            "192.0.2.9": 200, "::ffff:192.0.2.9": 200, "2001:db8::9": 200,
            "198.51.100.4": 403, "2001:db9::1": 403, "": 403,
        }  # fmt: skip

    def test_another_clients_work_goes_on_from_anywhere(self, world):
        self.limit(world, "192.0.2.0/24")
        browser = world.browser(world.v12)

        assert (status(browser), status(browser, "/try/alderby/here")) == (403, 200)

    def test_the_clients_own_people_come_from_anywhere(self, world):
        self.limit(world, "192.0.2.0/24")

        assert status(world.browser(world.o1)) == 200

    def test_a_forged_header_is_no_address(self, world):
        self.limit(world, "192.0.2.0/24")
        forged = Browser(headers={"x-forwarded-for": "192.0.2.9", "forwarded": "for=192.0.2.9"})
        forged.force_login(world.v1)

        assert status(forged) == 403

    def test_a_program_is_held_to_it_too(self, world):
        key = world.program(world.v1, world.c1)
        self.limit(world, "192.0.2.0/24")

        assert status(key, "/api/v1/tickets/") == 403
        assert status(key, "/api/v1/tickets/", REMOTE_ADDR="192.0.2.8") == 200

    def test_a_bad_line_changes_nothing(self, world):
        self.limit(world, "192.0.2.0/24")

        with pytest.raises(clearing.BadNetworks, match=r"line 2: .*no network.*line 3: .*overlaps"):
            self.limit(world, "10.0.0.0/8\nnowhere\n10.1.0.0/16")

        with world.enter(world.c1):
            assert list(NetworkRule.objects.values_list("network", flat=True)) == ["192.0.2.0/24"]

    def test_an_empty_list_opens_it_to_all(self, world):
        self.limit(world, "192.0.2.0/24")

        assert self.limit(world, "") == 0
        assert status(world.browser(world.v1)) == 200


class TestLocation:
    def test_a_move_out_of_the_agreed_countries_closes_the_gate(self, world, contract_terms):
        User.objects.filter(pk=world.v1.pk).update(location="SE")
        contract_terms(locations=("SE", "FI"))
        browser = world.browser(world.v1)
        assert status(browser) == 200

        User.objects.filter(pk=world.v1.pk).update(location="IN")
        assert status(browser) == 403


class TestCertificates:
    def require(self, world, **more):
        with world.enter(world.o1) as actor:
            return clearing.require_certification(actor, client_id=world.c1.pk, name="Heat pumps", **more)

    def missing(self, world, person):
        standing.forget_all()
        return world.actor(person).standings[world.c1.pk].missing

    def test_it_is_missing_until_the_lead_records_it(self, world):
        row = self.require(world)
        (missing,) = self.missing(world, world.v1)
        assert (missing.kind, missing.name) == (Soft.CERTIFICATION, "Heat pumps")
        assert missing.is_closed(clock.now())

        with world.enter(world.lead, world.c1) as actor:
            clearing.record_certificate(actor, client_id=world.c1.pk, user_id=world.v1.pk, certification_id=row.pk)

        assert self.missing(world, world.v1) == ()

    def test_it_closes_no_hard_gate(self, world):
        self.require(world)

        assert status(world.browser(world.v1)) == 200

    def test_the_clients_grace_keeps_it_open(self, world):
        self.require(world)
        with world.enter(world.c1):
            Assignment.objects.filter(user=world.v1).update(starts_at=clock.now() - timedelta(days=1))
        with world.enter(world.o1) as actor:
            clearing.set_rules(
                actor, client_id=world.c1.pk, needs_second_factor=False, certification_grace_days=3,
                must_read_grace_days=0, unanswered_emergency=False,
            )  # fmt: skip

        (missing,) = self.missing(world, world.v1)
        assert not missing.is_closed(clock.now())
        assert missing.is_closed(clock.now() + timedelta(days=2, seconds=1))

    def test_nobody_certifies_or_extends_themselves(self, world):
        row = self.require(world)

        undo = partial(clearing.undo_certificate, passed_at=clock.now())
        for act in (clearing.record_certificate, clearing.extend_certificate, undo):
            with pytest.raises(Invalid, match="Nobody"), world.enter(world.lead, world.c1) as actor:
                act(actor, client_id=world.c1.pk, user_id=world.lead.pk, certification_id=row.pk)

    def test_a_lead_extends_once(self, world):
        row = self.require(world, valid_days=30)
        about = {"client_id": world.c1.pk, "user_id": world.v1.pk, "certification_id": row.pk}
        with world.enter(world.lead, world.c1) as actor:
            clearing.record_certificate(actor, passed_at=clock.now() - timedelta(days=31), **about)
        assert self.missing(world, world.v1)[0].is_closed(clock.now())

        with world.enter(world.lead, world.c1) as actor:
            held = clearing.extend_certificate(actor, **about)

        assert held.extended_until - clock.now() > timedelta(hours=71)
        assert not self.missing(world, world.v1)[0].is_closed(clock.now())
        with pytest.raises(Conflict, match="Lea Dahl"), world.enter(world.lead, world.c1) as actor:
            clearing.extend_certificate(actor, **about)

    def pass_and_undo(self, world, row, *records, by=None):
        """Record each of the moments for V1, then take the newest back."""
        about = {"client_id": world.c1.pk, "user_id": world.v1.pk, "certification_id": row.pk}
        for passed_at in records:
            with world.enter(world.lead, world.c1) as actor:
                held = clearing.record_certificate(actor, passed_at=passed_at, **about)
        with world.enter(by or world.lead, world.c1) as actor:
            return clearing.undo_certificate(actor, passed_at=held.passed_at, **about)

    def record(self, world):
        with world.enter(world.c1):
            return CertificationHeld.objects.filter(user=world.v1).values(*WHAT_IS_RECORDED).first()

    def test_taken_back_it_is_missing_again_on_the_next_request(self, world):
        row = self.require(world)
        assert self.missing(world, world.v1)

        self.pass_and_undo(world, row, clock.now())

        assert self.record(world) is None
        assert [each.name for each in self.missing(world, world.v1)] == ["Heat pumps"]

    def test_what_was_recorded_before_counts_again_with_its_extension(self, world):
        row = self.require(world, valid_days=30)
        about = {"client_id": world.c1.pk, "user_id": world.v1.pk, "certification_id": row.pk}
        with world.enter(world.lead, world.c1) as actor:
            clearing.record_certificate(actor, passed_at=clock.now() - timedelta(days=31), **about)
            clearing.extend_certificate(actor, **about)
        before = self.record(world)

        self.pass_and_undo(world, row, clock.now())

        assert self.record(world) == before
        assert before["extended_until"] is not None

    def test_a_double_click_is_taken_back_as_one(self, world):
        row, now = self.require(world), clock.now()

        self.pass_and_undo(world, row, now - timedelta(seconds=1), now)

        assert self.record(world) is None

    def test_each_record_is_taken_back_once_and_only_the_newest(self, world):
        row, now = self.require(world), clock.now()
        self.pass_and_undo(world, row, now - timedelta(days=40), now)
        about = {"client_id": world.c1.pk, "user_id": world.v1.pk, "certification_id": row.pk}

        for passed_at in (now, now - timedelta(days=40)):
            with pytest.raises(Conflict), world.enter(world.lead, world.c1) as actor:
                clearing.undo_certificate(actor, passed_at=passed_at, **about)
        assert self.record(world)["passed_at"] == now - timedelta(days=40)

    def test_the_log_keeps_both(self, world):
        self.pass_and_undo(world, self.require(world), clock.now())

        with world.enter(world.c1):
            lines = AccessLogContent.objects.filter(action="clearance").order_by("-entry_id")[:2]
            told = [(line.detail["what"], line.actor_name, line.records) for line in lines]
        assert told == [
            ("certificate_undone", "Lea Dahl", [["user", world.v1.pk]]),
            ("certificate_recorded", "Lea Dahl", [["user", world.v1.pk]]),
        ]

    def test_who_may_not_record_takes_nothing_back(self, world):
        row = self.require(world)

        with pytest.raises(RightMissing):
            self.pass_and_undo(world, row, clock.now(), by=world.v12)
        assert self.record(world) is not None

    def test_an_agent_records_nothing(self, world):
        row = self.require(world)

        with pytest.raises(RightMissing), world.enter(world.v12, world.c1) as actor:
            clearing.record_certificate(actor, client_id=world.c1.pk, user_id=world.v1.pk, certification_id=row.pk)


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def needed(self, world):
        with world.enter(world.c1) as actor:
            clearing.set_rules(
                actor, client_id=world.c1.pk, needs_second_factor=True, certification_grace_days=0,
                must_read_grace_days=0, unanswered_emergency=False,
            )  # fmt: skip

    def test_it_is_asked_of_both_sides(self, world):
        for person in (world.v1, world.a1):
            assert world.actor(person).standings[world.c1.pk].closed == (Gate.SECOND_FACTOR,)

    def test_a_key_of_ones_own_opens_it_on_the_next_request(self, world):
        browser = world.browser(world.v1)
        assert status(browser) == 403

        key = Authenticator.objects.create(user=world.v1, type=Authenticator.Type.WEBAUTHN, data={})
        assert status(browser) == 200

        key.delete()
        assert status(browser) == 403


def test_the_grid_names_every_gate_of_everybody(world):
    publish(world)
    accept(world, world.v1)

    with world.enter(world.o1):
        lines = {line.user_id: line for line in clearance.grid(world.c1.pk, "Voltarra")}

    assert {line.name for line in lines.values() if line.is_cleared} == {
        "Vera Ahlm", "Olle Voltarra", "Alma Voltarra", "Petra Lund",
    }  # fmt: skip
    assert lines[world.v12.pk].closed == (Gate.NDA,)
    assert lines[world.x.pk].closed == (Gate.ASSIGNMENT, Gate.NDA)
    nda = nda_of(lines[world.v1.pk])
    assert nda.is_open
    assert nda.since is not None
    assert all(lines[user.pk].since == cast.SINCE for user in (world.v1, world.o1))


def nda_of(line):
    return next(cell for cell in line.cells if cell.gate is Gate.NDA)


def test_the_day_beside_an_open_nda_is_that_on_which_the_version_in_effect_was_accepted(world):
    now = clock.now()
    with time_machine.travel(now - timedelta(days=3)):
        publish(world)
        accept(world, world.v1)
    publish(world, TEXT + " And of its suppliers.", at_once=False)
    # The next one, which is yet to take effect.
    accept(world, world.v1, number=2)

    with world.enter(world.o1):
        cells = [
            nda_of(next(line for line in clearance.grid(world.c1.pk, "", now=at) if line.user_id == world.v1.pk))
            for at in (clock.now(), clock.now() + timedelta(days=8))
        ]

    assert [(clock.now() - cell.since).days for cell in cells] == [3, 0]
    assert all(cell.is_open for cell in cells)


def test_an_older_version_has_no_day_where_the_gate_is_closed(world):
    publish(world)
    accept(world, world.v1)
    publish(world, TEXT + " And of its suppliers.")

    with world.enter(world.o1):
        line = next(line for line in clearance.grid(world.c1.pk, "") if line.user_id == world.v1.pk)

    assert (nda_of(line).is_open, nda_of(line).since) == (False, None)

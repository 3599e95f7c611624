"""The route matrix: every route, every method, every person of the cast, every relation to the object."""

from dataclasses import replace

import pytest

from access import actor as actors
from access import doors
from access.doors import Kind
from tests.walls import matrix
from tests.walls.matrix import CLOSED, FOREIGN, METHODS, OFFICE, OPERATOR, RIVAL, ROLES, VISITOR, answers
from tests.walls.routes import LIBRARY, ROWS

BY_NAME = {str(row): row for row in ROWS}
STAFF = [str(row) for row in ROWS if row.door in (Kind.STAFF, Kind.CONSOLE, Kind.API)]
GUARDED = [name for name in STAFF if BY_NAME[name].right]
OFFICES = [str(row) for row in ROWS if row.door is Kind.OFFICE]
PORTAL = [str(row) for row in ROWS if row.door is Kind.PORTAL]
OPEN = [str(row) for row in ROWS if row.door in (Kind.PUBLIC, Kind.DEMO, Kind.LETTER, Kind.FILES)]
HUGE = 10**25


def _lacking(row):
    """The people of the cast who are refused for want of the row's right."""
    return [p for p, role in ROLES.items() if row.expected(p) == 403 and row.right not in role.rights]


def row_of(name):
    return BY_NAME[name]


def who_works(row):
    """Who of the cast has what is behind the row's door, given its rights."""
    return {Kind.PORTAL: "r1", Kind.CONSOLE: "o1", Kind.OFFICE: OFFICE}.get(row.door, "v12")


class TestEveryRouteHasItsRow:
    def test_there_is_a_row_for_each_route(self):
        assert set(matrix.patterns()) - {row.view for row in ROWS} - LIBRARY == set()

    def test_no_row_speaks_of_a_route_that_is_gone(self):
        assert {row.view for row in ROWS} | LIBRARY <= set(matrix.patterns())

    def test_every_route_has_a_name_and_every_row_stands_once(self):
        assert matrix.unnamed() == []
        assert len(BY_NAME) == len(ROWS)

    @pytest.mark.parametrize("name", [str(row) for row in ROWS])
    def test_the_row_states_what_the_door_declares(self, name):
        row = row_of(name)
        declared = doors.door_of(matrix.patterns()[row.view].callback, row.method)

        assert declared is not None
        assert (declared.kind, declared.signed_in) == (row.door, row.signed_in)
        assert declared.right in (row.right, None)

    @pytest.mark.parametrize("view", sorted({row.view for row in ROWS}))
    def test_a_method_without_a_row_is_not_served(self, places, only, view):
        rows = [row for row in ROWS if row.view == view]
        only(frozenset().union(*(row.needed for row in rows)) | {row.right for row in rows})
        browser = places.browser(who_works(rows[0]), rows[0].door.value)
        for method in set(METHODS) - {row.method for row in rows}:
            response = getattr(browser, method.lower())(matrix.address(view, places.c1))
            assert response.status_code == 405, method

    @pytest.mark.parametrize("name", [str(row) for row in ROWS if row.method == "GET"])
    def test_a_page_that_is_read_also_answers_head(self, places, only, name):
        row = row_of(name)
        only(row.needed)
        browser = places.browser(who_works(row), row.door.value)

        response = replace(row, method="HEAD", ok=row.good).ask(browser, places.c1, places.c1)

        assert response.status_code == row.good
        assert response.streaming or response.content == b""


class TestStaff:
    @pytest.mark.parametrize("name", STAFF)
    def test_each_person_is_answered_by_their_role(self, places, restore, fingerprint, name):
        row, before = row_of(name), fingerprint()
        # Who has a closed gate, or no place at all, has no token.
        people = [*ROLES, CLOSED, OPERATOR, FOREIGN, VISITOR]
        if row.door is Kind.API:
            people = [p for p in people if p not in (CLOSED, OPERATOR)]
        wrong = {}
        for person in sorted(people, key=row.expected, reverse=True):
            wanted = row.expected(person)
            if wanted < 400 and before:
                assert fingerprint() - before == set(), "a refusal changed something"
                before = set()
            status = answers(row, places, person).status_code
            if status != wanted:
                wrong[person] = f"{status} instead of {wanted}"
            if row.method != "GET" and status < 400:
                restore()
        assert wrong == {}

    @pytest.mark.parametrize("name", [n for n in STAFF if BY_NAME[n].names_client])
    def test_another_clients_address_is_not_found(self, places, fingerprint, name):
        row, before = row_of(name), fingerprint()
        if row.door is Kind.API:
            pytest.skip("an address of the API names no client")

        for person in ("v1", "o1"):
            assert answers(row, places, person, places.c2).status_code == 404
        assert fingerprint() == before

    @pytest.mark.parametrize(
        "name", [n for n in STAFF if BY_NAME[n].objects and BY_NAME[n].missing and not BY_NAME[n].is_place]
    )
    def test_another_clients_object_is_answered_like_one_that_does_not_exist(self, places, only, fingerprint, name):
        row = row_of(name)
        only(row.needed)
        before = fingerprint()
        for person in ("v1", "o1"):
            foreign = answers(row, places, person, places.c2.under(places.c1.client))
            missing = answers(row, places, person, places.c1.missing())

            assert (foreign.status_code, missing.status_code) == (row.missing, row.missing), person
            assert foreign.content == missing.content
            assert _plain(foreign) == _plain(missing)
        assert fingerprint() == before

    @pytest.mark.parametrize("name", [n for n in STAFF if BY_NAME[n].objects and BY_NAME[n].missing])
    def test_a_number_that_no_row_can_have_is_not_found(self, places, only, name):
        row = row_of(name)
        only(row.needed)
        place = places.c1.missing()
        place.things = {key: HUGE if isinstance(value, int) else value for key, value in place.things.items()}

        assert answers(row, places, "v1" if row.door is not Kind.CONSOLE else "o1", place).status_code == row.missing


class TestTheGuardItself:
    """Taking a guard away must turn its row red."""

    @pytest.mark.parametrize("name", GUARDED)
    def test_every_needed_right_is_asked_and_together_they_are_enough(self, places, restore, only, name):
        row = row_of(name)
        person = "o1" if row.door is Kind.CONSOLE else "v12"

        for right in {row.right, *row.also}:
            only(row.needed - {right})
            assert answers(row, places, person).status_code == 403, f"without {right}"
            if row.method != "GET":
                restore()
        only(row.needed)
        assert answers(row, places, person).status_code == row.good

    @pytest.mark.parametrize("name", [n for n in GUARDED if _lacking(BY_NAME[n])])
    def test_a_guard_taken_away_is_seen_by_the_matrix(self, places, restore, monkeypatch, name):
        row = row_of(name)
        held, guards = actors.holds, {row.right, *row.also}
        monkeypatch.setattr(actors, "holds", lambda standing, right: right in guards or held(standing, right))
        red = [p for p in _lacking(row) if answers(row, places, p).status_code != row.expected(p)]

        assert red, "no person of the cast would notice"


class TestOffice:
    @pytest.mark.parametrize("name", OFFICES)
    def test_only_who_runs_this_vendors_office_is_served(self, places, restore, fingerprint, name):
        row, before, wrong = row_of(name), fingerprint(), {}
        for person in (*ROLES, CLOSED, OPERATOR, FOREIGN, VISITOR, RIVAL):
            status = answers(row, places, person, places.c2 if person == RIVAL else None).status_code
            if status != row.expected(person):
                wrong[person] = f"{status} instead of {row.expected(person)}"
        if row.method != "GET":
            assert fingerprint() == before, "a refusal changed something"
        assert answers(row, places, OFFICE).status_code == row.good
        restore()
        assert wrong == {}

    @pytest.mark.parametrize("name", [n for n in OFFICES if BY_NAME[n].objects])
    def test_what_is_elsewhere_is_answered_like_what_is_nowhere(self, places, fingerprint, name):
        row, before = row_of(name), fingerprint()
        there = places.c2.under(places.c1.client)
        foreign, missing = answers(row, places, OFFICE, there), answers(row, places, OFFICE, places.c1.missing())
        # The other vendor has a draft with this client, and nothing of the first vendor's.
        rivals = answers(row, places, RIVAL)

        assert {foreign.status_code, missing.status_code, rivals.status_code} == {row.missing}
        assert foreign.content == missing.content == rivals.content
        assert fingerprint() == before

    @pytest.mark.parametrize("name", [n for n in OFFICES if BY_NAME[n].objects])
    def test_a_number_that_no_row_can_have_is_not_found(self, places, name):
        place = places.c1.missing()
        place.things = {key: HUGE if isinstance(value, int) else value for key, value in place.things.items()}

        assert answers(row_of(name), places, OFFICE, place).status_code == row_of(name).missing

    @pytest.mark.parametrize("name", OFFICES)
    def test_without_its_right_nobody_is_served(self, places, only, name):
        only(frozenset())

        assert answers(row_of(name), places, OFFICE).status_code == 403


class TestPortal:
    @pytest.mark.parametrize("name", PORTAL)
    def test_a_customer_meets_their_own_and_nobody_elses(self, places, restore, fingerprint, name):
        row = row_of(name)
        others = {"r1b": 404 if row.objects and row.signed_in else row.good, "r2": 302 if row.signed_in else row.good}
        wanted = {VISITOR: 302 if row.signed_in else row.good, **others, "r1": row.good, **row.expect}
        wrong, before = {}, fingerprint()
        for person, status in wanted.items():
            got = answers(row, places, person).status_code
            # Where no object is named, another customer does it to their own.
            may = person == "r1" or (person == "r1b" and got == row.good)
            if got != status:
                wrong[person] = f"{got} instead of {status}"
            elif not may and row.signed_in and fingerprint() != before:
                wrong[person] = "a refusal that changed something"
            if row.method != "GET" and got < 400:
                restore()
        assert wrong == {}

    @pytest.mark.parametrize("name", [n for n in PORTAL if BY_NAME[n].objects and BY_NAME[n].missing])
    def test_what_is_elsewhere_is_answered_like_what_is_nowhere(self, places, fingerprint, name):
        row, before = row_of(name), fingerprint()
        foreign = answers(row, places, "r1", places.c2.under(places.c1.client))
        missing = answers(row, places, "r1", places.c1.missing())

        assert (foreign.status_code, missing.status_code) == (row.missing, row.missing)
        assert foreign.content == missing.content
        assert fingerprint() == before


class TestOpen:
    @pytest.mark.parametrize("name", OPEN)
    def test_anybody_is_answered(self, places, name):
        row = row_of(name)

        assert answers(row, places, VISITOR).status_code == row.good

    @pytest.mark.parametrize("name", [n for n in OPEN if BY_NAME[n].objects and BY_NAME[n].missing])
    def test_what_does_not_exist_is_not_found(self, places, name):
        row = row_of(name)

        assert answers(row, places, VISITOR, places.c1.missing()).status_code == row.missing


def _plain(response):
    return {name: value for name, value in response.headers.items() if name != "Set-Cookie"}


FRESH = sorted(view for view, pattern in matrix.patterns().items() if getattr(pattern.callback, "asks_fresh", False))


class TestAFreshProof:
    @pytest.mark.parametrize("name", [str(row) for row in ROWS if row.view in FRESH])
    def test_whoever_signed_in_long_ago_is_asked_first_and_nothing_is_done(self, places, only, fingerprint, name):
        row = row_of(name)
        only(row.needed)
        browser = places.world.browser(getattr(places.world, who_works(row)), fresh=False)
        before = fingerprint()

        response = row.ask(browser, places.c1, places.c1)

        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/reauthenticate/?next=")
        assert fingerprint() == before

    def test_there_are_such_routes(self):
        assert "account_add_key" in FRESH

    @pytest.mark.parametrize("view", FRESH)
    def test_each_says_in_the_question_what_it_is_for(self, view):
        assert str(matrix.patterns()[view].callback.about_to)

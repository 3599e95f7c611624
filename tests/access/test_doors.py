"""The doors: who comes in, and what those who don't are told."""

from datetime import timedelta

import pytest
import time_machine

from access import actions, doors
from access.doors import peer
from access.models import ApiToken
from access.rights import Right
from helpdesk.lib import clock
from tests.cast import Browser

pytestmark = pytest.mark.usefixtures("trial")


class TestStaff:
    def test_a_visitor_is_sent_to_sign_in_and_back(self, world):
        response = world.browser().get("/try/voltarra/here")

        assert response.status_code == 302
        assert response["Location"] == "/accounts/login/?next=/try/voltarra/here"

    def test_a_script_without_a_session_is_told_to_load_a_page(self, world):
        response = world.browser().get("/try/voltarra/here", headers={"hx-request": "true"})

        assert response.status_code == 401
        assert response["HX-Redirect"].startswith("http://testserver/")

    def test_the_scope_is_the_client_in_the_address_and_no_more(self, world):
        assert world.browser(world.v12).get("/try/voltarra/here").json()["clients"] == [world.c1.pk]

    def test_without_a_client_in_the_address_it_is_all_of_theirs(self, world):
        assert world.browser(world.v12).get("/try/anywhere").json()["clients"] == [world.c1.pk, world.c2.pk]

    def test_a_foreign_client_and_none_get_the_same_bytes(self, world):
        browser = world.browser(world.v1)
        foreign, missing = browser.get("/try/alderby/here"), browser.get("/try/nowhere/here")

        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
        assert dict(foreign.headers) == dict(missing.headers)

    def test_a_closed_gate_says_which_and_what_to_do(self, world):
        response = world.browser(world.x).get("/try/voltarra/here")

        assert response.status_code == 403
        assert "assignment to Voltarra is not in its dates" in response.content.decode()

    def test_a_customers_session_opens_no_desk(self, world):
        assert world.browser(world.r1).get("/try/voltarra/here").status_code == 302


class TestApi:
    def test_a_token_acts_as_its_person_at_its_client(self, world):
        response = world.program(world.v12, world.c2).get("/api/v1/try")

        assert response.json() == {"clients": [world.c2.pk]}

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic dTpw", "Token x", "Bearer é"]
    )
    def test_without_a_valid_token_it_is_a_401_with_a_challenge(self, world, header):
        response = Browser(headers={"authorization": header} if header else {}).get("/api/v1/try")

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert response["Content-Type"] == "application/problem+json"

    def test_a_session_is_no_key_to_the_api(self, world):
        assert world.browser(world.v1).get("/api/v1/try").status_code == 401

    def test_a_token_carries_only_the_rights_it_was_given(self, world):
        program = world.program(world.v1, world.c1, rights=[Right.TICKET_READ])

        assert program.get("/api/v1/try").status_code == 200
        assert program.post("/api/v1/try").status_code == 403

    def test_a_token_loses_what_its_person_loses(self, world):
        program = world.program(world.v1, world.c1)
        actions.end_assignment(client=world.c1, user=world.v1)

        assert program.get("/api/v1/try").status_code == 403

    def test_a_token_taken_back_is_dead(self, world):
        program = world.program(world.v1, world.c1)
        actions.revoke_token(user=world.v1, token_id=ApiToken.objects.get().pk)

        assert program.get("/api/v1/try").status_code == 401

    def test_a_token_dies_at_its_time(self, world):
        program = world.program(world.v1, world.c1, expires_at=clock.now() + timedelta(days=1))
        assert program.get("/api/v1/try").status_code == 200

        with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
            assert program.get("/api/v1/try").status_code == 401

    def test_nobody_takes_back_anothers_token(self, world):
        program = world.program(world.v1, world.c1)

        with pytest.raises(doors.NotFound):
            actions.revoke_token(user=world.v12, token_id=ApiToken.objects.get().pk)
        assert program.get("/api/v1/try").status_code == 200

    def test_a_deactivated_persons_token_is_dead(self, world):
        program = world.program(world.v1, world.c1)
        world.v1.is_active = False
        world.v1.save()

        assert program.get("/api/v1/try").status_code == 401

    @pytest.mark.parametrize(("method", "status"), [("head", 200), ("delete", 405), ("options", 405), ("patch", 405)])
    def test_a_method_that_is_not_served_is_a_405(self, world, method, status):
        assert getattr(world.program(world.v1, world.c1), method)("/api/v1/try").status_code == status


class TestPeer:
    @pytest.fixture
    def address(self, rf, settings):
        def of(trusted, forwarded, remote="203.0.113.9"):
            settings.TRUSTED_PROXIES = trusted
            headers = {"x-forwarded-for": forwarded} if forwarded else {}
            return peer(rf.get("/", headers=headers, REMOTE_ADDR=remote))

        return of

    def test_a_forwarded_address_is_not_believed_without_a_proxy(self, address):
        assert address(0, "1.2.3.4") == "203.0.113.9"

    @pytest.mark.parametrize(
        ("trusted", "forwarded", "true"),
        [(1, "1.2.3.4", "1.2.3.4"), (1, "9.9.9.9, 1.2.3.4", "1.2.3.4"), (2, "9.9.9.9, 1.2.3.4, 10.0.0.1", "1.2.3.4")],
    )
    def test_only_what_the_proxies_wrote_counts(self, address, trusted, forwarded, true):
        assert address(trusted, forwarded) == true

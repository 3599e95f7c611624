"""The transaction, the savepoint and the host check around every request."""

import pytest
from django.conf import settings
from django.utils import timezone

from access import scope
from access.models import ClientHost
from tests.access.trial_urls import AFTER_COMMIT

pytestmark = pytest.mark.usefixtures("trial")


def test_a_good_answer_is_committed_and_the_scope_is_left(world, voice):
    response = world.browser(world.v1).get("/try/voltarra/write/fine")

    assert response.status_code == 200
    assert voice() == "written"
    assert scope.current() is None


@pytest.mark.parametrize(
    ("how", "status"),
    [("http404", 404), ("not_found", 404), ("conflict", 409), ("right_missing", 403), ("400", 400), ("422", 422)],
)
def test_what_was_written_before_a_refusal_is_rolled_back(world, voice, how, status):
    response = world.browser(world.v1).get(f"/try/voltarra/write/{how}")

    assert response.status_code == status
    assert voice() == ""


def test_a_crash_is_a_plain_500_and_writes_nothing(world, voice):
    browser = world.browser(world.v1, raise_request_exception=False)

    response = browser.get("/try/voltarra/write/crash")

    assert response.status_code == 500
    assert b"RuntimeError" not in response.content
    assert voice() == ""


def test_a_session_change_outlives_a_refusal(world):
    browser = world.browser(world.v1)

    browser.get("/try/voltarra/write/conflict")

    assert browser.session["seen"] == "conflict"


@pytest.mark.parametrize("how", ["swallow", "swallow-inside"])
def test_a_swallowed_error_is_no_silent_success(world, voice, how):
    response = world.browser(world.v1).get(f"/try/voltarra/{how}")

    assert response.status_code == 500
    assert b"all is well" not in response.content
    assert voice() == ""


@pytest.mark.parametrize(("how", "done"), [("fine", ["fine"]), ("conflict", []), ("422", []), ("http404", [])])
def test_nothing_is_done_afterwards_for_what_was_rolled_back(world, how, done):
    AFTER_COMMIT.clear()

    world.browser(world.v1).get(f"/try/voltarra/hint/{how}")

    assert done == AFTER_COMMIT


def test_a_template_that_renders_late_renders_inside_the_scope(world):
    response = world.browser(world.v1).get("/try/voltarra/late")

    assert "Vera Ahlm;" in response.content.decode()


def test_a_refusal_of_the_rest_framework_rolls_back_too(world, voice):
    response = world.program(world.v1, world.c1).post("/api/v1/try", {})

    assert response.status_code == 400
    assert response.json()["errors"] == {"subject": "missing"}
    assert voice() == ""


def test_a_public_page_reads_nothing_of_a_client(world):
    response = world.browser(raise_request_exception=False).get("/try/nosy")

    assert response.status_code == 500


def test_a_route_without_a_door_stays_shut(world):
    response = world.browser(world.o1, raise_request_exception=False).get("/try/doorless")

    assert response.status_code == 500
    assert b"open to all" not in response.content


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "", "testserver:81", "127.0.0.1"])
def test_a_host_that_is_nobodys_is_refused(world, host):
    response = world.browser(world.v1).get("/try/anywhere", headers={"host": host})

    assert response.status_code == 400


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-host"])
def test_a_forged_forwarded_host_changes_nothing(world, header):
    response = world.browser().get("/try/anywhere", headers={header: "evil.example"})

    assert response.status_code == 302
    assert "evil.example" not in response["Location"]


def test_a_clients_own_host_serves_its_portal_and_no_desk(world):
    ClientHost.objects.create(client=world.c1, host="help.voltarra.example")
    browser = world.browser(world.v1)

    assert browser.get("/try/voltarra/here").status_code == 200
    for path in ("/desk/my-access/", "/client/voltarra/access-log/", "/api/v1/try", "/accounts/login/"):
        assert browser.get(path, headers={"host": "help.voltarra.example"}).status_code == 404


def test_a_zero_byte_in_a_query_is_a_bad_request(world):
    assert world.browser(world.v1).get("/try/anywhere", {"q": "a\x00b"}).status_code == 400


def test_pages_behind_a_door_are_kept_by_nobody(world):
    assert world.browser(world.v1).get("/try/voltarra/here")["Cache-Control"] == "no-store"


def test_a_readers_clock_does_not_stay_for_the_next_reader(world):
    """The thread serves somebody else afterwards."""
    with timezone.override(None):
        world.browser(world.v1).get("/desk/")

        assert timezone.get_current_timezone_name() == settings.TIME_ZONE

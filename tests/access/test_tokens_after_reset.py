"""A password replaced by link ends the person's API tokens; one that they change themselves does not."""

from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from access.models import AccessLogContent, ApiToken
from access.sign_in import password_link
from tests import factories
from tests.access.entering import PASSWORD, is_in, signed_in, with_password
from tests.cast import Browser

NEW = "another-lantern-on-the-pier"
TICKETS = "/api/v1/tickets/"


@pytest.fixture
def person(world):
    return with_password(world.v1)


def reset(person):
    person.refresh_from_db()
    browser = Browser()
    form = browser.get(urlsplit(password_link(person)).path).headers["location"]
    assert "every API token of yours ends" in browser.get(form).content.decode()
    answer = browser.post(form, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your sessions and API tokens have ended" in answer.content.decode()


def test_a_new_password_by_link_ends_them_and_the_log_says_so(world, person):
    browser, program = signed_in(person), world.program(person, world.c1)
    elsewhere = world.program(world.v12, world.c1)
    assert program.get(TICKETS).status_code == 200

    reset(person)

    assert program.get(TICKETS).status_code == 401
    assert not is_in(browser)
    assert elsewhere.get(TICKETS).status_code == 200
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(detail__what="token_ended_by_reset", user_id=person.pk).count() == 1
    log = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()
    assert "API token ended by a new password" in log


def test_one_that_sleeps_is_not_woken_afterwards(world, person):
    program = world.program(person, world.c1)
    factories.suspend(world, world.o1, world.havnvik, user_id=person.pk)

    reset(person)
    factories.restore(world, world.o1)

    assert program.get(TICKETS).status_code == 401
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(detail__what="token_ended_by_reset").exists()


def test_asking_for_the_link_and_changing_it_oneself_ends_none(world, person):
    browser, program = signed_in(person), world.program(person, world.c1)

    Browser().post("/accounts/password/reset/", {"email": person.email})
    changed = browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert changed.status_code == 302
    assert program.get(TICKETS).status_code == 200


def test_a_new_password_by_the_operator_ends_them_too(world, person, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", NEW)
    world.program(person, world.c1)

    call_command("create_user", person.email, new_password=True)

    assert not ApiToken.objects.filter(user=person, revoked_at=None).exists()

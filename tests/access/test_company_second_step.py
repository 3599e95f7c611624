"""What a company's own sign-in proves beside who somebody is: a second step, and that it is still them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount

from access.second_factor import facts
from helpdesk.lib import clock
from tests.access.company import START, Company, come_in, keep, refused, require
from tests.access.entering import (
    PASSWORD,
    SECOND,
    add_key,
    signed_in,
    with_password,
)
from tests.cast import Browser, World


class TestTheSecondStepOverThere:
    def test_a_fact_for_the_gate_where_it_is_the_only_way_and_answers_for_it(
        self, world: World, company: Company, key: str
    ) -> None:
        assert facts(world.a1.pk).since is None
        require(world, company, key)
        assert facts(world.a1.pk).since is None

        keep(world, world.o1, company, required=True, vouches=True)
        assert facts(world.a1.pk).since is not None
        assert facts(world.o1.pk).since is None
        keep(world, world.o1, company, required=True)
        assert facts(world.a1.pk).since is None

    def test_the_persons_version_grows_with_the_directory(
        self, world: World, company: Company, key: str, superuser: Any
    ) -> None:
        def version() -> int:
            row = superuser.execute("SELECT version FROM access_rightsversionuser WHERE user_id = %s", [world.a1.pk])
            return int(row.fetchone()[0])

        require(world, company, key)
        before = version()
        keep(world, world.o1, company, required=True, vouches=True)
        assert version() > before

    def test_its_second_step_is_not_asked_for_again_here(self, world: World, company: Company, key: str) -> None:
        add_key(signed_in(with_password(world.a1)), kind="key")
        keep(world, world.o1, company, vouches=True)
        company.claims = {"amr": ["pwd", "mfa"]}
        assert come_in(company, Browser(), key)["Location"] == START
        company.claims = {"amr": ["pwd"]}
        assert come_in(company, Browser(), key)["Location"] == SECOND

    @pytest.mark.parametrize("told", [{"amr": ["pwd"]}, {"amr": []}, {"acr": "0"}])
    def test_where_it_says_that_it_asked_once_only_nobody_comes_in(
        self, world: World, company: Company, key: str, told: dict[str, Any]
    ) -> None:
        keep(world, world.o1, company, vouches=True)
        company.claims = told
        browser = Browser()
        assert refused(come_in(company, browser, key), browser)


class TestIsItYou:
    def test_the_company_is_asked_again_and_the_session_stays(self, world: World, company: Company, key: str) -> None:
        browser = Browser()
        come_in(company, browser, key)
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            assert browser.get("/accounts/security/device/").status_code == 302
            page = browser.get("/accounts/reauthenticate/?next=/accounts/security/device/").content.decode()
            assert f"/accounts/company/{key}/?next=%2Faccounts%2Fsecurity%2Fdevice%2F&amp;again=1" in page
            back = come_in(company, browser, key, "?next=/accounts/security/device/&again=1")
            assert (company.asked["prompt"], company.asked["max_age"]) == ("login", "0")
            assert back["Location"] == "/accounts/security/device/"
            assert browser.get("/accounts/security/device/").status_code == 200

    def test_a_sign_in_of_this_morning_over_there_is_not_fresh(self, world: World, company: Company, key: str) -> None:
        for told in (int(clock.now().timestamp()) - 9000, None, "now"):
            company.claims = {"auth_time": told}
            browser = Browser()
            assert come_in(company, browser, key)["Location"] == START
            assert browser.get("/accounts/security/device/").status_code == 302

    def test_another_person_over_there_proves_nothing_here(self, world: World, company: Company, key: str) -> None:
        browser = Browser()
        come_in(company, browser, key)
        company.person, company.claims = {"email": world.e1.email, "email_verified": True}, {"sub": "sub-2"}
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            come_in(company, browser, key, "?again=1")
            assert browser.get("/accounts/security/device/").status_code == 302
        assert SocialAccount.objects.count() == 1

    def test_nor_does_somebody_who_was_given_the_address_since(self, world: World, company: Company, key: str) -> None:
        browser = Browser()
        come_in(company, browser, key)
        company.claims = {"sub": "sub-2"}
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            come_in(company, browser, key, "?again=1")
            assert browser.get("/accounts/security/device/").status_code == 302

    def test_nobody_signed_in_is_made_somebody_else(self, world: World, company: Company, key: str) -> None:
        browser = Browser()
        come_in(company, browser, key)
        company.person, company.claims = {"email": world.e1.email, "email_verified": True}, {"sub": "sub-2"}

        come_in(company, browser, key)

        assert browser.get("/accounts/security/").status_code == 200
        assert int(browser.session["_auth_user_id"]) == world.a1.pk
        assert SocialAccount.objects.count() == 1

    def test_whom_another_site_sends_is_asked_first(self, world: World, company: Company, key: str) -> None:
        path, browser = f"/accounts/company/{key}/", Browser()

        for site in ("cross-site", "same-site"):
            page = browser.get(path, headers={"Sec-Fetch-Site": site})
            assert page.status_code == 200
            assert f'href="{path}"' in page.content.decode()
        for site in ("same-origin", "none"):
            assert browser.get(path, headers={"Sec-Fetch-Site": site}).status_code == 302

    def test_a_password_is_no_proof_for_those_who_have_no_other_way_in(
        self, world: World, company: Company, key: str
    ) -> None:
        with_password(world.a1)
        require(world, company, key)
        browser = Browser()
        come_in(company, browser, key)
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            browser.post("/accounts/reauthenticate/", {"way": "password", "given": PASSWORD})
            assert browser.get("/accounts/security/device/").status_code == 302

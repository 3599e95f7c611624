"""A company's own sign-in: whom it lets in, and every way in which it must not."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from access import actions
from access.errors import Invalid
from access.models import AccessLogContent, SecurityEvent, SignInDomain, User
from access.rights import Role
from tests.access.company import AUDIENCE, OTHER_KEY, START, Company, come_in, keep, refused, require
from tests.access.entering import (
    LOGIN,
    PASSWORD,
    SECOND,
    add_key,
    first_step,
    is_in,
    signed_in,
    use_key,
    with_password,
)
from tests.cast import Browser, World


class TestWhoComesIn:
    def test_a_known_person_of_the_company_by_their_verified_address(
        self, world: World, company: Company, key: str
    ) -> None:
        browser = Browser()

        assert come_in(company, browser, key, "?next=/desk/my-access/")["Location"] == "/desk/my-access/"

        assert is_in(browser)
        bound = SocialAccount.objects.get()
        assert (bound.user_id, bound.provider, bound.uid, bound.extra_data) == (world.a1.pk, key, "sub-1", {})
        with world.enter(world.c1):
            assert AccessLogContent.objects.get(action="sign_in").detail == {"by": ["company"]}

    def test_what_is_asked_over_there_names_us_and_nothing_else(self, world: World, company: Company, key: str) -> None:
        come_in(company, Browser(), key)

        asked = company.asked
        assert asked["redirect_uri"] == f"http://testserver/accounts/company/{key}/back/"
        assert (asked["client_id"], asked["response_type"]) == (AUDIENCE, "code")
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["nonce"]) >= 32
        assert set(asked["scope"].split()) == {"openid", "email"}

    def test_from_then_on_by_the_name_over_there_whatever_the_address_is(
        self, world: World, company: Company, key: str
    ) -> None:
        come_in(company, Browser(), key)
        company.person = {"email": "renamed@elsewhere.example", "email_verified": False}
        browser = Browser()

        assert come_in(company, browser, key)["Location"] == START
        assert is_in(browser)

    def test_the_address_may_come_with_the_userinfo_of_the_same_name(
        self, world: World, company: Company, key: str
    ) -> None:
        company.person, company.userinfo = {}, {"sub": "sub-1", "email": world.a1.email, "email_verified": True}
        assert come_in(company, Browser(), key)["Location"] == START

        SocialAccount.objects.all().delete()
        company.userinfo["sub"] = "sub-2"
        browser = Browser()
        assert refused(come_in(company, browser, key), browser)

    def test_ones_own_key_is_asked_for_after_it(self, world: World, company: Company, key: str) -> None:
        own = add_key(signed_in(with_password(world.a1)), kind="key")
        browser = Browser()

        assert come_in(company, browser, key)["Location"] == SECOND
        assert use_key(browser, own).status_code == 302
        assert is_in(browser)


class TestWhoDoesNot:
    def stays_out(self, company: Company, key: str, twin: bool = True) -> None:
        browser = Browser()
        before = SecurityEvent.objects.count()
        assert refused(come_in(company, browser, key), browser)
        assert not SocialAccount.objects.exists()
        assert SecurityEvent.objects.count() == before + 1

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another-desk"}, {"aud": None}, {"aud": []},
            {"aud": [AUDIENCE, "another"], "azp": "another"}, {"aud": [AUDIENCE, "another"]}, {"azp": "another"},
            {"nonce": "of-another-sign-in"}, {"nonce": None}, {"nonce": 7}, {"exp": 1}, {"exp": None}, {"iat": None},
            {"iat": 4_000_000_000}, {"nbf": 4_000_000_000}, {"exp": "soon"}, {"sub": None}, {"sub": ""}, {"sub": 12},
            {"sub": "x" * 300}, {"sub": {"a": 1}}, {"email_verified": False}, {"email_verified": None},
            {"email_verified": "yes"}, {"email": None}, {"email": ["a1@voltarra.example"]}, {"email": ""},
            {"email": "a1@voltarra.example@evil.example"}, {"email": "nobody@voltarra.example"},
        ],
    )  # fmt: skip
    def test_a_token_that_is_not_right(self, company: Company, key: str, claims: dict[str, Any]) -> None:
        company.claims = claims
        self.stays_out(company, key)
        company.claims = {}
        assert come_in(company, Browser(), key)["Location"] == START

    @pytest.mark.parametrize(
        "lie",
        [
            {"signs": "none"}, {"signs": "HS256"}, {"key": OTHER_KEY}, {"kid": "two"},
            {"config": {"issuer": "https://evil.example"}}, {"config": {"issuer": None}}, {"config": {"jwks_uri": 7}},
            {"config": {"jwks_uri": "http://169.254.169.254/keys"}}, {"config": {"jwks_uri": "file:///etc/passwd"}},
            {"token_status": 302}, {"token_status": 400},
        ],
    )  # fmt: skip
    def test_a_provider_that_lies(self, company: Company, key: str, lie: dict[str, Any]) -> None:
        honest = {name: getattr(company, name) for name in lie}
        browser = Browser()
        there = browser.get(f"/accounts/company/{key}/")
        back = company.authorize(there["Location"])
        for name, value in lie.items():
            setattr(company, name, value)

        assert refused(browser.get(back), browser)

        for name, value in honest.items():
            setattr(company, name, value)
        assert come_in(company, Browser(), key)["Location"] == START

    def test_a_person_of_another_organisation_is_never_matched(self, world: World, company: Company, key: str) -> None:
        for person in (world.o2, world.v1, world.lead):
            company.person = {"email": person.email, "email_verified": True}
            self.stays_out(company, key)

    def test_not_even_if_their_address_is_in_the_domain_since(self, world: World, company: Company, key: str) -> None:
        for person, address in ((world.o2, "olga@voltarra.example"), (world.v1, "vera@voltarra.example")):
            User.objects.filter(pk=person.pk).update(email=address)
            company.person = {"email": address, "email_verified": True}
            self.stays_out(company, key)

    def test_nor_somebody_who_works_for_another_client_too(self, world: World, company: Company, key: str) -> None:
        actions.add_member(client=world.c2, user=world.a1, role=Role.CLIENT_AGENT)
        self.stays_out(company, key)

    def test_nor_a_customer_nor_anybody_new(self, world: World, company: Company, key: str) -> None:
        people = User.objects.count()
        company.person = {"email": "new@voltarra.example", "email_verified": True}
        self.stays_out(company, key)
        assert User.objects.count() == people

    def test_whoever_has_left_is_out_although_bound(self, world: World, company: Company, key: str) -> None:
        come_in(company, Browser(), key)
        actions.end_assignment(client=world.c1, user=world.a1)
        browser = Browser()
        assert refused(come_in(company, browser, key), browser)

    def test_whoever_is_switched_off_is_out_although_bound(self, world: World, company: Company, key: str) -> None:
        come_in(company, Browser(), key)
        User.objects.filter(pk=world.a1.pk).update(is_active=False)
        browser = Browser()
        assert refused(come_in(company, browser, key), browser)

    def test_an_address_that_was_given_to_somebody_else_over_there(
        self, world: World, company: Company, key: str
    ) -> None:
        come_in(company, Browser(), key)
        company.claims = {"sub": "sub-of-the-successor"}
        browser = Browser()
        assert refused(come_in(company, browser, key), browser)

    def test_another_state_none_or_one_that_is_spent(self, company: Company, key: str) -> None:
        browser = Browser()
        back = company.authorize(browser.get(f"/accounts/company/{key}/")["Location"])
        thief = Browser()
        assert refused(thief.get(back), thief)
        assert refused(browser.get(back.replace("state=", "state=x")), browser)
        assert refused(browser.get(back.partition("&state")[0]), browser)
        assert browser.get(back)["Location"] == START
        browser.post("/accounts/logout/")
        assert refused(browser.get(back), browser)

    @pytest.mark.parametrize("unknown", ["c999999", "v1", "x1", "c", "c0", "c-1", "c1e3", "c" + "9" * 30])
    def test_a_company_that_is_not_there(self, world: World, key: str, unknown: str) -> None:
        assert Browser().get(f"/accounts/company/{unknown}/").status_code == 404
        assert Browser().get(f"/accounts/company/{unknown}/back/?code=1&state=1").status_code == 404

    def test_a_provider_that_is_away_is_one_sentence(
        self, world: World, company: Company, key: str, settings: Any
    ) -> None:
        settings.OUTSIDE_ALLOW = []
        answer = Browser().get(f"/accounts/company/{key}/", follow=True)

        assert answer.status_code == 200
        assert "Signing in at your company did not lead here" in answer.content.decode()
        assert company.calls == []


class TestTheOnlyWayIn:
    def test_the_address_is_asked_first_and_its_domain_decides(self, world: World, company: Company, key: str) -> None:
        with_password(world.v1)
        assert 'type="password"' not in Browser().get(LOGIN).content.decode()
        require(world, company, key)

        for address in (world.a1.email, "nobody@voltarra.example", " A1@VOLTARRA.example "):
            page = Browser().post(LOGIN, {"login": address}).content.decode()
            assert f'href="/accounts/company/{key}/"' in page
        page = Browser().post(LOGIN, {"login": world.v1.email}).content.decode()
        assert 'type="password"' in page
        assert first_step(world.v1)[1].status_code == 302

    def test_a_password_lets_nobody_in_and_known_and_unknown_are_told_the_same(
        self, world: World, company: Company, key: str
    ) -> None:
        with_password(world.a1)
        require(world, company, key)

        told = set()
        for address in (world.a1.email, "nn@voltarra.example"):
            browser = Browser()
            answer = browser.post(LOGIN, {"login": address, "password": PASSWORD})
            told.add((answer.status_code, b"Sign in at Voltarra" in answer.content, len(answer.content)))
            assert not is_in(browser)
        assert len(told) == 1
        assert next(iter(told))[:2] == (200, True)

    def test_nor_does_a_passkey_from_before(self, world: World, company: Company, key: str) -> None:
        own = add_key(signed_in(with_password(world.a1)))
        # The person has a key of their own, which is asked for after the company's sign-in.
        browser = Browser()
        assert come_in(company, browser, key)["Location"] == SECOND
        keep(world, world.o1, company, required=True)

        alone = Browser()
        answer = alone.post("/accounts/passkey/", {"given": own.get(alone.get("/accounts/passkey/").json())})

        assert b"Sign in at Voltarra" in answer.content
        assert not is_in(alone)

    def test_it_must_have_worked_before_it_is_made_the_only_one(self, world: World, company: Company, key: str) -> None:
        with pytest.raises(Invalid):
            keep(world, world.o1, company, required=True)
        require(world, company, key)
        assert SignInDomain.objects.get().required

    def test_without_it_both_ways_are_open(self, world: World, company: Company, key: str) -> None:
        page = Browser().post(LOGIN, {"login": with_password(world.a1).email}).content.decode()

        assert "Voltarra’s sign-in" in page
        assert first_step(world.a1)[1].status_code == 302

"""Setting a company's own sign-in up: who may, what is taken, and its page in the console."""

import pytest
from allauth.socialaccount.models import SocialAccount

from access import actions
from access.actions import providers
from access.actions.providers import Wanted
from access.errors import Conflict, Invalid, RightMissing
from access.models import AccessLogContent, ClientProvider, SignInDomain, User
from tests.access import company as companies
from tests.access.company import AUDIENCE, SECRET, START, Company, come_in, keep, refused, require
from tests.access.entering import (
    LOGIN,
    first_step,
    is_in,
    second_step,
    with_password,
)
from tests.cast import Browser, World


class TestSettingItUp:
    def test_only_who_may_change_roles(self, world: World, company: Company) -> None:
        for person in (world.a1, world.lead):
            with pytest.raises(RightMissing):
                keep(world, person, company)

    def test_the_secret_is_locked_and_kept_when_it_is_left_empty(
        self, world: World, company: Company, key: str
    ) -> None:
        with world.enter(world.c1):
            kept = ClientProvider.objects.get().secret
        assert SECRET not in kept
        with world.enter(world.o1, only=world.c1) as actor:
            left = Wanted(company.issuer, AUDIENCE, "", ("voltarra.example",))
            providers.keep_provider(actor=actor, client_id=world.c1.pk, wanted=left)
        assert come_in(company, Browser(), key)["Location"] == START

    def test_another_client_sees_nothing_of_it(self, world: World, key: str) -> None:
        with world.enter(world.o2):
            assert not ClientProvider.objects.exists()
        with world.enter(world.v1):
            assert not ClientProvider.objects.exists()

    @pytest.mark.parametrize("domain", ["alderby.example", "havnvik.example"])
    def test_the_domain_of_other_peoples_addresses_is_not_to_be_had(
        self, world: World, company: Company, domain: str
    ) -> None:
        with pytest.raises(Conflict):
            keep(world, world.o1, company, "voltarra.example", domain)
        assert not SignInDomain.objects.exists()

    @pytest.mark.parametrize("person", ["operator", "nobody"])
    def test_nor_that_of_who_runs_the_platform_or_has_no_place_yet(
        self, world: World, company: Company, person: str
    ) -> None:
        """Whoever listed it could be their only way in."""
        if person == "nobody":
            actions.create_user(email="first@platform.example", name="Not Yet")
        else:
            User.objects.filter(pk=world.operator.pk).update(email="oda@platform.example")
        with pytest.raises(Conflict):
            keep(world, world.o1, company, "voltarra.example", "platform.example", required=True)
        assert not SignInDomain.objects.exists()

    def test_nor_one_that_another_company_has(self, world: World, company: Company, key: str) -> None:
        keep(world, world.o1, company, "voltarra.example", "voltarra.test")
        with pytest.raises(Conflict):
            keep(world, world.o2, company, "voltarra.test", client=world.c2)

    @pytest.mark.parametrize(
        "issuer",
        [
            "http://10.0.0.1", "https://localhost", "https://[::1]/", "http://93.184.216.34", "ftp://a", "",
            "https://93.184.216.34?x", "https://169.254.169.254",
        ],
    )  # fmt: skip
    def test_an_issuer_inside_is_refused_when_it_is_entered(self, world: World, issuer: str) -> None:
        bad = Wanted(issuer, AUDIENCE, SECRET, ("voltarra.example",))
        with world.enter(world.o1, only=world.c1) as actor, pytest.raises(Invalid):
            providers.keep_provider(actor=actor, client_id=world.c1.pk, wanted=bad)

    @pytest.mark.parametrize(
        "domain", ["", "voltarra", "*.example", "a b.example", "evil@voltarra.example", "x" * 200 + ".example"]
    )
    def test_what_is_no_domain_is_refused(self, world: World, company: Company, domain: str) -> None:
        with pytest.raises(Invalid):
            keep(world, world.o1, company, domain)

    def test_another_issuer_knows_nobody_yet(self, world: World, company: Company, key: str) -> None:
        come_in(company, Browser(), key)
        with companies.running() as other:
            keep(world, world.o1, other)
            assert not SocialAccount.objects.exists()
            with pytest.raises(Invalid):
                keep(world, world.o1, other, required=True)

    def test_taken_away_the_passwords_count_again(self, world: World, company: Company, key: str) -> None:
        require(world, company, key)
        with world.enter(world.o1, only=world.c1) as actor:
            providers.drop_provider(actor=actor, client_id=world.c1.pk)

        assert first_step(with_password(world.a1))[1].status_code == 302
        assert Browser().get(f"/accounts/company/{key}/").status_code == 404

    def test_a_vendors_people_come_in_by_their_vendors(self, world: World, company: Company) -> None:
        providers.keep_vendor_provider(vendor=world.havnvik, wanted=companies.wanted(company, "havnvik.example"))
        key = f"v{world.havnvik.pk}"
        company.person = {"email": world.v1.email, "email_verified": True}
        browser = Browser()
        assert come_in(company, browser, key)["Location"] == START
        assert is_in(browser)
        company.person, company.claims = {"email": world.o1.email, "email_verified": True}, {"sub": "2"}
        other = Browser()
        assert refused(come_in(company, other, key), other)
        assert second_step(other, "code", "1")["Location"] == LOGIN


class TestThePageInTheConsole:
    PAGE = "/client/voltarra/company-sign-in/"

    def form(self, company: Company, **more: str) -> dict[str, str]:
        return {"issuer": company.issuer, "audience": AUDIENCE, "secret": SECRET, "domains": "voltarra.example", **more}

    def test_it_sets_it_and_never_shows_the_secret(self, world: World, company: Company) -> None:
        browser = world.browser(world.o1)

        assert browser.post(self.PAGE, self.form(company)).status_code == 302

        page = browser.get(self.PAGE).content.decode()
        assert f"http://testserver/accounts/company/c{world.c1.pk}/back/" in page
        assert company.issuer in page
        assert SECRET not in page
        company.person = {"email": world.a1.email, "email_verified": True}
        assert come_in(company, Browser(), f"c{world.c1.pk}")["Location"] == START

    def test_what_cannot_be_taken_stays_in_the_form_with_its_sentence(self, world: World, company: Company) -> None:
        browser = world.browser(world.o1)

        page = browser.post(self.PAGE, self.form(company, domains="havnvik.example")).content.decode()
        assert "People of another organisation here have addresses at havnvik.example" in page
        page = browser.post(self.PAGE, self.form(company, issuer="https://10.1.1.1")).content.decode()
        assert "leads inside" in page
        assert not SignInDomain.objects.exists()

    def test_it_is_in_the_log_without_the_secret(self, world: World, company: Company) -> None:
        browser = world.browser(world.o1)
        browser.post(self.PAGE, self.form(company))
        browser.post(f"{self.PAGE}drop/")

        with world.enter(world.c1):
            rows = AccessLogContent.objects.filter(detail__what="sign_in_changed").order_by("entry_id")
            told = [row.detail for row in rows]
        assert [each.get("issuer") for each in told] == [company.issuer, None]
        assert SECRET not in str(told)

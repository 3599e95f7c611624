"""The contract's pages, read and used by both of its sides."""

import re

import pytest

from access import actions
from access.actions import clearing, contracts
from access.models import Contract, ContractTerms, OnboardingLine
from tests.walls.routes.contracts import TERMS

MONEY = {"currency": "eur", "price_ticket": "4.25", "price_month": "1500"}


@pytest.fixture
def contract(world):
    """A draft between the cast's vendor and the first client."""
    with world.enter(world.o1) as actor:
        return contracts.draft(actor, client_id=world.c1.pk, vendor=world.havnvik, reference="V-2")


@pytest.fixture
def office_page(world):
    browser = world.browser(world.office)
    return lambda path="", data=None: _ask(browser, f"/office/{path}", data)


@pytest.fixture
def console_page(world):
    browser = world.browser(world.o1)
    return lambda path="", data=None: _ask(browser, f"/client/voltarra/{path}", data)


def _ask(browser, path, data):
    return browser.get(path) if data is None else browser.post(path, data)


def at(contract, more=""):
    return f"contracts/{contract.pk}/{more}"


def at_office(contract, more=""):
    return f"clients/voltarra/{at(contract, more)}"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def state(world, contract):
    with world.enter(world.c1):
        return Contract.objects.get(pk=contract.pk)


def newest(world, contract):
    with world.enter(world.c1):
        return ContractTerms.objects.filter(contract=contract).order_by("-number").first()


def signature(page, name):
    """What the form of this page for signing sends, under a name."""
    (digest,) = re.findall(r'name="read" value="(\w+)"', page.content.decode())
    return {"read": digest, "typed_name": name}


class TestDrafting:
    def test_the_client_names_the_vendor_and_both_see_the_draft(self, world, console_page, office_page):
        answer = console_page("contracts/new/", {"vendor": "havnvik  SUPPORT", "reference": "V-9"})

        assert answer.status_code == 302
        assert "V-9" in text(console_page("contracts/"))
        assert "Voltarra, V-9" in text(office_page())

    def test_an_unknown_vendor_is_refused_with_a_sentence(self, console_page):
        answer = console_page("contracts/new/", {"vendor": "Havnvik", "reference": "V-9"})

        assert answer.status_code == 400
        assert "No vendor works with this help desk under this name" in text(answer)

    def test_only_vendors_that_the_client_has_a_contract_with_are_offered(self, world, console_page):
        actions.create_vendor(slug="rival", name="Rival Desk")
        page = console_page("contracts/new/").content.decode()

        assert '<option value="Havnvik Support">' in page
        assert "Rival" not in page

    def test_the_vendor_reads_under_which_name_it_is_found(self, office_page):
        assert "under this name: Havnvik Support." in text(office_page())

    def test_names_are_not_guessed_for_long(self, world, console_page):
        for number in range(contracts.GUESSES.most):
            assert console_page("contracts/new/", {"vendor": f"Rival {number}", "reference": "V-9"}).status_code == 400

        actions.create_vendor(slug="rival", name="Rival Desk")
        right = {"vendor": "Rival Desk", "reference": "V-9"}
        assert console_page("contracts/new/", right).status_code == 429
        assert "V-9" not in text(console_page("contracts/"))

    def test_an_overseer_reads_and_drafts_nothing(self, world, contract):
        overseer = world.browser(world.e1)

        assert overseer.get(f"/client/voltarra/{at(contract)}").status_code == 200
        assert "Draft a contract" not in text(overseer.get("/client/voltarra/contracts/"))
        assert overseer.get(f"/client/voltarra/{at(contract, 'terms/')}").status_code == 403


class TestTerms:
    def sign(self, world, contract, console_page, office_page, version=1):
        """Both sides read it and sign."""
        for page, where, name in ((console_page, at, world.o1.name), (office_page, at_office, world.office.name)):
            path = where(contract, f"terms/{version}/sign/")
            assert page(path, signature(page(path), name)).status_code == 302

    def test_one_side_writes_and_both_sign(self, world, contract, console_page, office_page):
        office_page(at_office(contract, "terms/"), {**TERMS, **MONEY, "subprocessors": "Postbud; mail; SE"})
        ours, theirs = at(contract, "terms/1/sign/"), at_office(contract, "terms/1/sign/")

        assert "not signed by Voltarra, Havnvik Support" in text(console_page(at(contract)))
        console_page(ours, signature(console_page(ours), "Olle Voltarra"))
        assert "to be signed by you" in text(office_page())
        assert "waits for Havnvik Support" in text(console_page("contracts/"))
        office_page(theirs, signature(office_page(theirs), "Ove Kontor"))

        row = newest(world, contract)
        assert (row.client_signed_by, row.vendor_signed_by, row.is_signed) == ("Olle Voltarra", "Ove Kontor", True)
        assert row.rate_card == {"currency": "EUR", "prices": {"ticket": 425, "month": 150000}}
        assert row.subprocessors == [{"name": "Postbud", "purpose": "mail", "country": "SE"}]

    def test_the_rate_card_says_what_can_be_asked_for_beyond_the_contract(
        self, world, contract, console_page, office_page
    ):
        work = "New templates; hour; 85.00\nPhoto, retouched; Piece; 12,5"
        beyond = {"work": work, "included": "Password resets."}
        office_page(at_office(contract, "terms/"), {**TERMS, **MONEY, **beyond})

        page = text(console_page(at(contract)))
        for said in ("New templates: 85.00 EUR an hour", "Photo, retouched: 12.50 EUR a piece", "Password resets."):
            assert said in page
        assert "making something stable again" in page
        # It is filled in again for the next version, and says the same.
        again = office_page(at_office(contract, "terms/")).context["form"].initial["work"]
        assert again == "New templates; hour; 85.00\nPhoto, retouched; piece; 12.50"

    @pytest.mark.parametrize(
        "line",
        [
            "New templates; hour; -1", "New templates; day; 5", "New templates; hour", "; hour; 5", "x; hour; 1.234",
            "x; hour; NaN", "x; hour; 1e30", "x; hour; 99999999999999", "x; hour; 5\nX; piece; 6", "!; hour; 5",
            "x; hour; Infinity", "\n".join(f"w{n}; hour; 5" for n in range(61)),
        ],
    )  # fmt: skip
    def test_a_rate_card_that_can_not_be_is_refused(self, world, contract, office_page, line):
        refused = office_page(at_office(contract, "terms/"), {**TERMS, **MONEY, "work": line})

        assert refused.status_code == 400
        assert newest(world, contract) is None

    def test_whoever_signs_has_all_of_it_before_them(self, contract, console_page, office_page):
        said = {"data_processing": "Only what a ticket needs.", "termination": "Ninety days.", **MONEY}
        office_page(at_office(contract, "terms/"), {**TERMS, **said, "subprocessors": "Postbud; mail; SE"})
        page = console_page(at(contract, "terms/1/sign/"))

        for each in ("Only what a ticket needs.", "Ninety days.", "Postbud, mail, SE", "4.25 EUR a ticket", "60 days"):
            assert each in text(page)
        assert "<details" not in page.content.decode().split("<main")[1]
        assert "What changes" not in text(page)
        # The contract's page leads there and signs nothing by itself.
        assert "Version 1 of the terms waits for your signature." in text(console_page(at(contract)))
        assert "/sign/" in console_page(at(contract)).content.decode()
        assert 'name="read"' not in console_page(at(contract)).content.decode()

    def test_it_says_what_changes_against_the_version_before(self, world, contract, console_page, office_page):
        long = {"data_processing": "They keep nothing.\nThey tell within a day."}
        office_page(at_office(contract, "terms/"), {**TERMS, **long})
        self.sign(world, contract, console_page, office_page)
        again = {"data_processing": "They keep nothing.\nThey tell within a week.", "notice_days": "30"}
        office_page(at_office(contract, "terms/"), {**TERMS, **again})

        page = console_page(at(contract, "terms/2/sign/"))
        told, markup = text(page).split("All of version 2")[0], page.content.decode()
        assert "What changes against version 1" in told
        assert "60 days for the contract" in told
        assert "30 days for the contract" in told
        assert "Locations" not in told
        assert re.search(r"<del>(<span.*?</span>)?day\.</del><ins>(<span.*?</span>)?week\.</ins>", markup)

    def test_a_name_that_is_not_ones_own_signs_nothing(self, world, contract, console_page, office_page):
        office_page(at_office(contract, "terms/"), TERMS)
        path = at(contract, "terms/1/sign/")

        for name, sentence in (("Ove Kontor", "Type your name"), ("", "This field is required")):
            answer = console_page(path, signature(console_page(path), name))
            assert answer.status_code == 400
            assert sentence in text(answer)
        assert newest(world, contract).client_signed_at is None

    def test_what_is_signed_already_is_read_and_not_signed_again(self, world, contract, console_page, office_page):
        office_page(at_office(contract, "terms/"), TERMS)
        self.sign(world, contract, console_page, office_page)

        page = console_page(at(contract, "terms/1/sign/"))
        assert "Voltarra: Olle Voltarra" in text(page)
        assert 'name="read"' not in page.content.decode()

    def test_what_was_rewritten_after_it_was_read_is_not_signed(self, world, contract, console_page, office_page):
        office_page(at_office(contract, "terms/"), {**TERMS, "data_processing": "Never sell them."})
        read = signature(console_page(at(contract, "terms/1/sign/")), "Olle Voltarra")
        office_page(at_office(contract, "terms/"), {**TERMS, "data_processing": "Sell them all."})

        for number in (1, 2):
            answer = console_page(at(contract, f"terms/{number}/sign/"), read)

            assert answer.status_code == 409
            assert "were written anew since you read them" in text(answer)
            assert "Sell them all." in text(answer)
            assert "All of version 2" in text(answer)
        assert newest(world, contract).client_signed_at is None
        assert console_page(at(contract, "terms/3/sign/"), read).status_code == 404

        again = signature(answer, "Olle Voltarra")
        assert console_page(at(contract, "terms/2/sign/"), again).status_code == 302
        row = newest(world, contract)
        assert (row.client_signed_by, row.client_signed_digest) == ("Olle Voltarra", row.digest)
        assert row.vendor_signed_digest == ""

    def test_the_form_begins_with_what_the_last_version_says(self, contract, office_page):
        lines = {"subprocessors": "Postbud; mail; SE", "locations": "se, fi"}
        office_page(at_office(contract, "terms/"), {**TERMS, **MONEY, **lines})
        page = office_page(at_office(contract, "terms/")).content.decode()

        for said in ("Postbud; mail; SE", 'value="FI, SE"', 'value="4.25"', 'value="EUR"', 'value="60"'):
            assert said in page

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"subprocessors": "ok; mail; SE\nPostbud"}, "Line 2: write name; what for; country."),
            ({"locations": "Sweden"}, "SWEDEN is no country’s code"),
            ({"price_ticket": "4"}, "In which currency are the prices?"),
            ({"price_ticket": "4", "currency": "E1"}, "A currency has three letters"),
            ({"valid_from": "2020-01-01"}, "Choose today or a later day."),
            ({"notice_days": "-1"}, "greater than or equal to 0"),
        ],
    )
    def test_what_cannot_be_taken_is_said_and_nothing_is_written(self, world, contract, console_page, given, sentence):
        answer = console_page(at(contract, "terms/"), {**TERMS, **given})

        assert answer.status_code == 400
        assert sentence in text(answer).replace("&#x27;", "’")
        assert newest(world, contract) is None


class TestOnboarding:
    @pytest.fixture
    def begun(self, contract, office_page):
        office_page(at_office(contract, "begin/"), {})
        return contract

    def test_it_says_what_each_hard_line_lacks_and_where_the_client_closes_it(self, begun, console_page, office_page):
        ours, theirs = console_page(at(begun, "onboarding/")), office_page(at_office(begun, "onboarding/"))

        assert "No NDA is published yet." in text(ours)
        assert "No NDA is published yet." in text(theirs)
        assert '"/client/voltarra/clearance/"' in ours.content.decode()
        assert "/client/" not in theirs.content.decode()

    def test_owners_on_both_sides_and_a_day(self, world, begun, console_page, office_page):
        with world.enter(world.c1):
            line = OnboardingLine.objects.filter(contract=begun, key="nda").get()
        office_page(
            at_office(begun, f"onboarding/{line.pk}/owners/"),
            {"client_owner": "Olle", "vendor_owner": "Ove", "due_on": "2199-03-01"},
        )

        page = text(console_page(at(begun, "onboarding/")))
        assert "Voltarra: Olle · Havnvik Support: Ove" in page
        assert "due 1 Mar" in page

    def test_a_hard_line_is_not_ticked_by_anybody(self, world, begun, office_page):
        with world.enter(world.c1):
            line = OnboardingLine.objects.filter(contract=begun, key="nda").get()
        answer = office_page(at_office(begun, f"onboarding/{line.pk}/done/"), {})

        assert answer.status_code == 400
        assert "closes by itself" in text(answer)

    def test_the_vendor_goes_without_nothing(self, world, begun, office_page):
        with world.enter(world.c1):
            line = OnboardingLine.objects.filter(contract=begun, key="4").get()

        assert office_page(at_office(begun, f"onboarding/{line.pk}/waive/"), {}).status_code == 404
        assert "Go without it" not in text(office_page(at_office(begun, "onboarding/")))

    def test_a_waiver_needs_an_owner(self, world, begun, console_page):
        with world.enter(world.c1):
            line = OnboardingLine.objects.filter(contract=begun, key="4").get()
        answer = console_page(at(begun, f"onboarding/{line.pk}/waive/"), {"owner": "", "until": "2199-01-01"})

        assert answer.status_code == 400
        assert console_page(at(begun, f"onboarding/{line.pk}/waive/"), {"owner": "Al", "until": "2199-01-01"})
        assert "Olle Voltarra goes without it until 1 Jan 2199; Al sees to it." in text(
            console_page(at(begun, "onboarding/"))
        )

    def test_open_lines_keep_it_out_of_force_and_are_named(self, world, begun, console_page):
        answer = console_page(at(begun, "onboarding/in-force/"), {})

        assert answer.status_code == 409
        assert "These lines are still open: NDA" in text(answer)
        assert state(world, begun).state == "onboarding"

    def test_with_every_line_closed_the_client_puts_it_in_force(self, world, begun, console_page, monkeypatch):
        monkeypatch.setattr(contracts.onboarding, "_HARD", {})
        with world.enter(world.c1):
            OnboardingLine.objects.filter(contract=begun).update(done_at=begun.valid_from, done_by="Olle")

        assert "Every line is closed." in text(console_page(at(begun, "onboarding/")))
        assert console_page(at(begun, "onboarding/in-force/"), {}).status_code == 302
        assert state(world, begun).state == "in_force"


class TestTheChecklistAfterwards:
    def test_a_contract_without_one_leads_to_none(self, world, console_page, office_page):
        with world.enter(world.c1):
            running = Contract.objects.get(vendor=world.havnvik)

        assert "Checklist" not in text(office_page(at_office(running)))
        assert "Checklist" not in text(console_page(at(running)))
        assert "This contract was put in force without one." in text(office_page(at_office(running, "onboarding/")))

    def test_both_sides_read_what_was_closed_when(self, world, contract, console_page, office_page, monkeypatch):
        monkeypatch.setattr(contracts.onboarding, "_HARD", {})
        office_page(at_office(contract, "begin/"), {})
        with world.enter(world.c1):
            lines = OnboardingLine.objects.filter(contract=contract)
            lines.update(done_at=contract.valid_from, done_by="Olle")
        console_page(at(contract, "onboarding/in-force/"), {})

        assert "Checklist" in text(office_page(at_office(contract)))
        assert "Checklist" in text(console_page(at(contract)))
        for said in (
            text(office_page(at_office(contract, "onboarding/"))),
            text(console_page(at(contract, "onboarding/"))),
        ):
            assert "Done, says Olle" in said
            assert "Before that every line was closed" in said


class TestEnding:
    @pytest.fixture
    def running(self, world, contract_terms):
        contract_terms(notice_days=30)
        with world.enter(world.c1):
            return Contract.objects.get(vendor=world.havnvik)

    def test_notice_too_short_is_refused_and_enough_is_taken(self, world, running, office_page):
        answer = office_page(at_office(running, "notice/"), {"ends_on": "2000-01-01"})
        assert answer.status_code == 400

        office_page(at_office(running, "notice/"), {"ends_on": "2199-01-01"})
        ended = state(world, running)
        # The last day is a whole day on the client's clock.
        assert (ended.state, ended.valid_until.isoformat()) == ("notice", "2199-01-01T23:00:00+00:00")
        assert "Notice by Ove Kontor" in text(office_page())

    def test_at_once_first_says_what_it_does(self, world, running, console_page):
        page = console_page(at(running, "end/"))

        assert "5 people who are cleared now are refused" in text(page)
        assert "nobody but your own people" in text(page)
        assert state(world, running).state == "in_force"
        console_page(at(running, "end/"), {})
        assert state(world, running).state == "ended"
        assert world.browser(world.v1).get("/desk/?client=voltarra").status_code == 403

    def test_nothing_of_an_ended_contract_is_written(self, world, running, console_page):
        console_page(at(running, "end/"), {})

        assert console_page(at(running, "terms/"), TERMS).status_code == 409 or newest(world, running).number == 1
        assert "Write a version" not in text(console_page(at(running)))


def test_the_client_is_not_shown_another_clients_contract(world, contract, console_page):
    with world.enter(world.o2) as actor:
        other = contracts.draft(actor, client_id=world.c2.pk, vendor=world.havnvik, reference="A-secret")

    assert console_page(at(other)).status_code == 404
    assert "A-secret" not in text(console_page("contracts/"))


def test_one_vendor_does_not_see_the_others_contract(world, contract):
    rival = actions.create_vendor(slug="rival", name="Rival Desk")
    boss = actions.create_user(email="rut@rival.example", name="Rut Rival", vendor=rival)
    actions.run_office(user=boss)
    with world.enter(world.o1) as actor:
        contracts.draft(actor, client_id=world.c1.pk, vendor=rival, reference="R-1")
        clearing.publish_nda(actor, client_id=world.c1.pk, text="Quiet.", at_once=True)
    browser = world.browser(boss)

    assert "V-2" not in text(browser.get("/office/"))
    assert browser.get(f"/office/{at_office(contract)}").status_code == 404


class TestTheWayIn:
    def test_who_runs_only_the_office_begins_there(self, world):
        assert world.browser(world.office).get("/start/")["Location"] == "/office/"

    def test_who_also_works_tickets_finds_it_in_the_menu(self, world):
        browser = world.browser(world.lead)
        assert "/office/" not in browser.get("/desk/my-access/").content.decode()

        actions.run_office(user=world.lead)

        assert '"/office/"' in browser.get("/desk/my-access/").content.decode()
        assert browser.get("/office/").status_code == 200

"""Nothing changes without the form's own token, by looking, or by a field that nobody offered."""

from dataclasses import replace

import pytest
from django.conf import settings

from access.doors import Kind
from tests.attack import hostile, shots
from tests.cast import Browser
from tests.walls.matrix import Row
from tests.walls.routes import ROWS

TOKEN = "t" * 32
# A token in the header or in the address is the whole authority there: no cookie that another site could borrow.
WITHOUT_COOKIE = (Kind.API, Kind.LETTER)
FORMS = [row for row in ROWS if row.method != "GET" and row.door not in WITHOUT_COOKIE]
# Put together by the library, behind our public door.
ACCOUNTS = {
    "/accounts/login/": {"login": "v1@havnvik.example", "password": "x"},
    "/accounts/logout/": {},
    "/accounts/password/change/": {"oldpassword": "x", "password1": "y", "password2": "y"},
    "/accounts/password/reset/": {"email": "v1@havnvik.example"},
    "/accounts/reauthenticate/": {"password": "x"},
}
PEOPLE = {Kind.CONSOLE: "o1", Kind.PORTAL: "r1", Kind.OFFICE: "office", Kind.STAFF: "v12"}


def browser_of(places, person, **more):
    browser = Browser(enforce_csrf_checks=True, raise_request_exception=False, **more)
    browser.cookies[settings.SESSION_COOKIE_NAME] = places.cookies[person]
    return browser


def forged(body: bytes) -> list[tuple[bytes, str, dict[str, str], str]]:
    """How another site might send this form: body, kind, headers, and the value of the cookie."""
    form = "application/x-www-form-urlencoded"
    with_token = body + b"&csrfmiddlewaretoken=" + TOKEN.encode()
    own = {"origin": "http://testserver"}
    return [
        (body, form, {}, ""),
        (body, form, {}, TOKEN),
        (with_token, form, {}, ""),
        (body + b"&csrfmiddlewaretoken=" + b"u" * 32, form, {}, TOKEN),
        (body + b"&csrfmiddlewaretoken=", form, own, TOKEN),
        (with_token, form, {"origin": "https://evil.example"}, TOKEN),
        (with_token, form, {"origin": "null"}, TOKEN),
        (with_token, form, {"origin": "http://testserver.evil.example"}, TOKEN),
        (hostile.as_json({"csrfmiddlewaretoken": TOKEN}), "text/plain", own, TOKEN),
        (hostile.as_json({"csrfmiddlewaretoken": TOKEN}), "application/json", own, TOKEN),
        (b"", "multipart/form-data; boundary=x", {"x-csrftoken": "u" * 32, **own}, TOKEN),
        (b"", form, {"hx-request": "true", "x-requested-with": "XMLHttpRequest"}, TOKEN),
    ]


def attack(places, row_or_path, person, data) -> list[str]:
    """The ways in which a forged form got past its check."""
    taken = []
    path = row_or_path if isinstance(row_or_path, str) else hostile.good(row_or_path, places.c1).path
    for number, (body, kind, headers, cookie) in enumerate(forged(hostile.encoded(data))):
        browser = browser_of(places, person)
        if cookie:
            browser.cookies[settings.CSRF_COOKIE_NAME] = cookie
        answer, _seconds = hostile.Shot("forged", "POST", path, body, kind, headers=tuple(headers.items())).fire(
            browser
        )
        if answer.status_code != 403:
            taken.append(f"{row_or_path} way {number}: {answer.status_code}")
    return taken


def test_no_form_is_taken_without_its_token(places, fingerprint):
    before, taken = fingerprint(), []

    for row in FORMS:
        taken += attack(places, row, PEOPLE.get(row.door, "v12"), hostile.filled(row, places.c1)[1])

    assert taken == []
    assert fingerprint() == before


def test_signing_in_and_out_asks_for_the_token_too(places, fingerprint):
    before, taken = fingerprint(), []

    for path, data in ACCOUNTS.items():
        taken += attack(places, path, "v12", data)

    assert taken == []
    assert fingerprint() == before
    assert browser_of(places, "v12").get("/desk/").status_code == 200


def test_every_form_is_taken_with_its_token(places, restore):
    wrong = []
    for row in FORMS:
        browser = browser_of(places, PEOPLE.get(row.door, "v12"))
        browser.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        shot = hostile.good(row, places.c1)
        answer, _seconds = replace(shot, body=shot.body + b"&csrfmiddlewaretoken=" + TOKEN.encode()).fire(browser)
        if answer.status_code != row.expect.get(PEOPLE.get(row.door, "v12"), row.good):
            wrong.append(f"{row}: {answer.status_code}")
        restore()
    # Withdrawn or published by the vendor's lead alone, or a right that V12 has not: the matrix tests those.
    assert [line for line in wrong if not line.endswith(": 403")] == []
    assert len(wrong) < len(FORMS) / 4


@pytest.mark.parametrize("person", ["v12", "r1", "visitor"])
def test_looking_changes_nothing_whatever_the_page_is_told(places, fingerprint, person):
    before = fingerprint()
    door = "portal" if person == "r1" else "site"
    told = {"x-http-method-override": "POST", "x-method-override": "DELETE", "x-http-method": "PUT"}

    for row in ROWS:
        # A page that is made for a POST is asked too, and refuses.
        shot = hostile.good(row, places.c1)
        if row.door is Kind.API:
            continue
        more = hostile.encoded({**hostile.filled(row, places.c1)[1], "_method": "POST"}).decode()
        browser = places.browser(person, door)
        for method in ("GET", "HEAD", "OPTIONS", "TRACE"):
            asked = replace(shot, method=method, body=b"", query=f"{shot.query}&{more}", headers=tuple(told.items()))
            answer, _seconds = asked.fire(browser)
            assert answer.status_code < 500 or row.view in ("health_ready", "health_engine")
            if method != "GET":
                break
    assert fingerprint() == before


# Fields that other products have taken from whoever sent them.
NEVER_OFFERED = {
    "role": "client_admin", "roles": "client_admin", "is_staff": "1", "is_superuser": "1", "is_active": "1",
    "client_id": "2", "clients": "1,2", "vendor": "2", "vendor_id": "2", "side": "system", "scopes": "all",
    "permissions": "all", "only_assigned": "0", "email_verified": "1", "email_confirmed_at": "2020-01-01",
    "user": "1", "user_id": "1", "password": "x", "mailbox": "evil@mail.example", "bcc": "evil@mail.example",
    "auto_bcc": "evil@mail.example", "cc": "evil@mail.example", "server": "evil.example", "owner": "1",
    "from_address": "evil@mail.example", "reply_to": "evil@mail.example", "slug": "evil", "colour": "#000000",
    "contract": "2", "contract_id": "2", "tenant": "2", "actor": "1", "card": "1", "customer_id": "2", "ticket_id": "1",
    "id": "1", "pk": "1", "created_at": "2020-01-01", "closed_at": "2020-01-01", "is_picture": "1", "key": "../x",
    "html": "<script>alert(1)</script>", "state": "published", "state_code": "0", "__class__": "x", "_state": "x",
    "client[id]": "2", "client.id": "2", "client__id": "2", "customer[client_id]": "2", "unverified": "0",
}  # fmt: skip


# Keys, clearance, roles, suspensions, must-reads, accounts, one's own sign-in: who may what is what these are for.
ARE_FOR_IT = {
    "desk:on_call_address",
    "desk:new_token", "desk:revoke_token", "desk:nda", "desk:shift_code", "console:shift_code", "console:certify",
    "console:publish_nda", "console:set_networks", "console:set_clearance_rules", "console:require_certification",
    "console:retire_certification", "console:role", "console:suspend", "console:restore", "console:company_sign_in",
    "console:drop_company_sign_in", "account_recovery_codes", "account_enter_shift_code", "account_add_device",
    "account_add_key", "account_remove_factor", "console:must_read_new", "console:must_read_end", "desk:read",
    "console:article_withdraw", "desk:certify",
    "console:add_system", "console:retire_system", "console:register_account",
    "console:ask_removal", "console:confirm_removal", "desk:systems", "desk:ask_removal",
    "desk:ask_emergency", "desk:end_emergency", "console:decide_emergency", "console:stop_emergency",
    "console:review_emergency",
    "console:set_flag_rules", "console:explain_flag",
    *(f"office:{view}" for view in (
        "staffing", "change_place", "set_shifts", "change_role", "set_alias", "set_location", "end_place",
        "plan_removal", "call_off_removal",
    )),
    # A file that was kept with the answer is its customer's to read from then on.
    "desk:send_waiting",
    # Contracts decide who may work at all.
    "console:changeovers", "console:call_off_changeover",
    "console:amend_contract", "office:amend_contract",
    "console:draft_contract", "console:end_contract", "console:waive_line",
    *(f"{side}:{view}" for side in ("console", "office") for view in (
        "terms", "sign_terms", "begin_onboarding", "give_notice", "assign_line", "tick_line",
    )),
}  # fmt: skip


@pytest.fixture
def who_may_what(superuser, _tables):
    """What the tables of people, clients and rights hold."""
    kept = [
        table
        for table in _tables
        if table.startswith(("access_", "guardian_", "auth_", "post_storedfile"))
        and not table.startswith(("access_accesslog", "access_securityevent", "access_signedlink"))
    ]
    rows = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t" for table in kept
    )
    return lambda: set(superuser.execute(rows).fetchall())


def test_a_field_that_no_form_offers_changes_nobody_and_no_client(places, restore, who_may_what):
    before, wrong = who_may_what(), []
    for row in FORMS:
        person = PEOPLE.get(row.door, "v12")
        path, data, _query, _headers = hostile.filled(row, places.c1)
        known = {*data, *shots.TAKES.get(row.view, ())}
        extra = {name: value for name, value in NEVER_OFFERED.items() if name not in known}
        shot = replace(hostile.good(row, places.c1), path=path, body=hostile.encoded({**data, **extra}))
        answer, _seconds = shot.fire(places.browser(person, row.door.value))
        if answer.status_code != row.expect.get(person, row.good) and answer.status_code != 403:
            wrong.append(f"{row}: {answer.status_code}")
        if row.view not in ARE_FOR_IT and who_may_what() != before:
            wrong.append(f"{row} changed who may what")
        restore()
    assert wrong == []


def test_a_field_that_the_api_does_not_declare_is_refused_by_name(places, fingerprint, restore):
    before, wrong = fingerprint(), []
    # What is asked away has no field.
    for row in [row for row in ROWS if row.door is Kind.API and row.method not in ("GET", "DELETE")]:
        data = hostile.filled(row, places.c1)[1]
        known = {*data, *shots.TAKES.get(row.view, ())}
        extra = {name: value for name, value in NEVER_OFFERED.items() if name not in known}
        shot = replace(hostile.good(row, places.c1), body=hostile.as_json({**data, **extra}))
        answer, _seconds = shot.fire(places.browser(person_for(row), "api"))
        if answer.status_code != 400 or set(answer.json()["errors"]) != set(extra):
            wrong.append(f"{row}: {answer.status_code} {answer.content[:200]!r}")
    assert wrong == []
    assert fingerprint() == before


def person_for(row: Row) -> str:
    clients = ("api:escalation-", "api:article-", "api:customer-", "api:record-")
    return "o1" if row.view.startswith(clients) else "v12"


def test_flags_on_a_person_open_no_other_client(places, superuser):
    """Neither the row's own flags nor a standing everywhere in the library's tables is asked anywhere."""
    superuser.execute("UPDATE access_user SET is_active = true")
    columns = [
        name
        for (name,) in superuser.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'access_user'"
        )
    ]
    met = []
    for row in [row for row in ROWS if row.door in (Kind.STAFF, Kind.CONSOLE) and row.names_client]:
        for person in ("v1", "o1", "x"):
            answer = row.ask(places.browser(person, "site"), places.c2, places.c2)
            if answer.status_code not in (404, 405):
                met.append(f"{row} {person}: {answer.status_code}")

    assert met == []
    assert not {"is_staff", "is_superuser"} & set(columns)

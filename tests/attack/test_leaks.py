"""What leaves as a sheet, a log line, an error page or a template holds no formula, no secret and no inside."""

import csv
import io
import json
import logging
import pickle
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.core.signing import TimestampSigner
from django.db import ProgrammingError, connection
from django_redis import get_redis_connection
from kombu import Connection
from kombu.exceptions import ContentDisallowed
from kombu.transport.virtual import Message

from access import actions
from access.models import ApiToken
from helpdesk.celery import app
from helpdesk.lib.logs import OneLine
from post.models import OutboxMail
from tests import factories
from tests.attack.hostile import INSIDE
from tickets.actions import handling
from tickets.desk import ticket as desk_ticket
from tickets.models import Ticket

FORMULAS = [
    start + rest
    for start in ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", " =", "\u200b=", '"=', ";=", ",=")
    for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("//evil.example","x")', "SUM(A1:A9)*cmd|'x'!A1")
]


def test_no_cell_of_an_export_begins_a_formula(world):
    """Whatever stands in a subject: read back by a program, and split where another separator is believed in."""
    for text in FORMULAS:
        factories.ticket(world, world.r1, subject=text or "x", body="x")
    checked = 0
    for person, path in (
        (world.lead, "/desk/reports/voltarra/tickets.csv"), (world.o1, "/client/voltarra/reports/tickets.csv"),
        (world.lead, "/desk/reports/voltarra/report.csv"), (world.o1, "/client/voltarra/reports/report.csv"),
    ):  # fmt: skip
        answer = world.browser(person).get(path, {"number": "opened"})
        assert answer.status_code == 200
        text = answer.content.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline="")):
            for cell in row:
                checked += 1
                number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                assert number or not cell.startswith(tuple("=+-@\t\r\n＝＋－＠")), cell
        # A reader that splits at semicolons or tabs meets no new cell outside of quotes.
        bare = re.sub(r'"(?:[^"]|"")*"', "", text)
        assert ";" not in bare
        assert "\t" not in bare
    assert checked > len(FORMULAS) * 2


TEMPLATES = (
    "{{7*7}}", "{% include 'base.html' %}", "{% load static %}", "{{ticket.customer.email}}",
    "{{ request.user.password }}",
    "{% debug %}", "{{ settings.SECRET_KEY }}", "{0.__class__}", "{ticket.__class__.__mro__}", "%(subject)s", "%s%s%n",
    "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{''.__class__}}", "{{ block.super }}", "{# x #}", "{{{x}}}", "$TOKEN",
    "{client}",
    "%(name)s", "{name}", "{{ client.name }}", "{% autoescape off %}<b>{% endautoescape %}", "\\N{BULLET}", "\\x41",
)  # fmt: skip


def test_what_looks_like_a_template_is_words(world):
    """In a subject, a body, a name, an answer, an article: on the pages and in the letters."""
    whole = " ".join(TEMPLATES)[:290]
    customer = factories.customer(world, world.c1, name=" ".join(TEMPLATES)[:150])
    ticket = factories.ticket(world, customer, subject=whole, body="\n".join(TEMPLATES), acknowledge=True)
    factories.reply(world, world.v12, ticket, body="\n".join(TEMPLATES))
    slug = factories.article(world, world.c1, title=whole[:150], body="\n\n".join(TEMPLATES)).slug
    pages = [
        unescape(world.browser(person).get(path).content.decode())
        for person, path in (
            (world.v12, f"/desk/voltarra/{ticket.number}/"), (customer, f"/voltarra/questions/{ticket.number}/"),
            (None, f"/voltarra/articles/{slug}/"),
        )
    ]  # fmt: skip
    with world.enter(world.c1):
        letters = [mail.text for mail in OutboxMail.objects.filter(kind="answer")]
    for text in (*pages, *letters):
        for template in TEMPLATES[:6]:
            assert template in text, template
        assert "pbkdf2" not in text
        assert "only-for-tests" not in text
        assert "<class" not in text.replace("<class>", "")


@pytest.mark.parametrize("kind", ["pickle", "yaml", "msgpack", "application/x-python-serialize"])
def test_the_worker_takes_nothing_but_json(world, kind):
    """A message in another form on the broker is refused before it is opened."""

    class Bomb:
        def __reduce__(self):
            return (exec, ("raise SystemExit('ran')",))

    body = pickle.dumps(Bomb()) if "y" not in kind[1:] else b"!!python/object/apply:os.system ['true']"
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    with Connection("memory://") as broker:
        message = Message(
            {"body": body, "content-type": kind, "content-encoding": "binary", "properties": {"delivery_tag": 1}},
            channel=broker.channel(), accept=set(app.conf.accept_content) | {"application/json"},
        )  # fmt: skip
        with pytest.raises(ContentDisallowed):
            _ = message.payload


def test_what_stands_in_the_cache_or_a_cookie_is_never_unpickled(world, settings):
    class Bomb:
        def __reduce__(self):
            return (exec, ("raise SystemExit('ran')",))

    raw = get_redis_connection("default")
    key = cache.make_key("attack")
    for bad in (pickle.dumps(Bomb()), b"\x80\x04.", b"cos\nsystem\n(S'true'\ntR.", b"!!python/object:x", b"{", b"\xff"):
        raw.set(key, bad)
        try:
            found = cache.get("attack")
        except (ValueError, UnicodeDecodeError):
            found = None
        assert found is None or isinstance(found, str | int | dict | list)
    browser = world.browser(raise_request_exception=False)
    for name in (settings.SESSION_COOKIE_NAME, "messages", settings.CSRF_COOKIE_NAME, "django_language"):
        for value in (
            TimestampSigner().sign("gASVx"),
            "x" * 5000,
            "\x80\x04.",
            "../../etc/passwd",
            '["__json_message"]',
        ):
            browser.cookies[name] = value
            assert browser.get("/voltarra/").status_code == 200
            assert browser.get("/desk/").status_code == 302


ODD = ("a\r\nINFO forged line", "a\nb", "a\x0bb", "a\x0cb", "a\x1b[2Jb", "a\u2028b", "a\u2029b", "a\x85b",
       "a\x00b", "a\x7fb",
       "a\u202eb", "a\ud800b", "%s %d %(x)s", "{0}", "a\x08\x08b")  # fmt: skip


def test_a_log_line_stays_one_line(world):
    line = OneLine(fmt="%(levelname)s %(message)s")
    for text in ODD:
        for shape, values in (("x %s", (text,)), (text.replace("%", "%%"), ())):
            record = logging.LogRecord("x", logging.INFO, "x.py", 1, shape, values, None)
            made = line.format(record)
            assert len(made.splitlines()) == 1
            assert made.isprintable()


def test_no_log_holds_a_password_a_token_or_an_address(world, caplog, capfd, places_of_failure):
    """Everything that can go wrong on the way in, with secrets in every place where people put them."""
    caplog.set_level(logging.DEBUG)
    secret = "hemlighet-Zx81"
    token = actions.make_token(user=world.v1, client=world.c1)
    browser = world.browser(raise_request_exception=False)
    browser.post("/accounts/login/", {"login": world.v1.email, "password": secret})
    browser.post("/accounts/password/reset/", {"email": f"{secret}@mail.example"})
    browser.get(f"/voltarra/enter/{secret}/")
    browser.get(f"/l/{secret}/?q={secret}")
    browser.get("/api/v1/tickets/", headers={"authorization": f"Bearer {secret}"})
    browser.get("/api/v1/tickets/?cursor=x", headers={"authorization": f"Bearer {token}"})
    browser.post("/api/v1/tickets/", f"{{{secret}", content_type="application/json",
                 headers={"authorization": f"Bearer {token}"})  # fmt: skip
    for path in places_of_failure:
        world.browser(world.v1, raise_request_exception=False).get(path, {"q": secret, "password": secret})
    written = caplog.text + "".join(capfd.readouterr())

    assert "Internal Server Error" in written
    assert secret not in written.replace(f"/l/{secret}/", "").replace(f"/voltarra/enter/{secret}/", "")
    assert token not in written
    assert world.v1.email not in written


@pytest.fixture
def places_of_failure(world, monkeypatch):
    """Pages that break, each in another way."""
    ticket = factories.ticket(world, world.r1)
    kinds = iter(
        (ValueError("inside 1"), KeyError("inside 2"), ProgrammingError("SELECT inside"), OSError("/etc/inside"))
    )

    def broken(*_args, **_more):
        raise next(kinds)

    monkeypatch.setattr(desk_ticket, "log_view", broken)
    return [f"/desk/voltarra/{ticket.number}/"] * 4


def test_a_page_that_breaks_tells_nothing_of_its_inside(world, places_of_failure):
    browser = world.browser(world.v1, raise_request_exception=False)
    shown = set()
    for path in places_of_failure:
        answer = browser.get(path)
        assert answer.status_code == 500
        assert b"inside" not in answer.content
        assert not [word for word in INSIDE if word in answer.content]
        shown.add(answer.content)
    assert len(shown) == 1


STATEMENTS = (
    "INSERT INTO access_client (slug, name) VALUES ('voltarra', 'x')",
    "UPDATE tickets_ticket SET customer_id = 999999",
    "UPDATE tickets_ticket SET client_id = 999999",
    "UPDATE tickets_ticket SET priority = 99",
    "SELECT 1/0",
    "SELECT 'a'::int",
    "SELECT * FROM nowhere",
    "TRUNCATE tickets_ticket",
    "SET ROLE owner",
)
TELLING = ("tickets_", "999999", "nowhere", "constraint", "division", "policy", "relation", "psycopg", "owner")


def test_an_error_of_the_database_is_told_as_any_other(world, monkeypatch):
    ticket = factories.ticket(world, world.r1)
    pages, api = world.browser(world.v1), world.program(world.v1, world.c1)
    pages.raise_request_exception = api.raise_request_exception = False
    for statement in STATEMENTS:

        def broken(*_args, statement=statement, **_more):
            with connection.cursor() as cursor:
                cursor.execute(statement)

        monkeypatch.setattr(handling, "solve", broken)
        answers = (
            pages.post(f"/desk/voltarra/{ticket.number}/solve/"),
            api.post(f"/api/v1/tickets/{ticket.number}/solve/", {}, content_type="application/json"),
        )
        for answer in answers:
            assert answer.status_code in (500, 503), statement
            assert not [word for word in TELLING if word in answer.content.decode().lower()], statement
        assert json.loads(answers[1].content)["title"]
    with world.enter(world.c1):
        assert Ticket.objects.get(pk=ticket.pk).status == ticket.status


INSTALLERS = (
    "/admin/", "/admin/login/", "/setup/", "/install/", "/install.php", "/cron/", "/cron.php", "/metrics", "/metrics/",
    "/debug/", "/__debug__/", "/silk/", "/status", "/server-status", "/phpinfo.php", "/.env", "/.git/HEAD",
    "/config.json",
    "/actuator/env", "/console/", "/graphql", "/api/", "/api/v1/", "/api/v2/tickets/", "/api/v1/users/", "/api/v1/me/",
    "/flower/", "/celery/", "/redis", "/backup.sql", "/dump.sql", "/var/demo.json", "/demo.json", "/requirements.txt",
    "/settings.py", "/accounts/signup/", "/accounts/email/", "/accounts/social/", "/accounts/password/set/",
    "/accounts/2fa/", "/accounts/3rdparty/", "/robots.txt.bak", "/wp-login.php", "/xmlrpc.php", "/cgi-bin/x",
    "/jsi18n/",
    "/__reload__/events/", "/media/", "/dev/", "/dev/sql/", "/health/", "/health/debug", "/static/", "/desk/admin/",
)  # fmt: skip


def test_no_door_of_an_installer_a_metric_or_a_debugger_is_there(world, settings):
    settings.DEMO = False
    for path in (*INSTALLERS, "/dev/mail/", "/dev/mail/voltarra/1/"):
        for browser in (world.browser(), world.browser(world.r1)):
            answer = browser.get(path)
            assert answer.status_code in (301, 302, 404), path
            if answer.status_code in (301, 302):
                assert browser.get(answer["Location"]).status_code in (200, 302, 404), path
                assert answer["Location"].startswith(("/accounts/login/", path)), path
            assert not [word for word in INSIDE if word in answer.content]
    for path in ("/health/live", "/health/ready"):
        told = world.browser().get(path).content.decode()
        assert not re.search(r"postgres|redis://|\d+\.\d+\.\d+|password", told)


def test_no_address_comes_past_the_doors(world):
    """Under the names of what needs no database there is no page that would run without its door."""
    pages = (
        "",
        "new/",
        "sign-in/",
        "questions/",
        "questions/1/",
        "articles/",
        "suggest/",
        "enter/x/",
        "files/1/",
        "../desk/",
    )
    for place in ("health", "static", "styles", "dev", "files", "l", "language", "desk", "client", "api", "accounts"):
        for page in pages:
            for headers in ({}, {"host": "evil.example"}, {"host": "files.testserver"}):
                browser = world.browser(headers=headers, raise_request_exception=False)
                answers = [browser.get(f"/{place}/{page}"), browser.post(f"/{place}/{page}", {"body": "x"})]
                for answer in answers:
                    assert answer.status_code < 500, (place, page, headers)
                    assert headers.get("host") != "evil.example" or answer.status_code == 400
    for path in ("/health/live", "/health/ready"):
        assert world.browser(headers={"host": "evil.example"}).get(path).status_code in (200, 503)


def test_no_answer_names_its_server_or_its_versions(world):
    for path in ("/voltarra/", "/accounts/login/", "/nothing/here/", "/api/v1/tickets/", "/api/schema/"):
        answer = world.browser().get(path)
        assert not {"server", "x-powered-by", "x-runtime", "via"} & {name.lower() for name in answer.headers}
        assert "django" not in answer.content.decode().lower().replace("csrfmiddlewaretoken", ""), path


def test_no_secret_is_kept_as_it_is(world, superuser):
    token = actions.make_token(user=world.v1, client=world.c1)
    rows = str(superuser.execute("SELECT * FROM access_apitoken").fetchall())

    assert token not in rows
    assert ApiToken.objects.count() == 1

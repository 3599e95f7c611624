"""Hundreds of ways to get a script into a page, in everything that people write: none runs, none is there."""

from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from access import links
from access.models import Client, SignedLink
from escalation.actions import climb
from escalation.models import Contact, Escalation
from helpdesk.lib import html
from post import files
from post.models import OutboxMail
from post.sending import message_of
from tests import factories
from tests.attack.markup import PAYLOADS, dangers
from tests.cast import Browser
from tickets.actions import handling
from tickets.models import Message, Ticket, TicketCategory

LINE = 6


def groups(size, most=300):
    """The payloads in texts of at most `most` characters, each text with about `size` of them."""
    text, out = "", []
    for payload in PAYLOADS:
        one = payload.replace("\n", " ")
        if len(one) > most:
            continue
        if text and (len(text) + len(one) + 1 > most or text.count("\x00") >= size):
            out.append(text.replace("\x00", " "))
            text = ""
        text += one + "\x00"
    return [*out, text.replace("\x00", " ")]


def test_there_are_hundreds_of_ways():
    assert len(PAYLOADS) > 250
    # Left as they are, most of them are seen; the rest need a browser's kindness.
    assert sum(bool(dangers(f"<p>{payload}</p>")) for payload in PAYLOADS) > 120


def test_no_way_of_writing_passes_the_cleaner():
    """Articles, answers, mails as pages, and what searches show of them."""
    wrong = {}
    for payload in PAYLOADS:
        for made in (
            html.render_markdown(payload),
            html.render_markdown(f"# {payload}\n\n| a | b |\n|-|-|\n| {payload} | x |"),
            html.plain_to_html(payload),
            html.snippet(payload, ["alert", "script", "img", "<"], length=60),
            html.plain_to_html(html.html_to_text(payload)),
            html.render_markdown(unescape(html.plain_to_html(payload))),
        ):
            if found := dangers(made):
                wrong[payload] = found
    assert wrong == {}


@pytest.fixture
def written(world):
    """Everything that people write, full of payloads; the pages that show it, with who may read them."""
    lines, names = groups(4), groups(1, most=110)
    client = world.c1
    pages = [
        ("v12", "/desk/"),
        ("v12", "/desk/?view=all"),
        ("lead", "/desk/my-access/"),
        ("o1", "/client/voltarra/people/"),
    ]
    with world.enter(client):
        Client.objects.filter(pk=client.pk).update(name=names[3][:60])
        TicketCategory.objects.create(client=client, name=names[5][:80], slug="x-1", position=99)
        contact = Contact.objects.create(client=client, name=names[6], email="i@x.example", job=names[7], phone="<b>")
    for number in range(LINE):
        customer = factories.customer(world, client, name=names[number], tier=names[-number][:40], phone="<i>1</i>")
        body = "\n\n".join(PAYLOADS[number::LINE])
        upload = files.check_uploads(
            [SimpleUploadedFile(f"{names[number + 3]}.png", b"GIF89a<script>alert(1)</script>")]
        )
        ticket = factories.ticket(world, customer, subject=lines[number], body=body, uploads=upload, acknowledge=True)
        factories.reply(world, world.v12, ticket, body=body)
        factories.note(world, world.o1, ticket, body=body, audience=Message.Audience.SHARED)
        pages += [("v12", f"/desk/voltarra/{ticket.number}/"), ("v12", f"/desk/voltarra/{ticket.number}/?whole")]
        factories.fact(world, customer, names[number][:80], lines[number][:300])
        with world.enter(client):
            Ticket.objects.filter(pk=ticket.pk).update(need=names[-number - 1], priority_reason=names[number])
        if number < 3:
            with world.enter(world.v12, only=client) as actor:
                handling.set_tags(actor, client_id=client.pk, ticket_id=ticket.pk, names=[names[number][:38]])
                climb.escalate(
                    actor, client_id=client.pk, ticket_id=ticket.pk, reason="decision", question=lines[number],
                    facts=f"What happened: {body[:3000]}", suggestion=lines[number + 1],
                )  # fmt: skip
            pages += [
                ("v12", f"/desk/voltarra/customers/{customer.pk}/"),
                (customer, f"/voltarra/questions/{ticket.number}/"),
            ]
            pages += [(customer, "/voltarra/questions/")]
            slug = factories.article(world, client, title=names[number], body=body).slug
            inner = factories.article(world, client, title=names[-number - 1], body=body, audience="agents").slug
            pages += [("visitor", f"/voltarra/articles/{slug}/"), ("v12", f"/desk/playbooks/voltarra/{inner}/")]
            pages += [("v12", f"/desk/voltarra/{ticket.number}/suggestions/?q=alert")]
    token = _letter(world, contact)
    pages += [
        ("visitor", "/voltarra/"), ("visitor", "/voltarra/articles/?q=alert"),
        ("visitor", "/voltarra/suggest/?q=alert"),
        ("v12", "/desk/playbooks/?q=alert"),
        ("v12", "/desk/customers/?q=img"),
        ("visitor", f"/l/{token}/"),
        ("o1", "/client/voltarra/"), ("o1", "/client/voltarra/inbox/"), ("o1", "/client/voltarra/contacts/"),
        ("o1", "/client/voltarra/matrix/"), ("o1", "/client/voltarra/articles/"),
        ("o1", "/client/voltarra/access-log/"),
        ("visitor", "/dev/mail/"), ("lead", "/desk/reports/voltarra/tickets/?number=opened"),
    ]  # fmt: skip
    with world.enter(client):
        letters = OutboxMail.objects.order_by("pk").values_list("pk", flat=True)
        pages += [("visitor", f"/dev/mail/voltarra/{pk}/") for pk in list(letters)[:6]]
    return [(world.browser(_person(world, who)), path) for who, path in pages]


def _person(world, who):
    return None if who == "visitor" else getattr(world, who) if isinstance(who, str) else who


def _letter(world, contact):
    with world.enter(world.c1):
        asked = Escalation.objects.order_by("pk").first()
    return links.make(
        purpose=SignedLink.Purpose.ESCALATION, client_id=world.c1.pk, subject_id=asked.pk, recipient_id=contact.pk,
        lasts=timedelta(hours=1),
    )  # fmt: skip


def test_no_page_holds_anything_that_acts_and_is_not_ours(written, world):
    wrong, told = [], 0
    for browser, path in written:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        told += page.count("alert(1)")
        if found := dangers(page):
            wrong.append((path, found[:3]))
        assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert wrong == []
    # What was written is there to be read.
    assert told > len(PAYLOADS)


def test_no_letter_holds_anything_that_acts(written, world):
    with world.enter(world.c1):
        letters = list(OutboxMail.objects.order_by("pk"))
    assert len(letters) > LINE
    for letter in letters:
        message = message_of(letter).message()
        for part in message.walk():
            if part.get_content_type() == "text/html":
                assert dangers(part.get_payload(decode=True).decode()) == []
        assert message.get_content_type() in ("text/plain", "multipart/alternative")
        assert len(message.get_all("Subject")) == len(message.get_all("To")) == 1


@pytest.fixture(scope="module")
def chromium():
    """A real browser without a server: what it asks for is answered by the product in this process."""
    from tests.journeys.browser import chromium as opened

    with opened() as browser:
        yield browser


WATCH = """
window.alert = window.confirm = window.prompt = window.print = () => console.error("ATTACK RAN");
"""


@pytest.mark.browser
@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])
def test_a_real_browser_runs_nothing_of_it(chromium, written, policy):
    """Each wall alone: with the content security policy taken away the pages still hold nothing that runs."""
    ran, elsewhere, seen = [], [], 0
    context = chromium.new_context()
    context.add_init_script(WATCH)
    asked: dict[str, Browser] = {}

    def answer(route):
        path = route.request.url.removeprefix("http://testserver")
        if path == route.request.url:
            elsewhere.append(path)
            return route.abort()
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/").partition("?")[0])
            return route.fulfill(path=found) if found and not Path(found).is_dir() else route.fulfill(status=404)
        response = asked["browser"].get(path, headers={"accept": route.request.headers.get("accept", "*/*")})
        headers = {name: value for name, value in response.headers.items() if policy or "Security-Policy" not in name}
        body = b"".join(response.streaming_content) if response.streaming else response.content
        response.close()
        # The browser's own loop has a connection of its own, which nobody else would close.
        connection.close()
        return route.fulfill(status=response.status_code, headers=headers, body=body)

    context.route("**/*", answer)
    page = context.new_page()
    page.on("console", lambda message: ran.append((page.url, message.text)) if "ATTACK" in message.text else None)
    page.on("dialog", lambda dialog: (ran.append((page.url, dialog.message)), dialog.dismiss()))
    for browser, path in written[1::7] if policy else written[::7]:
        asked["browser"] = browser
        page.goto(f"http://testserver{path}", wait_until="load")
        seen += page.evaluate("document.body.innerText.includes('alert(1)')")
        # What waits for somebody to point or to open something.
        page.evaluate(
            "for (const e of document.querySelectorAll('main *, details')) {"
            " e.dispatchEvent(new Event('mouseover', {bubbles: true})); if (e.tagName === 'DETAILS') e.open = true }"
        )
    assert ran == []
    assert elsewhere == []
    assert seen > 2
    # The same words, not cleaned, would have run.
    page.goto("about:blank")
    page.set_content("".join(PAYLOADS[:80]))
    page.wait_for_function("document.readyState === 'complete'")
    context.close()
    assert ran != []

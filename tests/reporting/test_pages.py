"""The pages of reports: what they show, to whom, and where each number leads."""

import csv
import io
import json
import re

import pytest
from django.urls import reverse

from access.models import AccessLogContent
from tests import factories
from tickets.models import Ticket

PERIOD = "from=2026-03-02&to=2026-03-13"
LINK = re.compile(r'<a href="([^"]*number=(\w+)[^"]*)">\s*(\d+)( %)?<span')


def pages(world):
    """The same report at both places, with who reads it there."""
    return (
        (world.browser(world.o1), reverse("console:reports", kwargs={"client": "voltarra"})),
        (world.browser(world.lead), reverse("desk:report", kwargs={"client": "voltarra"})),
    )


def links(html):
    return [
        (url.replace("&amp;", "&"), number, int(text), bool(share)) for url, number, text, share in LINK.findall(html)
    ]


def test_customer_wait_comes_first_and_every_figure_leads_to_its_tickets(fortnight):
    for browser, address in pages(fortnight):
        html = browser.get(f"{address}?{PERIOD}").content.decode()

        assert html.index("Customer wait") < html.index("Against promise")
        followed = set()
        for url, number, figure, is_share in links(html):
            if is_share or url in followed:
                continue
            followed.add(url)
            behind = browser.get(url).content.decode()
            assert f"<span data-count>{figure}</span>" in behind, (number, url)
        assert len(followed) > 60


def test_client_and_vendor_read_the_same_figures(fortnight):
    found = []
    for browser, address in pages(fortnight):
        html = browser.get(f"{address}?{PERIOD}").content.decode()
        facts = [
            json.loads(text)
            for text in re.findall(r'<script id="\w+-data" type="application/json">(.*?)</script>', html)
        ]
        words = re.findall(r'<dd class="big"><a[^>]*>(.*?)</a></dd>', html)
        found.append((words, facts, [(number, figure) for _url, number, figure, _share in links(html)]))

    assert found[0] == found[1]
    assert len(found[0][0]) == 3
    assert len(found[0][1]) == 2


def test_my_reports_list_only_clients_whose_reports_i_may_read(fortnight):
    html = fortnight.browser(fortnight.lead).get(reverse("desk:reports")).content.decode()

    assert "Voltarra" in html
    assert "Alderby" in html
    assert "Tallholm" not in html


@pytest.mark.parametrize("person", ["v1", "v1ro", "v1own", "a1", "e1"])
def test_a_person_without_the_right_sees_and_exports_nothing(fortnight, person):
    browser = fortnight.browser(getattr(fortnight, person))
    for name in ("report", "report_csv", "report_tickets", "report_tickets_csv"):
        answer = browser.get(reverse(f"desk:{name}", kwargs={"client": "voltarra"}) + f"?number=opened&{PERIOD}")

        assert answer.status_code == 403
        assert b"Question of day" not in answer.content


def test_another_clients_report_does_not_exist(fortnight):
    for name in ("reports", "report_csv", "report_tickets", "report_tickets_csv"):
        answer = fortnight.browser(fortnight.o2).get(
            reverse(f"console:{name}", kwargs={"client": "voltarra"}) + f"?number=opened&{PERIOD}"
        )

        assert answer.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-02-30&to=2026-03-01",
        "from=2026-03-09&to=2026-03-01",
        "period=nonsense",
        "from=1",
        "to=%F0%9F%92%A9&from=x",
    ],
)
def test_bad_days_are_told_and_no_figure_is_shown(fortnight, query):
    answer = fortnight.browser(fortnight.o1).get(
        reverse("console:reports", kwargs={"client": "voltarra"}) + f"?{query}"
    )

    assert answer.status_code == 400
    assert b'class="field-error"' in answer.content or b"msgbar" in answer.content
    assert b"Against promise" not in answer.content


@pytest.mark.parametrize("name", ["report_csv", "report_tickets", "report_tickets_csv"])
def test_bad_days_of_a_list_or_an_export_are_told(fortnight, name):
    url = reverse(f"console:{name}", kwargs={"client": "voltarra"})

    assert fortnight.browser(fortnight.o1).get(f"{url}?number=opened&from=never&to=2026-03-01").status_code == 400


@pytest.mark.parametrize(
    "query", ["number=customer__email", "number=", "number=opened&at=forged", "number=opened&at=" + "x" * 3000]
)
def test_an_unknown_number_or_place_is_not_found(fortnight, query):
    url = reverse("console:report_tickets", kwargs={"client": "voltarra"})

    assert fortnight.browser(fortnight.o1).get(f"{url}?{query}").status_code == 404


def test_days_without_anything_say_so(fortnight):
    url = reverse("console:reports", kwargs={"client": "voltarra"})

    html = fortnight.browser(fortnight.o1).get(f"{url}?from=2026-01-01&to=2026-01-02").content.decode()

    assert "Nothing happened in these days" in html


def test_an_export_holds_the_figures_and_is_logged(fortnight):
    answer = fortnight.browser(fortnight.o1).get(
        reverse("console:report_csv", kwargs={"client": "voltarra"}) + f"?{PERIOD}"
    )

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert next(row["value"] for row in rows if row["figure"] == "opened" and not row["day"]) == "7"
    assert sum(int(row["value"]) for row in rows if row["figure"] == "opened" and row["day"]) == 7
    with fortnight.enter(fortnight.c1):
        (entry,) = AccessLogContent.objects.filter(action="export")
    assert entry.user_id == fortnight.o1.pk
    assert entry.detail["what"] == "report"


def test_an_exported_list_holds_its_tickets_and_no_formula(fortnight):
    evil = factories.ticket(fortnight, fortnight.r1, subject='=HYPERLINK("https://evil.example";"x")')
    answer = fortnight.browser(fortnight.lead).get(
        reverse("desk:report_tickets_csv", kwargs={"client": "voltarra"}) + f"?number=opened&{PERIOD}"
    )

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    with fortnight.enter(fortnight.c1):
        numbers = set(Ticket.objects.values_list("number", flat=True))
        (entry,) = AccessLogContent.objects.filter(action="export")
    assert {int(row["ticket"]) for row in rows} == numbers
    assert next(row["subject"] for row in rows if row["ticket"] == str(evil.number)).startswith("'=")
    assert len(entry.records) == len(numbers)


def test_a_refused_export_leaves_no_export_in_the_log(fortnight):
    fortnight.browser(fortnight.v1ro).get(reverse("desk:report_csv", kwargs={"client": "voltarra"}) + f"?{PERIOD}")

    with fortnight.enter(fortnight.c1):
        actions = list(AccessLogContent.objects.values_list("action", flat=True))
    assert "export" not in actions
    assert "refused" in actions

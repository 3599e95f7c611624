"""Every number of the client's first page leads to the list of exactly what it counts."""

import re

from django.urls import reverse

from helpdesk.lib.figures import Kept
from tests import factories

LIST = re.compile(r'<a href="([^"]*[?&;]number=(\w+)[^"]*)">\s*(?:<text[^>]*>)?\s*(\d+)( %)?')
LOG = re.compile(r'href="([^"]*access-log/\?[^"]+)">(\d+)')


def home(world, person):
    return world.browser(person), reverse("console:home", kwargs={"client": "voltarra"})


def listed(browser, url):
    """How many lines the list says it has."""
    text = browser.get(url.replace("&amp;", "&")).content.decode()
    return int(re.search(r"<span data-count>(\d+)</span>", text).group(1))


def test_every_number_leads_to_a_list_of_as_many_tickets(fortnight):
    browser, address = home(fortnight, fortnight.o1)
    found = LIST.findall(browser.get(address).content.decode())

    counted = {(url, int(text)) for url, _number, text, share in found if not share}
    assert len(counted) > 80
    for url, value in counted:
        assert listed(browser, url) == value, url
    assert {"opened", "solved", "open", "open_vendor", "open_client", "open_customer"} <= {n for _u, n, *_x in found}


def test_a_share_leads_to_the_promises_it_was_counted_from(fortnight):
    factories.reply(fortnight, fortnight.v1, factories.ticket(fortnight, fortnight.r1))
    browser, address = home(fortnight, fortnight.o1)
    shares = [(url, int(text)) for url, _n, text, share in LIST.findall(browser.get(address).content.decode()) if share]

    assert len(shares) > 1
    for url, percent in shares:
        assert Kept(listed(browser, url), listed(browser, url.replace("_judged", "_missed"))).percent == percent


def test_the_waits_of_today_lead_to_those_waits(fortnight):
    factories.reply(fortnight, fortnight.v1, factories.ticket(fortnight, fortnight.r1))
    browser, address = home(fortnight, fortnight.o1)

    html = browser.get(address).content.decode()

    urls = re.findall(r'class="big"><a href="([^"]*number=waits[^"]*)"', html)
    assert len(urls) == 2
    assert {listed(browser, url) for url in urls} == {1}


def test_what_waits_leads_to_as_many_questions(fortnight):
    browser, address = home(fortnight, fortnight.o1)
    html = browser.get(address).content.decode()

    url, count = re.search(r'<a class="plain" href="([^"]+)">Waiting for you: (\d+)', html).groups()

    assert browser.get(url).content.decode().count("data-key-row href") == int(count) > 0


def test_openings_of_records_lead_to_those_lines_of_the_log(fortnight):
    customer = reverse("desk:customer", kwargs={"client": "voltarra", "customer": fortnight.r1.pk})
    for person in (fortnight.v12, fortnight.a1):
        fortnight.browser(person).get(customer)
    ticket = factories.ticket(fortnight, fortnight.r1)
    fortnight.browser(fortnight.v1).get(reverse("desk:ticket", kwargs={"client": "voltarra", "number": ticket.number}))
    browser, address = home(fortnight, fortnight.o1)

    found = LOG.findall(browser.get(address).content.decode())

    assert [int(count) for _url, count in found] == [1, 1, 0]
    for url, count in found:
        body = browser.get(url.replace("&amp;", "&")).content.decode().partition("<tbody>")[2]
        assert body.count("<tr>") == int(count)


def test_who_may_not_read_reports_sees_the_numbers_without_links(fortnight):
    browser, address = home(fortnight, fortnight.e1)

    html = browser.get(address).content.decode()

    assert re.search(r"in: .*solved:", html, re.S)
    assert "number=" not in html
    assert 'role="img"' in html

"""What mail servers found out about a sender, and what a sender says of themselves."""

from email import message_from_bytes

import pytest

from tickets.mail.nature import failed_checks

OURS = frozenset({"mx.desk.example", "mx2.desk.example"})
FAIL, PASS = "dmarc=fail header.from=mail.example", "dmarc=pass; spf=pass; dkim=pass"


def told(*results):
    """A mail with these headers, the topmost first: each server puts its own above the others'."""
    head = "".join(f"Authentication-Results: {value}\r\n" for value in results)
    return message_from_bytes((head + "From: a@mail.example\r\n\r\nHello").encode())


@pytest.mark.parametrize(
    "results",
    [
        f"mx.desk.example; {FAIL}",
        f"MX.Desk.Example 1; {FAIL}",
        f'"mx2.desk.example"; {FAIL}',
        f"(a note; dmarc=pass) mx.desk.example; {FAIL}",
        "mx.desk.example; spf = fail smtp.mailfrom=mail.example",
        "mx.desk.example; dkim=pass; spf=pass;dkim=fail",
        "mx.desk.example;\r\n  dmarc=pass;\r\n  spf=hardfail",
    ],
)
def test_a_fail_of_our_server_counts(settings, results):
    settings.MAIL_AUTHSERV = OURS

    assert failed_checks(told(results))


@pytest.mark.parametrize("forged", [f"mx.evil.example; {PASS}", f"mx.desk.example; {PASS}", PASS, "", ";", "("])
@pytest.mark.parametrize("ours", [OURS, frozenset()])
def test_no_header_of_the_senders_takes_a_fail_back(settings, forged, ours):
    settings.MAIL_AUTHSERV = ours
    fail = f"mx.desk.example; {FAIL}"

    assert failed_checks(told(fail, forged))
    assert failed_checks(told(forged, fail))


@pytest.mark.parametrize(
    "results",
    [
        f"mx.evil.example; {FAIL}",
        f"notmx.desk.example; {FAIL}",
        f"mx.desk.example.evil.example; {FAIL}",
        FAIL,
        f"mx.desk.example; {PASS}",
        "mx.desk.example; none",
        "mx.desk.example; spf=softfail; dmarc=permerror; dkim=none",
        "mx.desk.example; spf=pass (not dmarc=fail)",
        "mx.desk.example; spf=failsafe; x-dkim=fail",
    ],
)
def test_what_others_say_and_what_is_no_fail_does_not_count(settings, results):
    settings.MAIL_AUTHSERV = OURS

    assert not failed_checks(told(results))


def test_without_a_server_of_ours_anybodys_fail_counts(settings):
    settings.MAIL_AUTHSERV = frozenset()

    assert failed_checks(told("mx.anybody.example; spf=fail"))
    assert not failed_checks(told("mx.anybody.example; spf=pass"))
    assert not failed_checks(told())

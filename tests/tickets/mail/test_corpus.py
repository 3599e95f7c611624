"""Real mails of other projects' test suites, byte for byte."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from post.models import OutboxMail
from tickets.mail.receive import receive
from tickets.models import RawMail, Ticket

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "mail"
# A booking confirmation without any mark of a program.
LOOKS_PERSONAL = ["enmime--testdata-mime-bad-content-type.eml"]


def corpus():
    with (FOLDER / "INDEX.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not FOLDER.exists(), reason="the folder ../shared/data/mail is not here")
def test_every_mail_is_stored_and_most_become_what_they_should(world):
    wrong, acknowledged = [], []
    for row in corpus():
        found = receive(world.c1.mailbox, (FOLDER / row["file"]).read_bytes())
        # A reply to a mail that went round this product has no signed address: it is a new ticket here.
        wanted = {"new_ticket": "new_ticket", "reply": "new_ticket", "reject": "rejected"}.get(
            row["expected_outcome"], "ignored"
        )
        if found.outcome != wanted:
            wrong.append((row["file"], wanted, found.outcome, found.reason))
        if row["auto_acknowledgement_allowed"] == "no" and found.ticket and row["expected_outcome"] != "reply":
            with world.enter(world.c1):
                ticket = Ticket.objects.get(client=world.c1, number=found.ticket)
                if OutboxMail.objects.filter(ticket_id=ticket.pk).exists():
                    acknowledged.append(row["file"])
    with world.enter(world.c1):
        outcomes = Counter(RawMail.objects.values_list("outcome", flat=True))
    assert sum(outcomes.values()) == len(corpus())
    assert outcomes[""] == outcomes["kept"] == 0
    assert len(wrong) <= 2, wrong
    assert acknowledged == LOOKS_PERSONAL

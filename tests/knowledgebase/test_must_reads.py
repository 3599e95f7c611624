"""What agents must have read: who is asked, when it bites, what signing opens, and what the client sees."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError

from access import clearance
from access.actions import clearing
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent, Assignment
from access.soft_gates import Soft
from helpdesk.lib import clock
from knowledgebase import actions, must_reads
from knowledgebase.models import MustRead, Reading
from tests import factories
from tickets.actions import handling
from tickets.actions.next_ticket import claim
from tickets.actions.work_now import work_now
from tickets.errors import NotReady

SAID = "Refunds now take two days."


@pytest.fixture
def ask(world):
    """Ask for an article, by default as the client's admin and at once."""

    def make(revision, *, by=None, **more):
        with world.enter(by or world.o1, only=world.c1) as actor:
            return actions.ask_to_read(
                actor, client_id=world.c1.pk, article_id=revision.article_id, **{"said": SAID, **more}
            )

    return make


def sign(world, person, revision, number=None):
    with world.enter(person, only=world.c1) as actor:
        return actions.sign(actor, client_id=world.c1.pk, slug=revision.article.slug, number=number or revision.number)


def missing(world, person):
    return [(each.kind, each.name) for each in world.actor(person).standings[world.c1.pk].missing]


def take(world, person, ticket):
    with world.enter(person, world.c1) as actor:
        return claim(actor, client_id=world.c1.pk, ticket_id=ticket.pk)


def test_what_is_due_at_once_takes_new_tickets_away_and_signing_gives_them_back(world, write, ask):
    revision, ticket = write(), factories.ticket(world, world.r1)
    assert missing(world, world.v1) == []

    ask(revision)
    with pytest.raises(NotReady, match=revision.title):
        take(world, world.v1, ticket)

    sign(world, world.v1, revision)
    assert take(world, world.v1, ticket).assignee.name == "Vera Ahlm"
    assert missing(world, world.v12) == [(Soft.MUST_READ, revision.title)]


def test_an_urgent_ticket_is_worked_all_the_same(world, write, ask):
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1) as actor:
        handling.override_priority(actor, client_id=world.c1.pk, ticket_id=ticket.pk, priority=1, reason="No heat")
    ask(write())

    with world.enter(world.v1, world.c1) as actor:
        assert work_now(actor, client_id=world.c1.pk, ticket_id=ticket.pk).assignee.name == "Vera Ahlm"


def test_by_a_date_it_closes_by_time_alone(world, write, ask):
    due = clock.now() + timedelta(days=3)
    ask(write(), due_at=due)
    ticket = factories.ticket(world, world.r1)

    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        assert missing(world, world.v1) == []
    with time_machine.travel(due, tick=False):
        assert missing(world, world.v1) != []
        with pytest.raises(NotReady):
            take(world, world.v1, ticket)


def test_it_closes_at_the_end_of_the_shift_and_after_the_clients_grace(world, write, ask):
    with world.enter(world.o1) as actor:
        clearing.set_rules(
            actor,
            client_id=world.c1.pk,
            needs_second_factor=False,
            certification_grace_days=0,
            must_read_grace_days=2,
            unanswered_emergency=False,
        )
    now = clock.now()
    ask(write())

    (duty,) = world.actor(world.v1).standings[world.c1.pk].missing

    assert timedelta(days=2) <= duty.closes_at - now < timedelta(days=2, minutes=1)


def test_a_role_can_be_asked_alone(world, write, ask):
    ask(write(), role="team_lead")

    assert missing(world, world.v1) == []
    assert missing(world, world.lead) != []
    with pytest.raises(NotFound):
        sign(world, world.v1, write())


def test_the_clients_own_people_are_asked_nothing(world, write, ask):
    revision = write()
    ask(revision)

    assert missing(world, world.a1) == []
    with pytest.raises(NotFound):
        sign(world, world.o1, revision)


def test_whoever_comes_later_has_it_to_do_since_they_began(world, write, ask):
    ask(write())
    began = clock.now() + timedelta(days=5)
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).update(starts_at=began)

    with time_machine.travel(began + timedelta(hours=1)):
        (duty,) = world.actor(world.v1).standings[world.c1.pk].missing
    assert duty.due_at == began


def test_the_next_must_read_of_an_article_ends_the_one_before(world, write, ask):
    first = write()
    ask(first)
    sign(world, world.v1, first)
    second = write(body="Hold it longer.", article=first.article, expected_number=1)
    assert missing(world, world.v1) == []

    ask(second, said="Longer than before.")

    assert missing(world, world.v1) == [(Soft.MUST_READ, second.title)]
    with world.enter(world.o1):
        assert list(MustRead.objects.order_by("pk").values_list("revision_number", "ended_by")) == [
            (1, "Olle Voltarra"),
            (2, ""),
        ]


def test_a_revision_that_changed_meanwhile_is_not_signed_unread(world, write, ask):
    first = write()
    ask(first)
    second = write(body="Hold it longer.", article=first.article, expected_number=1)

    with pytest.raises(Conflict, match="changed since"):
        sign(world, world.v1, first)
    assert sign(world, world.v1, second).revision_number == 2
    assert missing(world, world.v1) == []


def test_signing_twice_is_once_and_says_what_lay_before_them(world, write, ask):
    revision = write()
    ask(revision)

    again = {sign(world, world.v1, revision).pk, sign(world, world.v1, revision).pk}

    assert len(again) == 1
    with world.enter(world.o1):
        row = Reading.objects.get()
        logged = AccessLogContent.objects.filter(detail__what="must_read_signed").values_list("user_id", "detail")
        assert row.digest == must_reads.digest_of(revision)
        assert [(user, detail["digest"]) for user, detail in logged] == [(world.v1.pk, row.digest)]


def test_what_is_signed_is_never_changed(world, write, ask):
    revision = write()
    ask(revision)
    sign(world, world.v1, revision)

    with pytest.raises(DatabaseError), world.enter(world.c1):
        Reading.objects.update(digest="0" * 64)
    with pytest.raises(DatabaseError), world.enter(world.c1):
        Reading.objects.all().delete()


def test_withdrawing_the_article_or_stopping_opens_the_gate(world, write, ask):
    stopped, gone = write(title="One"), write(title="Two")
    row = ask(stopped)
    ask(gone)
    with world.enter(world.o1) as actor:
        actions.stop_asking(actor, client_id=world.c1.pk, must_read_id=row.pk)
        actions.withdraw(actor, article=gone.article)

    assert missing(world, world.v1) == []


def test_only_who_publishes_asks(world, write, ask):
    revision = write()

    for person in (world.v1, world.lead, world.a1, world.e1):
        with pytest.raises(RightMissing):
            ask(revision, by=person)
    with pytest.raises(NotFound), world.enter(world.o2) as actor:
        actions.ask_to_read(actor, client_id=world.c1.pk, article_id=revision.article_id, said=SAID)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"said": " "}, "one sentence"),
        ({"said": "x" * 201}, "200 fit"),
        ({"role": "client_admin"}, "roles offered"),
        ({"role": "nonsense"}, "roles offered"),
    ],
)
def test_what_cannot_be_asked(world, write, ask, given, said):
    with pytest.raises(Invalid, match=said):
        ask(write(), **given)


def test_a_day_that_is_over_or_an_article_that_nobody_reads(world, write, ask):
    with pytest.raises(Invalid, match="future"):
        ask(write(), due_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="publish it first"):
        ask(write(title="Draft", published=False))
    revision = write(title="Asked")
    ask(revision)
    with pytest.raises(Conflict, match="already"):
        ask(revision)


def test_the_client_counts_who_has_read(world, write, ask):
    revision = write()
    ask(revision)
    sign(world, world.v1, revision)

    with world.enter(world.o1):
        (found,) = must_reads.progress(world.c1.pk)
        (line,) = [line for line in clearance.grid(world.c1.pk, "Voltarra") if line.user_id == world.v12.pk]

    assert (found.read, found.asked) == (1, 5)
    assert found.unread == ("Lea Dahl", "Valter Own", "Viggo Brandt", "Vilma Read")
    assert [each.name for each in line.missing] == [revision.title]


class TestPages:
    def test_the_client_asks_and_stops(self, world, write):
        revision, browser = write(), world.browser(world.o1)
        new = f"/client/voltarra/articles/{revision.article_id}/must-read/"
        assert browser.post(new, {"said": ""}).status_code == 400

        browser.post(new, {"said": SAID, "due_on": "2031-05-02", "role": ""})

        shown = browser.get("/client/voltarra/articles/must-reads/").content.decode()
        assert "0 of 5 have read it" in shown
        assert SAID in shown
        with world.enter(world.o1):
            # The end of the second of May, in Stockholm.
            assert MustRead.objects.get().due_at.isoformat() == "2031-05-02T22:00:00+00:00"
        end = re.search(r'action="([^"]+/end/)"', shown).group(1)
        assert browser.post(end).status_code == 302
        assert SAID not in browser.get("/client/voltarra/articles/must-reads/").content.decode()

    def test_the_agent_finds_it_under_my_access_and_signs_at_the_article(self, world, write, ask):
        revision, browser = write(), world.browser(world.v1)
        ask(revision)

        shown = browser.get("/desk/my-access/").content.decode()
        address = f"/desk/playbooks/voltarra/{revision.article.slug}/"
        assert address in shown
        assert SAID in shown
        assert "I have read it" in browser.get(address).content.decode()

        assert browser.post(f"{address}read/", {"number": "1"}).status_code == 302

        assert "I have read it" not in browser.get(address).content.decode()
        assert SAID not in browser.get("/desk/my-access/").content.decode()

    def test_an_older_text_is_not_signed(self, world, write, ask):
        first, browser = write(), world.browser(world.v1)
        ask(first)
        write(body="Hold it longer.", article=first.article, expected_number=1)
        address = f"/desk/playbooks/voltarra/{first.article.slug}/"

        assert "I have read it" not in browser.get(f"{address}?revision=1").content.decode()
        shown = browser.post(f"{address}read/", {"number": "1"}, follow=True).content.decode()

        assert "has changed since" in shown
        for number in ("", "x", "0", "99999999999999999999"):
            assert browser.post(f"{address}read/", {"number": number}).status_code == 404

"""What agents do with tickets: each works, refuses who may not, and then changes nothing."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from access import actions as staffing
from access.models import AccessLogContent
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tickets.actions import handling, next_ticket
from tickets.models import Draft, Event, Holder, Message, Skip, Status, Ticket

ACTS: dict[str, dict[str, Any]] = {
    "reply": {"audience": "public", "body": "Try the other key.", "then": "wait"},
    "note": {"audience": "shared", "body": "Seen this before."},
    "assign": {"card": "{card}"},
    "solve": {},
    "close": {},
    "reopen": {},
    "sort": {"impact": "1", "urgency": "1", "category": "", "need": "A key"},
    "priority": {"priority": "1", "reason": "Family outside"},
    "tags": {"tags": "lock, key"},
    "skip": {"why": "language"},
}


def address(ticket: Ticket, name: str, slug: str = "voltarra") -> str:
    return reverse(f"desk:{name}", kwargs={"client": slug, "number": ticket.number})


def data(world: World, name: str) -> dict[str, Any]:
    card = world.actor(world.v12).card_id(world.c1.pk)
    return {key: value.format(card=card) for key, value in ACTS[name].items()}


def fresh(world: World, ticket: Ticket) -> Ticket:
    client = world.c1 if ticket.client_id == world.c1.pk else world.c2
    with world.enter(client):
        return Ticket.objects.select_related("assignee").get(pk=ticket.pk)


def state(world: World, ticket: Ticket) -> list[Any]:
    """Everything that an act could change."""
    client = world.c1 if ticket.client_id == world.c1.pk else world.c2
    with world.enter(client):
        rows = [list(Ticket.objects.filter(pk=ticket.pk).values())]
        rows += [model.objects.filter(client=client).count() for model in (Message, Event, Skip, OutboxMail)]
        return rows


@pytest.mark.parametrize("name", ACTS)
def test_an_agent_of_the_client_may(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    if name == "reopen":
        with world.enter(world.v1) as actor:
            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, name), data(world, name))

    assert answer.status_code == 302, answer.content.decode()[:500]
    assert state(world, ticket) != before
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(action="change", ticket_id=ticket.pk).exists()


@pytest.mark.parametrize("name", ACTS)
def test_a_client_agent_may_at_home(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    if name == "reopen":
        with world.enter(world.v1) as actor:
            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    answer = world.browser(world.a1).post(address(ticket, name), data(world, name))

    assert answer.status_code == 302, answer.content.decode()[:500]


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(
    ("person", "status"), [("v1ro", 403), ("e1", 403), ("x", 403), ("o2", 404), ("v1own", 404), (None, 302)]
)
def test_others_may_not_and_change_nothing(world: World, name: str, person: str | None, status: int) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)
    browser = world.browser(getattr(world, person) if person else None)

    answer = browser.post(address(ticket, name), data(world, name))

    assert answer.status_code == status
    if status == 302:
        assert answer["Location"].startswith("/accounts/login/")
    assert state(world, ticket) == before


@pytest.mark.parametrize("name", ACTS)
def test_a_foreign_ticket_is_not_there(world: World, name: str) -> None:
    foreign = factories.ticket(world, world.r2)
    before = state(world, foreign)
    browser = world.browser(world.v1)

    assert browser.post(address(foreign, name, "alderby"), data(world, name)).status_code == 404
    # The same number at one's own client names no foreign ticket either.
    browser.post(address(foreign, name), data(world, name))
    assert state(world, foreign) == before


@pytest.mark.parametrize("name", [n for n in ACTS if n != "skip"])
def test_reading_changes_nothing(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    assert world.browser(world.v1).get(address(ticket, name)).status_code == 405
    assert state(world, ticket) == before


@pytest.mark.parametrize("name", ACTS)
def test_without_the_token_nothing_happens(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1, enforce_csrf_checks=True).post(address(ticket, name), data(world, name))

    assert answer.status_code == 403
    assert state(world, ticket) == before


def test_htmx_is_sent_on(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).post(address(ticket, "solve"), headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, address(ticket, "ticket"))


# ---- answering ---------------------------------------------------------------------------


def test_an_answer_goes_to_the_customer_and_hands_over_the_move(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "revisions": ""})

    after = fresh(world, ticket)
    assert (after.holder, after.asked_at, after.assignee.name) == (Holder.CUSTOMER, None, "Vera Ahlm")
    with world.enter(world.c1):
        assert OutboxMail.objects.get(kind="answer").to_address == "rita@mail.example"


@pytest.mark.parametrize(("then", "status"), [("wait", "open"), ("solved", "solved"), ("stay", "open")])
def test_an_answer_leaves_the_ticket_as_chosen(world: World, then: str, status: str) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "then": then})

    after = fresh(world, ticket)
    assert after.status == status
    assert after.holder == ("customer" if then == "wait" else "vendor")


def test_a_double_click_sends_once(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)

    first, second = (browser.post(address(ticket, "reply"), {**ACTS["reply"], "once": "k1"}) for _each in range(2))

    assert first["Location"] == second["Location"]
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1
        assert OutboxMail.objects.filter(kind="answer").count() == 1


def test_two_clicks_at_the_same_time_send_once(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browsers = [world.browser(world.v1) for _each in range(4)]

    answers = _together(
        [lambda b=b: b.post(address(ticket, "reply"), {**ACTS["reply"], "once": "k2"}) for b in browsers]
    )

    assert {answer.status_code for answer in answers} == {302}
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1


def _together(calls: list[Any]) -> list[Any]:
    """Run the calls at the same moment, each in its own thread and database connection."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Any) -> None:
        gate.wait()
        try:
            results[index] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_note_never_goes_out_by_the_answers_button(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {"audience": "vendor", "body": "He is rude."})

    assert answer.status_code == 400
    assert "He is rude.</textarea>" in answer.content.decode()
    assert state(world, ticket) == before


def test_a_client_agent_cannot_write_a_vendors_note(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.a1).post(address(ticket, "note"), {"audience": "vendor", "body": "Ours?"})

    assert answer.status_code == 400
    with world.enter(world.c1):
        assert not Message.objects.filter(audience="vendor").exists()


@pytest.mark.parametrize("body", ["", "   \n ", "\x00", "x" * 100_001])
def test_a_text_that_cannot_be_sent_is_kept_and_told(world: World, body: str) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {"audience": "public", "body": body})

    assert answer.status_code == 400
    assert state(world, ticket) == before


def test_closing_lines_alone_are_no_answer(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        from access.models import ClientProfile

        ClientProfile.objects.update(signature="{agent}, Voltarra Care")
    browser = world.browser(world.v1)

    empty = browser.post(address(ticket, "reply"), {"audience": "public", "body": "\n\nVera, Voltarra Care"})
    note = browser.post(address(ticket, "note"), {"audience": "shared", "body": "Look here\r\n\r\nVera, Voltarra Care"})

    assert empty.status_code == 400
    assert note.status_code == 302
    with world.enter(world.c1):
        assert Message.objects.get(audience="shared").body == "Look here"


def test_a_stale_answer_keeps_the_text_and_shows_who_was_quicker(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        seen = Message.objects.get(ticket=ticket).pk
    factories.reply(world, world.v12, ticket)
    mark = _mark(world, ticket)

    sent = {**ACTS["reply"], "body": "My long answer", "seen": seen, "draft": mark, "once": "k3"}
    answer = world.browser(world.v1).post(address(ticket, "reply"), sent)

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Viggo Brandt answered" in shown
    assert "My long answer</textarea>" in shown
    with world.enter(world.v1):
        assert Draft.objects.get().body == "My long answer"
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1
        assert AccessLogContent.objects.filter(action="view", ticket_id=ticket.pk).exists()


def test_after_reading_the_stale_answer_can_be_sent(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    newest = factories.reply(world, world.v12, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "seen": newest.pk, "once": "k3"})

    assert answer.status_code == 302


def _mark(world: World, ticket: Ticket, person: Any = None) -> str:
    from tickets.desk import drafts

    return drafts.mark(ticket.client_id, ticket.pk, (person or world.v1).pk)


def test_a_closed_ticket_takes_no_answer(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    answer = world.browser(world.v1).post(address(ticket, "reply"), ACTS["reply"])

    assert answer.status_code == 409
    assert "This ticket is closed" in answer.content.decode()


def test_a_foreign_revision_is_not_there(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "revisions": "987654"})

    assert answer.status_code == 400
    assert state(world, ticket) == before


# ---- drafts ------------------------------------------------------------------------------


def test_a_draft_is_kept_while_writing(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    url = reverse("desk:draft", kwargs={"mark": _mark(world, ticket)})

    answer = world.browser(world.v1).post(url, {"body": "Half", "audience": "shared"})

    assert answer.status_code == 204
    with world.enter(world.v1):
        assert (Draft.objects.get().body, Draft.objects.get().audience) == ("Half", "shared")


def test_nobody_keeps_a_draft_in_anothers_name(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    for mark in (_mark(world, ticket), "forged", _mark(world, ticket) + "x"):
        url = reverse("desk:draft", kwargs={"mark": mark})
        assert world.browser(world.v12).post(url, {"body": "Half"}).status_code == 404


def test_sending_forgets_the_draft(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    browser.post(reverse("desk:draft", kwargs={"mark": _mark(world, ticket)}), {"body": "Half", "audience": "public"})

    browser.post(address(ticket, "reply"), ACTS["reply"])

    with world.enter(world.v1):
        assert not Draft.objects.exists()


@pytest.mark.parametrize("name", ["reply", "note"])
def test_a_gate_that_closed_meanwhile_keeps_the_text(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    sent = {**ACTS[name], "body": "A kept answer", "draft": _mark(world, ticket)}
    staffing.suspend_vendor(client=world.c1, vendor=world.havnvik)

    answer = browser.post(address(ticket, name), sent)

    shown = answer.content.decode()
    assert answer.status_code == 403
    assert "A kept answer</textarea>" in shown
    assert "Voltarra has suspended access for now." in shown
    staffing.restore_vendor(client=world.c1, vendor=world.havnvik)
    with world.enter(world.v1):
        assert Draft.objects.get().body == "A kept answer"
    with world.enter(world.c1):
        assert not Message.objects.filter(author="staff").exists()


def test_a_draft_is_kept_behind_a_closed_gate(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    staffing.suspend_vendor(client=world.c1, vendor=world.havnvik)

    answer = browser.post(
        reverse("desk:draft", kwargs={"mark": _mark(world, ticket)}), {"body": "Late", "audience": "public"}
    )

    assert answer.status_code == 204


# ---- assigning and sorting ---------------------------------------------------------------


def test_nobody_takes_a_ticket_from_under_a_colleague(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    mine, theirs = (world.actor(person).card_id(world.c1.pk) for person in (world.v1, world.v12))
    with world.enter(world.v12) as actor:
        handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=theirs)

    answer = world.browser(world.v1).post(address(ticket, "assign"), {"card": mine, "before": ""})

    assert answer.status_code == 409
    assert "Viggo Brandt has taken this ticket meanwhile." in answer.content.decode()
    assert fresh(world, ticket).assignee_id == theirs


@pytest.mark.parametrize("whose", ["foreign", "left", "missing", "reader"])
def test_a_ticket_goes_only_to_who_works_there(world: World, whose: str) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        from access.models import StaffCard

        here = dict(StaffCard.objects.values_list("user_id", "pk"))
    with world.enter(world.c2):
        there = dict(StaffCard.objects.values_list("user_id", "pk"))
    card = {"foreign": there[world.v12.pk], "left": here[world.x.pk], "missing": 999_999, "reader": here[world.v1ro.pk]}

    answer = world.browser(world.v1).post(address(ticket, "assign"), {"card": card[whose]})

    assert answer.status_code == 400
    assert fresh(world, ticket).assignee_id is None


def test_the_clients_table_gives_the_priority(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "sort"), ACTS["sort"])

    after = fresh(world, ticket)
    assert (after.priority, after.need) == (1, "A key")


def test_an_overridden_priority_stays(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    browser.post(address(ticket, "priority"), {"priority": 2, "reason": "Elderly"})

    browser.post(address(ticket, "sort"), ACTS["sort"])

    assert (fresh(world, ticket).priority, fresh(world, ticket).priority_reason) == (2, "Elderly")


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("priority", {"priority": "1", "reason": ""}), ("priority", {"priority": "7", "reason": "x"}),
        ("sort", {"impact": "9", "urgency": "1"}), ("sort", {"impact": "1", "urgency": "1", "category": "999999"}),
        ("sort", {"impact": "1", "urgency": "1", "need": "n" * 900}), ("tags", {"tags": "t" * 60}),
        ("tags", {"tags": ",".join(f"t{n}" for n in range(40))}), ("assign", {"card": "x"}),
        ("assign", {"card": "9" * 30}),
        ("skip", {"why": "other", "words": ""}), ("skip", {}), ("note", {"body": "x"}), ("reply", {"audience": "x"}),
        ("reply", {"audience": "public", "body": "x", "then": "explode"}),
        ("reply", {"audience": "public", "body": "x", "seen": "-1"}),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_and_changes_nothing(
    world: World, name: str, sent: dict[str, str]
) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, name), sent)

    assert answer.status_code == 400
    assert state(world, ticket) == before


def test_a_foreign_category_is_not_there(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c2):
        from tickets.models import TicketCategory

        foreign = TicketCategory.objects.first().pk

    answer = world.browser(world.v12).post(address(ticket, "sort"), {**ACTS["sort"], "category": foreign})

    assert answer.status_code == 400
    assert fresh(world, ticket).category_id is None


# ---- the next ticket ---------------------------------------------------------------------


def test_next_is_taken_and_opened(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).post("/desk/next/", {"offered": ticket.pk})

    assert answer["Location"] == address(ticket, "ticket")
    assert fresh(world, ticket).assignee.name == "Vera Ahlm"


def test_two_agents_who_press_at_once_get_two_tickets(world: World) -> None:
    tickets = [factories.ticket(world, world.r1) for _each in range(3)]
    browsers = [world.browser(person) for person in (world.v1, world.v12, world.lead)]

    answers = _together([lambda b=b: b.post("/desk/next/", {"offered": tickets[0].pk}) for b in browsers])

    assert len({answer["Location"] for answer in answers}) == 3
    assert {fresh(world, ticket).assignee.name for ticket in tickets} == {"Vera Ahlm", "Viggo Brandt", "Lea Dahl"}


def test_what_one_skipped_is_not_offered_to_them_for_an_hour(world: World) -> None:
    first, second = factories.ticket(world, world.r1, impact=1, urgency=1), factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    offered = _offered(world, world.v1)

    browser.post(address(first if offered == first.pk else second, "skip"), {"why": "language"})

    assert _offered(world, world.v1) not in (offered, None)
    assert _offered(world, world.v12) == offered


def _offered(world: World, person: Any) -> int | None:
    from tickets.queries.next_ticket import candidates

    with world.enter(person) as actor:
        found = candidates(actor, ())
        return found[0].id if found else None


def test_a_colleagues_ticket_is_not_offered(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v12) as actor:
        next_ticket.claim(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    assert _offered(world, world.v1) is None
    assert _offered(world, world.v12) == ticket.pk


@pytest.mark.parametrize("holder", [Holder.CLIENT, Holder.CUSTOMER])
def test_what_waits_for_others_is_not_offered(world: World, holder: Holder) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Ticket.objects.filter(pk=ticket.pk).update(holder=holder)

    assert _offered(world, world.v1) is None
    assert (_offered(world, world.a1) == ticket.pk) is (holder is Holder.CLIENT)


def test_who_reads_only_their_own_is_offered_only_their_own(world: World) -> None:
    factories.ticket(world, world.r1)

    assert _offered(world, world.v1own) is None


def test_a_language_one_does_not_speak_comes_last(world: World) -> None:
    from tickets.queries.next_ticket import candidates

    swedish = factories.ticket(world, world.r1, language="sv", impact=1, urgency=1)
    english = factories.ticket(world, world.r1, language="en")

    with world.enter(world.v1) as actor:
        speaks_english = [c.id for c in candidates(actor, ["en"])]
        speaks_danish = [c.id for c in candidates(actor, ["da"])]

    assert speaks_english == [english.pk]
    assert speaks_danish in ([swedish.pk], [english.pk])


def test_a_reader_cannot_take_tickets(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    assert world.browser(world.v1ro).post("/desk/next/", {"offered": ticket.pk}).status_code == 403
    assert fresh(world, ticket).assignee is None


def test_offered_may_be_anything_and_never_breaks(world: World) -> None:
    for offered in ("", "x", "9" * 50, "-1", "1; DROP TABLE"):
        assert world.browser(world.v1).post("/desk/next/", {"offered": offered}).status_code == 302


# ---- opening for a customer --------------------------------------------------------------


def test_an_agent_opens_a_ticket_for_a_known_customer(world: World) -> None:
    sent = _new(customer=world.r1.pk)

    answer = world.browser(world.v1).post("/desk/voltarra/new/", sent)

    assert answer.status_code == 302
    with world.enter(world.c1):
        ticket = Ticket.objects.get()
        assert (ticket.customer_id, ticket.channel, ticket.priority) == (world.r1.pk, "phone", 1)


def _new(**more: Any) -> dict[str, Any]:
    return {
        "subject": "Called: no power", "body": "She says it is dead.", "impact": 1, "urgency": 1, "channel": "phone",
        "language": "sv", **more,
    }  # fmt: skip


def test_a_new_customer_is_made_once(world: World) -> None:
    browser = world.browser(world.v1)

    for _each in range(2):
        browser.post("/desk/voltarra/new/", _new(email="New.One@mail.example", name="New One", once="o1"))

    with world.enter(world.c1):
        assert Ticket.objects.count() == 1
        assert Ticket.objects.get().customer.email == "new.one@mail.example"


@pytest.mark.parametrize(
    "sent", [{"customer": "r2"}, {}, {"email": "not an address"}, {"name": "N", "category": 99999}]
)
def test_a_ticket_for_nobody_or_a_foreign_customer_is_refused(world: World, sent: dict[str, Any]) -> None:
    if sent.get("customer"):
        sent = {"customer": world.r2.pk}

    answer = world.browser(world.v1).post("/desk/voltarra/new/", _new(**sent))

    assert answer.status_code == 400
    with world.enter(world.c1):
        assert not Ticket.objects.exists()


def test_a_reader_opens_no_tickets(world: World) -> None:
    assert world.browser(world.v1ro).post("/desk/voltarra/new/", _new(customer=world.r1.pk)).status_code == 403
    assert world.browser(world.v1).get("/desk/alderby/new/").status_code == 404


def test_solved_is_said_and_ends_the_wait(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "solve"))

    after = fresh(world, ticket)
    assert (after.status, after.asked_at) == (Status.SOLVED, None)

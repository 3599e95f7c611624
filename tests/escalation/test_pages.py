"""Every page answers for those who may see it, refuses the others, and keeps what was written."""

import pytest
from django.urls import reverse

from access.errors import Invalid
from escalation import actions
from escalation.models import Contact, Escalation, Matrix
from escalation.plain import Row, Step
from escalation.rows import in_force
from tests.cast import World
from tickets.models import Holder, Ticket, TicketCategory

CONSOLE = ["home", "inbox", "matrix", "matrix_edit", "matrix_paste", "contacts"]


def page(name: str, **more: object) -> str:
    return reverse(name, kwargs={"client": "voltarra", **more})


def matrix(world: World) -> tuple[int | None, list[Row]]:
    with world.enter(world.c1):
        return in_force(world.c1.pk)


@pytest.mark.parametrize("name", CONSOLE)
def test_the_client_admin_reads_every_page_of_the_console(world: World, asked: Escalation, name: str) -> None:
    assert world.browser(world.o1).get(page(f"console:{name}")).status_code == 200


@pytest.mark.parametrize("name", CONSOLE)
def test_another_clients_admin_finds_none_of_them(world: World, asked: Escalation, name: str) -> None:
    assert world.browser(world.o2).get(page(f"console:{name}")).status_code == 404


def test_vendors_agents_read_the_matrix_and_change_nothing(world: World) -> None:
    browser = world.browser(world.v1)

    assert browser.get(page("console:matrix")).status_code == 200
    for name in ("matrix_edit", "matrix_paste", "home", "inbox"):
        assert browser.get(page(f"console:{name}")).status_code == 403


def test_the_first_line_says_what_waits_and_for_how_long(world: World, asked: Escalation) -> None:
    text = world.browser(world.e1).get(page("console:home")).content.decode()

    assert "Waiting for you: 1, oldest" in text
    assert "May we refund?" in text
    assert "Your own answers" in text


def test_without_questions_the_first_line_says_so(world: World) -> None:
    assert "Nothing waits for you" in world.browser(world.e1).get(page("console:home")).content.decode()


def test_the_question_is_answered_in_the_console(world: World, asked: Escalation, ticket: Ticket) -> None:
    browser = world.browser(world.e1)
    path = page("console:escalation", escalation_id=asked.pk)
    assert b"May we refund?" in browser.get(path).content

    answer = browser.post(path, {"do": "return", "answer": "Yes, refund."})

    assert answer.status_code == 302
    assert "Petra Lund answered on" in browser.get(path).content.decode()
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.VENDOR


def test_who_comes_second_keeps_what_was_written(world: World, asked: Escalation) -> None:
    path = page("console:escalation", escalation_id=asked.pk)
    world.browser(world.e1).post(path, {"do": "return", "answer": "Yes, refund."})

    answer = world.browser(world.a1).post(path, {"do": "return", "answer": "My own long answer"})

    assert answer.status_code == 409
    assert b"Petra Lund answered at" in answer.content
    assert b"My own long answer" in answer.content


def test_an_escalation_of_another_client_is_not_found(world: World, asked: Escalation) -> None:
    path = reverse("console:escalation", kwargs={"client": "alderby", "escalation_id": asked.pk})
    browser = world.browser(world.o2)

    assert browser.get(path).status_code == 404
    assert browser.post(path, {"do": "return", "answer": "Yes"}).status_code == 404


def test_the_inbox_finds_by_words_and_state(world: World, asked: Escalation) -> None:
    browser = world.browser(world.e1)

    assert b"May we refund?" in browser.get(page("console:inbox"), {"state": "open", "q": "refund"}).content
    assert b"May we refund?" in browser.get(page("console:inbox"), {"q": f"#{asked.ticket.number}"}).content
    assert b"May we refund?" not in browser.get(page("console:inbox"), {"state": "answered"}).content
    assert browser.get(page("console:inbox"), {"at": "forged"}).status_code == 302


def test_an_agent_escalates_on_the_desk_and_sees_who_will_be_told(world: World, ticket: Ticket) -> None:
    browser = world.browser(world.v1)
    path = page("desk:escalate", number=ticket.number)
    assert "Row 3 decides." in browser.get(path).content.decode()

    answer = browser.post(path, {"reason": "decision", "question": "May we swap it?", "facts": "", "suggestion": ""})

    assert answer.status_code == 302
    strip = browser.get(page("desk:escalation_strip", number=ticket.number)).content.decode()
    assert "May we swap it?" in strip
    assert "Next step" in strip


def test_a_question_without_words_keeps_the_rest(world: World, ticket: Ticket) -> None:
    path = page("desk:escalate", number=ticket.number)

    answer = world.browser(world.v1).post(path, {"reason": "decision", "question": " ", "facts": "Paid: twice"})

    assert answer.status_code == 400
    assert b"Paid: twice" in answer.content


def test_a_reader_may_not_escalate(world: World, ticket: Ticket) -> None:
    assert world.browser(world.v1ro).get(page("desk:escalate", number=ticket.number)).status_code == 403


def test_the_strip_of_a_ticket_never_escalated_is_empty(world: World, ticket: Ticket) -> None:
    answer = world.browser(world.v1).get(page("desk:escalation_strip", number=ticket.number))

    assert answer.content.strip() == b""


def test_the_agent_takes_the_question_back(world: World, asked: Escalation, ticket: Ticket) -> None:
    browser = world.browser(world.v1)

    for _click in range(2):
        assert browser.post(page("desk:take_back", number=ticket.number)).status_code == 302

    with world.enter(world.c1):
        asked.refresh_from_db()
        ticket.refresh_from_db()
        assert (asked.state, ticket.holder) == (Escalation.State.WITHDRAWN, Holder.VENDOR)


def form_of(rows: list[Row], version: int | None, **more: object) -> dict[str, object]:
    data: dict[str, object] = {"version": version, "order": [], "do": "publish"}
    for key, row in enumerate(rows, start=1):
        data["order"].append(str(key))
        data[f"{key}-category"] = row.category_id or ""
        data[f"{key}-from"], data[f"{key}-to"] = row.priority_from, row.priority_to
        data[f"{key}-after"] = [f"{step.after_minutes} min" for step in row.steps] + [""]
        data[f"{key}-who"] = [
            f"contact:{step.contact_id}" if step.contact_id else f"role:{step.vendor_role}" for step in row.steps
        ] + [""]
    return {**data, **more}


def test_rows_are_moved_added_and_removed_without_a_script_and_nothing_is_stored(world: World) -> None:
    browser, (version, rows) = world.browser(world.o1), matrix(world)

    for do in ("down:1", "up:2", "remove:4", "add", "steps", "nonsense:1"):
        assert browser.post(page("console:matrix_edit"), form_of(rows, version, do=do)).status_code == 200

    assert matrix(world) == (version, rows)


def test_publishing_puts_the_rows_in_the_order_of_the_form(world: World) -> None:
    version, rows = matrix(world)
    data = form_of(rows, version)
    data["order"] = ["4", "1", "2", "3"]

    answer = world.browser(world.o1).post(page("console:matrix_edit"), data)

    assert answer.status_code == 302
    found = matrix(world)[1]
    assert [row.priority_from for row in found] == [4, 1, 2, 3]
    assert found[1].steps == rows[0].steps


def test_a_delay_that_is_none_is_told_at_its_field_and_stays(world: World) -> None:
    version, rows = matrix(world)
    data = form_of(rows, version)
    data["2-after"] = ["whenever", "5 min", ""]

    answer = world.browser(world.o1).post(page("console:matrix_edit"), data)

    assert answer.status_code == 400
    assert "“whenever” is no delay" in answer.content.decode()
    assert b'value="whenever"' in answer.content
    assert matrix(world)[0] == version


def test_a_newer_version_is_told_and_the_form_kept(world: World) -> None:
    version, rows = matrix(world)
    browser = world.browser(world.o1)
    browser.post(page("console:matrix_edit"), form_of(rows, version))

    answer = browser.post(page("console:matrix_edit"), form_of(rows[:2], version))

    assert answer.status_code == 409
    assert "has published a newer matrix meanwhile" in answer.content.decode()
    assert browser.post(page("console:matrix_edit"), form_of(rows[:2], version + 1)).status_code == 302
    assert len(matrix(world)[1]) == 2


def test_a_foreign_contact_or_category_cannot_be_named(world: World) -> None:
    version, rows = matrix(world)
    with world.enter(world.c2):
        contact = Contact.objects.get(client=world.c2)
        category = TicketCategory.objects.filter(client=world.c2).first()

    for row in (Row(1, steps=(Step(0, contact_id=contact.pk),)), Row(1, category.pk, steps=rows[0].steps)):
        answer = world.browser(world.o1).post(page("console:matrix_edit"), form_of([row], version))
        assert answer.status_code == 400
        with world.enter(world.o1) as actor, pytest.raises(Invalid):
            actions.publish_matrix(actor, client_id=world.c1.pk, rows=[row], expected_version=version)
    assert matrix(world) == (version, rows)


def test_a_running_climb_keeps_the_path_it_began_with(world: World, asked: Escalation) -> None:
    version, rows = matrix(world)

    world.browser(world.o1).post(page("console:matrix_edit"), form_of(rows[:1], version))

    with world.enter(world.c1):
        assert asked.steps.count() == 2
        assert asked.matrix_version == version
        assert [len(m.content["rows"]) for m in Matrix.objects.order_by("version")] == [4, 1]


def test_a_ticket_can_be_tried(world: World) -> None:
    text = world.browser(world.v1).get(page("console:matrix"), {"priority": "2", "category": ""}).content.decode()

    assert "Row 2 decides." in text
    assert "Team lead at" in text


def test_what_is_wrong_stands_on_top(world: World) -> None:
    version, rows = matrix(world)
    world.browser(world.o1).post(page("console:matrix_edit"), form_of([rows[0], rows[0]], version))

    text = world.browser(world.o1).get(page("console:matrix")).content.decode()

    assert "Row 2 can never match." in text
    assert "Row 1 already takes every ticket" in text
    assert "Priority 2, 3, 4 fits no row." in text


SHEET = "category\tpriority\tafter\twho\nany\t1 to 4\tat once\tAda Holm <ada@voltarra.example>\n"


def test_a_sheet_is_looked_at_first_and_then_published(world: World) -> None:
    browser, (version, rows) = world.browser(world.o1), matrix(world)
    data = {"text": SHEET, "where": "replace", "version": version}

    looked = browser.post(page("console:matrix_paste"), {**data, "do": "look"})

    assert "1 row pasted, not published." in looked.content.decode()
    assert matrix(world) == (version, rows)
    assert browser.post(page("console:matrix_paste"), {**data, "do": "publish"}).status_code == 302
    with world.enter(world.c1):
        contact = Contact.objects.get(name="Ada Holm")
        assert contact.email == "ada@voltarra.example"
    assert [step.contact_id for row in matrix(world)[1] for step in row.steps] == [contact.pk]


@pytest.mark.parametrize(("where", "order"), [("below", [1, 2, 3, 4, 1]), ("above", [1, 1, 2, 3, 4])])
def test_pasted_rows_go_where_they_were_asked_to(world: World, where: str, order: list[int]) -> None:
    data = {"text": SHEET, "where": where, "version": matrix(world)[0], "do": "publish"}

    world.browser(world.o1).post(page("console:matrix_paste"), data)

    assert [row.priority_from for row in matrix(world)[1]] == order


def test_a_bad_cell_is_named_and_the_text_stays(world: World) -> None:
    version, rows = matrix(world)
    data = {"text": SHEET + "any\tP0\tat once\tAda Holm", "where": "below", "version": version, "do": "publish"}

    answer = world.browser(world.o1).post(page("console:matrix_paste"), data)

    assert answer.status_code == 400
    assert "Row 2, priority: “P0” is not one of 1 to 4." in answer.content.decode()
    assert b"any\tP0\tat once" in answer.content
    with world.enter(world.c1):
        assert not Contact.objects.filter(name="Ada Holm").exists()
        assert Matrix.objects.count() == 1
    assert matrix(world) == (version, rows)


@pytest.mark.parametrize(
    ("where", "numbers"), [("replace", [1, 3]), ("above", [1, 3, 4, 5, 6, 7]), ("below", [1, 2, 3, 4, 5, 7])]
)
def test_errors_and_the_table_count_the_rows_alike(world: World, where: str, numbers: list[int]) -> None:
    text = "category\tpriority\tafter\twho\nany\tany\t0\tagent\n\nany\tP0\t0\tagent\nany\t1\t0\tagent\n"
    data = {"text": text, "where": where, "version": matrix(world)[0], "do": "look"}

    answer = world.browser(world.o1).post(page("console:matrix_paste"), data)

    text = answer.content.decode()
    assert "Row 2, priority: “P0” is not one of 1 to 4." in text
    assert "Rows are counted without headings and empty lines." in text
    assert [row.position for row in answer.context["rows"]] == numbers
    assert numbers[1 if where != "below" else 5] in [row.position for row in answer.context["rows"] if row.never]


def test_a_sheet_full_of_errors_says_that_it_was_read_no_further(world: World) -> None:
    data = {"text": "any\tP0\tat once\tAda Holm\n" * 400, "where": "replace", "version": matrix(world)[0], "do": "look"}

    text = world.browser(world.o1).post(page("console:matrix_paste"), data).content.decode()

    assert "50 cells can’t be read. The rest was not looked at, and nothing is stored." in text
    assert text.count('class="cell-err"') == 50


def test_the_rows_in_force_can_be_copied_and_pasted_back(world: World) -> None:
    browser, (version, rows) = world.browser(world.o1), matrix(world)
    copied = browser.get(page("console:matrix_paste")).context["copied"]

    looked = browser.post(page("console:matrix_paste"), {"text": copied, "where": "replace", "version": version})

    assert "nothing would change" in looked.content.decode()
    assert copied.count("\n") == len(rows) + 1


def test_what_replacing_does_is_told_before(world: World) -> None:
    browser, (version, _rows) = world.browser(world.o1), matrix(world)
    copied = browser.get(page("console:matrix_paste")).context["copied"]
    fewer = copied.splitlines(keepends=True)[:3]

    looked = browser.post(
        page("console:matrix_paste"),
        {"text": "".join(fewer) + SHEET.splitlines()[1], "where": "replace", "version": version},
    )

    text = " ".join(looked.content.decode().split())
    assert "Rows in force that go away: 2, that stay: 2. New rows: 1." in text


def test_on_a_phone_a_row_for_everything_says_so(world: World) -> None:
    version, rows = matrix(world)
    every = [Row(1, steps=rows[0].steps)]
    world.browser(world.o1).post(page("console:matrix_edit"), form_of(every, version))

    assert "Any category, any priority" in world.browser(world.o1).get(page("console:matrix")).content.decode()


def test_contacts_are_added_changed_and_let_rest(world: World) -> None:
    browser = world.browser(world.o1)
    data = {"name": "Ida Norling", "email": "Ida@voltarra.example", "language": "sv"}
    assert browser.post(page("console:add_contact"), data).status_code == 302
    with world.enter(world.c1):
        contact = Contact.objects.get(name="Ida Norling")

    path = page("console:contact", contact_id=contact.pk)
    assert b"Ida Norling" in browser.get(path).content
    assert browser.post(path, {**data, "job": "Refunds"}).status_code == 302
    browser.post(page("console:switch_contact", contact_id=contact.pk), {"active": "0"})

    with world.enter(world.c1):
        contact.refresh_from_db()
        assert (contact.job, contact.email, contact.is_active) == ("Refunds", "ida@voltarra.example", False)


@pytest.mark.parametrize("bad", [{"name": ""}, {"email": "nonsense"}, {"name": "Voltarra team"}])
def test_a_contact_that_cannot_be_taken_is_told(world: World, bad: dict[str, str]) -> None:
    data = {"name": "Ida", "email": "ida@voltarra.example", "language": "en", **bad}

    answer = world.browser(world.o1).post(page("console:add_contact"), data)

    assert answer.status_code == 400
    assert b"field-error" in answer.content


def test_another_clients_contact_is_not_found(world: World) -> None:
    with world.enter(world.c2):
        foreign = Contact.objects.get(client=world.c2)

    browser = world.browser(world.o1)

    assert browser.get(page("console:contact", contact_id=foreign.pk)).status_code == 404
    assert browser.post(page("console:switch_contact", contact_id=foreign.pk), {"active": "0"}).status_code == 404
    with world.enter(world.c2):
        foreign.refresh_from_db()
        assert foreign.is_active

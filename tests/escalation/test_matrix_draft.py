"""The draft of the matrix: written as a grid, a path or a sheet, checked, published, called off, restored."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.errors import Conflict, Invalid
from escalation import actions, drafting, rows
from escalation.errors import DraftChanged, MatrixChanged
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from escalation.models import Contact, Escalation, Matrix
from tests.cast import World
from tests.escalation.test_life import escalate
from tests.faults.together import together
from tickets.models import Ticket

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEAD = Step(When(minutes=15), (Who(Target.ROLE, "team_lead"),))


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def page(name: str, **more: object) -> str:
    return reverse(f"console:{name}", kwargs={"client": "voltarra", **more})


def in_force(world: World) -> tuple[int | None, Document]:
    with world.enter(world.c1):
        return drafting.in_force(world.c1.pk)


def draft(world: World) -> drafting.Draft:
    with world.enter(world.c1):
        return drafting.draft_of(world.c1.pk)


def save(world: World, document: Document) -> Matrix:
    with world.enter(world.o1) as actor:
        revision = drafting.draft_of(world.c1.pk).revision
        return actions.save_draft(actor, client_id=world.c1.pk, document=document, revision=revision)


def publish(world: World, **more: Any) -> Matrix:
    with world.enter(world.o1) as actor:
        present = drafting.draft_of(world.c1.pk)
        seen = len(drafting.findings_of(world.c1.pk, present.document))
        values = {"revision": present.revision, "seen": seen, **more}
        return actions.publish_draft(actor, client_id=world.c1.pk, **values)


def grid(document: Document, revision: int, **more: object) -> dict[str, Any]:
    data: dict[str, Any] = {"revision": revision, "do": "save", "order": []}
    for key, row in enumerate(document.rows, start=1):
        data["order"].append(str(key))
        data[f"{key}-priority"] = f"{row.priority_from} to {row.priority_to}"
        data[f"{key}-path"] = row.path
    return {**data, **more}


class TestGrid:
    def test_rows_are_moved_added_and_removed_without_a_script_and_nothing_is_stored(self, world: World) -> None:
        _version, document = in_force(world)

        for do in ("down:1", "up:2", "remove:4", "add", "nonsense:1"):
            answer = world.browser(world.o1).post(page("matrix_edit"), grid(document, 0, do=do))
            assert answer.status_code == 200

        assert draft(world).row is None

    def test_saved_rows_are_the_draft_and_not_in_force(self, world: World) -> None:
        version, document = in_force(world)
        more = {"order": ["4", "1"], "1-hours": "Mon-Fri 18:00-22:00", "1-tag": "press, safety", "1-begins": "at once"}

        answer = world.browser(world.o1).post(page("matrix_edit"), grid(document, 0, **more))

        assert answer.status_code == 302
        first, second = draft(world).document.rows
        assert (first.priority_from, second.tags, second.begins.value) == (4, ("press", "safety"), "opened")
        assert len(second.hours.own) == 5
        assert in_force(world) == (version, document)

    def test_a_cell_that_cannot_be_read_is_told_by_row_and_column_and_stays(self, world: World) -> None:
        _version, document = in_force(world)
        more = {"2-hours": "whenever", "3-priority": "P0", "4-path": ""}

        answer = world.browser(world.o1).post(page("matrix_edit"), grid(document, 0, **more))

        text = answer.content.decode()
        assert answer.status_code == 400
        assert "Row 2, hours: “whenever” says no hours." in text
        assert "Row 3, priority: “P0” is not one of 1 to 4." in text
        assert "Row 4, path: say which path it takes." in text
        assert 'value="whenever"' in text
        assert draft(world).row is None

    def test_a_path_that_is_named_first_is_begun_and_blocks_until_it_has_steps(self, world: World) -> None:
        _version, document = in_force(world)
        browser = world.browser(world.o1)
        browser.post(page("matrix_edit"), grid(document, 0, **{"1-path": "Press"}))

        text = browser.get(page("matrix_draft")).content.decode()

        assert "Path “Press”: it has no steps." in text
        with pytest.raises(Invalid, match="keeps this matrix"):
            publish(world)

    def test_five_hundred_rows_are_kept_and_one_more_is_refused(self, world: World) -> None:
        path = in_force(world)[1].paths[0].name
        most = Document(tuple(Row(path) for _number in range(500)))
        browser = world.browser(world.o1)

        assert browser.post(page("matrix_edit"), grid(most, 0)).status_code == 302
        answer = browser.post(page("matrix_edit"), grid(Document((*most.rows, Row(path))), 1))

        assert answer.status_code == 400
        assert "A matrix has at most 500 rows." in answer.content.decode()
        assert len(draft(world).document.rows) == 500

    def test_what_somebody_else_has_saved_is_not_written_over_unseen(self, world: World) -> None:
        _version, document = in_force(world)
        browser = world.browser(world.o1)
        browser.post(page("matrix_edit"), grid(document, 0))

        answer = browser.post(page("matrix_edit"), grid(document, 0, order=["1"]))

        assert answer.status_code == 409
        assert "has changed the draft meanwhile" in answer.content.decode()
        assert len(draft(world).document.rows) == 4


class TestPath:
    def form(self, **more: object) -> dict[str, Any]:
        return {
            "revision": "0", "do": "save", "name": "Press", "order": ["1"], "1-trigger": "start", "1-minutes": "5 min",
            "1-to": ["vendor_role:team_lead", ""], "1-channels": ["app", "mail"], "1-needs_yes": "on", **more,
        }  # fmt: skip

    def test_a_path_is_added_with_all_that_a_step_can_say(self, world: World) -> None:
        more = {
            "1-again_times": "2",
            "1-again_minutes": "10 min",
            "1-instead": "vendor_role:agent",
            "asks": "Since when?",
        }

        answer = world.browser(world.o1).post(page("add_matrix_path"), self.form(**more))

        assert answer.status_code == 302
        path = draft(world).document.path("Press")
        assert path is not None
        assert (path.asks, path.steps[0].again_times, path.steps[0].again_minutes) == (("Since when?",), 2, 10)
        assert path.steps[0].instead == (Who(Target.ROLE, "agent"),)

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ({"1-minutes": "-5 min"}, "is no delay"),
            ({"1-trigger": "silence", "1-minutes": "0"}, "at least 1 min"),
            ({"1-trigger": "share", "1-percent": "0", "1-metric": "solve"}, "is no number from 1 to 1000"),
            ({"1-to": "contact:nobody"}, "somebody chosen is not there"),
            ({"1-to": ""}, "Say who is told"),
            ({"1-channels": []}, "by what they are told"),
            ({"1-again_times": "99"}, "is no number from 0 to 20"),
            ({"1-again_times": "2"}, "told again, at least 1 min"),
            ({"name": " "}, "Give the path a name"),
            ({"name": "Priority 1"}, "of that name already"),
            ({"then": "Nowhere", "then_after": "5 min"}, "no such path"),
            ({"idle": "soon"}, "is no delay"),
        ],
    )
    def test_what_no_path_can_say_is_told_and_nothing_is_stored(
        self, world: World, more: dict[str, object], told: str
    ) -> None:
        answer = world.browser(world.o1).post(page("add_matrix_path"), self.form(**more))

        assert answer.status_code == 400
        assert told in answer.content.decode()
        assert draft(world).row is None

    def test_rows_go_along_with_a_path_that_is_called_otherwise(self, world: World) -> None:
        world.browser(world.o1).post(page("matrix_path", number=1), self.form(name="Worst"))

        document = draft(world).document
        assert document.rows[0].path == document.paths[0].name == "Worst"

    def test_a_path_that_a_row_climbs_is_not_taken_away(self, world: World) -> None:
        answer = world.browser(world.o1).post(page("matrix_path", number=1), self.form(do="delete"))

        assert answer.status_code == 400
        assert draft(world).row is None

    def test_a_cycle_of_paths_blocks(self, world: World, now: time_machine.Traveller) -> None:
        paths = tuple(Path(a, (LEAD,), then=b, then_minutes=5) for a, b in (("A", "B"), ("B", "A")))
        save(world, Document((Row("A"),), paths))

        with pytest.raises(Invalid, match="keep"):
            publish(world)
        assert "it leads back to itself." in world.browser(world.o1).get(page("matrix_draft")).content.decode()

    def test_somebody_whom_there_is_not_blocks(self, world: World) -> None:
        save(world, Document((Row("A"),), (Path("A", (Step(When(), (Who(Target.CONTACT, "none"),)),)),)))

        with pytest.raises(Invalid, match="keep"):
            publish(world)

    def test_every_button_shows_the_form_again(self, world: World) -> None:
        for do in ("add", "up:1", "down:1", "remove:1", "look"):
            answer = world.browser(world.o1).post(page("add_matrix_path"), self.form(do=do))
            assert answer.status_code == 200
        assert draft(world).row is None


class TestPublish:
    def test_the_draft_comes_in_force_with_its_note_and_is_no_draft_any_more(
        self, world: World, asked: Escalation
    ) -> None:
        version, document = in_force(world)
        save(world, Document(document.rows[:1], document.paths))

        published = publish(world, note="Fewer rows")

        assert (published.version, published.note) == ((version or 0) + 1, "Fewer rows")
        assert len(in_force(world)[1].rows) == 1
        assert draft(world).row is None
        with world.enter(world.c1):
            asked.refresh_from_db()
            assert (asked.steps.count(), asked.matrix_version) == (2, version)

    def test_other_warnings_than_were_seen_are_shown_first(self, world: World) -> None:
        save(world, Document(in_force(world)[1].rows[:1], in_force(world)[1].paths))

        with pytest.raises(Invalid, match="has changed meanwhile"):
            publish(world, seen=99)
        assert draft(world).row is not None

    def test_a_version_of_later_waits_and_may_be_called_off(self, world: World, now: time_machine.Traveller) -> None:
        version, document = in_force(world)
        save(world, Document(document.rows[:2], document.paths))
        coming = publish(world, at=MONDAY + timedelta(days=1))
        save(world, document)

        assert in_force(world)[0] == version
        with pytest.raises(Conflict, match="Call it off first"):
            publish(world)
        assert coming.version is not None
        with world.enter(world.o1) as actor:
            actions.call_off_matrix(actor, client_id=world.c1.pk, version=coming.version)
        now.shift(timedelta(days=2))
        assert in_force(world)[0] == version
        assert publish(world).version == coming.version + 1

    def test_a_version_of_later_comes_in_force_by_itself(self, world: World, now: time_machine.Traveller) -> None:
        version, document = in_force(world)
        save(world, Document(document.rows[:2], document.paths))
        coming = publish(world, at=MONDAY + timedelta(days=1))

        now.shift(timedelta(days=1))

        assert in_force(world)[0] == coming.version != version
        with world.enter(world.c1):
            current = rows.current(world.c1.pk, MONDAY + timedelta(days=1))
            assert current is not None
            assert current.number == coming.version
        with world.enter(world.o1) as actor, pytest.raises(Conflict, match="in force already"):
            actions.call_off_matrix(actor, client_id=world.c1.pk, version=coming.version or 0)

    @pytest.mark.parametrize("shift", [-timedelta(minutes=1), timedelta(), timedelta(days=400)])
    def test_a_moment_that_is_none_is_refused(
        self, world: World, now: time_machine.Traveller, shift: timedelta
    ) -> None:
        save(world, in_force(world)[1])

        with pytest.raises(Invalid, match="still to come"):
            publish(world, at=MONDAY + shift)

    def test_of_two_who_publish_at_once_one_is_told(self, world: World) -> None:
        save(world, in_force(world)[1])
        version = in_force(world)[0] or 0

        results = together(lambda: publish(world, revision=1), lambda: publish(world, revision=1))

        assert sorted(type(result).__name__ for result in results) == ["DraftChanged", "Matrix"]
        assert in_force(world)[0] == version + 1

    def test_of_two_who_begin_a_draft_at_once_one_is_told(self, world: World) -> None:
        document = in_force(world)[1]

        def begin() -> Matrix:
            with world.enter(world.o1) as actor:
                return actions.save_draft(actor, client_id=world.c1.pk, document=document, revision=0)

        assert sorted(type(result).__name__ for result in together(begin, begin)) == ["DraftChanged", "Matrix"]

    def test_a_draft_that_was_overtaken_says_so_and_is_published_once_looked_at(self, world: World) -> None:
        version, document = in_force(world)
        save(world, document)
        with world.enter(world.o1) as actor:
            other = Document(document.rows[:3], document.paths)
            actions.publish_matrix(actor, client_id=world.c1.pk, document=other, expected_version=version)

        with pytest.raises(MatrixChanged):
            publish(world)
        browser = world.browser(world.o1)
        assert "came in force since this draft was begun" in browser.get(page("matrix_draft")).content.decode()
        assert browser.post(page("discard_matrix_draft"), {"do": "keep", "revision": "1"}).status_code == 302
        assert publish(world).version == (version or 0) + 2

    def test_an_earlier_version_is_restored_as_a_draft(self, world: World) -> None:
        version, document = in_force(world)
        save(world, Document(document.rows[:1], document.paths))
        publish(world)
        browser = world.browser(world.o1)

        assert browser.post(page("restore_matrix", number=version)).status_code == 302

        assert draft(world).document == document
        assert not draft(world).is_overtaken
        text = browser.get(page("matrix_draft")).content.decode()
        assert text.count(" is new.</li>") == 3

    def test_the_form_publishes_and_keeps_what_was_written_where_it_is_refused(self, world: World) -> None:
        save(world, in_force(world)[1])
        browser = world.browser(world.o1)
        form = browser.get(page("matrix_draft")).context["form"]
        data = {**form.initial, "note": "A note to keep"}

        refused = browser.post(page("publish_matrix"), {**data, "at": "2020-01-01T10:00"})

        assert refused.status_code == 400
        assert "A note to keep" in refused.content.decode()
        assert browser.post(page("publish_matrix"), data).status_code == 302
        assert draft(world).row is None

    def test_a_thrown_away_draft_is_gone_and_another_one_is_not(self, world: World) -> None:
        save(world, in_force(world)[1])

        with world.enter(world.o1) as actor, pytest.raises(DraftChanged):
            actions.discard_draft(actor, client_id=world.c1.pk, revision=7)
        assert world.browser(world.o1).post(page("discard_matrix_draft"), {"revision": "1"}).status_code == 302
        assert draft(world).row is None


SHEET = "category\tpriority\tafter\twho\nany\t1 to 4\tat once\tAda Holm <ada@voltarra.example>\n"


class TestPaste:
    def test_a_sheet_is_looked_at_first_and_then_put_into_the_draft(self, world: World) -> None:
        browser, before = world.browser(world.o1), in_force(world)
        data = {"text": SHEET, "where": "replace", "revision": "0"}

        looked = browser.post(page("matrix_paste"), {**data, "do": "look"})

        assert "1 row pasted, not saved." in looked.content.decode()
        assert draft(world).row is None
        assert browser.post(page("matrix_paste"), {**data, "do": "save"}).status_code == 302
        document = draft(world).document
        with world.enter(world.c1):
            contact = Contact.objects.get(name="Ada Holm")
        path = document.path(document.rows[0].path)
        assert path is not None
        assert path.steps[0].to == (Who(Target.CONTACT, contact.key),)
        assert in_force(world) == before

    @pytest.mark.parametrize(("where", "order"), [("below", [1, 2, 3, 4, 1]), ("above", [1, 1, 2, 3, 4])])
    def test_pasted_rows_go_where_they_were_asked_to(self, world: World, where: str, order: list[int]) -> None:
        data = {"text": SHEET, "where": where, "revision": "0", "do": "save"}

        world.browser(world.o1).post(page("matrix_paste"), data)

        assert [row.priority_from for row in draft(world).document.rows] == order

    def test_a_bad_cell_is_named_and_the_text_stays(self, world: World) -> None:
        text = SHEET + "any\tP0\tat once\tAda Holm"

        answer = world.browser(world.o1).post(
            page("matrix_paste"), {"text": text, "where": "below", "revision": "0", "do": "save"}
        )

        assert answer.status_code == 400
        assert "Row 2, priority: “P0” is not one of 1 to 4." in answer.content.decode()
        assert b"any\tP0\tat once" in answer.content
        with world.enter(world.c1):
            assert not Contact.objects.filter(name="Ada Holm").exists()

    def test_a_sheet_full_of_errors_says_that_it_was_read_no_further(self, world: World) -> None:
        data = {"text": "any\tP0\tat once\tAda Holm\n" * 400, "where": "replace", "do": "look"}

        text = world.browser(world.o1).post(page("matrix_paste"), data).content.decode()

        assert "50 cells can’t be read. The rest was not looked at, and nothing is stored." in text
        assert text.count('class="cell-err"') == 50

    def test_the_rows_can_be_copied_and_pasted_back(self, world: World) -> None:
        browser = world.browser(world.o1)
        copied = browser.get(page("matrix_paste")).context["copied"]

        looked = browser.post(page("matrix_paste"), {"text": copied, "where": "replace"})

        assert "nothing would change" in looked.content.decode()
        assert copied.count("\n") == len(in_force(world)[1].rows) + 1

    def test_ten_thousand_rows_are_refused_with_a_sentence(self, world: World) -> None:
        data = {"text": "any,1,0,agent\n" * 10_000, "where": "replace", "do": "save"}

        answer = world.browser(world.o1).post(page("matrix_paste"), data)

        assert answer.status_code == 400
        assert "a sheet may have 1000 rows" in answer.content.decode()

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
    def test_a_file_is_read_in_the_encoding_that_a_spreadsheet_saves(self, world: World, encoding: str) -> None:
        sheet = "any;1;genast;Åsa Öberg <asa@voltarra.example>\n".encode(encoding)
        data = {"file": SimpleUploadedFile("rows.csv", sheet), "where": "replace", "revision": "0", "do": "save"}

        assert world.browser(world.o1).post(page("matrix_paste"), data).status_code == 302

        with world.enter(world.c1):
            assert Contact.objects.filter(name="Åsa Öberg").exists()

    def test_a_workbook_is_no_text(self, world: World) -> None:
        data = {"file": SimpleUploadedFile("rows.xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08"), "where": "replace"}

        answer = world.browser(world.o1).post(page("matrix_paste"), data)

        assert answer.status_code == 400
        assert "Save the sheet as CSV" in answer.content.decode()


def test_vendors_agents_see_no_draft(world: World) -> None:
    save(world, Document((), (Path("Secret plan", (LEAD,)),)))
    browser = world.browser(world.v1)

    for name in ("matrix", "matrix_versions", "try_matrix"):
        assert "Secret plan" not in browser.get(page(name)).content.decode()
    tried = browser.get(page("try_matrix"), {"priority": "1", "version": "draft"}).content.decode()
    assert "Row 1 decides." in tried


def test_a_running_climb_keeps_the_path_that_it_began_with(world: World, ticket: Ticket) -> None:
    escalation = escalate(world, ticket)
    save(world, Document())
    publish(world)

    with world.enter(world.c1):
        escalation.refresh_from_db()
        assert escalation.steps.count() == 2
        assert [len(m.content["rows"]) for m in Matrix.objects.order_by("version")] == [4, 0]

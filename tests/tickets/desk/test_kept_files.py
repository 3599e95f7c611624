"""Files beside an answer that was refused: kept with its draft, sent with it, and gone with it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.models import AccessLogContent
from helpdesk.leaving.package import format as shape
from helpdesk.leaving.package import rows
from post import files
from post.models import StoredFile
from tests import factories
from tests.tickets.desk.acting import address, mark_of
from tickets.actions import waiting_replies
from tickets.models import Attachment, Draft, DraftFile, WaitingReply

PLAN, BILL = b"plan of the door", b"bill of the door"


@pytest.fixture
def ticket(world):
    return factories.ticket(world, world.r1)


def uploads(**contents):
    return [SimpleUploadedFile(f"{name}.txt", content) for name, content in contents.items()]


def press_send(world, ticket, *, name="reply", person=None, **more):
    person = person or world.v1
    sent = {"audience": "public", "body": "Look at this.", "then": "wait", "draft": mark_of(world, ticket, person)}
    return world.browser(person).post(address(ticket, name), {**sent, **more})


def refuse(world, ticket, **contents):
    """An answer with these files that is refused because a colleague has answered meanwhile."""
    factories.reply(world, world.v12, ticket, "I am on it.")
    return press_send(world, ticket, seen="0", files=uploads(**contents))


def kept(world, person=None):
    """The names of the files that a person has kept, as they themselves find them."""
    with world.enter(person or world.v1):
        return list(DraftFile.objects.order_by("pk").values_list("file__name", flat=True))


def digests(world):
    with world.enter(world.c1):
        return dict(StoredFile.objects.filter(audience="draft").values_list("name", "sha256"))


def attached(world):
    with world.enter(world.c1):
        return list(Attachment.objects.order_by("pk").values_list("file__name", "audience", "file__audience"))


def test_they_are_kept_with_the_draft_shown_and_sent_with_it(world, ticket):
    answer = refuse(world, ticket, plan=PLAN, bill=BILL)

    assert answer.status_code == 409
    page = world.browser(world.v1).get(address(ticket, "ticket")).content.decode()
    for shown in (answer.content.decode(), page):
        assert all(f'value="{digest}" checked' in shown for digest in digests(world).values())
    assert kept(world) == ["plan.txt", "bill.txt"]

    assert press_send(world, ticket, kept=list(digests(world).values())).status_code == 302
    assert attached(world) == [("plan.txt", "public", "public"), ("bill.txt", "public", "public")]
    assert kept(world) == []


def test_one_that_is_unticked_stays_behind_and_goes_with_the_draft(world, ticket):
    refuse(world, ticket, plan=PLAN, bill=BILL)

    press_send(world, ticket, kept=[digests(world)["bill.txt"]])

    assert attached(world) == [("bill.txt", "public", "public")]
    with world.enter(world.c1):
        assert StoredFile.objects.count() == 1


def test_refused_again_they_are_kept_once_and_new_ones_beside_them(world, ticket):
    refuse(world, ticket, plan=PLAN)

    again = {"kept": list(digests(world).values()), "files": uploads(plan=PLAN, bill=BILL)}
    refused = press_send(world, ticket, seen="0", **again)

    assert refused.status_code == 409
    assert kept(world) == ["plan.txt", "bill.txt"]


def test_what_would_not_be_taken_is_not_kept_and_takes_nothing_with_it(world, ticket):
    program = SimpleUploadedFile("tool.exe", b"MZ" + bytes(100))

    refused = press_send(world, ticket, files=[*uploads(plan=PLAN), program])

    assert refused.status_code == 400
    assert kept(world) == ["plan.txt"]


def test_no_more_than_one_answer_may_have(world, ticket, settings):
    settings.UPLOAD_MAX_FILES = 2
    refuse(world, ticket, plan=PLAN, bill=BILL)

    both = list(digests(world).values())
    refused = press_send(world, ticket, kept=both, files=uploads(third=b"3"))

    assert refused.status_code == 400
    assert kept(world) == ["plan.txt", "bill.txt"]
    assert attached(world) == []


def test_nobody_else_finds_or_sends_them(world, ticket):
    refuse(world, ticket, plan=PLAN)
    with world.enter(world.v1):
        number = DraftFile.objects.get().pk
    url = reverse("desk:kept_file", kwargs={"client": "voltarra", "id": number})

    statuses = [world.browser(person).get(url).status_code for person in (world.v1, world.v12, world.lead, world.o1)]
    press_send(world, ticket, person=world.v12, kept=list(digests(world).values()))

    assert statuses == [302, 404, 404, 404]
    assert attached(world) == []
    assert kept(world) == ["plan.txt"]
    assert kept(world, world.r1) == []


@pytest.fixture
def waits(world, ticket):
    """An answer of V1's with a file that waits, because the client has suspended them."""
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    return press_send(world, ticket, files=uploads(plan=PLAN))


def send(world, person, ticket):
    with world.enter(world.c1):
        row = WaitingReply.objects.get()
    arguments = {"client": "voltarra", "number": ticket.number, "waiting": row.pk}
    return world.browser(person).post(reverse("desk:send_waiting", kwargs=arguments), {"read": row.digest})


def test_a_colleague_reads_them_and_sends_them_with_the_text(world, ticket, waits):
    assert "plan.txt" in waits.content.decode()
    browser = world.browser(world.v12)
    with world.enter(world.c1):
        number = DraftFile.objects.get().pk
    url = reverse("desk:kept_file", kwargs={"client": "voltarra", "id": number})

    assert url in browser.get(address(ticket, "ticket")).content.decode()
    assert browser.get(url).status_code == 302
    # Whoever may not answer is shown no answer that waits, and so no file of one.
    assert world.browser(world.v1ro).get(url).status_code == 404
    assert send(world, world.v12, ticket).status_code == 302

    assert attached(world) == [("plan.txt", "public", "public")]
    with world.enter(world.c1):
        assert not DraftFile.objects.exists()
        seen = [["file", Attachment.objects.get().file_id]]
        assert AccessLogContent.objects.filter(user_id=world.v12.pk, records__contains=seen).exists()


def test_a_file_of_another_draft_is_not_sent_with_what_waits(world, ticket, waits):
    """Kept with a note for colleagues, it is nothing for the customer."""
    with world.enter(world.c1):
        row = WaitingReply.objects.get()
        stored = files.store(
            client_id=world.c1.pk, incoming=files.check_uploads(uploads(ours=b"ours"))[0], audience="draft",
            customer_id=world.r1.pk, vendor_id=None,
        )  # fmt: skip
        DraftFile.objects.create(client=world.c1, ticket=ticket, user_id=row.user_id, file=stored)

    send(world, world.v12, ticket)

    assert [name for name, *_more in attached(world)] == ["plan.txt"]


def test_put_aside_they_stay_with_the_authors_draft(world, ticket, waits):
    with world.enter(world.c1):
        row = WaitingReply.objects.get()
    with world.enter(world.v12, only=world.c1) as actor:
        waiting_replies.put_aside(actor, client_id=world.c1.pk, ticket_id=ticket.pk, waiting_id=row.pk, read=row.digest)

    assert kept(world, world.v12) == []
    factories.restore(world, world.o1)
    assert kept(world) == ["plan.txt"]


def test_a_second_try_names_those_that_are_kept_already(world, ticket, waits):
    again = press_send(world, ticket, kept=list(digests(world).values()), files=uploads(bill=BILL)).content.decode()

    assert "plan.txt" in again
    assert "bill.txt" in again
    with world.enter(world.c1):
        assert DraftFile.objects.filter(waiting__isnull=False).count() == 2


def test_a_second_try_without_them_has_them_wait_no_longer(world, ticket, waits):
    press_send(world, ticket, body="Without the plan.")

    with world.enter(world.c1):
        assert not DraftFile.objects.filter(waiting__isnull=False).exists()


def test_whoever_has_left_stores_nothing_at_the_client(world, ticket):
    factories.end_contract(world, world.o1)

    assert press_send(world, ticket, files=uploads(plan=PLAN)).status_code == 403

    with world.enter(world.c1):
        assert not StoredFile.objects.exists()
    with world.enter(world.v1):
        assert Draft.objects.exists()


def test_no_package_holds_them(world, ticket):
    refuse(world, ticket, plan=PLAN)
    part = next(each for each in shape.parts() if each.model is StoredFile)

    with world.enter(world.c1):
        before = rows.count(part, world.c1.pk), list(rows.lines(part, world.c1.pk))
    press_send(world, ticket, kept=list(digests(world).values()))
    with world.enter(world.c1):
        after = rows.count(part, world.c1.pk), len(next(rows.lines(part, world.c1.pk)))

    assert before == (0, [])
    assert after == (1, 1)

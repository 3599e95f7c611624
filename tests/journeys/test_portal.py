"""A customer without an account: asks, gets a link by mail, follows, adds, closes and opens again."""

from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import expect

from tests.cast import World
from tests.journeys import pages
from tests.journeys.browser import PHONE, Street
from tests.journeys.examine import barriers, movements
from tests.journeys.site import letters

ASKED = {
    "subject": "The charger blinks red",
    "body": "Since the storm it blinks red and does not charge.",
    "name": "Nora Berg",
    "email": "nora@mail.example",
}


def test_visitor_asks_and_follows_the_ticket_by_mailed_links(street: Street, world: World) -> None:
    visit = street.visit(viewport=PHONE)
    number = pages.ask(visit, "voltarra", **ASKED)

    (first,) = letters(world, world.c1, ASKED["email"])
    page = pages.follow(visit, pages.link_in(first.text))
    expect(page.get_by_role("heading", level=1)).to_have_text(ASKED["subject"])

    pages.ask_for_link(visit, "voltarra", ASKED["email"])
    page = pages.follow(visit, pages.link_in(letters(world, world.c1, ASKED["email"])[-1].text))
    page.get_by_role("link", name=ASKED["subject"]).click()
    expect(page.get_by_text(f"#{number}").first).to_be_visible()
    pages.write(visit, "It hums as well.")


def drawn() -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (64, 48), "#336699").save(out, "PNG")
    return out.getvalue()


def test_attached_picture_is_shown_to_both_and_saved_from_an_origin_of_its_own(street: Street, world: World) -> None:
    nora = street.visit(world.r1, viewport=PHONE)
    page = nora.go("/voltarra/new/")
    page.get_by_label("What is it about?").fill("The charger blinks red")
    page.get_by_role("radio").first.check()
    page.get_by_label("Tell us more").fill("This is how it looks.")
    page.get_by_label("A picture, if it helps").set_input_files(
        {"name": "../röd lampa.png", "mimeType": "image/png", "buffer": drawn()}
    )
    page.get_by_role("button", name="Send to Voltarra").click()
    page.get_by_role("link", name="Follow your question").click()

    agent = street.visit(world.v1)
    agent.go("/desk/").get_by_role("button", name="Open next ticket").click()

    for visit in (nora, agent):
        link = visit.page.get_by_role("link", name="röd lampa.png")
        picture = link.get_by_role("presentation")
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("(shown) => shown.naturalWidth") > 0
        with visit.page.expect_download() as saved:
            link.click()
        assert saved.value.suggested_filename.endswith("röd lampa.png")
        assert urlsplit(saved.value.url).netloc == urlsplit(street.site.files).netloc


def test_form_that_is_refused_keeps_what_was_written(street: Street, world: World) -> None:
    visit = street.visit(viewport=PHONE)
    visit.expects = {400}
    page = visit.go("/voltarra/new/")
    page.get_by_label("What is it about?").fill("It blinks 🙂")
    page.get_by_role("radio").first.check()
    page.get_by_label("Tell us more").fill("Twice.")
    page.get_by_label("Your e-mail").fill("nora@nowhere")
    page.get_by_role("button", name="Send to Voltarra").click()

    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("What is it about?")).to_have_value("It blinks 🙂")
    expect(page.get_by_label("Tell us more")).to_have_value("Twice.")
    assert movements(page) + barriers(page) == []

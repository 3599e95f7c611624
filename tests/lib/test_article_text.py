"""Articles as plain words."""

from helpdesk.lib.article_text import as_letter, as_prose, quoted
from helpdesk.lib.html import render_markdown

ARTICLE = """# New phone

Take your **old phone** and [open the guide](https://help.example/phone).

- Put *both* side by side.
- Press `Start`.

3. Wait.
4. Done.

> Dear customer,
> we sent you a new card.

Never promise a day.

> It takes a week.
"""


def test_a_letter_has_no_markdown_in_it() -> None:
    assert as_letter(render_markdown(ARTICLE)).split("\n") == [
        "New phone",
        "",
        "Take your old phone and open the guide (https://help.example/phone).",
        "",
        "- Put both side by side.",
        "- Press Start.",
        "",
        "3. Wait.",
        "4. Done.",
        "",
        "> Dear customer, we sent you a new card.",
        "",
        "Never promise a day.",
        "",
        "> It takes a week.",
    ]


def test_items_with_paragraphs_stand_beside_their_marks() -> None:
    assert as_letter(render_markdown("1. One\n\n2. Two\n   - a\n   - b\n")) == "1. One\n\n2. Two\n\n- a\n- b"
    assert as_letter(render_markdown("1. One\n   - a\n   - b\n2. Two\n")) == "1. One\n- a\n- b\n2. Two"


def test_only_what_is_quoted_may_be_sent() -> None:
    assert quoted(render_markdown(ARTICLE)) == "Dear customer, we sent you a new card.\n\nIt takes a week."
    assert quoted(render_markdown("Never say 5 > 3, or &gt; this.\n\n\\> nor this")) == ""


def test_a_quote_in_a_quote_gives_no_more_than_was_quoted() -> None:
    assert quoted(render_markdown("> said\n>\n> > inner\n\nNever.")) == "said\n\n> inner"


def test_prose_has_no_marks_of_lists_and_quotes() -> None:
    prose = as_prose(render_markdown(ARTICLE))

    assert "Put both side by side.\nPress Start." in prose
    assert "- " not in prose
    assert "> " not in prose

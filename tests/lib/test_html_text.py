import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.html_text import html_to_text

pieces = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br>", "<div>", "</div>", "<li>", "<a href='https://x.example'>", "</a>"]
        + [
            "text",
            " ",
            "\n",
            "&amp;",
            "&#x41;",
            "<!--",
            "-->",
            "<script>",
            "</script>",
            '"',
            "'",
            ">",
        ]
        + ["<", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<td>", "\0", "<a ", "<!", "</"]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two<br>Three</div>", "One\nTwo\nThree"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br><br><br>Two", "One\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<p>a   \n b&nbsp;c &lt;d&gt;</p>", "a b c <d>"),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", "> a\n> b\n\n> > c\n\nd"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<script>if (1 < 2) alert('</p>')</script>b<STYLE>p{}</style >c", "abc"),
        ("a<!-- <p>x --> b<!DOCTYPE html><?xml ?>", "a b"),
        ("a<!-- never ends", "a"),
        ("1 < 2 > 1 <3", "1 < 2 > 1 <3"),
        ('<img alt="a > b" src="x">c', "c"),
        ('<p title="never closed>a</p><p>b', "a\n\nb"),
        ("<title>x</title><body>y", "y"),
    ],
)
def test_html_to_text(source, text):
    assert html_to_text(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<a href="https://x.example/a?b=1&amp;c">here</a>', "here (https://x.example/a?b=1&c)"),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ('<a href="https://x.example"></a>', ""),
        ("<a href=https://x.example>a<a href='https://y.example'>b</a>",)
        + ("a (https://x.example)b (https://y.example)",),
    ],
)
def test_a_link_tells_its_address_where_its_words_hide_it(source, text):
    assert html_to_text(source) == text


@given(st.text(st.characters()) | pieces)
def test_never_raises_and_leaves_no_blank_ends(source):
    text = html_to_text(source)

    assert "\0" not in text
    assert text == text.strip("\n")


@given(st.text(st.characters(codec="utf-8", exclude_characters="<&\0"), max_size=60))
def test_text_without_markup_keeps_its_words(source):
    assert html_to_text(source).split() == source.split()


@given(st.lists(st.sampled_from(["one", "two", "x.y"]), min_size=1), st.data())
def test_inline_tags_take_nothing_away(words, data):
    tags = st.sampled_from(["", "<b>", "</b>", "<span class='a'>", "</span>", "<i/>", "<!-- c -->"])
    source = " ".join(data.draw(tags) + word + data.draw(tags) for word in words)

    assert html_to_text(source) == " ".join(words)


@given(pieces)
def test_no_script_or_comment_is_read(source):
    clean = re.sub("[<>]", "", source)

    assert "secret" not in html_to_text(f"{clean}<script>secret</script><!--secret--><style>secret")

"""Translations, compiled by us and read back by Python's own gettext."""

import gettext
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.services.messages import BadTranslation, compile_messages, ensure_messages

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"
"""


def read(entries: str) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compile_messages(f"{HEADER}\n{entries}", name="sv.po")))


def test_a_text_in_several_lines_with_escapes_is_one_text() -> None:
    catalogue = read('msgid ""\n"Say \\"yes\\"\\n"\n"twice"\nmsgstr "Säg \\"ja\\"\\n"\n"två gånger"\n')

    assert catalogue.gettext('Say "yes"\ntwice') == 'Säg "ja"\ntvå gånger'


def test_each_number_gets_its_form() -> None:
    catalogue = read('msgid "%d ticket"\nmsgid_plural "%d tickets"\nmsgstr[0] "%d ärende"\nmsgstr[1] "%d ärenden"\n')

    assert [catalogue.ngettext("%d ticket", "%d tickets", n) for n in (1, 2)] == ["%d ärende", "%d ärenden"]


def test_a_context_keeps_two_meanings_apart() -> None:
    catalogue = read('msgctxt "verb"\nmsgid "Close"\nmsgstr "Stäng"\n\nmsgctxt "near"\nmsgid "Close"\nmsgstr "Nära"\n')

    assert (catalogue.pgettext("verb", "Close"), catalogue.pgettext("near", "Close")) == ("Stäng", "Nära")


def test_unfinished_empty_and_obsolete_translations_are_left_out() -> None:
    catalogue = read(
        '#, fuzzy, python-format\n#| msgid "Opn"\nmsgid "Open"\nmsgstr "Stängd"\n\n'
        'msgid "Solved"\nmsgstr ""\n\n#~ msgid "Old"\n#~ msgstr "Gammal"\n\n'
        'msgid "New"\nmsgstr "Ny"\n'
    )

    assert [catalogue.gettext(word) for word in ("Open", "Solved", "Old", "New")] == ["Open", "Solved", "Old", "Ny"]


def test_entries_need_no_blank_line_between_them() -> None:
    catalogue = read('msgid "One"\nmsgstr "Ett"\nmsgid "Two"\nmsgstr "Två"\n')

    assert (catalogue.gettext("One"), catalogue.gettext("Two")) == ("Ett", "Två")


@pytest.mark.parametrize("broken", ['msgid "open', "msgid open", "hello", 'msgstr "a" "b" c', 'msgid "\\x"'])
def test_a_broken_line_is_named(broken: str) -> None:
    with pytest.raises(BadTranslation, match=r"sv\.po, line 6"):
        read(broken)


def test_a_text_translated_twice_is_refused() -> None:
    with pytest.raises(BadTranslation, match="twice"):
        read('msgid "One"\nmsgstr "Ett"\n\nmsgid "One"\nmsgstr "Ena"\n')


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1)))
def test_every_text_comes_back_as_it_was_written(texts: dict[str, str]) -> None:
    # Zero bytes end a text and the fourth byte a context in this format.
    texts = {key: value for key, value in texts.items() if not {"\0", "\4"} & set(key + value)}
    texts = {key: value for key, value in texts.items() if not _has_surrogates(key + value)}
    entries = "\n\n".join(f"msgid {_quoted(key)}\nmsgstr {_quoted(value)}" for key, value in texts.items())

    catalogue = read(entries)

    assert {key: catalogue.gettext(key) for key in texts} == texts


def test_only_what_changed_is_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "helpdesk" / "locale" / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(f'{HEADER}\nmsgid "One"\nmsgstr "Ett"\n', encoding="utf-8")

    assert (ensure_messages(tmp_path), ensure_messages(tmp_path)) == (1, 0)
    assert (folder / "django.mo").is_file()


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "helpdesk" / "locale" / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_bytes('msgid "One"\nmsgstr "två"\n'.encode("latin-1"))

    with pytest.raises(BadTranslation, match="UTF-8"):
        ensure_messages(tmp_path)


def _quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"'}
    return '"' + "".join(escapes.get(ch, ch if ch.isprintable() else _escaped(ch)) for ch in text) + '"'


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode()) if ord(character) < 128 else character


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= ch <= "\udfff" for ch in text)

"""A pasted sheet: what is taken, and how each bad cell is named."""

import time
from collections.abc import Callable
from random import Random

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from escalation.delays import BadDelay, minutes_of, words_of
from escalation.matrix.cells import Names, read_priorities
from escalation.matrix.document import Document, Hours, Path, Row, Span, Step, Target, When, Who
from escalation.paste import MOST_ERRORS, PastedContact, PastedStep, parse, put
from escalation.sheet import sheet_of
from tests.escalation.matrix.documents import rows as any_rows

NAMES = Names({"b": "Billing", "c": "Charging"})
CONTACTS = ["Petra Lund", "Finance inbox"]


def read(text: str):
    return parse(text, names=NAMES, contacts=CONTACTS)


def errors(text: str) -> list[str]:
    return [str(error) for error in read(text).errors]


def test_rows_from_a_spreadsheet_are_read() -> None:
    pasted = read(
        "category\tpriority\tafter\twho\tafter\twho\nBilling\t1\tat once\tPetra Lund\t15 min\tvendor: team lead"
    )

    assert pasted.errors == []
    (row,) = pasted.rows
    assert (row.row.categories, row.row.priority_from, row.row.priority_to) == (("b",), 1, 1)
    assert row.steps == (PastedStep(0, "", "Petra Lund"), PastedStep(15, "team_lead", ""))


def test_csv_without_headings_and_with_any_is_read() -> None:
    pasted = read('any,"1, 2",1 h 30,petra lund\n,any,0,Finance inbox')

    assert [(r.row.categories, r.row.priority_from, r.row.priority_to) for r in pasted.rows] == [((), 1, 2), ((), 1, 4)]
    assert pasted.rows[0].steps[0].after_minutes == 90


def test_new_contacts_come_in_place_or_as_a_block_of_their_own() -> None:
    pasted = read(
        "any;1;0;Ada Holm <Ada@x.example>\nany;2;0;Bo Ek\nany;3 to 4;1 h;ada holm\n"
        "contact;email;phone;job\nBo Ek;bo@x.example;123;Finance"
    )

    assert pasted.errors == []
    assert pasted.contacts == [
        PastedContact("Bo Ek", "bo@x.example", "123", "Finance"),
        PastedContact("Ada Holm", "ada@x.example"),
    ]
    assert pasted.rows[2].steps[0].contact == "Ada Holm"


def test_each_bad_cell_is_named_by_its_row_and_column() -> None:
    found = errors("category,priority,after,who\nBilling,P0,at once,Petra Lund\nBilingg,1,soon,Petra Lnud\nany,1,,\n")

    assert found[0] == "Row 1, priority: “P0” is not one of 1 to 4."
    assert found[1] == "Row 2, category: there is no category “Bilingg”. Did you mean “Billing”?"
    assert found[2].startswith("Row 2, after 1: “soon” is no delay.")
    assert found[3].startswith("Row 2, who 1: there is no contact “Petra Lnud”. Did you mean “Petra Lund”?")
    assert found[4] == "Row 3, who 1: say who is told, at least once."
    assert len(found) == 5


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the sheet is empty"),
        ("any,1,0,vendor: king", "is no role of the vendor's"),
        ("any,1,0,Ada <nonsense>", "“nonsense” is no e-mail address."),
        ("any,1,31 days,Petra Lund", "at most 30 days"),
        ("any,1,-5 min,Petra Lund", "is no delay"),
        ('any,"1, 3",0,Petra Lund', "leaves one out between"),
        ('"any,1', "a quote begins here and never ends"),
        ("contact,email\n,ada@x.example", "give the contact's name"),
        ("any,1,0,", "say who is told"),
        ("any,,\x00,Petra Lund", "is no delay"),
    ],
)
def test_what_cannot_be_taken_says_why(text: str, part: str) -> None:
    assert any(part in error for error in errors(text)), errors(text)


def test_ten_thousand_rows_are_refused_with_a_sentence() -> None:
    found = errors("any,1,0,Petra Lund\n" * 10_000)

    assert len(found) == 1
    assert "a sheet may have 1000 rows" in found[0]


def anagrams(count: int, length: int) -> list[str]:
    """Words that every quick comparison takes for the same."""
    letters, shuffle = list("abcdefghijklmnopqrstuvwxyz" * (length // 26 + 1))[:length], Random(7).shuffle
    words = []
    for _number in range(count):
        shuffle(letters)
        words.append("".join(letters))
    return words


def wrong_names_and_a_block_of_their_own() -> str:
    words = anagrams(3_000, 118)
    block = "\n".join(f"{word},x@x.example" for word in words[::3])
    return "\n".join(f"any,1,0,{word}" for word in words[1::3][:499]) + "\ncontact,email\n" + block


def colons_in_every_cell() -> str:
    return "category,priority,now\n" + f"any,1,{'1:' * 190}\n" * 990


def colons_behind_known_names() -> str:
    return "category,priority,now\n" + f'any,1,"{"Petra Lund:" * 35}"\n' * 990


def many_heads_over_short_rows() -> str:
    return "category,priority," + "now," * 18_000 + "\n" + "any,1,Petra Lund\n" * 490


def newcomers_in_every_cell() -> str:
    return "".join(f'any,1,0,"{"a " * 180} <n{number}@x.example>"\n' for number in range(990))


def vendors_with_blanks() -> str:
    return ("any,1,0,vendor:" + " " * 380 + "x\n") * 990


def delays_of_digits() -> str:
    return ("any,1," + "1 " * 190 + ",Petra Lund\n") * 990


@pytest.mark.parametrize(
    "sheet",
    [
        wrong_names_and_a_block_of_their_own,
        colons_in_every_cell,
        colons_behind_known_names,
        many_heads_over_short_rows,
        newcomers_in_every_cell,
        vendors_with_blanks,
        delays_of_digits,
    ],
)
def test_the_worst_sheets_are_answered_soon(sheet: Callable[[], str]) -> None:
    text, stored = sheet()[:400_000], [f"{word} AB" for word in anagrams(1_000, 117)]
    began = time.process_time()

    pasted = parse(text, names=Names({str(n): name for n, name in enumerate(stored)}), contacts=[*stored, "Petra Lund"])

    assert time.process_time() - began < 1.5
    assert len(pasted.errors) <= MOST_ERRORS


def test_a_sheet_of_errors_is_read_to_the_fiftieth() -> None:
    pasted = read("any,P0,0,Petra Lund\n" * 200)

    assert (len(pasted.errors), pasted.is_cut) == (50, True)
    assert not read("any,P0,0,Petra Lund\n" * 49).is_cut


def test_a_mistyped_name_is_guessed_among_those_that_are_stored() -> None:
    found = errors("any,1,0,Petra Lnud\nany,1,0,Bo Eek\ncontact,email\nBo Ek,bo@x.example")

    assert "Did you mean “Petra Lund”?" in found[0]
    assert "Did you mean" not in found[1]


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    pasted = read(text)

    assert pasted.errors or pasted.rows or pasted.contacts


@given(st.integers(0, 30 * 1440))
def test_a_delay_in_words_is_read_back(minutes: int) -> None:
    assert minutes_of(words_of(minutes)) == minutes


@pytest.mark.parametrize("text", ["", "h", "1 fortnight", "-1", "1.5 h", "40 days", "1 h !"])
def test_what_is_no_delay_is_refused(text: str) -> None:
    with pytest.raises(BadDelay):
        minutes_of(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2", (2, 2)),
        ("P1", (1, 1)),
        ("1 to 3", (1, 3)),
        ("1-4", (1, 4)),
        ("1, 2", (1, 2)),
        ("any", (1, 4)),
        ("", (1, 4)),
    ],
)
def test_priorities_are_read_as_people_write_them(text: str, span: tuple[int, int]) -> None:
    assert read_priorities(text) == span


@pytest.mark.parametrize(
    "heads",
    [
        "Category\tPriority\tAt once\tto 15 min\tto 30 min\tto 1 h\tlater",
        "Row\tCategory\tPriority\tAt once\tto 15 min\tto 30 min\tto 1 h\tlater\tChange",
        "Kategori\tPrioritet\tGenast\ttill 15 min\ttill 30 min\ttill 1 h\tsenare",
        "Category\tPriority\tAt once\t15 min\t30 min\t1 h\tlater",
    ],
)
def test_the_heads_that_the_page_prints_are_read(heads: str) -> None:
    number = "7\t" if heads.startswith("Row") else ""
    line = 'Billing\t1 to 3\tPetra Lund\t\t"Team lead\nvendor: agent"\t45 min: Finance inbox\t2 h: Petra Lund'

    pasted = read(f"{heads}\n{number}{line}")

    assert pasted.errors == []
    (row,) = pasted.rows
    assert (row.row.categories, row.row.priority_from, row.row.priority_to) == (("b",), 1, 3)
    assert row.steps == (
        PastedStep(0, "", "Petra Lund"),
        PastedStep(30, "team_lead", ""),
        PastedStep(30, "agent", ""),
        PastedStep(45, "", "Finance inbox"),
        PastedStep(120, "", "Petra Lund"),
    )


def test_errors_under_printed_heads_are_named_by_them() -> None:
    heads = "Category\tPriority\tAt once\tto 15 min\tlater\n"

    assert errors(heads + "any\t1\tPetra Lund\tPetra Lnud")[0].startswith("Row 1, to 15 min: there is no contact")
    assert errors(heads + "any\t1\t\t\tPetra Lund")[0].startswith("Row 1, later: “” is no delay.")
    assert errors(heads + "any\t1") == ["Row 1, who 1: say who is told, at least once."]
    assert errors("Category\tPriority\tAt once\tsoon\nany\t1\tPetra Lund")[0].startswith("Heading, soon: this head")


@pytest.mark.parametrize("head", ["", "category,priority\n", "\ncategory,priority,at once,later\n\n"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("any,P0", "Row 2, priority: “P0” is"),
        ('any,"1', "Row 2, 2: a quote begins here"),
        ("contact,email\n,ada@x.example", "Row 2, contact: give"),
    ],
)
def test_headings_and_empty_lines_are_not_counted(head: str, wrong: str, said: str) -> None:
    first = "any,1,Petra Lund\n\n" if "at once" in head else "any,1,0,Petra Lund\n\n"

    assert errors(head + first + wrong)[0].startswith(said)


ODD = {"billing": "any", "invoice": "billing", "refund": "=Alla", "fitting": 'Ada "the" Holm, and\tmore'}


@pytest.mark.parametrize(("copied_in", "pasted_in"), [("en", "en"), ("sv", "sv"), ("sv", "en"), ("en", "sv")])
@given(rows=st.lists(any_rows(), min_size=1, max_size=6))
def test_copied_rows_pasted_back_change_nothing(copied_in: str, pasted_in: str, rows: list[Row]) -> None:
    names = Names(ODD, {"charging": "Charging"}, ["P"])

    with override(copied_in):
        sheet = sheet_of(rows, names)
    with override(pasted_in):
        pasted = parse(sheet, names=names, contacts=[])

    assert (pasted.errors, pasted.contacts) == ([], [])
    present = Document(tuple(rows), (Path("P", ()),))
    assert put(pasted, present, {}, "replace") == present


def test_further_columns_are_read_by_their_heads() -> None:
    pasted = read(
        "Category\tPriority\tTag\tHours\tafter\twho\tBegins\n"
        "Billing\t1\tpress, safety\tMon 8-9\t5 min\tPetra Lund\tat once\n"
        "\t\t\toutside support hours\t0\tvendor: agent\t\n"
    )

    assert pasted.errors == []
    first, second = (row.row for row in pasted.rows)
    assert (first.tags, first.hours, first.begins.value) == (
        ("press", "safety"),
        Hours(Span.OWN, ((480, 540),)),
        "opened",
    )
    assert (second.tags, second.hours.span, second.begins.value) == ((), Span.SHUT, "asked")
    assert [row.steps for row in pasted.rows] == [(PastedStep(5, "", "Petra Lund"),), (PastedStep(0, "agent", ""),)]


def test_a_path_that_is_not_there_is_named_by_row_and_column() -> None:
    names = Names({}, {}, ["Everything else"])

    found = parse(
        "category,priority,hours,path\nany,1,,everything ELSE\nany,2,Mon 8-8,Evrything else", names=names, contacts=[]
    )

    assert [str(error) for error in found.errors] == [
        "Row 2, hours: “mon 8-8” has no length. The whole day is 0-24.",
        "Row 2, path: there is no path “Evrything else”. Did you mean “Everything else”?",
    ]


def test_rows_that_climb_alike_share_a_path_and_the_present_ones_stay() -> None:
    lead = Step(When(minutes=15), (Who(Target.ROLE, "team_lead"),))
    present = Document((Row("Lead"),), (Path("Lead", (lead,)),))
    pasted = read("any,1,15 min,team lead\nany,2,0,Petra Lund\nany,3,0,Petra Lund")
    ask = Step(When(), (Who(Target.CONTACT, "k1"),), hands_over=True)

    document = put(pasted, present, {"Petra Lund": "k1"}, "below")

    assert [row.path for row in document.rows] == ["Lead", "Lead", "Path 2", "Path 2"]
    assert document.paths == (Path("Lead", (lead,)), Path("Path 2", (ask,)))
    assert [row.priority_from for row in put(pasted, present, {}, "above").rows] == [1, 2, 3, 1]

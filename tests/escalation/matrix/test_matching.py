"""Which row decides, against the plain reading of the rows."""

from hypothesis import given, settings

from escalation.matrix.document import Document, Row, Subject
from escalation.matrix.matching import Matcher
from tests.escalation.matrix.documents import documents, fits, subjects


@settings(max_examples=300)
@given(documents(most=8), subjects())
def test_the_first_row_from_the_top_that_fits_decides(document: Document, subject: Subject) -> None:
    matcher = Matcher(document)

    expected = [place for place, row in enumerate(document.rows) if fits(row, subject)]
    assert list(matcher.fitting(subject)) == expected
    assert matcher.match(subject) == (expected[0] if expected else None)


def test_names_are_the_same_whatever_their_case_and_a_region_is_no_other_language() -> None:
    document = Document((Row("P", tiers=("Fleet  Plus",), languages=("sv-FI",), tags=("Safety",)),))
    ticket = Subject(tier="fleet plus", language="sv", tags=frozenset({"safety"}))

    assert Matcher(document).match(ticket) == 0
    assert Matcher(document).match(Subject(tier="fleet", language="sv", tags=frozenset({"safety"}))) is None


def test_a_row_for_a_category_takes_those_below_it_and_not_those_above() -> None:
    document = Document((Row("P", categories=("invoice",)), Row("Q", categories=("billing",))))

    assert Matcher(document).match(Subject(categories=frozenset({"refund", "billing"}))) == 1
    assert Matcher(document).match(Subject(categories=frozenset({"invoice", "billing"}))) == 0
    assert Matcher(document).match(Subject(categories=frozenset({"fitting"}))) is None

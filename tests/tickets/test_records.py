"""What is left of a masked value, and for whom nothing is masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.actor import ClientFace
from tickets.models.customers import FieldKind, Sensitivity
from tickets.records import (
    BUILT_IN,
    DOTS,
    FLOORS,
    FieldSpec,
    Relation,
    mask,
    name_of,
    show,
    specs,
    strictest,
    without_addresses,
)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("email", "rita@mail.example", "r•••@•••.example"),
        ("email", "r@mail.example", DOTS),
        ("email", "@mail.example", DOTS),
        ("email", "no address", DOTS),
        ("phone", "+46701234567", "+46 •• ••• •• 67"),
        ("phone", "+12025550123", "+1 •• ••• •• 23"),
        ("phone", "070-123 45 67", "•• ••• •• 67"),
        ("phone", "112", DOTS),
        ("text", "19850312-4417", DOTS),
        ("text", "Storgatan 12, Lund", DOTS),
        ("date", "1985-03-12", DOTS),
        ("text", "", ""),
    ],
)
def test_what_is_left_of_a_masked_value_can_be_compared_and_no_more(kind: str, value: str, text: str) -> None:
    assert mask(kind, value) == text


OPEN = {
    ("public", "other"), ("public", "holder"), ("public", "self"), ("contact", "holder"), ("contact", "self"),
    ("sensitive", "self"),
}  # fmt: skip


@pytest.mark.parametrize("relation", list(Relation))
@pytest.mark.parametrize("sensitivity", list(Sensitivity))
def test_a_field_is_whole_for_exactly_these(sensitivity: Sensitivity, relation: Relation) -> None:
    spec = FieldSpec("payer", "Payer", FieldKind.TEXT, sensitivity)

    shown = show(spec, "SE-7788", relation)

    assert (not shown.masked) == ((sensitivity.value, relation.value) in OPEN)
    assert ("7788" in shown.text) == (not shown.masked)


@given(value=st.text(min_size=1), kind=st.sampled_from(FieldKind))
def test_a_mask_holds_no_more_of_the_value_than_is_stated(value: str, kind: FieldKind) -> None:
    left = mask(kind, value).replace("•", "").replace(" ", "")

    if kind is FieldKind.PHONE:
        assert len(left.lstrip("+")) <= 3 + 2
    elif kind is FieldKind.EMAIL:
        assert left == "" or left == f"{value.strip()[0]}@.{value.strip().rsplit('.', 1)[1]}"
    else:
        assert left == ""


@given(digits=st.text("0123456789", min_size=5, max_size=11))
def test_of_a_number_only_the_country_and_two_digits_are_left(digits: str) -> None:
    left = mask("phone", f"+46{digits}")

    assert left in (DOTS, f"+46 •• ••• •• {digits[-2:]}", f"•• ••• •• {digits[-2:]}")


@given(one=st.text(min_size=1), other=st.text(min_size=1))
def test_the_length_of_a_value_tells_nothing(one: str, other: str) -> None:
    assert mask("text", one) == mask("text", other)


@given(raised=st.dictionaries(st.sampled_from(sorted(FLOORS)), st.sampled_from(["public", "contact", "sensitive"])))
def test_no_field_is_guarded_less_than_its_floor(raised: dict[str, str]) -> None:
    found = specs(raised)

    for key, floor in FLOORS.items():
        assert strictest(found[key].sensitivity, floor) == found[key].sensitivity
        assert found[key].sensitivity == strictest(floor, raised.get(key, "public"))


def test_every_field_of_a_record_has_its_class() -> None:
    assert {"name", "phone", "email", "postal_address", "postcode", "language", "tier", "external_id"} == {
        spec.key for spec in BUILT_IN
    }


def test_a_name_is_masked_where_the_client_says_so() -> None:
    public, guarded = ClientFace(1, "a", "A", "A"), ClientFace(2, "b", "B", "B", name_class="contact")

    assert (name_of(public, "Rita"), name_of(guarded, "Rita"), name_of(guarded, "Rita", held=True)) == (
        "Rita",
        DOTS,
        "Rita",
    )
    assert name_of(guarded, "") == "No name given"


def test_addresses_in_a_mail_servers_words_are_masked() -> None:
    assert without_addresses("550 5.1.1 <rita@mail.example>: unknown") == "550 5.1.1 <r•••@•••.example>: unknown"

"""What is left of a masked value."""

import pytest

from tickets.records import show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("rita@mail.example", "r••••@mail.example"),
        ("+46 70 123 45 67", "•••• 67"),
        ("19850312-4417", "•••• 17"),
        ("SE-7788-4417", "•••• 17"),
        ("12345", "••••"),
        ("Storgatan 12, Lund", "••••"),
        ("House 83", "••••"),
        ("@mail.example", "••••"),
        ("r@mail.example", "••••"),
        ("", "••••"),
    ],
)
def test_what_is_left_of_a_masked_value_can_be_compared_and_no_more(value: str, text: str) -> None:
    assert show("Field", value, "sensitive", contact_open=True).text == text


def test_a_contact_field_is_whole_on_a_ticket_only() -> None:
    assert show("Mail", "rita@mail.example", "contact", contact_open=True).text == "rita@mail.example"
    assert show("Mail", "rita@mail.example", "contact", contact_open=False).masked

"""The manual's table of the clocks is the one that the rules make."""

from escalation.clock_table import table
from tests.servers import ROOT


def test_the_manual_says_what_the_rules_do() -> None:
    page = (ROOT / "docs" / "clocks.md").read_text()

    assert table() in page, f"Put this into docs/clocks.md:\n\n{table()}"

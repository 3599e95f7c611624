"""Rows of `reporting`: the same numbers for both sides."""

from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import CONSOLE

ROWS = [
    Row("desk:reports", right=Right.REPORT_READ),
    Row("desk:report", right=Right.REPORT_READ),
    Row("desk:baseline", right=Right.REPORT_READ),
    Row("desk:report_csv", right=Right.REPORT_READ),
    Row("desk:report_tickets", right=Right.REPORT_READ, query={"number": "opened"}),
    Row("desk:report_tickets_csv", right=Right.REPORT_READ, query={"number": "opened"}),
    Row("console:reports", door=CONSOLE, right=Right.REPORT_READ),
    Row("console:baseline", door=CONSOLE, right=Right.REPORT_READ),
    Row("console:take_baseline", "POST", door=CONSOLE, right=Right.CONTRACT_SIGN),
    Row("console:report_csv", door=CONSOLE, right=Right.REPORT_READ),
    Row("console:report_tickets", door=CONSOLE, right=Right.REPORT_READ, query={"number": "opened"}),
    Row("console:report_tickets_csv", door=CONSOLE, right=Right.REPORT_READ, query={"number": "opened"}),
]

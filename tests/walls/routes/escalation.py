"""Rows of `escalation`: what climbs to whom, and the letters by which it is answered."""

from access.doors import Kind
from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import ALL, CONSOLE, handling

ROWS = [
    Row("desk:escalate", right=Right.TICKET_ESCALATE, sees=ALL),
    handling("escalate", {"reason": "decision", "question": "A new door?"}, right=Right.TICKET_ESCALATE),
    Row("desk:escalation_strip", right=Right.TICKET_READ, sees=ALL),
    handling("take_on", right=Right.TICKET_ESCALATE),
    handling("take_back", right=Right.TICKET_ESCALATE),
    Row("console:home", door=CONSOLE, right=Right.CONSOLE),
    Row("console:inbox", door=CONSOLE, right=Right.CONSOLE),
    Row("console:escalation", door=CONSOLE, right=Right.CONSOLE, sees=(Right.TICKET_READ,)),
    Row(
        "console:escalation",
        "POST",
        door=CONSOLE,
        right=Right.CONSOLE,
        also=(Right.ESCALATION_ANSWER,),
        data={"do": "acknowledge"},
    ),
    Row("console:matrix", door=CONSOLE, right=Right.MATRIX_READ),
    Row("console:matrix_edit", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row("console:matrix_edit", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"do": "add"}, ok=200),
    Row("console:matrix_paste", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row(
        "console:matrix_paste",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"text": "Nothing", "where": "below"},
        ok=400,
    ),
    Row("console:contacts", door=CONSOLE, right=Right.MATRIX_READ),
    Row(
        "console:add_contact",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"name": "Bo Ek", "email": "bo@x.example", "language": "en"},
    ),
    Row("console:contact", door=CONSOLE, right=Right.MATRIX_EDIT),
    Row(
        "console:contact",
        "POST",
        door=CONSOLE,
        right=Right.MATRIX_EDIT,
        data={"name": "Bo Ek", "email": "bo@x.example", "language": "en"},
    ),
    Row("console:switch_contact", "POST", door=CONSOLE, right=Right.MATRIX_EDIT, data={"active": "0"}),
    Row("letter", door=Kind.LETTER),
    Row("letter", "POST", door=Kind.LETTER, data={"do": "acknowledge"}),
    Row("emergency_letter", door=Kind.LETTER),
    Row("emergency_letter", "POST", door=Kind.LETTER, data={"do": "refuse"}),
]

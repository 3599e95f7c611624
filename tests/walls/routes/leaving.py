"""Rows of `helpdesk.leaving`: hand-overs, exports, erasure and retention."""

from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import CONSOLE, PORTAL

ROWS = [
    Row("desk:hand_overs", right=Right.CLEARANCE_EXTEND),
    Row("desk:hand_over", right=Right.CLEARANCE_EXTEND),
    Row("desk:hand_over", "POST", right=Right.CLEARANCE_EXTEND, data={"notes": "Call her."}),
    Row("console:exits", door=CONSOLE, right=Right.DATA_EXPORT),
    Row(
        "console:exits",
        "POST",
        door=CONSOLE,
        right=Right.DATA_EXPORT,
        also=(Right.CUSTOMER_READ,),
        data=lambda p: {"customer": str(p.things["customer"])},
    ),
    Row("console:erase", door=CONSOLE, right=Right.CUSTOMER_ERASE),
    Row(
        "console:erase",
        "POST",
        door=CONSOLE,
        right=Right.CUSTOMER_ERASE,
        data=lambda p: {"typed": p.things["email"]},
    ),
    Row("console:new_package", "POST", door=CONSOLE, right=Right.DATA_EXPORT),
    Row("console:new_customer_export", "POST", door=CONSOLE, right=Right.DATA_EXPORT, also=(Right.CUSTOMER_READ,)),
    Row("console:export", door=CONSOLE, right=Right.DATA_EXPORT),
    Row("console:fetch_export", "POST", door=CONSOLE, right=Right.DATA_EXPORT),
    Row("console:export_file", door=CONSOLE, right=Right.DATA_EXPORT),
    Row("console:certificate", door=CONSOLE, right=Right.CUSTOMER_ERASE),
    Row("console:certificate_json", door=CONSOLE, right=Right.CUSTOMER_ERASE),
    Row("console:retention", door=CONSOLE, right=Right.CUSTOMER_ERASE),
    Row("console:retention", "POST", door=CONSOLE, right=Right.CUSTOMER_ERASE, data={"tickets": "24"}),
    Row("portal:my_data", door=PORTAL, signed_in=True),
    Row("portal:my_data", "POST", door=PORTAL, signed_in=True),
    Row(
        "portal:my_data_file",
        "POST",
        door=PORTAL,
        signed_in=True,
        ok=200,
        expect={"r1b": 404},
        because="the file is the customer's who asked for it",
    ),
]

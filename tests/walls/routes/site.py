"""Rows that belong to no app, of files, and of the mailbox of the demo."""

from access.doors import Kind
from tests.walls.matrix import Row
from tests.walls.routes.shapes import PORTAL

ROWS = [
    Row("home", ok=302),
    Row("start", ok=302),
    Row("health_live", door=Kind.PUBLIC),
    Row("health_engine", door=Kind.PUBLIC, ok=503, because="no worker runs beside a test"),
    Row("health_ready", door=Kind.PUBLIC, ok=503, because="no worker runs beside a test"),
    Row("client_styles"),
    Row("client_style", door=PORTAL),
    Row("choose_language", "POST", door=Kind.PUBLIC, data={"language": "sv"}),
    Row("api:schema", door=Kind.PUBLIC),
    Row("api:docs", door=Kind.PUBLIC),
    Row("file_bytes", door=Kind.FILES, headers={"host": "files.testserver"}),
    Row("mailbox", door=Kind.DEMO),
    Row("mailbox_letter", door=Kind.DEMO),
]

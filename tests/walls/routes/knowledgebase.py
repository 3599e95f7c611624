"""Rows of `knowledgebase`: articles for agents, for the client who writes them, and for its customers."""

from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import CONSOLE, PORTAL

ARTICLE = {
    "title": "How do I open the door?",
    "body": "Turn the key twice.",
    "audience": "public",
    "new_category": "Windows",
    "language": "en",
}

ROWS = [
    Row("desk:playbooks", right=Right.ARTICLE_READ),
    Row("desk:playbook", right=Right.ARTICLE_READ),
    Row("console:articles", door=CONSOLE, right=Right.ARTICLE_READ),
    Row("console:article_new", door=CONSOLE, right=Right.ARTICLE_WRITE),
    Row("console:article_new", "POST", door=CONSOLE, right=Right.ARTICLE_WRITE, data=ARTICLE),
    Row("console:article_edit", door=CONSOLE, right=Right.ARTICLE_WRITE),
    Row(
        "console:article_edit",
        "POST",
        door=CONSOLE,
        right=Right.ARTICLE_WRITE,
        data={**ARTICLE, "expected_number": "1"},
    ),
    Row("console:article_preview", "POST", door=CONSOLE, right=Right.ARTICLE_WRITE, data={"body": "**Now**"}, ok=200),
    Row("console:article_withdraw", "POST", door=CONSOLE, right=Right.ARTICLE_PUBLISH),
    Row("console:must_reads", door=CONSOLE, right=Right.ARTICLE_READ),
    Row("console:must_read_new", door=CONSOLE, right=Right.ARTICLE_PUBLISH),
    Row("console:must_read_new", "POST", door=CONSOLE, right=Right.ARTICLE_PUBLISH, data={"said": "Keep it shut."}),
    Row("console:must_read_end", "POST", door=CONSOLE, right=Right.ARTICLE_PUBLISH),
    Row(
        "desk:read",
        "POST",
        right=Right.ARTICLE_READ,
        data={"number": "1"},
        expect={"o1": 404, "a1": 404},
        because="asked of those who work for a vendor",
    ),
    Row("portal:articles", door=PORTAL, query={"q": "door"}),
    Row("portal:article", door=PORTAL),
    Row("portal:suggest", door=PORTAL, query={"q": "door"}),
]

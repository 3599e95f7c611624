"""Every request that is fired at a route, made from the good one that its row in the matrix describes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from access.doors import Kind
from tests.attack import hostile
from tests.attack.hostile import JSONS, TEXTS, Shot, encoded
from tests.walls.matrix import Row, arguments
from tests.walls.places import Place

CURSOR = ("at",)
REPORT = ("from", "to", "period", "number", "at")
# What each page reads behind the question mark.
READS: dict[str, tuple[str, ...]] = {
    "desk:queue": (
        "view", "sort", "client", "status", "priority", "category", "tag", "service", "language", "q", "after",
    ),
    "desk:view_counts": ("view", "client", "tag", "q"),
    "desk:find": ("q", "client", "view"),
    "desk:ticket": ("whole",),
    "desk:customers": ("q", "client"),
    "desk:customer": ("ticket",),
    "desk:new": ("customer",),
    "desk:suggestions": ("q", "context"),
    "desk:file": ("preview",),
    "desk:report": REPORT,
    "desk:report_csv": REPORT,
    "desk:report_tickets": REPORT,
    "desk:report_tickets_csv": REPORT,
    "desk:playbooks": ("q", "client", "audience", "at"),
    "desk:playbook": ("revision",),
    "console:access_log": ("person", "action", "kind", "record", "ticket", "days", "at"),
    "console:access_log_csv": ("person", "action", "kind", "record", "ticket", "days"),
    "console:entry_proof": ("entry",),
    "console:growth_proof": ("head",),
    "console:articles": ("audience", "state", "at"),
    "console:article_edit": ("revision",),
    "console:inbox": ("state", "q", "at"),
    "console:matrix_edit": ("add",),
    "desk:edit_proposal": ("add",),
    "console:try_matrix": ("category", "priority", "tier", "language", "tags", "number", "at", "version"),
    "console:matrix_lot": ("seed", "until", "version"),
    "console:matrix_past": ("before", "after", "at", "looked", "total", "elsewhere"),
    "console:contacts": CURSOR,
    "console:on_call": ("at", "zone"),
    "desk:on_call": ("at", "zone"),
    "console:reports": REPORT,
    "console:report_csv": REPORT,
    "console:report_tickets": REPORT,
    "console:report_tickets_csv": REPORT,
    "portal:articles": ("q", "category", "at"),
    "portal:suggest": ("q",),
    "portal:new": ("subject",),
    "portal:sign_in": ("next", "sent"),
    "portal:enter": ("next",),
    "portal:mine": ("show", "after"),
    "portal:ticket": ("before",),
    "portal:file": ("preview",),
    "api:ticket-list": (
        "status", "holder", "priority", "category", "service", "tag", "language", "customer", "assignee", "unassigned",
        "external_id", "updated_since", "created_since", "q", "ordering", "cursor", "limit",
    ),
    "api:message-list": ("cursor", "limit"),
    "api:customer-list": ("email", "external_id", "phone", "cursor", "limit"),
    "api:customer-detail": ("ticket",),
    "api:article-list": ("audience", "language", "category", "external_id", "published", "cursor", "limit"),
    "api:article-search": ("q", "context", "audience", "limit"),
    "api:escalation-list": ("state", "open", "ticket", "cursor", "limit"),
}  # fmt: skip
# What forms take besides what the good request of the matrix sends.
TAKES: dict[str, tuple[str, ...]] = {
    "desk:reply": ("revisions", "seen", "once", "then", "files"),
    "desk:note": ("seen", "once"),
    "desk:next": ("offered",),
    "desk:new": ("customer", "name", "phone", "category", "service", "once", "files"),
    "desk:draft": ("audience", "draft"),
    "desk:skip": ("words",),
    "desk:ask_swap": ("reason",),
    **{f"{place}:override_on_call": ("reason",) for place in ("desk", "console")},
    **{
        f"{place}:{view}": ("passes_on", "layer-1-layer_name", "layer-1-p1", "layer-1-days", "layer-1-opens")
        for place in ("desk", "console")
        for view in ("add_on_call", "edit_on_call")
    },
    "desk:record_work": ("note",),
    "desk:call_back": ("about",),
    "desk:keep_call": ("said",),
    "desk:decide_excuse": ("answer",),
    "console:scope_request": ("answer",),
    "scope_letter": ("answer",),
    "console:answer_proposal": ("revision", "seen", "at"),
    "matrix_letter": ("revision", "seen", "at"),
    "desk:change_proposal": ("revision",),
    "console:scope_rules": ("approver_1", "approver_2", "allowance", "budget_0", "budget_1"),
    "desk:escalate": ("facts", "suggestion"),
    "console:article_edit": ("category", "context", "do"),
    "console:article_new": ("category", "context", "do"),
    "console:article_preview": ("title",),
    "console:decide_emergency": ("answer",),
    "console:set_clearance_rules": ("needs_second_factor", "unanswered_emergency"),
    "emergency_letter": ("minutes", "answer", "review"),
    "console:must_read_new": ("role", "due_on"),
    "desk:send_waiting": ("seen",),
    "console:add_system": ("note",),
    "console:set_flag_rules": ("bulk_most", "off_hours"),
    "console:register_account": ("since",),
    "console:confirm_removal": ("removed_on",),
    "desk:systems": ("since",),
    "console:escalation": ("answer",),
    "console:add_contact": ("phone", "job", "card_id"),
    "console:contact": ("phone", "job", "card_id"),
    **dict.fromkeys(
        ("console:matrix_edit", "desk:edit_proposal"), ("revision", "order", "1-category", "1-hours", "1-path")
    ),
    **dict.fromkeys(
        ("console:matrix_path", "console:add_matrix_path", "desk:proposal_path", "desk:add_proposal_path"),
        ("revision", "name", "order", "1-trigger", "1-minutes", "1-to", "1-channels", "asks", "then"),
    ),
    "console:matrix_paste": ("revision", "do", "file"),
    "console:publish_matrix": ("at", "note"),
    "console:discard_matrix_draft": ("do",),
    "office:team_hours": ("day_3",),
    **dict.fromkeys(
        ("console:propose_promises", "office:propose_promises"),
        ("warn_at", "valid_from", "solve_4", "solve_4_always", "solve_percent", "k1_tier", "k1_metric", "k1_1"),
    ),
    "console:hours_edit": ("version", "day_6", "country", "region", "own", "extra", "valid_from"),
    "console:impact_words": ("en-hindered", "en-question", "sv-blocked"),
    "console:new_category": ("parent", "is_offered", "is_retired"),
    "console:category": ("parent", "is_offered", "is_retired"),
    "console:order_category": ("to",),
    "console:new_service": ("owner", "busy", "is_offered", "is_retired"),
    "console:service": ("owner", "busy", "is_offered", "is_retired"),
    "desk:sort": ("service",),
    "console:voice": ("signature", "dos", "donts", "greeting"),
    "console:terms": (
        "subprocessors",
        "locations",
        "data_location",
        "termination",
        "currency",
        "price_ticket",
        "included",
        "work",
    ),
    "office:terms": (
        "subprocessors",
        "locations",
        "data_location",
        "termination",
        "currency",
        "price_ticket",
        "included",
        "work",
    ),
    "console:new_endpoint": ("is_active",),
    "console:endpoint": ("is_active",),
    "office:new_endpoint": ("is_active",),
    "office:endpoint": ("is_active",),
    "console:put_in_force": ("starts_on",),
    "portal:new": ("category", "service", "once", "files"),
    "portal:reply": ("once",),
    "portal:sign_in": ("next",),
    "portal:enter": ("next",),
    "choose_language": ("next",),
    "letter": ("answer",),
    "api:ticket-list": (
        "customer",
        "customer_name",
        "impact",
        "urgency",
        "category",
        "service",
        "language",
        "acknowledge",
    ),
    "api:ticket-reply": ("then", "revision", "seen_message"),
    "api:ticket-note": ("audience",),
    "api:ticket-sort": ("urgency", "category", "service", "need"),
    "api:customer-list": ("email", "phone", "language", "tier", "external_id"),
    "api:customer-detail": ("name", "email", "phone", "language", "external_id"),
    "api:article-list": ("context",),
    "api:article-drafts": ("context",),
    "api:escalation-list": ("facts", "suggestion"),
    "api:escalation-not-needed": ("answer",),
    "api:escalation-take-over": ("answer",),
}
BODY = b'{"body": "x", "subject": "x"}'
KINDS: dict[str, tuple[str, bytes]] = {
    "JSON as text": ("text/plain", BODY),
    "JSON": ("application/json", BODY),
    "XML": ("application/xml", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"),
    "no kind": ("", b"a=b"),
    "no kind at all": ("/;;=", b"a=b"),
    "a form without a boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "a form that ends early": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"'),
    "a form in base64": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--',
    ),
    "a file without a name": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\nzz\r\n--x--\r\n',
    ),
    "a file with a name of pieces": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=files; filename*=utf-8''%2e%2e%2f%00.png\r\n\r\nzz\r\n--x--\r\n",
    ),
    "a form in a codec": ("multipart/form-data; boundary=x; charset=rot13", b"--x--"),
    "words in a codec": ("application/x-www-form-urlencoded; charset=rot13", b"body=x"),
    "words in UTF-7": ("application/x-www-form-urlencoded; charset=utf-7", b"body=+ADw-"),
    "words in UTF-16": ("text/plain; charset=utf-16", b"body=x"),
    "JSON in a codec": ("application/json; charset=rot13", BODY),
    "JSON in zlib": ("application/json; charset=zlib", BODY),
    "JSON in nothing": ("application/json; charset=\x00", BODY),
    "JSON in an unknown charset": ("application/json; charset=nowhere", BODY),
    "JSON with a piece in no charset": ("application/json; x*=nowhere''a", BODY),
    "a form with a piece in no charset": ("multipart/form-data; boundary=x; y*=nowhere''a", b"--x--"),
    "JSON with broken pieces": ("application/json; x*0*=a; x*b=; x*1*=%ff; =; *=", BODY),
    "deep JSON": ("application/json", b'{"a":' * 20_000),
    "3,000 fields": ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(3000))),
    "a field 500 times": ("application/x-www-form-urlencoded", b"body=x&" * 500),
    "1 MB": ("application/x-www-form-urlencoded", b"body=" + b"x" * 1_000_000),
    "1 MB of a million ampersands": ("application/x-www-form-urlencoded", b"&" * 1_000_000),
    "1 MB of JSON": ("application/json", b'{"body": "' + b"x" * 1_000_000 + b'"}'),
    "5 MB": ("application/x-www-form-urlencoded", b"x" * 5_000_000),
}
HEADERS: dict[str, dict[str, str]] = {
    "a codec of the query": {"content-type": "text/plain; charset=rot13"},
    "languages": {"accept-language": "x" * 3000 + ",sv;q=9,-,*;q=abc"},
    "a language of junk": {"accept-language": "sv-\x00\ud7ff;q=0.8"},
    "peers": {"x-forwarded-for": "evil, \u00e5, ::1, " + "1.1.1.1," * 500},
    "a fragment": {"hx-request": "true", "hx-target": "'\"><script>", "hx-current-url": "javascript:alert(1)%ff"},
    "an encoded fragment": {"hx-request": "true", "hx-current-url-uri-autoencoded": "true", "hx-current-url": "%ff%00"},
    "cookies": {"cookie": "session8000=\x01..; csrf8000=x; messages=[[; django_language=../..; a=b=c;;; =; \xff"},
    "another method": {"x-http-method-override": "DELETE"},
    "a range": {"range": "bytes=9-1,-0,a", "if-none-match": '"', "if-modified-since": "yesterday"},
    "a wish": {"accept": "text/html;q=x, */*;version=\x0b, ///"},
    "a wish in no charset": {"accept": "application/json; x*=nowhere''a"},
    "a NUL for a charset": {"content-type": "application/json; charset=\x00"},
    "no charset": {"content-type": "text/html; x*=nowhere''a"},
    "a key": {"idempotency-key": "\xff" * 255},
    "a token": {"authorization": "Bearer \xff\x01 " + "A" * 5000},
    "another token": {"authorization": "Basic ////"},
}
PATHS = ("%00", "..%2f..%2f", "%ff%fe", "%ed%a0%80", "%C2%B2", "%D9%A1", "-1", "9" * 30, "1e5", "%0d%0aSet-Cookie:x=1",
         "x" * 5000, "%F0%9F%94%A5", "%2e%2e", "%20", "*", "{{7*7}}", "null")  # fmt: skip


def spread(values: dict, most: int, start: int) -> Iterator:
    """Some of the values, beginning elsewhere for each start, so that together all are used."""
    items = list(values.items())
    step = max(1, len(items) // most)
    return islice((items[(start + n * step) % len(items)] for n in range(len(items))), most)


def in_fields(row: Row, place: Place, most: int) -> Iterator[Shot]:
    """Each field of the good request, and each that it might have, with junk; the others are left good."""
    base = hostile.good(row, place)
    if row.method == "GET":
        return
    data = hostile.filled(row, place)[1]
    is_json = row.door is Kind.API
    for turn, name in enumerate(dict.fromkeys([*data, *TAKES.get(row.view, ())])):
        for label, value in spread(JSONS if is_json else TEXTS, most, turn + len(row.view)):
            body = hostile.as_json({**data, name: value}) if is_json else encoded({**data, name: value})
            yield replace(base, label=f"{name}={label}", body=body)


def in_query(row: Row, place: Place, most: int) -> Iterator[Shot]:
    """Each thing that the page reads behind the question mark, and one that it does not know, as junk."""
    base = hostile.good(row, place)
    if row.method != "GET":
        return
    query = hostile.filled(row, place)[2]
    for turn, name in enumerate((*READS.get(row.view, ()), "x__y[0]")):
        for label, value in spread(TEXTS, most if name != "x__y[0]" else 2, turn + len(row.view)):
            yield replace(base, label=f"?{name}={label}", query=encoded({**query, name: value}).decode())


def in_kinds(row: Row, place: Place, most: int) -> Iterator[Shot]:
    """Bodies of every kind."""
    base = hostile.good(row, place)
    if row.method != "GET":
        for label, (kind, body) in spread(KINDS, most, len(row.view)):
            yield replace(base, label=label, kind=kind, body=body)


def in_headers(row: Row, place: Place, most: int) -> Iterator[Shot]:
    """Headers that lie."""
    base = hostile.good(row, place)
    for label, headers in spread(HEADERS, most, len(row.view)):
        more = {name: value for name, value in headers.items() if name != "content-type"}
        kind = headers.get("content-type", base.kind)
        query = base.query or "q=%e5"
        yield replace(base, label=label, headers=(*base.headers, *more.items()), kind=kind, query=query)


def in_path(row: Row, place: Place, most: int) -> Iterator[Shot]:
    """Each argument of the address as junk."""
    base = hostile.good(row, place)
    for turn, name in enumerate(arguments(row.view)):
        value = str(place.argument(row.view, name))
        for _label, junk in spread(dict(enumerate(PATHS)), most, turn + len(row.view)):
            before, _found, after = base.path.rpartition(f"/{value}/")
            if _found:
                yield replace(base, label=f"<{name}>={junk[:40]}", path=f"{before}/{junk}/{after}")

"""The description: complete, valid, and what the API really answers."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
import schemathesis
from django.conf import settings as app_settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import factories

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_description_is_valid_and_says_nothing_doubtful():
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    assert "openapi: 3.1.0" in out.getvalue()


def test_the_description_names_every_route_and_its_refusals(world):
    found = world.browser().get("/api/schema/").json()

    assert found["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"], (path, method)
            keys = [each for each in operation.get("parameters", []) if each["name"] == "Idempotency-Key"]
            assert len(keys) == (1 if method == "post" else 0), (path, method)
    assert len(found["paths"]) >= 20


def test_the_pages_of_the_description_hold_no_inline_script(world):
    page = world.browser().get("/api/docs/")

    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert b"<script>" not in page.content
    assert b"style=" not in page.content


@pytest.mark.slow
def test_what_the_description_allows_is_never_a_server_error(world, program):
    """Requests made from the description, to every operation, as a client admin's program."""
    for _n in range(3):
        factories.ticket(world, world.r1)
    key = program("o1").browser.defaults["HTTP_AUTHORIZATION"]
    headers = {"Authorization": key, "Host": urlsplit(app_settings.BASE_URL).netloc}
    app_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    described = schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler(), headers=headers)
    operations = [found.ok() for found in described.get_all_operations()]

    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()
    assert len(operations) >= 22

"""The log keeps quiet about an unready health page, and about nothing else."""

import logging

import pytest
from django.test import RequestFactory

from helpdesk.lib.logs import NotReady


@pytest.mark.parametrize(
    ("path", "status", "is_kept"),
    [("/health/ready", 503, False), ("/health/ready", 500, True), ("/desk/", 503, True), ("/healthy", 503, True)],
)
def test_only_an_unready_health_page_is_left_out(path: str, status: int, is_kept: bool) -> None:
    record = logging.makeLogRecord({"request": RequestFactory().get(path), "status_code": status})

    assert NotReady().filter(record) is is_kept


def test_a_line_without_a_request_is_kept() -> None:
    assert NotReady().filter(logging.makeLogRecord({"msg": "anything"}))

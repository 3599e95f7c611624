"""The WSGI application."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class PlainRequest(WSGIRequest):
    """A request that is read as UTF-8, whatever charset it names.

    Django would take any codec of Python's from the header, rot13 and zlib among them, and break on it
    before there is anybody to answer.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except Exception:
            # The mail parser behind it raises nearly anything for what is no header.
            self.content_type, self.content_params = "", {}


class Application(WSGIHandler):
    """Django's own, with requests that can't be broken by their headers."""

    request_class = PlainRequest


django.setup(set_prefix=False)
application = Application()

"""Stops a file that is too large while it comes in, and lets the rest of its form through."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from helpdesk.lib.files import safe_name


class MeasuringHandler(FileUploadHandler):
    """Drops files over the limit and notes their names on the request, so that the text is kept.

    A request far over what all files may have together is refused as a whole.
    """

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        """Raise `RequestDataTooBig` before anything is read."""
        most = settings.UPLOAD_MAX_BYTES * settings.UPLOAD_MAX_FILES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if content_length > most:
            raise RequestDataTooBig(f"a form of {content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on, or skip the rest of the file."""
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            request: Any = self.request
            request.oversized = [*oversized(request), safe_name(self.file_name or "")]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""


def oversized(request: HttpRequest) -> list[str]:
    """Names of the files that were too large to take."""
    return list(getattr(request, "oversized", ()))

"""Static files of installed packages, without what the product never serves."""

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder


class PackagedFinder(AppDirectoriesFinder):
    """The apps' own static folders, less the API docs' second viewer."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        """As Django's, with those patterns left out."""
        return super().list([*(ignore_patterns or []), "redoc*", "admin", "rest_framework"])

#!/usr/bin/env python3
"""Django's command line for this project, beside the site that runs here or with servers of its own."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

INSTALLED = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    """Run the command named on the command line, with the interpreter that has the packages."""
    if find_spec("django") is None:
        if not INSTALLED.exists():
            sys.exit("The packages aren't installed: run `make install` first.")
        os.execv(INSTALLED, [str(INSTALLED), *sys.argv])  # noqa: S606  # the same program, by its own interpreter
    from helpdesk.services.beside import join
    from helpdesk.services.errors import CannotStart

    try:
        join()
    except CannotStart as refusal:
        sys.exit(str(refusal))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from helpdesk.lib.passing import passes

    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        if not passes(error):
            raise
        why = " ".join(str(error).split())
        sys.exit(f"The database can't be used right now ({why}). What was finished stays: run the command again.")


if __name__ == "__main__":
    main()

"""`python -m helpdesk.services COMMAND`: the one entry point, on a bare machine and in a container."""

import argparse
import sys
from collections.abc import Callable

from helpdesk.services import commands, probe
from helpdesk.services.embedded import address_of
from helpdesk.services.environment import read_wishes
from helpdesk.services.errors import CannotStart
from helpdesk.services.frontend import ensure_frontend
from helpdesk.services.messages import ensure_messages
from helpdesk.services.postgres import programs
from helpdesk.services.progress import complain, say
from helpdesk.services.roles import ROLES
from helpdesk.services.run import StopAsked, run


def _messages() -> None:
    compiled = ensure_messages()
    if compiled:
        say(f"Compiled {compiled} translation file(s).")


COMMANDS: dict[str, tuple[str, Callable[[], None]]] = {
    "run": ("everything on this machine, with embedded servers where none are set", run),
    "web": ("the web server alone", lambda: commands.become(commands.web())),
    "worker": ("a worker of the task queue alone", lambda: commands.become(commands.worker())),
    "caller": ("the worker for calls to other programs alone", lambda: commands.become(commands.caller())),
    "beat": ("the clock of the task queue alone; one a site", lambda: commands.become(commands.beat())),
    "keeper": ("the keeper alone: erasure, retention, exit packages; one a site", commands.keep),
    "migrate": ("bring the database to this version, as the role owner", commands.upgrade),
    "healthy": ("exit code 0 when the web server of this machine is ready", probe.check),
    "tools": ("print the folder of psql, pg_dump and pg_restore", lambda: say(str(programs()))),
    "frontend": ("fetch the front-end packages and copy the files that pages use", ensure_frontend),
    "messages": ("compile the translations", _messages),
}


def main() -> int:
    """Do the command; every expected refusal is one sentence and the exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m helpdesk.services", description=__doc__.split(":")[-1].strip())
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (text, _) in COMMANDS.items():
        choices.add_parser(name, help=text)
    address = choices.add_parser("address", help="print the URL of a role at the embedded PostgreSQL that runs")
    address.add_argument("role", choices=ROLES)
    chosen = parser.parse_args()
    try:
        if chosen.command == "address":
            say(address_of(read_wishes().var, chosen.role))
        else:
            COMMANDS[chosen.command][1]()
    except CannotStart as refusal:
        complain(str(refusal))
        return 1
    except (StopAsked, KeyboardInterrupt):
        say("Stopped before everything was started.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

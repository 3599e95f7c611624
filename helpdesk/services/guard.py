"""Becomes another program that ends with its parent: `python guard.py PARENT SIGNAL USER GROUP PROGRAM ...`.

Run as a script by `processes.start_child`; an own small program, because code between fork and exec isn't
safe in a process with threads. USER and GROUP are numbers, or `-` to stay who we are.
"""

import ctypes
import os
import sys

_SET_PARENT_DEATH_SIGNAL = 1


def main(arguments: list[str]) -> None:
    """Change the user, ask for the signal, become the program; exits with 127 when it can't be run."""
    parent, number, user, group, *command = arguments
    if user != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    # After the change of user, because the kernel forgets the signal when the user changes.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)
    try:
        os.execv(command[0], command)
    except OSError as error:
        print(f"{command[0]} can't be run: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Passwords on the command line: asked for, or handed over by a program; never an argument, which others could read."""

from __future__ import annotations

import getpass
import os
import sys

from supervisor.errors import Unavailable

HANDED = "VIGIE_PASSWORD"
"""Where a program hands over the password."""


def password_of(user: str) -> str:
    """The password of somebody who signs in. Raises Unavailable where nobody can be asked."""
    if HANDED in os.environ:
        return os.environ[HANDED]
    if not sys.stdin.isatty():
        raise Unavailable(f"the password of {user} is wanted: hand it over in ${HANDED}, or start this in a terminal")
    return getpass.getpass(f"Password of {user}: ")


def new_password(user: str) -> str:
    """A password somebody chooses, typed twice; a program writes one line. Raises Unavailable."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"New password of {user}: ")
    if first != getpass.getpass("The same again: "):
        raise Unavailable("these are two different passwords; nothing was changed")
    return first

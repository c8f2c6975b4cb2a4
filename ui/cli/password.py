"""Passwords on the command line: asked for, or handed over by a program; never an argument, which others could read."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable

from supervisor.errors import Unavailable
from ui.cli import said

HANDED = "VIGIE_PASSWORD"
"""Where a program hands over the password."""
Say = Callable[..., str]
"""`ui.cli.said.Speech`, or the like."""


def password_of(user: str, say: Say) -> str:
    """The password of somebody who signs in. Raises Unavailable where nobody can be asked."""
    if HANDED in os.environ:
        return os.environ[HANDED]
    if not sys.stdin.isatty():
        raise Unavailable(say(said.WANTED, user, HANDED))
    return getpass.getpass(say(said.PASSWORD, user))


def new_password(user: str, say: Say) -> str:
    """A password somebody chooses, typed twice; a program writes one line. Raises Unavailable."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(say(said.NEW_PASSWORD, user))
    if first != getpass.getpass(say(said.AGAIN)):
        raise Unavailable(say(said.DIFFERENT))
    return first

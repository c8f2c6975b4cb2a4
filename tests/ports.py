"""Ports of 127.0.0.1 for the servers of tests.

A port that the system hands out (`bind` to 0) comes from the range it also gives to outgoing connections: between the
question and the server's own `bind`, any connection of any test may be given it. These come from below that range, and
each worker has a range of its own.
"""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _EACH, _WORKERS = 20_000, 1_500, 8
"""Below 32768, where Linux begins to hand out ports; above those of the demo city."""
_WORKER = int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", "gw7")))) % _WORKERS
_BEGIN = os.getpid() * 61 % _EACH
"""Runs at the same time on one machine begin at different places: two that ask for the same port both find it free."""
_NEXT = itertools.cycle(_FIRST + _WORKER * _EACH + (_BEGIN + n) % _EACH for n in range(_EACH))


def free_port() -> int:
    """A port that nothing listens on, and that no other test is given for a long while."""
    for port in itertools.islice(_NEXT, _EACH):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"none of {_EACH} ports is free")

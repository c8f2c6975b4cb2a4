"""Memory: what a compaction or a merge took is given back to the system once it is done.

The C library of Linux keeps what was freed for the next time, piecemeal and for each thread, and for arrays of up to
32 MB: a station that needs little would be seen with what its busiest minute took, for as long as it runs.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

MUCH = 500_000
"""Samples handled from which on it is worth ten milliseconds."""


def give_back(samples: int) -> None:
    """After so many were handled. Does nothing where the C library is another: none else keeps as much."""
    if samples >= MUCH:
        with suppress(AttributeError, OSError, TypeError):  # glibc alone has it; Windows names its library
            ctypes.CDLL(None).malloc_trim(0)

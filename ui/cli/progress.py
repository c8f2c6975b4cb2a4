"""A bar on the terminal's error stream, for work that takes its time; silent where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from supervisor.archive import Progress, quiet

WIDTH = 30
_EVERY_S = 0.1
_HIDDEN_S = 0.5
"""Work shorter than this needs no bar."""


@contextmanager
def bar(words: str, left: str) -> Iterator[Progress]:
    """What a piece of work tells its share of; the line is wiped at the end. `left`: such as "{} left"."""
    if not sys.stderr.isatty():
        yield quiet
        return
    drawn = _Bar(words, left)
    try:
        yield drawn.tell
    finally:
        drawn.wipe()


class _Bar:
    def __init__(self, words: str, left: str) -> None:
        self._words, self._left = words, left
        self._began = self._drawn = time.monotonic()
        self._length = 0

    def tell(self, share: float) -> None:
        now = time.monotonic()
        if now - self._drawn < _EVERY_S or now - self._began < _HIDDEN_S:
            return
        self._drawn = now
        line = drawing(self._words, share, now - self._began, self._left)
        sys.stderr.write("\r" + line.ljust(self._length))
        sys.stderr.flush()
        self._length = len(line)

    def wipe(self) -> None:
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()


def drawing(words: str, share: float, passed_s: float, left: str) -> str:
    """The line: words, bar, percent, and how long it will still take where that can be told."""
    share = min(1.0, max(0.0, share))
    full = int(share * WIDTH)
    rest = "  " + left.format(_duration(passed_s * (1 - share) / share)) if share > 0.01 else ""
    return f"{words}  [{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}{rest}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"

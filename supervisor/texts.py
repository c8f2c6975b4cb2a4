"""Texts: the words of text tags, so that every live value can be one float64.

An append-only list in columns that the window maps too. Text tags of a city say few different things (headsigns,
stops, modes, versions); a device that invents a new word every second would fill it, so it is bounded and what
comes after reads as the overflow mark rather than as somebody else's word.
"""

from __future__ import annotations

import logging
from pathlib import Path

from supervisor.columns import Columns

CAPACITY = 32_768
WIDTH = 96
"""Bytes of UTF-8 kept of a text."""
OVERFLOW = 1
"""The code of every text that came when the list was full."""

log = logging.getLogger(__name__)


class Texts:
    """Text <-> code. Code 0 is the empty text."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._codes: dict[bytes, int] = {b"": 0, "…".encode(): OVERFLOW}
        self._full = False

    @classmethod
    def create(cls, path: Path | None = None, capacity: int = CAPACITY) -> Texts:
        columns = Columns.create(capacity, {"text": f"S{WIDTH}"}, path)
        columns["text"][OVERFLOW] = "…".encode()
        return cls(columns)

    @classmethod
    def attach(cls, path: Path) -> Texts:
        """The list another process writes; only `text` may be asked of it."""
        return cls(Columns.attach(path))

    def code(self, text: str) -> int:
        """The code of a text, a new one if it was never seen. Texts that begin alike for `WIDTH` bytes are one."""
        kept = text.encode("utf-8", "replace")[:WIDTH].rstrip(b"\0")  # numpy drops NULs at the end too
        code = self._codes.get(kept)
        return self._append(kept) if code is None else code

    def text(self, code: float) -> str:
        """The text of a code; empty for one that does not exist."""
        row = int(code) if code == code else -1
        if not 0 <= row < len(self._columns):
            return ""
        return bytes(self._columns["text"][row]).decode("utf-8", "ignore")

    def _append(self, kept: bytes) -> int:
        code = len(self._codes)
        if code >= len(self._columns):
            if not self._full:  # once: a device that invents words would fill the log too
                log.warning("The list of texts is full (%d): what is new is shown as an ellipsis.", code)
            self._full = True
            return OVERFLOW
        self._columns["text"][code] = kept
        self._codes[kept] = code
        return code

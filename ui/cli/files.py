"""Files a command writes where somebody said."""

from __future__ import annotations

from pathlib import Path

from supervisor.errors import Unavailable


def write(path: str, text: str) -> None:
    """Raises Unavailable where the file can't be written."""
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from None

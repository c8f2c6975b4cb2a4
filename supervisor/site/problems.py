"""Problem: one mistake in a site folder, told to the engineer who made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Where, what was said, what to do."""

    file: Path
    """Relative to the site folder."""
    line: int
    """1-based; 0 where the whole file is meant."""
    message: str
    """One sentence: what was said and why it can't be."""
    remedy: str = ""
    """One sentence: what to write instead; may name a close match."""

    def __str__(self) -> str:
        return self.told(str)

    def told(self, say: Callable[[str], str]) -> str:
        """As a line; `say` puts a sentence into the language of whoever reads it."""
        place = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        return f"{place}: {say(self.message)}" + (f" {say(self.remedy)}" if self.remedy else "")

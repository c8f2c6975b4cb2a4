"""Problem: one mistake in a site folder, told to the engineer who made it."""

from __future__ import annotations

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
        place = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        return f"{place}: {self.message}" + (f" {self.remedy}" if self.remedy else "")

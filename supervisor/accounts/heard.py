"""Heard: what a directory said last of those it proved, and asking it again.

proved, by a password ──> known ──asked again──> another role · nobody of ours any more · silent: as before
                                                                                            │ for `TRUSTED_S`
                                                                                            └──> nobody
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Protocol

from supervisor.clock import Clock
from supervisor.errors import Refused
from supervisor.model import User

TRUSTED_S = 12 * 3600.0
"""How long the last word of a directory that has fallen silent holds: no longer than a shift, as
`settings.LONGEST_LOCK_MIN`."""


class Directory(Protocol):
    """Somebody else who knows passwords; `supervisor.accounts.directory` is one."""

    async def prove(self, id_: str, password: str) -> User:
        """Who that is there. Raises Refused: "password", "right" for nobody of ours, "directory" where it is silent."""

    async def look(self, id_: str) -> User | None:
        """Somebody who was proved, as they are there now; None for nobody of ours any more. Raises Refused where it is
        silent."""


@dataclass(frozen=True, slots=True)
class Word:
    """What it said last of somebody."""

    user: User | None
    """None for nobody of ours any more."""
    heard: float
    """When, monotonic seconds."""


class Heard:
    """See the module."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._words: dict[str, Word] = {}
        """By id; of everybody it proved since the station started."""
        self._asking = asyncio.Lock()
        self._silent = -math.inf
        """When it did not answer last, monotonic seconds."""

    def hear(self, id_: str, user: User | None) -> None:
        """What it says of somebody now."""
        self._words[id_] = Word(user, self._clock.monotonic())

    def of(self, id_: str) -> Word | None:
        """What it said last; None for whom it did not prove."""
        return self._words.get(id_)

    def ids(self) -> list[str]:
        """Of whom it said that they are ours."""
        return [id_ for id_, word in self._words.items() if word.user]

    def stale(self, word: Word) -> bool:
        """Whether it has not spoken of somebody for too long."""
        return self._clock.monotonic() - word.heard > TRUSTED_S

    async def again(self, directory: Directory, id_: str, older_s: float, within_s: float | None) -> Word | None:
        """Ask about somebody it proved, where its last word is older than that. The word before, where it has changed.

        While it is silent, or does not answer `within_s`, its last word holds; it is asked no more often for that."""
        try:
            async with asyncio.timeout(within_s), self._asking:
                before = self._words.get(id_)
                if before is None or self._clock.monotonic() - max(before.heard, self._silent) <= older_s:
                    return None
                self.hear(id_, await directory.look(id_))
        except (Refused, TimeoutError):
            self._silent = self._clock.monotonic()
            return None
        return before if before.user != self._words[id_].user else None

"""Hasher: passwords as argon2id, in a thread, one at a time.

A hash takes 64 MiB on purpose; two at once would take 128, and a dozen guesses at once the memory of the history.
"""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs."""

    passes: int
    memory_kib: int
    lanes: int


RFC_9106 = Cost(passes=3, memory_kib=65_536, lanes=4)
"""Source: RFC 9106, section 4, second recommended option (memory-constrained); salt of 16 bytes, tag of 32."""


class Hasher:
    """See the module."""

    def __init__(self, cost: Cost = RFC_9106) -> None:
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes, hash_len=32, salt_len=16)
        self._turn = asyncio.Semaphore(1)
        self._nobody = ""
        """Hash of no password: what the password of somebody unknown is compared with, so that it takes as long."""

    async def make(self, password: str) -> str:
        """The hash, as a string that says how it was made (PHC)."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, spelled(password))

    async def fits(self, mark: str, password: str) -> bool:
        """Whether `password` is the one that `mark` was made of; takes as long where `mark` is empty."""
        async with self._turn:
            return await asyncio.to_thread(self._fits, mark, password)

    def outdated(self, mark: str) -> bool:
        """Whether it was made at another cost."""
        try:
            return self._hasher.check_needs_rehash(mark)
        except InvalidHashError:
            return True

    def _fits(self, mark: str, password: str) -> bool:
        self._nobody = self._nobody or self._hasher.hash("nobody")
        try:
            return self._hasher.verify(mark or self._nobody, spelled(password)) and bool(mark)
        except (VerificationError, InvalidHashError):
            return False


def spelled(password: str) -> str:
    """One spelling of what may be typed in several: an é of one keyboard is two characters of another.

    Source: NIST SP 800-63B-4, 3.1.1.2 (Unicode is normalised before it is hashed); UAX 15."""
    return unicodedata.normalize("NFKC", password)

"""Asking the station: an answer or the sentence why there is none; a question asked again and again; an errand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from supervisor.errors import Refused, Unavailable
from supervisor.model import Text
from ui.pages import Context

Answer = Mapping[str, Any]
Decline = Callable[[Text], None]
"""Shows why there is no answer."""
NO_ANSWER = Text(fr="Le poste Vigie ne répond pas.", en="The station does not answer.")


def why(declined: Refused | Unavailable) -> Text:
    """What to tell of it."""
    return declined.text if isinstance(declined, Refused) else NO_ANSWER


async def ask(context: Context, decline: Decline, act: str, **said: Any) -> Answer | None:
    """The station's answer; None where it refuses or is not there."""
    try:
        return await context.attachment.ask(act, **said)
    except (Refused, Unavailable) as declined:
        decline(why(declined))
    return None


class Question:
    """What a page asks by itself: every few seconds while it is seen, and at once when somebody has acted."""

    def __init__(
        self, context: Context, act: str, every_s: float, take: Callable[[Answer], None], decline: Decline
    ) -> None:
        self._context, self._act, self._every_s = context, act, every_s
        self._take, self._decline = take, decline
        self._asked_at = -every_s
        self._asking = False
        self._asked = 0
        """Counts the askings: of two answers under way only the one that was asked for last is taken."""

    def slow(self) -> None:
        """Ask if it is time."""
        now = self._context.clock.monotonic()
        if now - self._asked_at >= self._every_s and not self._asking:
            self.again()

    def again(self) -> None:
        """Ask now."""
        self._asked_at, self._asking = self._context.clock.monotonic(), True
        self._asked += 1
        self._context.spawn(self._read(self._asked))

    async def _read(self, number: int) -> None:
        try:
            answer = await ask(self._context, self._decline, self._act)
        finally:
            self._asking = self._asking and number != self._asked
        if answer is not None and number == self._asked:
            self._take(answer)


class Errand:
    """How a card that may be put away meanwhile acts: nobody would see there why the station declined."""

    def __init__(self, context: Context, decline: Decline, done: Callable[[], None]) -> None:
        self._context, self._decline, self._done = context, decline, done
        self._gone = False

    def begin(self, act: str, **given: Any) -> asyncio.Task[None]:
        """Ask the station; the card hears what becomes of it."""
        return self._context.spawn(self._run(act, given))

    def stop(self) -> None:
        """The card is put away: from now on the window's own message line tells what was declined."""
        self._gone = True

    async def _run(self, act: str, given: Mapping[str, Any]) -> None:
        try:
            await self._context.attachment.ask(act, **given)
        except (Refused, Unavailable) as declined:
            if self._gone:
                raise
            self._decline(why(declined))
        else:
            if not self._gone:
                self._done()

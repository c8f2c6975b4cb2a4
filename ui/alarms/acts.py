"""What an operator does with alarms. Only asks: the screen changes when the alarm columns come back changed."""

from __future__ import annotations

from collections.abc import Iterable

from alarms.states import State
from ui.pages import Context


async def acknowledge(context: Context, rows: Iterable[int]) -> None:
    """Acknowledge alarms by their rows; those that are acknowledged already are left out."""
    board = context.board
    await _ask(context, "acknowledge", [row for row in rows if board["state"][row] and not board.acked[row]])


async def reset(context: Context, rows: Iterable[int]) -> None:
    """Let latched alarms go whose condition is gone and which somebody has acknowledged; others are left out."""
    state = context.board["state"]
    await _ask(context, "reset", [row for row in rows if state[row] == State.LATCHED_ACKED])


async def shelve(context: Context, rows: Iterable[int], minutes: int, reason: str) -> None:
    """Set alarms aside for a while, and say why."""
    await _ask(context, "shelve", list(rows), minutes=minutes, reason=reason)


async def unshelve(context: Context, rows: Iterable[int]) -> None:
    """Bring alarms back that were set aside."""
    await _ask(context, "unshelve", list(rows))


async def take(context: Context, rows: Iterable[int]) -> None:
    """Say that one is on these alarms, as far as they stand."""
    state = context.board["state"]
    await _ask(context, "take", [row for row in rows if state[row] != State.NORMAL])


async def release(context: Context, rows: Iterable[int]) -> None:
    """Say that nobody is on these alarms any more."""
    taken = context.board["taken_by"]
    await _ask(context, "release", [row for row in rows if taken[row]])


async def comment(context: Context, rows: Iterable[int], text: str) -> None:
    """Put words to alarms, for whoever reads their history."""
    await _ask(context, "comment", list(rows), text=text)


async def remove(context: Context, rows: Iterable[int], reason: str) -> None:
    """Take alarms out of service until somebody puts them back."""
    await _ask(context, "remove_from_service", list(rows), reason=reason)


async def put_back(context: Context, rows: Iterable[int]) -> None:
    """Put alarms into service again."""
    await _ask(context, "return_to_service", list(rows))


async def _ask(context: Context, act: str, rows: list[int], **more: object) -> None:
    if rows:
        alarms = context.attachment.site.alarms
        await context.attachment.ask(act, alarms=[alarms[row].id for row in rows], **more)

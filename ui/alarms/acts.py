"""What an operator does with alarms. Only asks: the screen changes when the alarm columns come back changed."""

from __future__ import annotations

from collections.abc import Iterable

from ui.pages import Context


async def acknowledge(context: Context, rows: Iterable[int]) -> None:
    """Acknowledge alarms by their rows; those that are acknowledged already are left out."""
    board = context.board
    await _ask(context, "acknowledge", [row for row in rows if board["state"][row] and not board.acked[row]])


async def shelve(context: Context, rows: Iterable[int], minutes: int, reason: str) -> None:
    """Set alarms aside for a while, and say why."""
    await _ask(context, "shelve", list(rows), minutes=minutes, reason=reason)


async def unshelve(context: Context, rows: Iterable[int]) -> None:
    """Bring alarms back that were set aside."""
    await _ask(context, "unshelve", list(rows))


async def _ask(context: Context, act: str, rows: list[int], **more: object) -> None:
    if rows:
        alarms = context.attachment.site.alarms
        await context.attachment.ask(act, alarms=[alarms[row].id for row in rows], **more)

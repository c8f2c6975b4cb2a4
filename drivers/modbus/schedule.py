"""Schedule: which block of a connection is read next.

    waiting ── due ──> the unit's queue ──> ring of units: one block of each in turn ──> out ── put ──> waiting

Each block keeps its own rhythm; a turn that was missed is skipped, never caught up. Units behind one gateway take
turns, so one with a hundred blocks does not keep one with a single block waiting. A unit that does not answer leaves
the ring and is tried now and then with one request, and all of them together take no more than a small share of the
connection's time. Pure: it is told the time.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable

from drivers.modbus.plan import Block

PROBE_S = 5.0
"""Silent units are tried no more often than this, whatever their number."""
PROBE_SHARE = 8.0
"""A silent unit that took some time is left alone, with all others, for so many times as long."""
GOLDEN = 0.618034
"""Multiples of the golden ratio modulo 1 lie evenly however many there are."""


class Schedule:
    """See the module. `phase` is 0 to 1, another one for every link."""

    def __init__(self, blocks: Iterable[Block], now: float, phase: float, fresh: bool = True) -> None:
        """`fresh`: read everything once at once, and only then each block at a moment of its period of its own. A
        thousand devices that came back together must not burst together for ever."""
        self.blocks = list(blocks)
        self._waiting: list[tuple[float, int, Block]] = []
        self._number = 0
        self._queues: dict[int, deque[Block]] = {block.unit: deque() for block in self.blocks}
        self._ring: deque[int] = deque()
        self._silent: deque[int] = deque()
        self._probe_at = 0.0
        for number, block in enumerate(self.blocks):
            later = block.period_s * ((phase + number * GOLDEN) % 1.0)
            block.first_wait = later if fresh else 0.0
            self.put(block, now if fresh else now + later)

    def take(self, now: float) -> Block | None:
        """The next block whose turn it is; its own next turn is reckoned already. None where nothing is due."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= now:
            due, _, block = heapq.heappop(waiting)
            if due == block.due and not block.out:  # else it was put anew since
                self._line_up(block)
        if self._silent and now >= self._probe_at:
            return self._probe(now)
        if not self._ring:
            return None
        unit = self._ring.popleft()
        queue = self._queues[unit]
        block = queue.popleft()
        if queue:
            self._ring.append(unit)
        return self._leave(block, now)

    def put(self, block: Block, due: float = math.nan) -> None:
        """Read it again: at `due`, or at its own next turn."""
        block.out = False
        block.due = min(block.due if due != due else due, block.hurry)
        block.hurry = math.inf
        self._number += 1
        heapq.heappush(self._waiting, (block.due, self._number, block))

    def wait(self, now: float) -> float:
        """Seconds until something may be due, provided that nothing is put in between."""
        due = self._waiting[0][0] if self._waiting else math.inf
        return max(min(due, self._probe_at if self._silent else math.inf) - now, 0.0)

    def replace(self, block: Block, halves: Iterable[Block], now: float) -> None:
        """Read its halves at once instead of a block that is out."""
        place = self.blocks.index(block)
        self.blocks[place : place + 1] = halves
        for half in halves:
            self.put(half, now)

    def hasten(self, unit: int | None, due: float) -> None:
        """Read what was just written, by `due`, on one unit or on all."""
        for block in self.blocks:
            if unit is not None and block.unit != unit:
                continue
            if block.out:
                block.hurry = due  # its answer may have left before the write came
            elif block.due > due:
                self.put(block, due)

    def mute(self, unit: int, now: float, took_s: float) -> None:
        """A unit gave no answer for `took_s`: out of the ring with it."""
        if unit not in self._silent:
            self._silent.append(unit)
        if unit in self._ring:
            self._ring.remove(unit)
        self._queues[unit].clear()
        self._probe_at = max(self._probe_at, now + max(PROBE_S, PROBE_SHARE * took_s))

    def revive(self, unit: int, now: float) -> None:
        """A silent unit answered: read all of it at once."""
        if unit not in self._silent:
            return
        self._silent.remove(unit)
        for block in self.blocks:
            if block.unit == unit and not block.out:
                self.put(block, now)

    def silent(self, unit: int) -> bool:
        return unit in self._silent

    def _line_up(self, block: Block) -> None:
        unit = block.unit
        if self._silent and unit in self._silent:  # `revive` puts it anew
            return
        queue = self._queues[unit]
        if block in queue:
            return
        if not queue:
            self._ring.append(unit)
        queue.append(block)

    def _probe(self, now: float) -> Block | None:
        """One block of the silent unit that was tried longest ago, another one each time."""
        unit = self._silent[0]
        self._silent.rotate(-1)
        self._probe_at = now + PROBE_S
        mine = [block for block in self.blocks if block.unit == unit and not block.out]
        if not mine:
            return None
        return self._leave(min(mine, key=lambda block: block.due), now)

    def _leave(self, block: Block, now: float) -> Block:
        """The next turn of the block's own rhythm: turns that were missed are skipped, not caught up."""
        block.out = True
        if block.first_wait:
            block.due, block.first_wait = now + block.first_wait, 0.0
        else:
            late = now - block.due
            block.due += (int(late / block.period_s) + 1 if late > 0 else 1) * block.period_s
        return block

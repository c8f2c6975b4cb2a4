"""Polling: one connection being read, from its first request to its loss.

    schedule ── take ──> request ──> answer ──> Batch
                            ├── refused: split, or an address that is not there
                            ├── garbled: quality and a count
                            └── silence, or a gateway's "no answer": the unit's, not the link's, while another answers

As many workers take from the schedule as requests may be in flight; with one, the connection's own task does the work.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from drivers.modbus.client import Client, GarbledAnswer, ModbusException
from drivers.modbus.plan import BELIEVED_S, Block, Holes
from drivers.modbus.schedule import Schedule
from supervisor.clock import Clock
from supervisor.driver import Publish, Traffic
from supervisor.errors import LinkLost
from supervisor.flow import Batch, Indices
from supervisor.model import Quality

SILENCES = 2
"""Timeouts in a row after which a unit is silent, and the connection given up where no unit behind it answers."""
ALL_AT_ONCE = 3
"""Timeouts in a row, of units that had answered before, after which it is the connection that is dead, not they."""
AGAIN_S = 1.0
"""A block that was not answered is asked again after this long, however slow its own rhythm."""
MISSING_S = (5.0, 10.0, 20.0, 40.0, 60.0)
"""An address the device refused is asked again after this long, and at the last pace for ever: the device may only have
been starting, and a firmware update may bring what it never had."""
GARBLES = 3
"""Answers in a row that did not fit after which a block is halved: some devices cut what is too long for them."""
REPLAN_S = 10.0
"""How soon after an address that had been refused is there the blocks are joined again."""
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
NO_PATH, GATEWAY_SILENT = 10, 11
SILENT = {NO_PATH: Quality.NOT_CONNECTED, GATEWAY_SILENT: Quality.TIMEOUT}
"""What a gateway answers for a unit that does not, and the quality its tags take. Source: Modbus Application Protocol
V1.1b3, 7."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Unit:
    index: Indices
    """All tags that are read of it."""
    silences: int = 0
    """Requests in a row without an answer; those under way at the same time are one."""
    since: float = -math.inf
    """When the last of them was given up."""
    answered: bool = False
    """On this connection, ever."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Where what is read goes, and by whose time."""

    publish: Publish
    up: Callable[[], None]
    clock: Clock
    traffic: Traffic


@dataclass(slots=True)
class Learnt:
    """What is known of the devices from the connections before."""

    plan: Callable[[Holes], list[Block]]
    phase: float
    """0 to 1, another one for every link."""
    holes: Holes = field(default_factory=Holes)


class Polling:
    """See the module."""

    def __init__(self, client: Client, turns: asyncio.Semaphore, timeout_s: float, learnt: Learnt, ways: Ways) -> None:
        self.client = client
        self.ways = ways
        self._turns = turns
        self._timeout_s = timeout_s
        self._learnt = learnt
        self._silences = self._sudden = 0
        """Timeouts in a row: all, and those of units that had answered before. Requests that were under way at the same
        time count as one."""
        self._since = -math.inf
        self._answered = False
        now = ways.clock.monotonic()
        learnt.holes.age(now)
        self._schedule = Schedule(learnt.plan(learnt.holes), now, learnt.phase)
        self._replan_at = now + BELIEVED_S
        self._units = {unit: _Unit(index) for unit, index in _tags(self._schedule.blocks).items()}
        self._sleepers: set[asyncio.Future[None]] = set()

    async def run(self, workers: int) -> None:
        """For ever. Raises ConnectionError when the connection is gone, LinkLost when nobody answers on it."""
        if not self._schedule.blocks:  # nothing to ask, so nothing but the connection can say that it is there
            self.ways.up()
        watch = asyncio.ensure_future(self.client.closed())
        watch.add_done_callback(lambda _: self.wake())
        try:
            await together([self._work() for _ in range(workers)])
        finally:
            watch.cancel()

    def wake(self) -> None:
        """Look at the schedule, or at the connection, again."""
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    def hasten(self, unit: int | None, seconds: float) -> None:
        """Read back soon what was just written on a unit, or on all; the desk's own deadline decides how long it
        waits."""
        self._schedule.hasten(unit, self.ways.clock.monotonic() + seconds)
        self.wake()

    async def _work(self) -> None:
        clock = self.ways.clock
        while True:
            now = clock.monotonic()
            if now >= self._replan_at:
                self._replan(now)
            block = self._schedule.take(now)
            if block is None:
                await self._rest(self._schedule.wait(now))
            else:
                await self._ask(block, self._schedule)

    async def _rest(self, seconds: float) -> None:
        """Wait for the next block, a write that wants a quick read-back, or the end of the connection."""
        if self.client.gone:
            raise ConnectionError(self.client.end)
        while self.client.unasked:
            self.client.unasked -= 1
            self.ways.traffic.count("garbage")
        loop = asyncio.get_running_loop()
        sleeper: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(min(seconds, 3600.0), _end, sleeper)
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            timer.cancel()
            self._sleepers.discard(sleeper)

    async def _ask(self, block: Block, schedule: Schedule) -> None:
        ways = self.ways
        await self._turns.acquire()
        began = ways.clock.monotonic()
        ways.traffic.requests += 1
        try:
            data = await self.client.call(block.unit, block.pdu, self._timeout_s)
        except TimeoutError:
            self._silent(block, schedule, began)
            return
        except GarbledAnswer as error:
            self._garbled(block, schedule, error)
            return
        except ModbusException as refusal:
            self._refused(block, schedule, refusal, began)
            return
        finally:
            self._turns.release()
        ways.traffic.round_trips.append(ways.clock.monotonic() - began)
        self._read(block, schedule, data)

    def _read(self, block: Block, schedule: Schedule, data: bytes) -> None:
        unit = self._units[block.unit]
        if unit.silences or not unit.answered:
            self._back(block.unit, schedule)
        self._silences = self._sudden = 0
        if block.edges or block.refusals or block.garbled:
            self._learn(block)
        schedule.put(block)
        self.ways.publish(block.batch(data, self.ways.clock.now()))

    def _back(self, number: int, schedule: Schedule) -> None:
        """A unit's first answer, or its first after a silence."""
        unit = self._units[number]
        unit.silences, unit.answered = 0, True
        schedule.revive(number, self.ways.clock.monotonic())
        self._up()

    def _up(self) -> None:
        if not self._answered:
            self._answered = True
            self.ways.up()

    def _learn(self, block: Block) -> None:
        """What the answer of a block that was split, or refused, says about its device."""
        now = self.ways.clock.monotonic()
        if block.refusals:
            self._learnt.holes.forget(block)
            self._replan_at = min(self._replan_at, now + REPLAN_S)
        elif block.edges:
            self._learnt.holes.prove(block, now)
        block.edges, block.refusals, block.garbled = (), 0, 0

    def _replan(self, now: float) -> None:
        """Join again what was split long ago, or for a reason that is gone; where the hole is still there the device
        refuses once, and no value turns bad for it. Each block keeps clear of the others from the start."""
        self._replan_at = now + BELIEVED_S
        self._learnt.holes.age(now)
        silent = [unit for unit in self._units if self._schedule.silent(unit)]
        self._schedule = Schedule(self._learnt.plan(self._learnt.holes), now, self._learnt.phase, fresh=False)
        for unit in silent:
            self._schedule.mute(unit, now, 0.0)

    def _garbled(self, block: Block, schedule: Schedule, error: Exception) -> None:
        self.ways.traffic.count("garbage")
        log.debug("Garbled answer: %s", error)
        block.garbled += 1
        if block.garbled >= GARBLES and block.divisible:
            self._split(block, schedule, halve=True)
            return
        schedule.put(block)
        self._lost(block.index, Quality.BAD)

    def _silent(self, block: Block, schedule: Schedule, began: float) -> None:
        self.ways.traffic.count("timeout")
        now = self.ways.clock.monotonic()
        if began >= self._since:
            self._since = now
            self._silences += 1
            self._sudden += self._units[block.unit].answered and not schedule.silent(block.unit)
        self._unanswered(block, schedule, Quality.TIMEOUT, began)
        dead = self._silences >= SILENCES and all(unit.silences for unit in self._units.values())
        if dead or self._sudden >= ALL_AT_ONCE:
            raise LinkLost("the device accepts connections but does not answer", Quality.TIMEOUT)

    def _unanswered(self, block: Block, schedule: Schedule, quality: Quality, began: float) -> None:
        """A unit gave no answer: after the second time all its tags are bad, and it is asked now and then only."""
        now, unit = self.ways.clock.monotonic(), self._units[block.unit]
        if began >= unit.since:
            unit.since = now
            unit.silences += 1
        schedule.put(block, min(block.due, now + AGAIN_S))
        if unit.silences < SILENCES:
            self._lost(block.index, quality)
            return
        schedule.mute(block.unit, now, now - began)
        self._lost(unit.index, quality)

    def _refused(self, block: Block, schedule: Schedule, refusal: ModbusException, began: float) -> None:
        """The device says no: find the hole by splitting; a single address that is refused is a mistake of the pack."""
        self.ways.traffic.count(f"exception {refusal.code}")
        self._silences = self._sudden = 0
        self._up()
        if refusal.code in SILENT:
            self._unanswered(block, schedule, SILENT[refusal.code], began)
            return
        self._back(block.unit, schedule)
        if refusal.code in (ILLEGAL_ADDRESS, ILLEGAL_VALUE) and block.divisible:
            self._split(block, schedule, halve=refusal.code == ILLEGAL_VALUE)
        elif refusal.code in (ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE):
            wait = MISSING_S[min(block.refusals, len(MISSING_S) - 1)]
            block.refusals += 1
            schedule.put(block, self.ways.clock.monotonic() + wait)
            self._lost(block.index, Quality.CONFIGURATION)
        else:
            schedule.put(block)
            self._lost(block.index, Quality.DEVICE_FAULT)

    def _split(self, block: Block, schedule: Schedule, halve: bool) -> None:
        schedule.replace(block, block.split(halve), self.ways.clock.monotonic())

    def _lost(self, index: Indices, quality: Quality) -> None:
        self.ways.publish(Batch.lost(index, quality, self.ways.clock.now()))


async def together(works: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Await them side by side; the first failure cancels the others and is raised itself.

    Not a TaskGroup: where a loss and our own cancellation meet it raises the loss, and a link that was told to end
    connected again instead.
    """
    if len(works) == 1:
        await works[0]
        return
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _end(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


def _tags(blocks: Sequence[Block]) -> dict[int, Indices]:
    units: dict[int, list[Indices]] = {}
    for block in blocks:
        units.setdefault(block.unit, []).append(block.index)
    return {unit: np.concatenate(indices) for unit, indices in units.items()}

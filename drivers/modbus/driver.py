"""ModbusDriver: polls one Modbus TCP device or gateway and writes to it.

One connection per link, one loop over the blocks that are due; several requests in flight only where the link says
the device overlaps them. A unit behind a gateway that stays silent is asked less often, so that it can't slow its
neighbours; when nobody answers at all the link is lost.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import zlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import numpy as np

from drivers.modbus.address import Address, Settings, Table
from drivers.modbus.client import Client, GarbledAnswer, ModbusException
from drivers.modbus.codec import encode_one
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import parse_endpoint
from drivers.modbus.plan import READ, Block, Place, places_of, plan
from supervisor.clock import Clock
from supervisor.driver import Publish, Traffic
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Quality, Tag
from supervisor.vault import Vault

SILENCES = 2
"""Timeouts in a row after which the connection is given up and made anew, provided that no unit behind it answers."""
AGAIN_S = 1.0
"""A block that was not answered is asked again after this long, however slow its own rhythm."""
SILENT_UNIT_S = 5.0
"""A unit that did not answer twice is asked again after this long."""
MISSING_S = 60.0
"""An address the device refused is asked again after this long: a firmware update may have brought it."""
ILLEGAL_ADDRESS = 2
ACKNOWLEDGE = 5
GATEWAY_SILENT = 11

log = logging.getLogger(__name__)


class ModbusDriver:
    """See the module and `supervisor.driver.Driver`."""

    def __init__(self, spec: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> None:
        assert isinstance(spec.settings, Settings)
        self._settings = spec.settings
        self._endpoint = parse_endpoint(spec.url)
        self._pki, self._link = vault.pki, spec.id
        self._clock = clock
        self._traffic = traffic
        self._places = {place.tag.index: place for place in places_of(tags)}
        self._blocks = plan(list(self._places.values()), spec.settings)
        self._phase = zlib.crc32(spec.id.encode()) / 2**32
        self._client: Client | None = None
        self._turns = asyncio.Semaphore(self._settings.pipeline)
        self._wake = asyncio.Event()
        self._silences = 0
        self._unit_silences: dict[int, int] = {}
        self._answered = False

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        try:
            client = await dial(self._endpoint, self._settings, self._pki, self._link)
        except ConnectionError as error:
            self._traffic.count("connect")
            raise LinkLost(str(error)) from error
        self._client, self._silences, self._answered = client, 0, False
        self._unit_silences.clear()
        # anew: a device that was starting may have refused addresses it has now, and splitting them is for this run
        self._blocks = plan(list(self._places.values()), self._settings)
        self._spread()
        try:
            await self._poll_for_ever(client, publish, up)
        except ConnectionError as error:
            self._traffic.count("lost")
            raise LinkLost(str(error)) from error
        finally:
            self._client = None
            client.close()
            await client.closed()

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        client, place = self._client, self._places[tag.index]
        if client is None:
            raise WriteFailed("the device is not connected")
        try:
            pdu = write_request(place.address, raw)
        except ValueError as error:
            raise WriteFailed(f"{tag.id} cannot take {raw:g}: {error}") from error
        try:
            async with asyncio.timeout(timeout_s):
                await self._turns.acquire()
        except TimeoutError:
            raise WriteFailed("the device was busy with other requests; nothing was sent") from None
        try:
            if client is not self._client or client.gone:  # while it waited for its turn
                raise WriteFailed("the connection has just been lost; nothing was sent")
            await self._send(client, place.unit, pdu, timeout_s)
        except ModbusException as refusal:
            if refusal.code == GATEWAY_SILENT:  # the device had the request, or not: only its answer is missing
                raise WriteUnknown(f"no answer to the write ({refusal})") from refusal
            if refusal.code != ACKNOWLEDGE:
                raise WriteFailed(f"the device refused: {refusal}") from refusal
        except (TimeoutError, ConnectionError, GarbledAnswer) as error:
            self._traffic.count("write")
            raise WriteUnknown(f"no answer to the write ({error or 'timeout'})") from error
        finally:
            self._turns.release()
        self._hasten(place)

    def _spread(self) -> None:
        """Read everything once at once, then each block at a moment of its period of its own: a thousand devices that
        came back together must not burst together for ever."""
        now = self._clock.monotonic()
        for number, block in enumerate(self._blocks):
            block.due, block.first_wait = now, block.period_s * ((self._phase + number * 0.618) % 1.0)

    async def _poll_for_ever(self, client: Client, publish: Publish, up: Callable[[], None]) -> None:
        while True:
            now = self._clock.monotonic()
            due = sorted((block for block in self._blocks if block.due <= now), key=lambda block: block.due)
            for first in range(0, len(due), self._settings.pipeline):
                group = due[first : first + self._settings.pipeline]
                await _together([self._poll(client, block, publish, up) for block in group])
            if not due:
                await self._rest(client, min((block.due for block in self._blocks), default=now + 1.0) - now)

    async def _rest(self, client: Client, seconds: float) -> None:
        """Wait for the next block, a write that wants a quick read-back, or the end of the connection."""
        self._wake.clear()
        waits = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(client.closed())]
        try:
            await asyncio.wait(waits, timeout=min(max(seconds, 0.0), 1.0), return_when=asyncio.FIRST_COMPLETED)
            if waits[1].done():
                raise ConnectionError(client.end)
        finally:
            for wait in waits:
                wait.cancel()

    async def _poll(self, client: Client, block: Block, publish: Publish, up: Callable[[], None]) -> None:
        self._plan_next(block)
        pdu = struct.pack(">BHH", READ[block.table], block.start, block.count)
        try:
            async with self._turns:
                data = await self._send(client, block.unit, pdu, self._settings.timeout_s)
            values = block.decode(self._checked(block, data))
        except TimeoutError:
            self._silent(block, publish)
            return
        except GarbledAnswer as error:
            self._traffic.count("garbage")
            log.debug("Garbled answer: %s", error)
            publish(Batch.lost(block.index, Quality.BAD, self._clock.now()))
            return
        except ModbusException as refusal:
            self._heard(block.unit, up)
            self._refused(block, refusal, publish)
            return
        self._heard(block.unit, up)
        # a float that is no number is how many devices say that a sensor is broken
        quality = np.where(np.isfinite(values), np.uint8(Quality.GOOD), np.uint8(Quality.DEVICE_FAULT))
        publish(Batch.of(block.index, values, self._clock.now(), quality))

    async def _send(self, client: Client, unit: int, pdu: bytes, timeout_s: float) -> bytes:
        self._traffic.requests += 1
        began = self._clock.monotonic()
        data = await client.call(unit, pdu, timeout_s)
        self._traffic.round_trips.append(self._clock.monotonic() - began)
        return data

    def _checked(self, block: Block, data: bytes) -> bytes:
        if len(data) != 1 + block.answer_size or data[0] != block.answer_size:
            raise GarbledAnswer(f"{len(data) - 1} bytes of data instead of {block.answer_size}")
        return data[1:]

    def _plan_next(self, block: Block) -> None:
        """The next turn of the block's own rhythm: turns that were missed are skipped, not caught up."""
        now = self._clock.monotonic()
        if block.first_wait:
            block.due, block.first_wait = now + block.first_wait, 0.0
            return
        missed = np.floor(max(now - block.due, 0.0) / block.period_s)
        block.due += (missed + 1) * block.period_s

    def _heard(self, unit: int, up: Callable[[], None]) -> None:
        self._silences = 0
        self._unit_silences[unit] = 0
        if not self._answered:
            self._answered = True
            up()

    def _silent(self, block: Block, publish: Publish) -> None:
        self._traffic.count("timeout")
        self._silences += 1
        self._unit_silences[block.unit] = silences = self._unit_silences.get(block.unit, 0) + 1
        publish(Batch.lost(block.index, Quality.TIMEOUT, self._clock.now()))
        block.due = min(block.due, self._clock.monotonic() + AGAIN_S)
        if self._silences >= SILENCES and all(self._unit_silences.get(other.unit) for other in self._blocks):
            raise LinkLost(f"{self._endpoint} accepts connections but does not answer", Quality.TIMEOUT)
        if silences >= 2:
            for other in self._blocks:
                if other.unit == block.unit:
                    other.due = max(other.due, self._clock.monotonic() + SILENT_UNIT_S)

    def _refused(self, block: Block, refusal: ModbusException, publish: Publish) -> None:
        """The device says no: find the hole by splitting; a single address that is refused is a mistake of the pack."""
        self._traffic.count(f"exception {refusal.code}")
        quality = Quality.TIMEOUT if refusal.code == GATEWAY_SILENT else Quality.DEVICE_FAULT
        if refusal.code == ILLEGAL_ADDRESS and len(block.places) > 1:
            halves = block.split()
            for half in halves:
                half.due = self._clock.monotonic()
            self._blocks[self._blocks.index(block) : self._blocks.index(block) + 1] = halves
            return
        if refusal.code == ILLEGAL_ADDRESS:
            quality = Quality.CONFIGURATION
            block.due = self._clock.monotonic() + MISSING_S
        publish(Batch.lost(block.index, quality, self._clock.now()))

    def _hasten(self, place: Place) -> None:
        """Read back soon what was just written; the desk's own deadline decides how long it waits."""
        for block in self._blocks:
            if block.unit == place.unit:
                block.due = min(block.due, self._clock.monotonic() + 0.05)
        self._wake.set()


def write_request(address: Address, raw: float) -> bytes:
    """The PDU that writes one value. Raises ValueError for what cannot be written."""
    if address.table is Table.COIL:
        if raw not in (0.0, 1.0):
            raise ValueError("a coil takes 0 or 1")
        return struct.pack(">BHH", 5, address.number, 0xFF00 if raw else 0)
    if address.table is not Table.HOLDING:
        raise ValueError(f"a {address.table} can only be read")
    if address.bit >= 0:
        if raw not in (0.0, 1.0):
            raise ValueError("a bit takes 0 or 1")
        keep = 0xFFFF & ~(1 << address.bit)
        return struct.pack(">BHHH", 22, address.number, keep, (1 << address.bit) if raw else 0)
    data = encode_one(address, raw)
    if len(data) == 2:
        return struct.pack(">BH", 6, address.number) + data
    return struct.pack(">BHHB", 16, address.number, len(data) // 2, len(data)) + data


async def _together(polls: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Await them side by side; the first failure cancels the others and is raised itself.

    Not a TaskGroup: where a loss and our own cancellation meet it raises the loss, and a link that was told to end
    connected again instead.
    """
    if len(polls) == 1:
        await polls[0]
        return
    tasks = [asyncio.create_task(poll) for poll in polls]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end

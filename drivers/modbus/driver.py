"""ModbusDriver: polls one Modbus device or gateway and writes to it.

One connection per link; several requests in flight only where the link says the device overlaps them. What was learnt
of the devices, such as the holes in their registers, outlives the connection.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable, Sequence

from drivers.modbus.address import Settings
from drivers.modbus.check import BROADCAST
from drivers.modbus.client import Client, GarbledAnswer, ModbusException, NotSent
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import parse_endpoint
from drivers.modbus.plan import READ, Place, alone, places_of, plan, unreadable
from drivers.modbus.polling import GATEWAY_SILENT, Learnt, Polling, Ways
from drivers.modbus.request import register_request, with_bit, write_request
from supervisor.clock import Clock
from supervisor.driver import Examined, Publish, Traffic
from supervisor.errors import LinkLost, ReadFailed, WriteFailed, WriteUnknown
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Quality, Tag
from supervisor.vault import Vault

__all__ = ["ModbusDriver", "write_request"]

READ_BACK_S = 0.05
"""A write is read back this soon; many devices are one write behind for that long."""
ACKNOWLEDGE = 5
_UNIT = "write a number from 0 to 255 in the equipment list"
_BROADCAST_REFUSED = (
    "unit 0 is every device of the line at once. Give the equipment its own unit (255 for a device on TCP itself), or"
    " write broadcast = true under [device] in its pack"
)


class ModbusDriver:
    """See the module and `supervisor.driver.Driver`."""

    def __init__(self, spec: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> None:
        assert isinstance(spec.settings, Settings)
        self._settings = settings = spec.settings
        self._endpoint = parse_endpoint(spec.url)
        self._keys = (vault.pki, spec.id)
        self._clock = clock
        self._traffic = traffic
        places = places_of(tags)
        self._places = {place.tag.index: place for place in places}
        self._unreadable = [place.tag.index for place in unreadable(places, settings.gap)]
        phase = zlib.crc32(spec.id.encode()) / 2**32
        self._learnt = Learnt(lambda holes: plan(places, settings, holes), phase)
        self._polling: Polling | None = None
        self._turns = asyncio.Semaphore(settings.pipeline)

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        try:
            client = await dial(self._endpoint, self._settings, *self._keys)
        except ConnectionError as error:
            self._traffic.count("connect")
            raise LinkLost(str(error)) from error
        ways = Ways(publish, up, self._clock, self._traffic)
        polling = Polling(client, self._turns, self._settings.timeout_s, self._learnt, ways)
        self._polling = polling
        try:
            if self._unreadable:
                publish(Batch.lost(self._unreadable, Quality.CONFIGURATION, self._clock.now()))
            await polling.run(self._settings.pipeline)
        except ConnectionError as error:
            self._traffic.count("lost")
            raise LinkLost(str(error)) from error
        except LinkLost as lost:
            raise LinkLost(f"{self._endpoint}: {lost}", lost.quality) from lost
        finally:
            self._polling = None
            client.close()
            await client.closed()

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        polling, place = self._polling, self._places[tag.index]
        if polling is None:
            raise WriteFailed("the device is not connected")
        if place.unit < 0:
            raise WriteFailed(f"{tag.id} has no unit: {_UNIT}")
        if place.unit == BROADCAST and not place.device.broadcast:
            raise WriteFailed(f"{tag.id} was not written: {_BROADCAST_REFUSED}")
        try:
            pdu = write_request(place.address, raw, place.device)
        except ValueError as error:
            raise WriteFailed(f"{tag.id} cannot take {raw:g}: {error}") from error
        deadline = self._clock.monotonic() + timeout_s
        await self._turn(polling, timeout_s)
        try:
            await self._write(polling, place, pdu, raw, deadline)
        finally:
            self._turns.release()
        polling.hasten(None if place.unit == BROADCAST else place.unit, READ_BACK_S)

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """See `supervisor.driver.Examiner`."""
        polling, place = self._polling, self._places[tag.index]
        if polling is None:
            raise ReadFailed("the device is not connected")
        if place.unit < 0:
            raise ReadFailed(f"{tag.id} has no unit: {_UNIT}")
        block = alone(place)
        try:
            async with asyncio.timeout(timeout_s), self._turns:
                data = await self._send(polling.client, place.unit, block.pdu, timeout_s)
        except ModbusException as refusal:
            raise ReadFailed(f"the device refused: {refusal}") from refusal
        except TimeoutError:
            raise ReadFailed(f"no answer within {timeout_s:g} s") from None
        except (OSError, GarbledAnswer) as error:
            raise ReadFailed(f"no clear answer: {error}") from error
        batch = block.batch(data, self._clock.now())
        return Examined(data[1:], batch.texts.get(0, f"{batch.value[0]:.17g}"))

    async def _turn(self, polling: Polling, timeout_s: float) -> None:
        """Wait until a request may leave."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._turns.acquire()
        except TimeoutError:
            raise WriteFailed("the device was busy with other requests; nothing was sent") from None
        if polling is not self._polling or polling.client.gone:  # while it waited
            self._turns.release()
            raise WriteFailed("the connection has just been lost; nothing was sent")

    async def _write(self, polling: Polling, place: Place, pdu: bytes, raw: float, deadline: float) -> None:
        client, device = polling.client, place.device
        try:
            if place.unit == BROADCAST:  # nobody answers: only what is read back can tell what became of it
                self._traffic.requests += 1
                await client.broadcast(pdu)
                return
            if place.address.bit >= 0 and not device.mask_write:
                pdu = await self._whole_register(client, place, raw, deadline)
            data = await self._send(client, place.unit, pdu, self._left(deadline))
        except ModbusException as refusal:
            if refusal.code == GATEWAY_SILENT:  # the device had the request, or not: only its answer is missing
                raise WriteUnknown(f"no answer to the write ({refusal})") from refusal
            if refusal.code != ACKNOWLEDGE:
                raise WriteFailed(f"the device refused: {refusal}") from refusal
            return
        except NotSent as late:
            raise WriteFailed(str(late)) from late
        except (TimeoutError, ConnectionError, GarbledAnswer) as error:
            self._traffic.count("write")
            raise WriteUnknown(f"no answer to the write ({str(error) or 'timeout'})") from error
        if pdu[0] == 23 and place.tag.source and place.tag.source.readable:
            polling.ways.publish(alone(place).batch(data, self._clock.now()))

    async def _whole_register(self, client: Client, place: Place, raw: float, deadline: float) -> bytes:
        """The PDU that writes a bit with all others of its register as they were read just now. Raises WriteFailed."""
        read = struct.pack(">BHH", READ[place.address.table], place.address.number, 1)
        try:
            data = await self._send(client, place.unit, read, self._left(deadline))
        except (ModbusException, TimeoutError, ConnectionError, GarbledAnswer) as error:
            reason = f"the register of the bit could not be read ({error or 'timeout'}); nothing was written"
            raise WriteFailed(reason) from error
        return register_request(place.address, with_bit(data[1:], place.address, raw), place.device)

    async def _send(self, client: Client, unit: int, pdu: bytes, timeout_s: float) -> bytes:
        self._traffic.requests += 1
        began = self._clock.monotonic()
        data = await client.call(unit, pdu, timeout_s)
        self._traffic.round_trips.append(self._clock.monotonic() - began)
        return data

    def _left(self, deadline: float) -> float:
        return max(deadline - self._clock.monotonic(), 0.05)

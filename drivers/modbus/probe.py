"""Looking at a Modbus device that no site knows yet: which units answer, where they have registers, what those say.

    units ── identification (FC 43/14) ── tables ── blocks of 125, split on exception 2 ── readings

It reads, one request at a time with a pause in between, and never writes: many small controllers answer slowly, and
this one may be running a pump. Nobody knows how a value lies in registers, so each is shown every way at once:
three notations of its address, four word orders of its 32 bits, and a mark on the way that looks right (`likely`).
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drivers.modbus import probe_words as words
from drivers.modbus.address import Address, Settings, Table, Type, parse_address, parse_settings
from drivers.modbus.client import Client, GarbledAnswer, ModbusException
from drivers.modbus.codec import Layout
from drivers.modbus.dial import dial
from drivers.modbus.driver import write_request
from drivers.modbus.endpoint import SERIAL_WORDS, parse_endpoint
from drivers.modbus.plan import READ
from drivers.modbus.readings import Registers, notations, number_of
from supervisor.errors import Unavailable
from supervisor.model import Tag
from supervisor.probe import SENSELESS, Fact, Finding, Peer, Progress, Report

REGISTERS, BITS = 125, 2000
"""Most that one request may ask for. Source: Modbus Application Protocol V1.1b3, 6.1 and 6.3."""
REFUSALS = (2, 3)
"""Exceptions after which a smaller piece is asked: illegal address, or what some say instead."""
ILLEGAL_FUNCTION = 1
ABSENT = (10, 11)
"""What a gateway answers for a unit behind it that is not there."""
_IDENTITY = {0: "vendor", 1: "product", 2: "revision", 3: "url", 4: "product name", 5: "model", 6: "application"}
"""Objects of a device identification. Source: Modbus Application Protocol V1.1b3, 6.21."""
OPTIONS = {
    "unit": "unit, or units 1-10, to ask (1)",
    "table": "holding, input, coil, discrete, or all; several with commas (holding,input)",
    "from": "first address, 0-based (0)",
    "count": "how many addresses (200)",
    "pause": "seconds between two requests (0.02)",
    "timeout": "seconds to wait for an answer (1)",
    "baud": "of a serial port (19200)",
    "parity": "of a serial port: even, odd or none (even)",
    "stop": "stop bits of a serial port (1)",
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """The options, understood."""

    units: range
    tables: tuple[Table, ...]
    first: int
    count: int
    pause_s: float
    settings: Settings
    peer: Peer
    """Whose language its sentences are in."""

    @property
    def timeout_s(self) -> float:
        return self.settings.timeout_s

    @classmethod
    def of(cls, peer: Peer) -> _Wish:
        """Raises Unavailable with one sentence about the first option that is wrong."""
        said = peer.words
        try:
            wish = cls(
                _units(peer),
                _tables(peer),
                number_of(said.get("from", "0")),
                peer.whole("count", "200"),
                peer.number("pause", "0.02"),
                parse_settings(_link_words(said)),
                peer,
            )
        except ValueError as error:
            raise Unavailable(peer.say(SENSELESS, error)) from None
        if not (wish.units and wish.units[0] >= 0 and wish.units[-1] <= 255):
            raise Unavailable(peer.say(words.UNITS))
        if wish.count < 1 or wish.first + wish.count > 65536 or wish.pause_s < 0:
            raise Unavailable(peer.say(words.ADDRESSES))
        return wish


class ModbusProbe:
    """See the module and `supervisor.probe.Probe`."""

    options: Mapping[str, str] = OPTIONS

    async def look(self, peer: Peer, report: Report) -> None:
        wish = _Wish.of(peer)
        async with _dialled(peer.url, wish) as client:
            await _Look(client, wish, report).run()

    async def read(self, peer: Peer, place: str) -> Finding:
        wish, address = _Wish.of(peer), address_of(place, peer)
        async with _dialled(peer.url, wish) as client:
            data = await _Line(client, wish).one(wish.units[0], address)
        unit = wish.units[0]
        return Finding(
            f"unit {unit} {place_of(address)}",
            notations(address.table, address.number),
            raw=data.hex(" ", 1 if address.table.bits else 2),
            readings={_way(address): text_of(address, data)},
            likely=_way(address),
            time=time.time_ns(),
            kind={Type.BOOL: "boolean", Type.STRING: "text"}.get(address.type, "number"),
            row=row_of(address),
            args={"unit": str(unit)},
        )

    async def write(self, peer: Peer, place: str, value: str) -> str:
        wish, address = _Wish.of(peer), address_of(place, peer)
        try:
            pdu = write_request(address, float(value))
        except ValueError as error:
            raise Unavailable(peer.say(words.NO_WRITE, value, place, error)) from None
        async with _dialled(peer.url, wish) as client:
            line = _Line(client, wish)
            await line.ask(wish.units[0], pdu)
            return text_of(address, await line.one(wish.units[0], address))

    def touches(self, peer: Peer, place: str, tag: Tag) -> bool | None:
        """A unit is one device, whatever is written to it; 0 is all of them (Modbus over Serial Line V1.02, 2.1)."""
        unit, said = _Wish.of(peer).units[0], tag.equipment.args.get("unit") or "1"
        return unit == 0 or not said.isdigit() or int(said) == unit


@asynccontextmanager
async def _dialled(url: str, wish: _Wish) -> AsyncIterator[Client]:
    """A connection for as long as a person looks. Raises Unavailable where there is none to be had."""
    try:
        client = await dial(parse_endpoint(url), wish.settings)
    except (ValueError, ConnectionError) as error:
        raise Unavailable(wish.peer.say(words.NO_LINE, error)) from None
    try:
        yield client
    finally:
        client.close()
        await client.closed()


class _Line:
    """One request at a time, with a pause, and failures as sentences."""

    def __init__(self, client: Client, wish: _Wish) -> None:
        self._client = client
        self._wish = wish

    async def ask(self, unit: int, pdu: bytes) -> bytes:
        """The data of the answer. Raises Unavailable."""
        try:
            return await self.try_(unit, pdu)
        except ModbusException as refusal:
            raise Unavailable(self._wish.peer.say(words.REFUSES, unit, refusal)) from None
        except TimeoutError:
            raise Unavailable(self._wish.peer.say(words.SILENT, unit, self._wish.timeout_s)) from None

    async def one(self, unit: int, address: Address) -> bytes:
        """The bytes of one value, checked for length. Raises Unavailable."""
        data = await self.ask(unit, struct.pack(">BHH", READ[address.table], address.number, address.size))
        size = 1 if address.table.bits else 2 * address.size
        if len(data) != size + 1 or data[0] != size:
            raise Unavailable(self._wish.peer.say(words.SHORT, unit, len(data), size + 1))
        return data[1:]

    async def try_(self, unit: int, pdu: bytes) -> bytes:
        """The data of the answer, or ModbusException, TimeoutError. Raises Unavailable where the line is dead."""
        try:
            data = await self._client.call(unit, pdu, self._wish.timeout_s)
        except GarbledAnswer as error:
            raise Unavailable(self._wish.peer.say(words.GARBLED, unit, error)) from None
        except TimeoutError:
            raise
        except OSError as error:
            raise Unavailable(self._wish.peer.say(words.HUNG_UP, error)) from None
        finally:
            await asyncio.sleep(self._wish.pause_s)
        return data


class _Look:
    """One look at a line of units."""

    def __init__(self, client: Client, wish: _Wish, report: Report) -> None:
        self._line = _Line(client, wish)
        self._wish = wish
        self._report = report
        self._done = 0
        self._found = 0

    async def run(self) -> None:
        for unit in self._wish.units:
            self._tell(f"unit {unit}")
            if await self._present(unit):
                self._report(Fact("unit", str(unit)))
                await self._identify(unit)
                for table in self._wish.tables:
                    await self._scan(unit, table)
            else:
                self._done += self._wish.count * len(self._wish.tables)
        self._tell("")
        if not self._found:
            self._report(Fact("note", "nothing", _nothing(self._wish)))

    def _tell(self, place: str) -> None:
        whole = len(self._wish.units) * len(self._wish.tables) * self._wish.count
        self._report(Progress(self._done, whole, place))

    async def _present(self, unit: int) -> bool:
        """Any answer will do, a refusal too; asked twice, for the first request wakes some serial gateways."""
        for _ in range(2):
            try:
                await self._line.try_(unit, struct.pack(">BHH", READ[self._wish.tables[0]], self._wish.first, 1))
            except ModbusException as refusal:
                return refusal.code not in ABSENT
            except TimeoutError:
                continue
            return True
        return False

    async def _identify(self, unit: int) -> None:
        try:
            answer = await self._line.try_(unit, bytes((0x2B, 0x0E, 1, 0)))
        except (ModbusException, TimeoutError):  # most devices have none
            return
        for number, text in _identity(answer):
            self._report(Fact("device", f"unit {unit} {_IDENTITY.get(number, f'object {number}')}", text))

    async def _scan(self, unit: int, table: Table) -> None:
        registers, whole = Registers(unit, table), self._done + self._wish.count
        most = BITS if table.bits else REGISTERS
        last = self._wish.first + self._wish.count
        for start in range(self._wish.first, last, most):
            if not await self._piece(registers, start, min(most, last - start)):
                break
        self._done = whole
        for first, count in registers.ranges():
            text = f"{first} … {first + count - 1}" if count > 1 else str(first)
            self._report(Fact("range", f"unit {unit} {table}", text))
        for finding in registers.findings():
            self._found += 1
            self._report(finding)

    async def _piece(self, registers: Registers, start: int, count: int) -> bool:
        """Read it, in smaller pieces where the device refuses; False where it does not have the table at all."""
        self._tell(f"unit {registers.unit} {registers.table} {start}")
        try:
            data = await self._line.try_(registers.unit, struct.pack(">BHH", READ[registers.table], start, count))
        except ModbusException as refusal:
            if refusal.code in REFUSALS and count > 1:
                half = count // 2
                await self._piece(registers, start, half)
                await self._piece(registers, start + half, count - half)
            elif refusal.code not in REFUSALS:
                name = f"unit {registers.unit} {registers.table} {start}"
                self._report(Fact("note", name, self._wish.peer.say(words.REFUSED, refusal)))
            self._done += count if count == 1 else 0
            return refusal.code != ILLEGAL_FUNCTION
        except TimeoutError:
            silence = self._wish.peer.say(words.NO_ANSWER)
            self._report(Fact("note", f"unit {registers.unit} {registers.table} {start}", silence))
        else:
            registers.take(start, count, data[1:], time.time_ns())
        self._done += count
        return True


_ANYBODY = Peer("")


def address_of(place: str, peer: Peer = _ANYBODY) -> Address:
    """ "holding 12 float32 CDAB", "input 7 bit 3", "40013 int32", "holding 50 string 16"; or Unavailable."""
    parts = place.split()
    row: dict[str, str] = {}
    for at, word in enumerate(parts):
        if word in [table.value for table in Table]:
            row["table"] = word
        elif word == "bit" and at + 1 < len(parts):
            row["bit"] = parts[at + 1]
            row["type"] = "bool"
        elif word.isdigit() and "address" not in row:
            row |= _numbered(word, "table" in row)
        elif word.upper() in ("ABCD", "CDAB", "BADC", "DCBA"):
            row["word_order"] = word.upper()
        elif at and parts[at - 1] == "string":
            row["length"] = word
        elif not at or parts[at - 1] != "bit":
            row["type"] = word
    try:
        return parse_address(row)
    except ValueError as error:
        raise Unavailable(peer.say(words.PLACE, place, error)) from None


def _numbered(word: str, tabled: bool) -> dict[str, str]:
    """A 0-based address after its table; without one, Modicon's notation of five or six digits says both."""
    if tabled or len(word) not in (5, 6):
        return {"address": word}
    tables = {"0": Table.COIL, "1": Table.DISCRETE, "3": Table.INPUT, "4": Table.HOLDING}
    if word[0] not in tables or int(word[1:]) == 0:
        return {"address": word}
    return {"table": tables[word[0]].value, "address": str(int(word[1:]) - 1)}


def place_of(address: Address) -> str:
    """The line `address_of` understands."""
    parts = [address.table.value, str(address.number)]
    if address.bit >= 0:
        return " ".join([*parts, "bit", str(address.bit)])
    if not address.table.bits:
        parts.append(address.type.value)
    if address.type is Type.STRING:
        parts.append(str(address.length))
    return " ".join([*parts, address.word_order] if address.size > 1 else parts)


def row_of(address: Address) -> dict[str, str]:
    """The columns of tags.csv that say the same."""
    row = {"table": address.table.value, "address": str(address.number), "type": address.type.value}
    if address.bit >= 0:
        row["bit"] = str(address.bit)
    if address.type is Type.STRING:
        row["length"] = str(address.length)
    if address.size > 1:
        row["word_order"] = address.word_order
    return row


def _way(address: Address) -> str:
    return f"{address.type} {address.word_order}" if address.size > 1 else address.type.value


def text_of(address: Address, data: bytes) -> str:
    """What the bytes of one value say, before scaling."""
    if address.table.bits:
        return str(data[0] & 1)
    layout = Layout([address], address.number)
    if address.type is Type.STRING:
        return layout.texts(data)[0]
    number = float(layout.decode(data)[0])
    return f"{number:.7g}" if address.type is Type.FLOAT32 else f"{number:.15g}"


def _identity(answer: bytes) -> Iterator[tuple[int, str]]:
    """Objects of a device identification; none where the answer is cut short."""
    at = 6  # type, code, conformity, more follows, next object, how many
    while at + 2 <= len(answer):
        number, size = answer[at], answer[at + 1]
        text = answer[at + 2 : at + 2 + size].decode("latin-1").strip("\0 ")
        if text:
            yield number, text
        at += 2 + size


def _link_words(said: Mapping[str, str]) -> dict[str, str]:
    """What of the options a link would say in its settings."""
    serial = {name: said[name] for name in SERIAL_WORDS if name in said}
    return {"timeout_s": said.get("timeout", "1"), **serial}


def _units(peer: Peer) -> range:
    text = peer.words.get("unit", "1")
    low, _, high = text.partition("-")
    try:
        return range(int(low), int(high or low) + 1)
    except ValueError:
        raise Unavailable(peer.say(words.NO_UNITS, text)) from None


def _tables(peer: Peer) -> tuple[Table, ...]:
    text = peer.words.get("table", "holding,input")
    if text == "all":
        return tuple(Table)
    try:
        return tuple(Table(word.strip()) for word in text.split(","))
    except ValueError:
        raise Unavailable(peer.say(words.NO_TABLE, text)) from None


def _nothing(wish: _Wish) -> str:
    peer, first, last = wish.peer, wish.units[0], wish.units[-1]
    units = peer.say(words.TO, first, last) if last > first else str(first)
    return peer.say(words.NOTHING, units, wish.first, wish.first + wish.count - 1)

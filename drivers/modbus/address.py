"""What a pack row and a link of a Modbus device may say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from drivers.modbus.endpoint import SERIAL_WORDS, USUAL_LINE, SerialLine, parse_endpoint, parse_serial


class Table(StrEnum):
    """The four tables of a Modbus device."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def writable(self) -> bool:
        return self in (Table.COIL, Table.HOLDING)


class Type(StrEnum):
    """How a value lies in registers."""

    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    """Four decimal digits, one in each four bits."""
    BCD32 = "bcd32"
    STRING = "string"
    """Two characters in a register, the first in the high byte unless the word order swaps bytes; read only."""


WORD_ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
POLLS = ("fast", "normal", "slow")
LAST_ADDRESS = 65535
LONGEST_TEXT = 250
"""Characters: what one request can read, 125 registers (Modbus Application Protocol V1.1b3, 6.3)."""
COLUMNS = ("table", "address", "type", "bit", "length", "word_order", "poll")
_MODICON = {"0": Table.COIL, "1": Table.DISCRETE, "3": Table.INPUT, "4": Table.HOLDING}
_SIZES = {Type.INT32: 2, Type.UINT32: 2, Type.FLOAT32: 2, Type.BCD32: 2, Type.INT64: 4, Type.UINT64: 4, Type.FLOAT64: 4}


@dataclass(frozen=True, slots=True)
class Address:
    """One value of a device. The unit is the equipment's own argument `unit`, 1 where it says nothing."""

    table: Table
    number: int
    """0-based protocol address, as on the wire."""
    type: Type = Type.UINT16
    bit: int = -1
    """Bit of the register, 0 the least; -1 for the whole."""
    word_order: str = "ABCD"
    """ABCD, CDAB, BADC or DCBA: where the bytes of a 32-bit value lie; longer types follow the same rule."""
    poll: str = "normal"
    """Poll class: fast, normal or slow."""
    length: int = 0
    """Characters of a string; 0 for every other type."""

    @property
    def size(self) -> int:
        """Registers, or coils, that the value takes."""
        return (self.length + 1) // 2 if self.type is Type.STRING else _SIZES.get(self.type, 1)

    @property
    def end(self) -> int:
        """The first address after the value."""
        return self.number + self.size


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    timeout_s: float = 1.0
    pipeline: int = 1
    """Requests in flight at once; only for devices that overlap them."""
    gap: int = 30
    """Registers nobody asked for that may be read to join two blocks."""
    fast_s: float = 0.5
    normal_s: float = 1.0
    slow_s: float = 10.0
    serial: SerialLine = USUAL_LINE


def parse_address(row: Mapping[str, str]) -> Address:
    """One row of a pack's tags.csv; ValueError with one sentence for the engineer."""
    table, number = _where(row)
    kind = Type(one_of(row.get("type") or ("bool" if table.bits else "uint16"), [t.value for t in Type], "type"))
    address = Address(
        table,
        number,
        kind,
        whole(row["bit"], "bit", 0, 15) if row.get("bit") else -1,
        one_of((row.get("word_order") or "ABCD").upper(), WORD_ORDERS, "word_order"),
        one_of(row.get("poll") or "normal", POLLS, "poll"),
        whole(row["length"], "length", 1, LONGEST_TEXT) if row.get("length") and kind is Type.STRING else 0,
    )
    _check(address, row)
    return address


def _check(address: Address, row: Mapping[str, str]) -> None:
    """What the cells of a row say together."""
    table, kind = address.table, address.type
    if table.bits and kind is not Type.BOOL:
        raise ValueError(f"a {table} holds one bit, so its type is bool, not {kind}")
    if not table.bits and kind is Type.BOOL and address.bit < 0:
        raise ValueError("a bool in a register needs the column bit (0 to 15)")
    if address.bit >= 0 and kind not in (Type.BOOL, Type.UINT16):
        raise ValueError(f"column bit names one bit of a register, so the type is bool, not {kind}")
    if kind is Type.STRING and not address.length:
        raise ValueError(f"a string needs the column length: its characters, 1 to {LONGEST_TEXT}")
    if address.end - 1 > LAST_ADDRESS:
        raise ValueError(f"a {kind} at {address.number} would end beyond address {LAST_ADDRESS}")
    if "w" in row.get("access", "") and (kind is Type.STRING or not table.writable):
        what = "string" if kind is Type.STRING else str(table)
        raise ValueError(f"{'an' if what[0] == 'i' else 'a'} {what} can only be read: write r in the column access")


def _where(row: Mapping[str, str]) -> tuple[Table, int]:
    """Table and 0-based number of the three notations: `12` and `#13` beside the column table, `4x00013` without."""
    text = row.get("address", "").strip()
    modicon = re.fullmatch(r"([0-9])[xX]([0-9A-Fa-f]+)", text)
    if not modicon:
        table = Table(one_of(row.get("table") or "holding", [member.value for member in Table], "table"))
        if text.startswith("#"):
            return table, whole(text[1:], "address #", 1, LAST_ADDRESS + 1) - 1
        return table, whole(text, "address", 0, LAST_ADDRESS)
    return _modicon(text, modicon[1], modicon[2], row.get("table", ""))


def _modicon(text: str, digit: str, number: str, said: str) -> tuple[Table, int]:
    """`4x00013`: the digit names the table, the rest counts from 1. Five digits after 0x, so that no hexadecimal
    address of a manual (0xC558, 0x0013) is ever taken for a coil."""
    if digit == "0" and not (number.isdigit() and len(number) == 5):
        value = int(number, 16)
        other = f", or 0x{int(number):05d} for the coil with that number" if number.isdigit() and int(number) else ""
        raise ValueError(f"address {text!r} looks hexadecimal; write {value}, the 0-based address{other}")
    table = _MODICON.get(digit)
    if table is None or not number.isdigit():
        raise ValueError(f"address {text!r} does not exist; write 4x00013 for holding register 13, 3x, 1x or 0x00013")
    if said and said != table:
        raise ValueError(f"address {text} is a {table}, and the column table says {said}; leave one of them out")
    return table, whole(number, f"the number in {digit}x", 1, LAST_ADDRESS + 1) - 1


def parse_settings(words: Mapping[str, str]) -> Settings:
    """The settings of a link; ValueError with one sentence for the engineer."""
    kinds = {field.name: int if field.type == "int" else float for field in fields(Settings) if field.name != "serial"}
    values: dict[str, int | float] = {}
    for word, text in words.items():
        one_of(word, [*kinds, *SERIAL_WORDS], "setting")
        if word in SERIAL_WORDS:
            continue
        try:
            values[word] = kinds[word](text)
        except ValueError:
            raise ValueError(f"{word}={text!r} is not a number") from None
        if values[word] < 0 or (values[word] == 0 and word != "gap"):
            raise ValueError(f"{word}={text} must be greater than zero")
    serial = parse_serial({word: text for word, text in words.items() if word in SERIAL_WORDS})
    return Settings(serial=serial, **values)  # type: ignore[arg-type]


def parse_url(url: str) -> tuple[str, int]:
    """Host and port of a device on the network; ValueError with one sentence for the engineer. See `endpoint`."""
    endpoint = parse_endpoint(url)
    if endpoint.device:
        raise ValueError(f"{url!r} is a serial port, and this needs a host: write modbus://host:502")
    return endpoint.host, endpoint.port


def one_of(text: str, allowed: list[str] | tuple[str, ...], column: str) -> str:
    """`text`, if it is one of the words; ValueError with what was probably meant."""
    if text in allowed:
        return text
    close = difflib.get_close_matches(text, allowed, 1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(allowed)}."
    raise ValueError(f"{column} {text!r} does not exist; {hint}")


def whole(text: str, column: str, low: int, high: int) -> int:
    """A whole number within bounds; ValueError with one sentence."""
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{column} {text!r} is not a whole number from {low} to {high}") from None
    if not low <= number <= high:
        hint = " (addresses are 0-based: 40001 is holding register 0)" if column == "address" else ""
        raise ValueError(f"{column} {number} is outside {low} to {high}{hint}")
    return number

"""What a pack row and a link of a Modbus device may say."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from urllib.parse import urlsplit


class Table(StrEnum):
    """The four tables of a Modbus device."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)


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


WORD_ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
POLLS = ("fast", "normal", "slow")
LAST_ADDRESS = 65535
COLUMNS = ("table", "address", "type", "bit", "word_order", "poll")


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

    @property
    def size(self) -> int:
        """Registers, or coils, that the value takes."""
        digits = self.type.value.lstrip("abcdefghijklmnopqrstuvwxyz")
        return 1 if self.table.bits or not digits else int(digits) // 16


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


def parse_address(row: Mapping[str, str]) -> Address:
    """One row of a pack's tags.csv; ValueError with one sentence for the engineer."""
    table = Table(_one_of(row.get("table") or "holding", [member.value for member in Table], "table"))
    kind = Type(_one_of(row.get("type") or ("bool" if table.bits else "uint16"), [t.value for t in Type], "type"))
    bit = _whole(row["bit"], "bit", 0, 15) if row.get("bit") else -1
    if table.bits and kind is not Type.BOOL:
        raise ValueError(f"a {table} holds one bit, so its type is bool, not {kind}")
    if not table.bits and kind is Type.BOOL and bit < 0:
        raise ValueError("a bool in a register needs the column bit (0 to 15)")
    if bit >= 0 and kind not in (Type.BOOL, Type.UINT16):
        raise ValueError(f"column bit names one bit of a register, so the type is bool, not {kind}")
    address = Address(
        table,
        _whole(row.get("address", ""), "address", 0, LAST_ADDRESS),
        kind,
        bit,
        _one_of((row.get("word_order") or "ABCD").upper(), WORD_ORDERS, "word_order"),
        _one_of(row.get("poll") or "normal", POLLS, "poll"),
    )
    if address.number + address.size - 1 > LAST_ADDRESS:
        raise ValueError(f"a {kind} at {address.number} would end beyond address {LAST_ADDRESS}")
    return address


def parse_settings(words: Mapping[str, str]) -> Settings:
    """The settings of a link; ValueError with one sentence for the engineer."""
    kinds = {field.name: int if field.type == "int" else float for field in fields(Settings)}
    values: dict[str, int | float] = {}
    for word, text in words.items():
        _one_of(word, list(kinds), "setting")
        try:
            values[word] = kinds[word](text)
        except ValueError:
            raise ValueError(f"{word}={text!r} is not a number") from None
        if values[word] < 0 or (values[word] == 0 and word != "gap"):
            raise ValueError(f"{word}={text} must be greater than zero")
    return Settings(**values)  # type: ignore[arg-type]


def parse_url(url: str) -> tuple[str, int]:
    """Host and port of `modbus://host[:port]`; ValueError with one sentence for the engineer."""
    parts = urlsplit(url)
    if parts.scheme != "modbus" or not parts.hostname:
        raise ValueError(f"{url!r} is not an address of a Modbus TCP device: write modbus://host:502")
    try:
        return parts.hostname, parts.port or 502
    except ValueError:
        raise ValueError(f"the port of {url!r} is not a number from 1 to 65535") from None


def _one_of(text: str, allowed: list[str] | tuple[str, ...], column: str) -> str:
    if text in allowed:
        return text
    close = difflib.get_close_matches(text, allowed, 1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(allowed)}."
    raise ValueError(f"{column} {text!r} does not exist; {hint}")


def _whole(text: str, column: str, low: int, high: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{column} {text!r} is not a whole number from {low} to {high}") from None
    if not low <= number <= high:
        hint = " (addresses are 0-based: 40001 is holding register 0)" if column == "address" else ""
        raise ValueError(f"{column} {number} is outside {low} to {high}{hint}")
    return number

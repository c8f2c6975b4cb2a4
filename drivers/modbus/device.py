"""Device: what all controllers of a pack have of their own, the [device] table of its pack.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from drivers.modbus.address import LAST_ADDRESS, Table, one_of, whole

MOST_REGISTERS = 125
MOST_BITS = 2000
"""What one request may read. Source: Modbus Application Protocol V1.1b3, 6.3 and 6.1."""
LEAST_REGISTERS = 4
"""A 64-bit value must fit into one request, or it could come torn."""


@dataclass(frozen=True, slots=True)
class Span:
    """Addresses of one table, both ends included."""

    table: Table
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Device:
    """See the module."""

    most_registers: int = MOST_REGISTERS
    most_bits: int = MOST_BITS
    gap: int = -1
    """Registers that may be read for nothing to join two blocks; -1 for what the link says."""
    forbidden: tuple[Span, ...] = ()
    """Never read, and never read across."""
    broadcast: bool = False
    """Unit 0 may be written to: every device of the line takes it and none answers."""
    multiple: bool = False
    """It knows functions 15 and 16 only, not 5 and 6."""
    mask_write: bool = True
    """It knows function 22. Without it a bit is written with its whole register, read just before."""
    read_write: bool = False
    """It knows function 23: a register is written and read back in one request."""

    def forbids(self, table: Table, start: int, end: int) -> Span | None:
        """A forbidden range that the addresses from `start` to before `end` touch; None where they touch none."""
        touched = (span for span in self.forbidden if span.table is table and span.first < end and start <= span.last)
        return next(touched, None)


PLAIN = Device()
"""What holds where a pack says nothing."""


def parse_device(words: Mapping[str, str]) -> Device:
    """The [device] table of a pack; ValueError with one sentence for the engineer."""
    known = [field.name for field in fields(Device) if field.name != "multiple"] + ["write_function"]
    for word in words:
        one_of(word, known, "setting")
    return Device(
        _number(words, "most_registers", LEAST_REGISTERS, MOST_REGISTERS, MOST_REGISTERS),
        _number(words, "most_bits", 1, MOST_BITS, MOST_BITS),
        _number(words, "gap", 0, MOST_REGISTERS, -1),
        parse_spans(words.get("forbidden", "")),
        _flag(words, "broadcast", False),
        one_of(words.get("write_function", "single"), ("single", "multiple"), "write_function") == "multiple",
        _flag(words, "mask_write", True),
        _flag(words, "read_write", False),
    )


def parse_spans(text: str) -> tuple[Span, ...]:
    """ "holding 100-120, input 7", 0-based and both ends included; ValueError with one sentence."""
    spans = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"([a-z]+) +(\d+)(?: *- *(\d+))?", part)
        if not found:
            raise ValueError(f'forbidden {part!r} is no range; write it like "holding 100-120, input 7"')
        table = Table(one_of(found[1], [member.value for member in Table], "table"))
        first = whole(found[2], "address", 0, LAST_ADDRESS)
        last = whole(found[3] or found[2], "address", 0, LAST_ADDRESS)
        if last < first:
            raise ValueError(f"forbidden {part!r} ends before it begins; write the lower address first")
        spans.append(Span(table, first, last))
    return tuple(spans)


def strictest(devices: Iterable[Device], gap: int) -> Device:
    """What may be asked of a unit that several packs describe; `gap` holds where none says its own."""
    chosen = list(devices)
    spans = dict.fromkeys(span for device in chosen for span in device.forbidden)
    return Device(
        min(device.most_registers for device in chosen),
        min(device.most_bits for device in chosen),
        min(gap if device.gap < 0 else device.gap for device in chosen),
        tuple(spans),
        any(device.broadcast for device in chosen),
    )


def _number(words: Mapping[str, str], word: str, low: int, high: int, default: int) -> int:
    return whole(words[word], word, low, high) if word in words else default


def _flag(words: Mapping[str, str], word: str, default: bool) -> bool:
    said = words.get(word, str(default).lower())
    if said not in ("true", "false"):
        raise ValueError(f"{word} {said!r} is neither true nor false")
    return said == "true"

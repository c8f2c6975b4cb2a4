"""What registers may mean when nobody knows: every reading side by side, and the one that looks right.

The rule for the mark, so that an engineer can judge it:
1. Two registers may be a float32 where that reads 0.001 to 10 000 000 in size. From 0.01 to 10 000 it is a sign of a
   word order, if the pairs that begin one register before and after are none like it: neighbours that all seem floats
   are counters in disguise. A figure whose lower half is zero is no match for one that is not: such a sign counts four
   times, and one near 50 Hz, 230 V or 400 V ten times.
2. All registers of a table have one word order: ABCD, unless another has half as many signs again. Without a sign there
   are no floats; with it every pair in turn that reads so is one.
3. What is no float is a uint16, or an int16 where that is small and negative (-1 to -1000).
It is a hint. The sheet of the maker decides.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping

from drivers.modbus.address import WORD_ORDERS, Table
from drivers.modbus.codec import byte_order
from supervisor.probe import Finding

LEAST, MOST = 1e-3, 1e7
USUAL = (0.01, 10_000.0)
"""Between these a figure may speak for a word order: what two counters seem to be is mostly far outside."""
KNOWN = ((50.0, 1.0), (230.0, 23.0), (400.0, 40.0))
"""Figures of a French mains and how far they may be off. Source: field-formats, EN 50160 for the voltages."""
_BASE = {Table.COIL: "0", Table.DISCRETE: "1", Table.INPUT: "3", Table.HOLDING: "4"}


def notations(table: Table, number: int) -> dict[str, str]:
    """The same address three ways: as on the wire, as manuals count, as Modicon wrote it."""
    digits = 4 if number < 9999 else 5
    return {"0-based": str(number), "1-based": str(number + 1), "Modicon": f"{_BASE[table]}{number + 1:0{digits}d}"}


def number_of(text: str) -> int:
    """A 0-based address, decimal or 0x; ValueError."""
    return int(text, 16) if text.lower().startswith("0x") else int(text)


def arranged(data: bytes, word_order: str) -> bytes:
    """The bytes of a value as big-endian ones."""
    return bytes(data[at] for at in byte_order(len(data), word_order))


def likely_float(data: bytes, word_order: str) -> bool:
    """Whether four bytes are such a figure in that order."""
    (number,) = struct.unpack(">f", arranged(data, word_order))
    return math.isfinite(number) and LEAST <= abs(number) <= MOST


class Registers:
    """The addresses of one table of one unit that answered."""

    def __init__(self, unit: int, table: Table) -> None:
        self.unit = unit
        self.table = table
        self._held: dict[int, tuple[bytes, int]] = {}
        """0-based address -> its two bytes (or one, of a bit), and when it came."""

    def take(self, start: int, count: int, data: bytes, now: int) -> None:
        """The data of one answer; what is too short is left out."""
        for at in range(count):
            if self.table.bits:
                if at // 8 < len(data):
                    self._held[start + at] = (bytes([data[at // 8] >> at % 8 & 1]), now)
            elif 2 * at + 1 < len(data):
                self._held[start + at] = (data[2 * at : 2 * at + 2], now)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """First address and count of each run that answers."""
        run: list[int] = []
        for number in sorted(self._held):
            if run and number != run[0] + run[1]:
                yield run[0], run[1]
                run = []
            run = [run[0], run[1] + 1] if run else [number, 1]
        if run:
            yield run[0], run[1]

    def findings(self) -> Iterator[Finding]:
        """One per address, in order."""
        order = self.word_order()
        taken = -1
        for number in sorted(self._held):
            data, now = self._held[number]
            pair = self._pair(number)
            if self.table.bits:
                yield self._finding(number, data, {"bit": str(data[0])}, "bit", now)
            elif number == taken:
                yield self._finding(number, data, _readings(data, pair), "", now)
            else:
                likely = _likely(data, b"" if self._better(number + 1, pair, order) else pair, order)
                taken = number + 1 if likely.startswith("float32") else taken
                yield self._finding(number, data, _readings(data, pair), likely, now)

    def word_order(self) -> str:
        """The order that has the most signs; empty where none has any."""
        signs = {order: sum(self._signs(order)) for order in WORD_ORDERS}
        best = max(WORD_ORDERS, key=lambda order: signs[order])
        if not signs[best]:
            return ""
        return "ABCD" if 2 * signs[best] < 3 * signs["ABCD"] else best

    def _signs(self, order: str) -> Iterator[int]:
        """The weight of each pair that speaks for an order."""
        pairs = {} if self.table.bits else {number: self._pair(number) for number in self._held}
        rich = {number: _rich(pair, order) for number, pair in pairs.items() if pair and likely_float(pair, order)}
        for number, full in rich.items():
            near = [rich[other] for other in (number - 1, number + 1) if other in rich]
            if not (any(near) if full else near):
                yield _weight(pairs[number], order)

    def _better(self, number: int, before: bytes, order: str) -> bool:
        """Whether a pair is a measured figure, and the one that begins a register before it a round one."""
        pair = self._pair(number) if order and number in self._held else b""
        return bool(pair and before) and likely_float(pair, order) and _rich(pair, order) and not _rich(before, order)

    def _pair(self, number: int) -> bytes:
        """The bytes of the register and its next; empty where there is none."""
        after = self._held.get(number + 1)
        return self._held[number][0] + after[0] if after else b""

    def _finding(self, number: int, data: bytes, readings: Mapping[str, str], likely: str, now: int) -> Finding:
        return Finding(
            f"unit {self.unit} {self.table} {number}",
            notations(self.table, number),
            raw=data.hex().upper(),
            readings=readings,
            likely=likely,
            time=now,
            kind="boolean" if self.table.bits else "number",
            row=_row(self.table, number, likely),
            args={"unit": str(self.unit)},
        )


def _readings(data: bytes, pair: bytes) -> dict[str, str]:
    readings = {"uint16": str(int.from_bytes(data, "big")), "int16": str(int.from_bytes(data, "big", signed=True))}
    for order in WORD_ORDERS if pair else ():
        plain = arranged(pair, order)
        readings[f"float32 {order}"] = f"{struct.unpack('>f', plain)[0]:.6g}"
    for order in WORD_ORDERS if pair else ():
        readings[f"int32 {order}"] = str(int.from_bytes(arranged(pair, order), "big", signed=True))
    return readings


def _likely(data: bytes, pair: bytes, order: str) -> str:
    if pair and order and likely_float(pair, order):
        return f"float32 {order}"
    signed = int.from_bytes(data, "big", signed=True)
    return "int16" if -1000 <= signed < 0 else "uint16"


def _weight(pair: bytes, order: str) -> int:
    """How much a pair speaks for an order: nothing where it is no figure, most where it is one of the mains."""
    plain = arranged(pair, order)
    (number,) = struct.unpack(">f", plain)
    if not USUAL[0] <= abs(number) <= USUAL[1]:
        return 0
    measured = (
        4 if any(plain[2:]) else 1
    )  # what was measured is no round figure; a word beside a nought often seems one
    return measured * (10 if any(abs(number - figure) <= off for figure, off in KNOWN) else 1)


def _rich(pair: bytes, order: str) -> bool:
    """What was measured is no round figure; a word beside a nought often seems to be one."""
    return any(arranged(pair, order)[2:])


def _row(table: Table, number: int, likely: str) -> dict[str, str]:
    """The columns of tags.csv; none for the second half of a value."""
    if not likely:
        return {}
    kind, _, order = likely.partition(" ")
    row = {"table": table.value, "address": str(number), "type": "bool" if table.bits else kind}
    return {**row, "word_order": order} if order else row

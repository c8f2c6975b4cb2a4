"""What a notification says -> a Batch: numbers, qualities and times by column, never a value at a time.

A StatusCode's top two bits are those of our own quality (good, uncertain, bad); the codes an operator should tell
apart have a quality of their own, and the whole code travels beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from drivers.opcua.fallback import aware
from drivers.opcua.items import Item, address_of
from drivers.opcua.notification import Block, Row, Scalar
from drivers.opcua.structures import Structures, UnknownStructure
from supervisor.flow import Batch, Qualities, Statuses, Times, Values
from supervisor.model import BAD, Kind, Quality, Tag

EPOCH_TICKS = 116_444_736_000_000_000
"""1970-01-01 in the 100 ns since 1601-01-01 of OPC UA (Part 6, 5.2.2.5)."""
_LAST_TICKS = EPOCH_TICKS + (2**63 - 1) // 100

QUALITIES = {
    0x40910000: Quality.SUBSTITUTED,  # UncertainSubstituteValue
    0x00960000: Quality.SUBSTITUTED,  # GoodLocalOverride: good for the server, but someone typed it in
    0x40940000: Quality.OUT_OF_RANGE,  # UncertainEngineeringUnitsExceeded
    0x80050000: Quality.NOT_CONNECTED,  # BadCommunicationError
    0x800C0000: Quality.NOT_CONNECTED,  # BadShutdown
    0x800D0000: Quality.NOT_CONNECTED,  # BadServerNotConnected
    0x80310000: Quality.NOT_CONNECTED,  # BadNoCommunication
    0x808A0000: Quality.NOT_CONNECTED,  # BadNotConnected
    0x80AD0000: Quality.NOT_CONNECTED,  # BadDisconnect
    0x80AE0000: Quality.NOT_CONNECTED,  # BadConnectionClosed
    0x800A0000: Quality.TIMEOUT,  # BadTimeout
    0x80850000: Quality.TIMEOUT,  # BadRequestTimeout
    0x803C0000: Quality.DEVICE_FAULT,  # BadOutOfRange: bad, so there is no value to be out of range
    0x808B0000: Quality.DEVICE_FAULT,  # BadDeviceFailure
    0x808C0000: Quality.DEVICE_FAULT,  # BadSensorFailure
    0x801F0000: Quality.CONFIGURATION,  # BadUserAccessDenied
    0x80330000: Quality.CONFIGURATION,  # BadNodeIdInvalid
    0x80340000: Quality.CONFIGURATION,  # BadNodeIdUnknown
    0x80350000: Quality.CONFIGURATION,  # BadAttributeIdInvalid
    0x803A0000: Quality.CONFIGURATION,  # BadNotReadable
    0x806F0000: Quality.CONFIGURATION,  # BadNoMatch
    0x80740000: Quality.CONFIGURATION,  # BadTypeMismatch
    0x80890000: Quality.CONFIGURATION,  # BadConfigurationError
    0x80320000: Quality.NEVER_READ,  # BadWaitingForInitialData
}
"""StatusCodes with a quality of their own. Source: OPC UA Part 6, annex A.2 (StatusCode.csv)."""

_PLAIN = {bool, int, float, type(None)}
_CODE = 0xFFFF0000
"""The low half of a StatusCode says how, not whether: limit bits, overflow, changed semantics."""


def quality_of(status: int) -> Quality:
    """The quality of one StatusCode."""
    return QUALITIES.get(status & _CODE) or (Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.BAD)[status >> 30]


class UnfitError(Exception):
    """A value that its tag cannot hold."""


@dataclass(slots=True)
class _Part:
    """Changes by column, each of one tag."""

    position: NDArray[np.intp]
    value: Values
    status: Statuses
    ticks: Times
    texts: dict[int, str] = field(default_factory=dict)
    unfit: dict[int, Quality] = field(default_factory=dict)
    """Row -> the quality that a value takes which its tag cannot hold."""


class Columns:
    """Which tags an item carries, and how a value becomes theirs."""

    def __init__(self, tags: Sequence[Tag], items: Sequence[Item], structures: Structures) -> None:
        self._items = items
        self._structures = structures
        self._index = np.array([tag.index for tag in tags], np.int32)
        self._text = np.array([tag.spec.kind is Kind.TEXT for tag in tags], np.bool_)
        self._steps = [(*address.element, *address.member) for address in map(address_of, tags)]
        self._position = np.array([item.positions[0] for item in items], np.intp)
        self._whole = np.array([item.whole for item in items], np.bool_)
        self._slow = self._whole | (self._text[self._position] if len(tags) else False)
        """Items whose values are looked at one by one."""

    def batches(self, changes: Iterable[Block | Sequence[Row]], now: int) -> Iterator[Batch]:
        """One batch for all changes; more only where the server has no time for a bad value.

        Such a value is dated by us. Were our date taken for the device's, a good value that a slower clock dates
        before it would be refused as old: so it travels as a loss, which leaves the device's clock alone.
        """
        parts = [part for change in changes for part in self._parts(change) if len(part.position)]
        if not parts:
            return
        batch, timeless = self._batch(parts[0] if len(parts) == 1 else _joined(parts), now)
        if not timeless.any():
            yield batch
            return
        for run in np.split(np.arange(len(batch)), np.flatnonzero(np.diff(timeless)) + 1):
            cut = batch.take(run)
            cut.loss = bool(timeless[run[0]])
            yield cut

    def _batch(self, part: _Part, now: int) -> tuple[Batch, NDArray[np.bool_]]:
        quality = _qualities(part.status)
        for row, why in part.unfit.items():
            quality[row] = max(quality[row], why)
        nothing = np.isnan(part.value) & (quality < BAD)
        if nothing.any():
            nothing[list(part.texts)] = False
            quality[nothing] = Quality.BAD
        bad = quality >= BAD
        part.value[bad] = np.nan
        texts = {row: text for row, text in part.texts.items() if not bad[row]} if part.texts else {}
        dated = (part.ticks > EPOCH_TICKS) & (part.ticks < _LAST_TICKS)
        times = _instants(part.ticks, dated, now)
        return Batch(self._index[part.position], part.value, quality, times, part.status, texts), ~dated & bad

    def _parts(self, change: Block | Sequence[Row]) -> Iterator[_Part]:
        """What is numbers of plain tags by column, and the rest one by one; a tag is never in both."""
        if isinstance(change, Block):
            handle = change.handle
            known = handle < len(self._items)
            slow = known & self._slow[np.where(known, handle, 0)]
            plain = known & ~slow
            if plain.all():
                yield _Part(
                    self._position[handle],
                    change.value.astype(np.float64),
                    change.status.astype(np.uint32),
                    change.ticks.astype(np.int64),
                )
                return
            rows = list(change.rows())
        else:
            rows = [row for row in change if row[0] < len(self._items)]
            if not rows:
                return
            handle = np.array([row[0] for row in rows], np.intp)
            odd = {row[0] for row in rows if type(row[1]) not in _PLAIN}
            slow = self._slow[handle] | np.isin(handle, list(odd))
            plain = ~slow
        yield self._quick([rows[at] for at in np.flatnonzero(plain)])
        yield self._each([rows[at] for at in np.flatnonzero(slow)])

    def _quick(self, rows: Sequence[Row]) -> _Part:
        columns = zip(*rows, strict=True) if rows else ((), (), (), ())
        handles, scalars, codes, ticks = columns
        position = self._position[np.array(handles, np.intp)]
        return _Part(position, np.array(scalars, np.float64), np.array(codes, np.uint32), np.array(ticks, np.int64))

    def _each(self, rows: Sequence[Row]) -> _Part:
        """Every tag that each value carries, one by one."""
        carried = [(row, at) for row in rows for at in self._items[row[0]].positions]
        part = _Part(
            np.array([at for _, at in carried], np.intp),
            np.full(len(carried), np.nan),
            np.array([row[2] for row, _ in carried], np.uint32),
            np.array([row[3] for row, _ in carried], np.int64),
        )
        for at, (row, position) in enumerate(carried):
            self._take(part, at, position, row[1])
        return part

    def _take(self, part: _Part, row: int, position: int, scalar: Scalar) -> None:
        """One value as its tag holds it."""
        if part.status[row] >> 31 or scalar is None:
            return
        try:
            found = fit(self._structures.pick(scalar, self._steps[position]), bool(self._text[position]))
        except UnknownStructure:
            part.unfit[row] = Quality.NEVER_READ  # the server is asked what it looks like
        except Exception:  # noqa: BLE001  the library raises nearly anything on a structure that is damaged
            part.unfit[row] = Quality.CONFIGURATION
        else:
            if isinstance(found, str):
                part.texts[row] = found
            elif found is not None:
                part.value[row] = found


def fit(value: Any, text: bool) -> float | str | None:
    """A value as a number, or as a text for a tag that holds one; raises UnfitError.

    A time is seconds since 1970 as a number, a string of bytes is its length.
    """
    if value is None or value != value:
        return None
    if isinstance(value, bool | int | float):
        return f"{value:.15g}" if text else float(value)
    if isinstance(value, datetime):
        instant = aware(value)
        return instant.isoformat().replace("+00:00", "Z") if text else instant.timestamp()
    if isinstance(value, bytes):
        return _words(value) if text else float(len(value))
    if isinstance(value, ua.StatusCode):
        return value.name if text else float(value.value)
    if not text:
        raise UnfitError(type(value).__name__)
    if isinstance(value, ua.LocalizedText):
        return value.Text or ""
    if isinstance(value, ua.QualifiedName):
        return value.Name or ""
    if isinstance(value, ua.NodeId):
        return str(value.to_string())
    if isinstance(value, str):
        return value
    raise UnfitError(type(value).__name__)


def _words(value: bytes) -> str:
    try:
        words = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return words if words.isprintable() else value.hex()


def _joined(parts: Sequence[_Part]) -> _Part:
    whole = _Part(
        np.concatenate([part.position for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.status for part in parts]),
        np.concatenate([part.ticks for part in parts]),
    )
    row = 0
    for part in parts:
        whole.texts.update({row + at: text for at, text in part.texts.items()})
        whole.unfit.update({row + at: why for at, why in part.unfit.items()})
        row += len(part.position)
    return whole


def _qualities(status: Statuses) -> Qualities:
    if not status.any():
        return np.zeros(len(status), np.uint8)
    codes, where = np.unique(status, return_inverse=True)
    return np.array([quality_of(code) for code in codes.tolist()], np.uint8)[where]


def _instants(ticks: Times, dated: NDArray[np.bool_], now: int) -> Times:
    if dated.all():
        return (ticks - EPOCH_TICKS) * 100
    return np.where(dated, (np.where(dated, ticks, EPOCH_TICKS) - EPOCH_TICKS) * 100, now)

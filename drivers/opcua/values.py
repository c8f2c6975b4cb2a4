"""Rows of a notification -> a Batch: numbers, qualities and times by column, never a value at a time.

A StatusCode's top two bits are those of our own quality (good, uncertain, bad); the codes an operator should tell
apart have a quality of their own, and the whole code travels beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from drivers.opcua.notification import Row, Scalar
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


class Columns:
    """Which tag a client handle stands for: a handle is a position in `tags`."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._index = np.array([tag.index for tag in tags], np.int32)
        self._text = np.array([tag.spec.kind is Kind.TEXT for tag in tags], np.bool_)

    def batches(self, rows: Sequence[Row], now: int) -> Iterator[Batch]:
        """One batch for all rows; more only where the server has no time for a bad value.

        Such a value is dated by us. Were our date taken for the device's, a good value that a slower clock dates
        before it would be refused as old: so it travels as a loss, which leaves the device's clock alone.
        """
        rows = [row for row in rows if row[0] < len(self._index)]
        if not rows:
            return
        batch, timeless = self._batch(rows, now)
        if not timeless.any():
            yield batch
            return
        for run in np.split(np.arange(len(batch)), np.flatnonzero(np.diff(timeless)) + 1):
            part = batch.take(run)
            part.loss = bool(timeless[run[0]])
            yield part

    def _batch(self, rows: Sequence[Row], now: int) -> tuple[Batch, NDArray[np.bool_]]:
        handles, scalars, codes, ticks = zip(*rows, strict=True)
        handle = np.array(handles, np.intp)
        status = np.array(codes, np.uint32)
        quality = _qualities(status)
        value, texts = self._values(handle, scalars, quality)
        value[quality >= BAD] = np.nan
        time = np.array(ticks, np.int64)
        dated = (time > EPOCH_TICKS) & (time < _LAST_TICKS)
        batch = Batch(self._index[handle], value, quality, _instants(time, dated, now), status, texts)
        return batch, ~dated & (quality >= BAD)

    def _values(
        self, handle: NDArray[np.intp], scalars: Sequence[Scalar], quality: Qualities
    ) -> tuple[Values, dict[int, str]]:
        """Numbers and texts; a value that its tag cannot hold takes its quality away."""
        texts: dict[int, str] = {}
        if not {type(scalar) for scalar in scalars} <= _PLAIN or self._text[handle].any():
            scalars = [self._fit(at, tag, scalars[at], texts, quality) for at, tag in enumerate(handle.tolist())]
        value = np.array(scalars, np.float64)
        nothing = np.isnan(value) & (quality < BAD)
        if nothing.any():
            nothing[list(texts)] = False
            quality[nothing] = Quality.BAD
        return value, texts

    def _fit(self, at: int, handle: int, scalar: Scalar, texts: dict[int, str], quality: Qualities) -> float | None:
        if quality[at] >= BAD or scalar is None:
            return None
        text, plain = self._text[handle], type(scalar) in _PLAIN
        if text and (plain or type(scalar) is str):
            texts[at] = scalar if isinstance(scalar, str) else f"{scalar:.15g}"
            return None
        if not plain:
            quality[at] = Quality.CONFIGURATION
            return None
        return float(scalar)  # type: ignore[arg-type]


def _qualities(status: Statuses) -> Qualities:
    if not status.any():
        return np.zeros(len(status), np.uint8)
    return np.array([quality_of(code) for code in status.tolist()], np.uint8)


def _instants(ticks: Times, dated: NDArray[np.bool_], now: int) -> Times:
    return np.where(dated, (np.where(dated, ticks, EPOCH_TICKS) - EPOCH_TICKS) * 100, now)

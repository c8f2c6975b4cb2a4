"""History: what the server kept while nobody listened, read after a loss and published as the past.

    last time heard of a tag ── loss ── connected again, settled
                             └──────── ReadRaw ────────┘              a few values, a pause, a few more …

What came live meanwhile is left out. Only for tags whose pack says `history`. A server or a node that keeps none is
counted once and left in peace.
Source: OPC UA Part 11, 6.5.3 (ReadRawModifiedDetails), and Part 4, 5.11.3 (HistoryRead, continuation points).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import numpy as np
from asyncua import ua

from drivers.opcua import fallback
from drivers.opcua.items import Item, address_of
from drivers.opcua.nodes import Nodes
from drivers.opcua.values import Columns
from drivers.opcua.wire import Declined, Wire
from supervisor.clock import Clock
from supervisor.driver import Publish
from supervisor.flow import Batch
from supervisor.model import BAD, Tag

PER_CALL = 1000
"""Values asked for at once."""
PAUSE_S = 0.1
"""Between two calls: the controller has other things to do."""
SETTLE_S = 2.0
"""After connecting, until the first live values are there and the clock of the server is known."""
CALLS = 500
"""For one tag and one hole; a hole that needs more is left open rather than the controller kept busy for ever."""
_ACCESS_LEVEL, _HISTORIZING, _MAY_READ = 17, 20, 0x04
"""Attributes (Part 6, annex A.1) and the bit HistoryRead of AccessLevel (Part 3, 8.57)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = np.iinfo(np.int64).min


class History:
    """The holes of one link, over all its connections."""

    def __init__(self, tags: Sequence[Tag], items: Sequence[Item], columns: Columns, clock: Clock) -> None:
        self._items = items
        self._columns = columns
        self._clock = clock
        kept = {at for at, tag in enumerate(tags) if address_of(tag).history}
        self._handles = [handle for handle, item in enumerate(items) if kept & set(item.positions)]
        self._tags = {handle: [tags[at].index for at in items[handle].positions] for handle in self._handles}
        indices = [index for each in self._tags.values() for index in each]
        self._wanted = np.zeros(max(indices, default=-1) + 1, np.bool_)
        self._wanted[indices] = True
        self._newest = np.full(len(self._wanted), _NEVER, np.int64)
        """Tag index -> the last source time published."""
        self._seen: set[tuple[int, int]] = set()
        """Tag index and source time in microseconds of what came live since the link is up, while a hole is open."""
        self._until = self._newest.copy()
        """Tag index -> where the hole begins that is to be filled; never where there is none."""
        self._complained = False

    def __bool__(self) -> bool:
        return bool(self._handles)

    def connect(self) -> None:
        """A hole may lie between what was heard last and what will be heard first."""
        self._until = np.where(self._until == _NEVER, self._newest, self._until)
        self._seen.clear()

    def note(self, batch: Batch) -> None:
        """See what is published live."""
        if batch.loss:
            return
        rows = np.flatnonzero((batch.index < len(self._wanted)) & (batch.quality < BAD))
        rows = rows[self._wanted[batch.index[rows]]]
        index, time = batch.index[rows], batch.source_time[rows]
        np.maximum.at(self._newest, index, time)
        if (self._until != _NEVER).any():
            self._seen.update(zip(index.tolist(), (time // 1000).tolist(), strict=True))

    async def fill(self, nodes: Nodes, wire: Wire, publish: Publish) -> None:
        """Read what was missed, one node after another. Ends when there is nothing left to fill."""
        await self._clock.sleep(SETTLE_S)
        skew_s = wire.traffic.skew_s
        end = self._clock.now() + (round(skew_s * 1e9) if skew_s == skew_s else 0)
        wanted = [at for at in self._handles if self._begin(at) != _NEVER and self._items[at].where in nodes.found]
        with suppress(Declined):  # it knows no history at all: counted, and not asked for the next node
            for handle in await self._readable(wanted, nodes, wire):
                await self._hole(handle, nodes.found[self._items[handle].where], end, wire, publish)
                self._until[self._tags[handle]] = _NEVER
        self._until[:] = _NEVER
        self._seen.clear()

    def _begin(self, handle: int) -> int:
        return int(self._until[self._tags[handle]].max())

    async def _readable(self, handles: Sequence[int], nodes: Nodes, wire: Wire) -> list[int]:
        """Those whose node keeps a history that we may read."""
        asked = [(nodes.found[self._items[at].where], what) for at in handles for what in (_ACCESS_LEVEL, _HISTORIZING)]
        answers = [answer.Value.Value if answer.Value else None for answer in await nodes.attributes(asked)]
        kept = [
            at for at, level, recording in zip(handles, answers[::2], answers[1::2], strict=True)
            if isinstance(level, int) and level & _MAY_READ and recording is not False
        ]  # fmt: skip
        if len(kept) < len(handles):
            self._complain(wire)
        return kept

    def _complain(self, wire: Wire) -> None:
        """Once: what a server does not keep it will not keep after the next loss either."""
        if not self._complained:
            wire.traffic.count("history")
        self._complained = True

    async def _hole(self, handle: int, node: ua.NodeId, end: int, wire: Wire, publish: Publish) -> None:
        begin = self._begin(handle)
        if end <= begin:
            return
        point: bytes | None = None
        for _ in range(CALLS):
            result = await self._ask(node, begin, end, point, wire)
            if not result.StatusCode.is_good():
                self._complain(wire)
                return
            self._tell(handle, result, begin, end, publish)
            point = result.ContinuationPoint or None
            if point is None:
                return
            await self._clock.sleep(PAUSE_S)
        await self._ask(node, begin, end, point, wire, release=True)
        self._complain(wire)

    async def _ask(
        self, node: ua.NodeId, begin: int, end: int, point: bytes | None, wire: Wire, release: bool = False
    ) -> ua.HistoryReadResult:
        details = ua.ReadRawModifiedDetails()
        details.IsReadModified, details.ReturnBounds, details.NumValuesPerNode = False, False, PER_CALL
        details.StartTime, details.EndTime = _instant(begin), _instant(end)
        wanted = ua.HistoryReadValueId()
        wanted.NodeId, wanted.ContinuationPoint = node, point
        request = ua.HistoryReadRequest()
        request.Parameters.HistoryReadDetails = details
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.Parameters.ReleaseContinuationPoints = release
        request.Parameters.NodesToRead = [wanted]
        try:
            return (await wire.try_ask(request, ua.HistoryReadResponse)).Results[0]
        except Declined:
            self._complain(wire)
            raise

    def _tell(self, handle: int, result: ua.HistoryReadResult, begin: int, end: int, publish: Publish) -> None:
        values = getattr(result.HistoryData, "DataValues", None) or []
        rows = [fallback.row_of(handle, value) for value in values]
        for batch in self._columns.batches([rows], end):
            inside = (batch.source_time > begin) & (batch.source_time < end)
            stamps = zip(batch.index.tolist(), (batch.source_time // 1000).tolist(), strict=True)
            inside &= [stamp not in self._seen for stamp in stamps]
            past = batch.take(np.flatnonzero(inside))
            past.historical, past.loss = True, False
            if len(past):
                publish(past)


def _instant(ns: int) -> datetime:
    """Naive, as the library wants its UTC."""
    return (_EPOCH + timedelta(microseconds=ns // 1000)).replace(tzinfo=None)

"""NativeAlarms: the alarms that a server runs itself, over one connection.

    find the conditions ── subscribe to the events of the server ── refresh ── [events] ── ...
                                refresh again: asked for by the server, a notification lost, the subscription made anew
    RefreshStart ── what is retained, one by one ── RefreshEnd: what was not mentioned is normal

Nothing is invented before a refresh has ended. Acknowledging goes by the id of the last event, once; Confirm, where a
server wants that too, is left to whoever stands at the machine.
Source: OPC 10000-9, 4.5 (state synchronization), 5.5.7 (ConditionRefresh), 5.7.3 (Acknowledge).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from asyncua import ua

from drivers.opcua import events
from drivers.opcua.conditions import NOTHING, Conditions, Wanted, batch, lost, waits
from drivers.opcua.events import INCOMPLETE, PATHS, REFRESH_END, REFRESH_START, Event, event_of
from drivers.opcua.nodes import Nodes, chunks
from drivers.opcua.subscription import Subscription, Subscriptions
from drivers.opcua.wire import Declined, Wire, name
from supervisor.clock import Clock
from supervisor.driver import Examined, Publish
from supervisor.errors import ReadFailed, WriteFailed, WriteUnknown
from supervisor.model import Quality, Tag

SEARCH_S = 60.0
"""Between two questions for conditions that the server did not have, or for events that it refused."""
REFRESH_S = 30.0
"""A refresh that has not ended by then is not believed to be complete."""
BUSY_S = 1.0
"""Pause before a refresh is asked for again that the server had no time for."""
_OBJECT_NAMES = ua.BrowseResultMask.BrowseName
_DOUBTFUL = {0x800A0000, 0x80850000, 0x80840000, 0x80050000, 0x80B20000}
"""Answers after which a device behind a gateway may have acted; the same as for a write."""


class NativeAlarms:
    """See the module. `Subscriptions` calls `hear`, `renew` and `subscribe`."""

    def __init__(
        self, wire: Wire, nodes: Nodes, subscriptions: Subscriptions, conditions: Conditions, clock: Clock
    ) -> None:
        self._wire = wire
        self._nodes = nodes
        self._subscriptions = subscriptions
        self._conditions = conditions
        self._clock = clock
        self._publish: Publish = lambda batch: None
        self._subscription: Subscription | None = None
        self._refused = 0
        """Why there are no events, as a StatusCode."""
        self._found: dict[tuple[Any, str], list[Wanted]] = {}
        """NodeId and ConditionName -> conditions: without a name the condition's own NodeId, else its source's."""
        self._heard: set[Wanted] = set()
        """What was mentioned since the refresh began."""
        self._wanted = asyncio.Event()
        """A refresh is."""
        self._began = False
        self._ended = asyncio.Event()
        self._end = 0
        """When the server ended its refresh, by its own clock, ns UTC."""
        self._asking: list[asyncio.Event] = []
        """Who waits for a refresh that begins from now on."""
        conditions.forget()

    async def work(self, publish: Publish) -> None:
        """For ever: events, refreshes, and what was missing at first. Ends by LinkLost only."""
        self._publish = publish
        if self._conditions.unplaced:
            status = int(ua.StatusCodes.BadConfigurationError)
            publish(lost(self._conditions.unplaced, Quality.CONFIGURATION, status, self._clock.now()))
        await self._find(self._conditions.all)
        await self.subscribe()
        while True:
            if await self._asked():
                await self._refresh()
                continue
            missing = [wanted for wanted in self._conditions.all if wanted.absent]
            await self._nodes.resolve_again([wanted.where for wanted in missing])
            await self._find(missing)
            if self._subscription is None:
                await self.subscribe()
            elif any(not wanted.absent for wanted in missing):
                self._wanted.set()

    async def _asked(self) -> bool:
        """Whether a refresh is asked for within a while."""
        try:
            async with asyncio.timeout(SEARCH_S):
                await self._wanted.wait()
        except TimeoutError:
            return False
        self._wanted.clear()
        return self._subscription is not None

    async def _find(self, those: Sequence[Wanted]) -> None:
        """Where these conditions are, and bad quality for those that are not."""
        await self._nodes.resolve(wanted.where for wanted in those)
        for wanted in those:
            wanted.node = self._nodes.found.get(wanted.where)
            wanted.absent = 0 if wanted.node is not None else self._nodes.absent.get(wanted.where, 0)
        self._found = {}
        for wanted in self._conditions.all:
            if wanted.node is not None:
                self._found.setdefault((wanted.node, wanted.name), []).append(wanted)
        await self._open([wanted for wanted in those if wanted.node is not None and not wanted.name])
        await self._compare([wanted for wanted in those if wanted.node is not None and wanted.name])
        for wanted in those:
            if wanted.absent:
                self._publish(lost(wanted.tags, Quality.CONFIGURATION, wanted.absent, self._clock.now()))

    async def _open(self, those: Sequence[Wanted]) -> None:
        """The nodes inside conditions; an object without Retain is none (Part 9, 5.5.2: it is mandatory)."""
        nodes = [wanted.node for wanted in those if wanted.node is not None]
        columns = [await self._nodes.properties(nodes, path) for path in PATHS] if nodes else []
        for wanted, parts in zip(those, zip(*columns, strict=True), strict=True):
            wanted.parts = list(parts)
            if dict(zip(PATHS, parts, strict=True))["Retain"] is None:
                wanted.absent = int(ua.StatusCodes.BadTypeMismatch)

    async def _compare(self, those: Sequence[Wanted]) -> None:
        """Where a source shows its conditions, the name must be one of them: under a wrong one no alarm ever comes."""
        names: dict[ua.NodeId, set[str]] = {}
        for chunk in chunks(list({wanted.node for wanted in those}), self._nodes.limit("browse")):
            request = ua.BrowseRequest()
            request.Parameters.RequestedMaxReferencesPerNode = 0
            request.Parameters.NodesToBrowse = [_conditions_of(node) for node in chunk]
            results = (await self._wire.ask(request, ua.BrowseResponse)).Results
            for node, result in zip(chunk, results, strict=True):
                names[node] = await self._names(result.References or [] if result.StatusCode.is_good() else [])
        for wanted in those:
            if wanted.node is not None and names[wanted.node] and wanted.name not in names[wanted.node]:
                wanted.absent = int(ua.StatusCodes.BadNoMatch)

    async def _names(self, references: Sequence[Any]) -> set[str]:
        """What conditions are called, in events and as nodes."""
        nodes = [ua.NodeId(one.NodeId.Identifier, one.NodeId.NamespaceIndex) for one in references]
        properties = [node for node in await self._nodes.properties(nodes, "ConditionName") if node is not None]
        told = {str(value) for value in await self._nodes.values(properties)} if properties else set()
        return told | {one.BrowseName.Name or "" for one in references}

    async def subscribe(self) -> None:
        """To the events of the server; its refusal leaves the tags bad and the rest of the link alone."""
        self._subscription = subscription = await self._subscriptions.listen(self)
        status = 0
        try:
            results = (
                await self._wire.try_ask(events.monitor(subscription.id), ua.CreateMonitoredItemsResponse)
            ).Results
            status = int(results[0].StatusCode.value)
        except Declined as declined:
            status = declined.status
        self._refused = status if status & 0x80000000 else 0
        if self._refused:
            self._subscription = None
            await self._subscriptions.drop(subscription)
            self._wire.traffic.count("subscription")
            tags = [tag for wanted in self._conditions.all if not wanted.absent for tag in wanted.tags]
            self._publish(lost(tags, Quality.CONFIGURATION, status, self._clock.now()))
        else:
            self._wanted.set()

    def renew(self) -> None:
        """Something was missed: ask for a refresh."""
        self._wanted.set()

    def hear(self, told: Sequence[Any]) -> None:
        """EventFieldLists of a notification, in their order."""
        shown: list[tuple[Wanted, Event]] = []
        for each in told:
            event = event_of([field.Value for field in each.EventFields or []])
            if event.kind == REFRESH_START:
                self._began = True
            elif event.kind == REFRESH_END and self._began:
                self._end = event.time
                self._ended.set()
            elif event.kind in INCOMPLETE:
                self._wanted.set()
            else:
                shown += [(wanted, event) for wanted in self._meant(event)]
        if shown:
            self._publish(batch(shown, self._clock.now()))

    def _meant(self, event: Event) -> list[Wanted]:
        """Whom an event is about; nobody where it is about an earlier occurrence."""
        if not event.whole:
            return []
        meant = [*self._found.get((event.condition, ""), ()), *self._found.get((event.source, event.name), ())]
        if meant and event.branch:
            self._wire.traffic.count("branch")
            return []
        for wanted in meant:
            wanted.event, wanted.absent = event, 0
            self._heard.add(wanted)
        return meant

    async def _refresh(self) -> None:
        """Ask how all conditions are, and wait until all is said."""
        if self._subscription is None:
            return
        asking, self._asking = self._asking, []
        self._heard.clear()
        self._ended.clear()
        self._began = False
        try:
            response = await self._wire.try_ask(events.refresh(self._subscription.id), ua.CallResponse)
            status = events.outcome(response)
        except Declined as declined:
            status = declined.status
        if status & 0xFFFF0000 == ua.StatusCodes.BadRefreshInProgress:
            self._asking += asking
            await self._clock.sleep(BUSY_S)
            self._wanted.set()
            return
        complete = not status & 0x80000000 and await self._whole()
        if not complete:
            self._wire.traffic.count("subscription")
        await self._settle(complete)
        for one in asking:
            one.set()

    async def _whole(self) -> bool:
        try:
            async with asyncio.timeout(REFRESH_S):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def _settle(self, complete: bool) -> None:
        """What the refresh left out: read where it lies open, for it may be disabled, else normal if it was whole."""
        rest = [wanted for wanted in self._conditions.all if wanted not in self._heard and not wanted.absent]
        read = await self._read([wanted for wanted in rest if wanted.parts])
        shown: list[tuple[Wanted, Event]] = []
        unknown: list[Tag] = []
        for wanted in rest:
            if wanted in self._heard:  # while we read
                continue
            event = read.get(wanted) or (NOTHING if complete else None)
            wanted.event = event
            if event is None:
                unknown += wanted.tags
            else:
                shown.append((wanted, event))
        now = self._clock.now()
        if shown:
            self._publish(batch(shown, self._end or now))
        if unknown:
            self._publish(lost(unknown, Quality.NEVER_READ, int(ua.StatusCodes.BadWaitingForInitialData), now))

    async def _read(self, those: Sequence[Wanted]) -> dict[Wanted, Event]:
        """How conditions are, by their own nodes; without those that cannot be read."""
        known = [node for wanted in those for node in wanted.parts if node is not None]
        values = dict(zip(known, await self._nodes.values(known), strict=True)) if known else {}
        found: dict[Wanted, Event] = {}
        for wanted in those:
            told = [values.get(node) if node is not None else None for node in wanted.parts]
            event = event_of([*told, wanted.node])
            if event.whole:
                found[wanted] = event
        return found

    async def acknowledge(self, tag: Tag, comment: str, timeout_s: float) -> None:
        """See `supervisor.driver.RunsAlarms`."""
        wanted = self._conditions.of.get(tag.index)
        if wanted is None:
            raise WriteFailed(f"{tag.id} is no alarm of the server")
        if wanted.absent or self._refused:
            raise WriteFailed(f"the server has no condition for {tag.id}: {name(wanted.absent or self._refused)}")
        if wanted.event is None:
            raise WriteFailed(f"the server has not said yet how {tag.id} is")
        until = self._clock.monotonic() + timeout_s
        event = wanted.event
        status = await self._send(wanted, comment, timeout_s)
        if status & 0xFFFF0000 == ua.StatusCodes.BadEventIdUnknown and await self._moved(wanted, event, until):
            status = await self._send(wanted, comment, max(until - self._clock.monotonic(), 0.1))
        _check(status, tag)

    def examine(self, tag: Tag) -> Examined:
        """The id of the last event and the state it tells, for commissioning. Raises ReadFailed."""
        wanted = self._conditions.of[tag.index]
        if wanted.absent or wanted.event is None:
            raise ReadFailed(
                f"the server has no condition for {tag.id}: {name(wanted.absent)}"
                if wanted.absent
                else f"the server has not said yet how {tag.id} is"
            )
        state = wanted.event.state
        return Examined(wanted.event.id, "disabled" if state is None else state.name.lower())

    async def _send(self, wanted: Wanted, comment: str, timeout_s: float) -> int:
        """The StatusCode of one Acknowledge; 0 where there is nothing to acknowledge."""
        event = wanted.event
        if event is None or not waits(event):
            return 0
        on = event.condition or (None if wanted.name else wanted.node)
        if on is None:
            raise WriteFailed("the server does not say which of its conditions this is, so nothing was sent")
        request = events.acknowledge(on, event.id, comment)
        status, response = await self._wire.order(request, ua.CallResponse, timeout_s)
        return status or events.outcome(response)

    async def _moved(self, wanted: Wanted, before: Event, until: float) -> bool:
        """Whether a refresh, asked for now, tells another event of the condition than the one that was unknown."""
        settled = asyncio.Event()
        self._asking.append(settled)
        self._wanted.set()
        try:
            async with asyncio.timeout(max(until - self._clock.monotonic(), 0.1)):
                await settled.wait()
        except TimeoutError:
            return False
        return wanted.event is not None and wanted.event.id != before.id


def _check(status: int, tag: Tag) -> None:
    """Raises what an answer to an acknowledgement means."""
    code = status & 0xFFFF0000
    if code == ua.StatusCodes.BadConditionBranchAlreadyAcked or not status & 0x80000000:
        return
    if code == ua.StatusCodes.BadEventIdUnknown:
        raise WriteFailed(f"the server no longer knows the state of {tag.id} that was acknowledged: {name(status)}")
    if code in _DOUBTFUL:
        raise WriteUnknown(f"the server answers {name(status)}")
    raise WriteFailed(f"the server refuses: {name(status)}")


def _conditions_of(node: ua.NodeId) -> ua.BrowseDescription:
    wanted = ua.BrowseDescription()
    wanted.NodeId, wanted.ReferenceTypeId = node, ua.NodeId(ua.ObjectIds.HasCondition)
    wanted.BrowseDirection, wanted.IncludeSubtypes = ua.BrowseDirection.Forward, True
    wanted.NodeClassMask, wanted.ResultMask = ua.NodeClass.Object, _OBJECT_NAMES
    return wanted

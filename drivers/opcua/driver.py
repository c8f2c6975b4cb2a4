"""OpcuaDriver: one OPC UA server.

    connect ── namespaces, limits ── browse paths to nodes ── subscribe ── listen · watch · renew   (until lost)

Every task starts and ends in `run`, and a notification of a thousand values becomes one Batch.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from asyncua import ua

from drivers.opcua.address import ALIASES, Address, Target, Word, target
from drivers.opcua.values import Columns
from drivers.opcua.variant import encode, type_of
from drivers.opcua.wire import Wire, name, row_of
from supervisor.clock import Clock
from supervisor.driver import Publish, Traffic
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Quality, Tag
from supervisor.vault import Vault

WATCH_S = 1.0
"""Pause between two probes of the server: silence is noticed after this plus the timeout, and the link page has a
fresh round trip every second."""
KEEP_ALIVES = 10
"""Publishing intervals without a change after which the server says that it lives."""
CONFIRM_S = 15.0
"""For so long after a write the equipment it was for is read at every probe. A subscription says nothing of a value
that stays, so the read-back of an order that already stood would never come."""
LISTENERS = 2
"""Publish requests outstanding: one is answered while the other waits."""
CHUNK = 1000
"""Nodes per call, unless the server's own limit is lower."""

_DOUBTFUL = {0x800A0000, 0x80850000, 0x80840000, 0x80050000, 0x80B20000}
"""Answers after which a device behind a gateway may have acted: BadTimeout, BadRequestTimeout, BadRequestInterrupted,
BadCommunicationError, BadWaitingForResponse."""
_LIMITS = (
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
)


class OpcuaDriver:
    """See the module and `supervisor.driver.Driver`."""

    def __init__(self, link: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> None:
        self._link = link
        self._tags = tags
        self._clock = clock
        self._traffic = traffic
        self._vault = vault
        self._columns = Columns(tags)
        self._session: _Session | None = None

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        wire = Wire(self._link, self._clock, self._traffic)
        session = _Session(wire, self._tags, self._columns, self._clock)
        try:
            await wire.open()
            await session.find()
            await session.subscribe()
            self._session = session
            up()
            session.report_missing(publish)
            await _first_end([asyncio.create_task(work) for work in session.work(publish)])
        finally:
            self._session = None
            await wire.close()

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        if self._session is None:
            raise WriteFailed(f"link {self._link.id} is not connected")
        await self._session.write(tag, raw, timeout_s)


@dataclass(slots=True)
class _Subscription:
    """What the server granted, and when it last spoke of it."""

    id: int
    silence_s: float
    """Longer without a notification or keep-alive, and the subscription is dead though the session lives."""
    heard: float
    acknowledged: list[ua.SubscriptionAcknowledgement] = field(default_factory=list)


class _Session:
    """What one connection knows: where the nodes are, of which type, and the subscription to them."""

    def __init__(self, wire: Wire, tags: Sequence[Tag], columns: Columns, clock: Clock) -> None:
        self._wire = wire
        self._tags = tags
        self._columns = columns
        self._clock = clock
        self._nodes: dict[int, ua.NodeId] = {}
        """Position in `tags` -> node, for those that exist."""
        self._missing: dict[int, int] = {}
        """Position in `tags` -> why there is no node for it, as a StatusCode."""
        self._types: dict[int, ua.VariantType] = {}
        """Position -> what a writable node takes."""
        self._positions = {tag.index: position for position, tag in enumerate(tags)}
        self._limits = [CHUNK, CHUNK, CHUNK]
        self._subscription = _Subscription(0, math.inf, 0.0)
        self._confirming: dict[str, float] = {}
        """Equipment that was written to -> until when it is read, monotonic seconds."""

    async def find(self) -> None:
        """Where every tag is on this server, by URI and browse name: indices and numbers may have moved."""
        values = await self._read([ua.ObjectIds.Server_NamespaceArray, *_LIMITS])
        uris: list[str] = values[0] or []
        self._limits = [min(CHUNK, int(limit or CHUNK)) for limit in values[1:]]
        paths: dict[int, ua.BrowsePath] = {}
        for position, tag in enumerate(self._tags):
            try:
                place = _place(tag, {uri: number for number, uri in enumerate(uris)})
            except (ValueError, KeyError):
                self._missing[position] = int(ua.StatusCodes.BadConfigurationError)
                continue
            if isinstance(place, ua.NodeId):
                self._nodes[position] = place
            else:
                paths[position] = place
        await self._translate(paths)
        await self._learn_types()

    async def _read(self, numbers: Sequence[int]) -> list[Any]:
        return [value.Value.Value for value in await self._attributes([(ua.NodeId(number), 13) for number in numbers])]

    async def _attributes(self, wanted: Sequence[tuple[ua.NodeId, int]]) -> list[Any]:
        request = ua.ReadRequest()
        request.Parameters.NodesToRead = [ua.ReadValueId(node, ua.AttributeIds(number)) for node, number in wanted]
        results: list[Any] = (await self._wire.ask(request, ua.ReadResponse)).Results
        return results

    async def _translate(self, paths: dict[int, ua.BrowsePath]) -> None:
        for chunk in _chunks(list(paths), self._limits[1]):
            request = ua.TranslateBrowsePathsToNodeIdsRequest()
            request.Parameters.BrowsePaths = [paths[position] for position in chunk]
            response = await self._wire.ask(request, ua.TranslateBrowsePathsToNodeIdsResponse)
            for position, result in zip(chunk, response.Results, strict=True):
                found = result.Targets[0].TargetId if result.StatusCode.is_good() and result.Targets else None
                if found is None:
                    self._missing[position] = int(result.StatusCode.value or ua.StatusCodes.BadNoMatch)
                else:
                    self._nodes[position] = ua.NodeId(found.Identifier, found.NamespaceIndex)

    async def _learn_types(self) -> None:
        """The built-in type each writable node takes, now: a command must not wait for it."""
        writable = [at for at in self._nodes if (source := self._tags[at].source) and source.writable]
        for chunk in _chunks(writable, max(self._limits[0] // 2, 1)):
            wanted = [(self._nodes[at], attribute) for at in chunk for attribute in (14, 13)]  # DataType, Value
            results = await self._attributes(wanted)
            for at, kind, value in zip(chunk, results[::2], results[1::2], strict=True):
                known = type_of(kind, value)
                if known is not None:
                    self._types[at] = known

    async def subscribe(self) -> None:
        """One subscription with every readable node in it."""
        request = ua.CreateSubscriptionRequest()
        parameters = request.Parameters
        parameters.RequestedPublishingInterval = self._wire.settings.publish_ms
        parameters.RequestedMaxKeepAliveCount = KEEP_ALIVES
        parameters.RequestedLifetimeCount = 6 * KEEP_ALIVES
        parameters.PublishingEnabled = True
        granted = (await self._wire.ask(request, ua.CreateSubscriptionResponse)).Parameters
        cycle_s = granted.RevisedPublishingInterval * max(granted.RevisedMaxKeepAliveCount, 1) / 1000
        silence_s = 2 * cycle_s + self._wire.settings.timeout_s
        self._subscription = _Subscription(granted.SubscriptionId, silence_s, self._clock.monotonic())
        readable = [at for at in self._nodes if (source := self._tags[at].source) and source.readable]
        for chunk in _chunks(readable, self._limits[2]):
            await self._monitor(chunk, granted.RevisedPublishingInterval)

    async def _monitor(self, chunk: Sequence[int], publish_ms: float) -> None:
        request = ua.CreateMonitoredItemsRequest()
        request.Parameters.SubscriptionId = self._subscription.id
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Source
        request.Parameters.ItemsToCreate = [self._monitored(at, publish_ms) for at in chunk]
        response = await self._wire.ask(request, ua.CreateMonitoredItemsResponse)
        for at, result in zip(chunk, response.Results, strict=True):
            if not result.StatusCode.is_good():
                del self._nodes[at]
                self._missing[at] = int(result.StatusCode.value)

    def _monitored(self, at: int, publish_ms: float) -> ua.MonitoredItemCreateRequest:
        wanted = ua.MonitoredItemCreateRequest()
        wanted.ItemToMonitor = ua.ReadValueId(self._nodes[at], ua.AttributeIds.Value)
        wanted.MonitoringMode = ua.MonitoringMode.Reporting
        sampling_ms = _address(self._tags[at]).sampling_ms
        queue = min(max(math.ceil(publish_ms / sampling_ms), 1), 100)  # no sample between two notifications is lost
        wanted.RequestedParameters = ua.MonitoringParameters(at, sampling_ms, QueueSize=queue, DiscardOldest=True)
        return wanted

    def report_missing(self, publish: Publish) -> None:
        """Bad quality for what this server does not have, while the rest works."""
        if self._missing:
            index = [self._tags[position].index for position in self._missing]
            batch = Batch.lost(index, Quality.CONFIGURATION, self._clock.now())
            batch.status = np.array(list(self._missing.values()), np.uint32)
            publish(batch)

    def work(self, publish: Publish) -> list[Any]:
        """The coroutines that keep this session going; each ends only by LinkLost."""
        return [self._listen(publish) for _ in range(LISTENERS)] + [self._watch(publish), self._wire.renew()]

    async def _listen(self, publish: Publish) -> None:
        subscription = self._subscription
        while True:
            heard = await self._wire.hear(subscription.acknowledged)
            if heard is None:
                continue
            subscription.heard = self._clock.monotonic()
            if heard.status & 0x80000000:
                raise LinkLost(f"the server ended the subscription: {name(heard.status)}")
            if not heard.keep_alive:
                subscription.acknowledged.append(ua.SubscriptionAcknowledgement(heard.subscription, heard.sequence))
            for batch in self._columns.batches(heard.rows, self._clock.now()):
                publish(batch)

    async def _watch(self, publish: Publish) -> None:
        """Silence of the server, or of its subscription, is a loss. Also reads what was just commanded."""
        while True:
            await self._clock.sleep(WATCH_S)
            await self._read([ua.ObjectIds.Server_ServerStatus_State])
            silent_s = self._clock.monotonic() - self._subscription.heard
            if silent_s > self._subscription.silence_s:
                raise LinkLost(f"the subscription has been silent for {silent_s:.0f} s", Quality.TIMEOUT)
            await self._confirm(publish)

    async def _confirm(self, publish: Publish) -> None:
        """Read the equipment that was written to lately."""
        now = self._clock.monotonic()
        self._confirming = {id_: until for id_, until in self._confirming.items() if until > now}
        positions = [at for at in self._nodes if _family(self._tags[at]) in self._confirming]
        for chunk in _chunks(positions, self._limits[0]):
            values = await self._attributes([(self._nodes[at], 13) for at in chunk])
            rows = [row_of(at, value) for at, value in zip(chunk, values, strict=True)]
            for batch in self._columns.batches(rows, self._clock.now()):
                publish(batch)

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """See `Driver.write`."""
        at = self._positions[tag.index]
        if at not in self._nodes:
            why = name(self._missing.get(at, int(ua.StatusCodes.BadNodeIdUnknown)))
            raise WriteFailed(f"the server has no node for {tag.id}: {why}")
        if at not in self._types:
            raise WriteFailed(f"the server does not say what type {tag.id} takes")
        value = ua.WriteValue(self._nodes[at], ua.AttributeIds.Value)
        # no status and no times of ours: many controllers refuse a write that carries them (BadWriteNotSupported)
        value.Value = ua.DataValue(encode(raw, self._types[at]), StatusCode=None)
        status = await self._wire.write(value, timeout_s)
        if status & 0xFFFF0000 in _DOUBTFUL:
            raise WriteUnknown(f"the server answers {name(status)}")
        if status & 0x80000000:
            raise WriteFailed(f"the server refuses: {name(status)}")
        self._confirming[_family(tag)] = self._clock.monotonic() + CONFIRM_S


def _family(tag: Tag) -> str:
    """The equipment and its parts: a command to one is often answered by another."""
    return tag.equipment.parent or tag.equipment.id


def _address(tag: Tag) -> Address:
    address = tag.source.address if tag.source else None
    if not isinstance(address, Address):
        raise TypeError(f"{tag.id} has no OPC UA address")
    return address


def _place(tag: Tag, index: dict[str, int]) -> ua.NodeId | ua.BrowsePath:
    """A node to use as it is, or a path to ask the server about; KeyError where it lacks the namespace."""
    where: Target = target(_address(tag), tag.equipment.args)
    # a server need not list OPC UA's own namespace: it is always the first
    numbers = {**index, ALIASES["ua"]: 0}
    if where.node:
        return ua.NodeId.from_string(f"ns={numbers[where.namespace]};{where.node}")
    path = ua.BrowsePath(ua.NodeId(ua.ObjectIds.ObjectsFolder))
    path.RelativePath.Elements = [_element(word, numbers[word.namespace]) for word in where.path]
    return path


def _element(word: Word, index: int) -> ua.RelativePathElement:
    element = ua.RelativePathElement()
    element.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
    element.IsInverse, element.IncludeSubtypes = False, True
    element.TargetName = ua.QualifiedName(word.name, index)
    return element


def _chunks(positions: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(positions), size):
        yield positions[start : start + size]


async def _first_end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for the first of `tasks` to end, end the others, and raise what ended it; LinkLost before anything else.

    Not a TaskGroup: on Python 3.11 one leaves its own cancellation counted against the caller, who could then not
    tell whether he was cancelled himself.
    """
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)
    errors = [error for task in tasks if not task.cancelled() and (error := task.exception())]
    for error in sorted(errors, key=lambda error: not isinstance(error, LinkLost)):
        raise error


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel `tasks` and wait until all are gone, even when cancelled meanwhile."""
    asked = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=0.5)  # and cancel again: wait_for may lose one on Python 3.11
        except asyncio.CancelledError:
            asked = True
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen: the loop need not report it when nobody waits for it any more
    if asked:
        raise asyncio.CancelledError

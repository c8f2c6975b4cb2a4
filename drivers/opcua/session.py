"""Session: what one connection knows and does: where the nodes are, of which type, and all that is asked of them.

greet ── find ── take over ── [up] ── populate ── every minute: what was missing
                                 ├── listen, mend          see `subscription`
                                 ├── watch: probe, clock, silence, read back what was commanded
                                 └── fill holes            see `history`
"""

from __future__ import annotations

import math
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from asyncua import ua

from drivers.opcua import methods
from drivers.opcua.alarms import NativeAlarms
from drivers.opcua.conditions import Conditions
from drivers.opcua.fallback import aware
from drivers.opcua.history import History
from drivers.opcua.items import Item, address_of, place_of
from drivers.opcua.methods import Method
from drivers.opcua.nodes import Nodes
from drivers.opcua.structures import DATA_TYPE, VALUE, Structures
from drivers.opcua.subscription import Subscription, Subscriptions
from drivers.opcua.values import Columns
from drivers.opcua.variant import encode, type_of
from drivers.opcua.wire import Wire, name
from supervisor.clock import Clock
from supervisor.driver import Publish
from supervisor.errors import WriteFailed, WriteUnknown
from supervisor.flow import Batch
from supervisor.model import Quality, Tag

WATCH_S = 1.0
"""Pause between two probes of the server: silence is noticed after this plus the timeout, and the link page has a
fresh round trip every second."""
CONFIRM_S = 15.0
"""For so long after a write the equipment it was for is read at every probe. A subscription says nothing of a value
that stays, so the read-back of an order that already stood would never come."""
SEARCH_S = 60.0
"""Between two questions for what the server did not have: it may still be loading its programme."""
_STATE, _TIME = ua.ObjectIds.Server_ServerStatus_State, ua.ObjectIds.Server_ServerStatus_CurrentTime
_OLDEST = datetime(1980, 1, 1)
"""A server that tells an earlier time has no clock."""
_DOUBTFUL = {0x800A0000, 0x80850000, 0x80840000, 0x80050000, 0x80B20000}
"""Answers after which a device behind a gateway may have acted: BadTimeout, BadRequestTimeout, BadRequestInterrupted,
BadCommunicationError, BadWaitingForResponse."""


class Plan:
    """What a link carries, the same for all its connections."""

    def __init__(self, tags: Sequence[Tag], items: Sequence[Item], clock: Clock) -> None:
        self.tags = tags
        self.items = items
        self.structures = Structures()
        self.columns = Columns(tags, items, self.structures)
        self.history = History(tags, items, self.columns, clock)
        self.positions = {tag.index: position for position, tag in enumerate(tags)}
        self.conditions = Conditions(tags)
        self.handles = {at: handle for handle, item in enumerate(items) for at in item.positions}
        """Position of a tag -> its item."""

    def readable(self, item: Item) -> bool:
        return any((source := self.tags[at].source) and source.readable for at in item.positions)


class Session:
    """See the module."""

    def __init__(self, wire: Wire, plan: Plan, clock: Clock) -> None:
        self._wire = wire
        self._plan = plan
        self._clock = clock
        self.nodes = Nodes(wire)
        self.subscriptions = Subscriptions(wire, self.nodes, plan.items, plan.columns, clock)
        self.alarms = NativeAlarms(wire, self.nodes, self.subscriptions, plan.conditions, clock)
        self._types: dict[int, ua.VariantType] = {}
        """Position -> what a writable node takes."""
        self._methods: dict[int, Method | int] = {}
        """Position -> what a write calls, or the StatusCode that says why nothing."""
        self._confirming: dict[str, float] = {}
        """Equipment that was written to -> until when it is read, monotonic seconds."""

    async def find(self, kept: Sequence[Subscription], started: Any) -> None:
        """Where every tag is on this server, what it takes, and what a lost session left there.

        Subscriptions are taken over only from the server that made them: after a restart the same number may be
        someone else's.
        """
        self._plan.structures.forget()
        await self.nodes.greet()
        await self.nodes.resolve(item.where for item in self._plan.items)
        await self._learn(list(range(len(self._plan.tags))))
        if kept and started is not None and started == self.nodes.started:
            await self.subscriptions.take_over(kept)

    async def _learn(self, positions: Sequence[int]) -> None:
        """The types that writable nodes and methods take, now: a command must not wait for it. Structures too."""
        tags = self._plan.tags
        self._methods |= await methods.find({at: tags[at] for at in positions}, self.nodes, self._plan.structures)
        inside = {where for at in positions if address_of(tags[at]).member and (where := place_of(tags[at]))}
        writable = {at: where for at in positions if _writable(tags[at]) and (where := place_of(tags[at]))}
        wanted = [where for where in {*writable.values(), *inside} if where in self.nodes.found]
        asked = [(self.nodes.found[where], attribute) for where in wanted for attribute in (DATA_TYPE, VALUE)]
        answers = await self.nodes.attributes(asked)
        told = dict(zip(wanted, zip(answers[::2], answers[1::2], strict=True), strict=True))
        kinds = [kind for where in inside & told.keys() if (kind := _value(told[where][0])) is not None]
        await self._plan.structures.learn(kinds, self.nodes)
        for at, where in writable.items():
            known = type_of(*told[where]) if where in told else None
            if known is not None:
                self._types[at] = known

    def work(self, publish: Publish) -> list[Coroutine[Any, Any, None]]:
        """The coroutines that keep this session going; each ends only by LinkLost, or when its work is done."""
        works = [*self.subscriptions.work(publish), self._keep(publish), self._watch(), self._wire.renew()]
        if self._plan.history:
            works.append(self._plan.history.fill(self.nodes, self._wire, publish))
        if self._plan.conditions:
            works.append(self.alarms.work(publish))
        return works

    async def _keep(self, publish: Publish) -> None:
        """Subscribe, say what is missing, and ask for it again and again: it may come while we are connected."""
        await self.subscriptions.monitor(self._readable())
        self._report(publish)
        while True:
            await self._clock.sleep(SEARCH_S)
            places = [item.where for item in self._plan.items]
            found = set(await self.nodes.resolve_again(places))
            lost = {at for at, method in self._methods.items() if isinstance(method, int)}
            await self._learn([at for at, tag in enumerate(self._plan.tags) if place_of(tag) in found or at in lost])
            if found:
                await self.subscriptions.monitor(at for at in self._readable() if self._plan.items[at].where in found)

    def _readable(self) -> list[int]:
        return [handle for handle, item in enumerate(self._plan.items) if self._plan.readable(item)]

    def _report(self, publish: Publish) -> None:
        """Bad quality for what this server does not have, while the rest works."""
        missing = {}
        for at, tag in enumerate(self._plan.tags):
            handle = self._plan.handles.get(at)
            if address_of(tag).condition:
                continue  # see `alarms`
            if handle is None and tag.source and tag.source.readable:
                missing[tag.index] = int(ua.StatusCodes.BadConfigurationError)
            elif handle is not None and (where := self._plan.items[handle].where) in self.nodes.absent:
                missing[tag.index] = self.nodes.absent[where]
        if missing:
            batch = Batch.lost(list(missing), Quality.CONFIGURATION, self._clock.now())
            batch.status = np.array(list(missing.values()), np.uint32)
            publish(batch)

    async def _watch(self) -> None:
        """Silence of the server, or of a subscription, is a loss. Also reads what was just commanded."""
        while True:
            await self._clock.sleep(WATCH_S)
            await self._probe()
            self.subscriptions.check()
            await self._confirm()
            if await self._plan.structures.learn_encodings(self.nodes):
                wholes = [(at, item.where) for at, item in enumerate(self._plan.items) if item.whole]
                found = self.nodes.found
                await self.subscriptions.read([(at, found[where]) for at, where in wholes if where in found])

    async def _probe(self) -> None:
        """Is it there, how long does it take, and what time is it there: its answer was made half way between."""
        request = ua.ReadRequest()
        request.Parameters.NodesToRead = [
            ua.ReadValueId(ua.NodeId(number), ua.AttributeIds.Value) for number in (_STATE, _TIME)
        ]
        before = self._clock.now()
        response = await self._wire.ask(request, ua.ReadResponse)
        middle = (before + self._clock.now()) / 2
        told = _value(response.Results[1]) if len(response.Results) > 1 else None
        for instant in (response.ResponseHeader.Timestamp, told):
            if isinstance(instant, datetime) and instant.replace(tzinfo=None) > _OLDEST:
                self._wire.traffic.skew_s = aware(instant).timestamp() - middle / 1e9
                return
        self._wire.traffic.skew_s = math.nan

    async def _confirm(self) -> None:
        """Read the equipment that was written to lately."""
        now = self._clock.monotonic()
        self._confirming = {id_: until for id_, until in self._confirming.items() if until > now}
        if not self._confirming:
            return
        found, items = self.nodes.found, self._plan.items
        handles = {
            handle for at, handle in self._plan.handles.items() if _family(self._plan.tags[at]) in self._confirming
        }
        wanted = [(at, found[items[at].where]) for at in sorted(handles) if items[at].where in found]
        await self.subscriptions.read([pair for pair in wanted if self._plan.readable(items[pair[0]])])

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """See `Driver.write`."""
        at = self._plan.positions[tag.index]
        if address_of(tag).method:
            await self._call(tag, self._methods.get(at, 0), raw, timeout_s)
        else:
            _accepted(await self._wire.write(self._value(at, tag, raw), timeout_s))
        self._confirming[_family(tag)] = self._clock.monotonic() + CONFIRM_S

    def _value(self, at: int, tag: Tag, raw: float) -> ua.WriteValue:
        address, where = address_of(tag), place_of(tag)
        node = self.nodes.found.get(where) if where is not None else None
        if where is None or node is None:
            why = self.nodes.absent.get(where, 0) if where else 0
            raise WriteFailed(f"the server has no node for {tag.id}: {name(why or ua.StatusCodes.BadNodeIdUnknown)}")
        if at not in self._types:
            raise WriteFailed(f"the server does not say what type {tag.id} takes")
        if address.member:
            raise WriteFailed(f"{tag.id} is a member of a structure, which cannot be written alone")
        value = ua.WriteValue(node, ua.AttributeIds.Value)
        # no status and no times of ours: many controllers refuse a write that carries them (BadWriteNotSupported)
        variant = encode(raw, self._types[at])
        if address.element:
            value.IndexRange = ",".join(map(str, address.element))
            variant = ua.Variant(_nested(variant.Value, len(address.element)), variant.VariantType)
        value.Value = ua.DataValue(variant, StatusCode=None)
        return value

    async def _call(self, tag: Tag, method: Method | int, raw: float, timeout_s: float) -> None:
        if isinstance(method, int):
            raise WriteFailed(
                f"the server has no method for {tag.id}: {name(method or ua.StatusCodes.BadMethodInvalid)}"
            )
        status, response = await self._wire.order(method.request(raw), ua.CallResponse, timeout_s)
        result = response.Results[0] if response and response.Results else None
        _accepted(status or (int(result.StatusCode.value) if result else status))
        method.check(result.OutputArguments or [] if result else [])


def _accepted(status: int) -> None:
    if status & 0xFFFF0000 in _DOUBTFUL:
        raise WriteUnknown(f"the server answers {name(status)}")
    if status & 0x80000000:
        raise WriteFailed(f"the server refuses: {name(status)}")


def _nested(value: Any, depth: int) -> Any:
    return [_nested(value, depth - 1)] if depth else value


def _writable(tag: Tag) -> bool:
    return bool(tag.source and tag.source.writable and not address_of(tag).method)


def _value(answer: ua.DataValue) -> Any:
    return answer.Value.Value if answer.Value else None


def _family(tag: Tag) -> str:
    """The equipment and its parts: a command to one is often answered by another."""
    return tag.equipment.parent or tag.equipment.id

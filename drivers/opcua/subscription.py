"""Subscriptions: one per publish rate, with every item of that rate in it; nothing told is missed without our knowing.

    publish requests (a few in flight) ── notification ──> batches
         a number was skipped  ── republish ── not available any more ── read all its items anew
         it ended, or fell silent while the session lives ── made anew
         the connection broke  ── taken over by the next session, or made anew

Sources: OPC UA Part 4, 5.14.1 (sequence numbers, keep-alive, lifetime), 5.14.6 (Republish), 5.14.7 (Transfer).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from asyncua import ua

from drivers.opcua import fallback
from drivers.opcua.items import Item, Wish, wish_of
from drivers.opcua.nodes import Nodes, chunks
from drivers.opcua.notification import Notification, Row
from drivers.opcua.values import EPOCH_TICKS, Columns
from drivers.opcua.wire import Declined, Wire, name
from supervisor.clock import Clock
from supervisor.driver import Publish
from supervisor.errors import LinkLost
from supervisor.model import Quality

KEEP_ALIVES = 10
"""Publishing intervals without a change after which the server says that it lives."""
LISTENERS = (2, 8)
"""Publish requests in flight: at least, and at most; one more than there are subscriptions."""
LONGEST_GAP = 50
"""Lost notifications that are asked for one by one; more, and all values are read instead."""
FLAPS, FLAP_S = 5, 60.0
"""Subscriptions made anew so often within so many seconds: the server is not well, and the link begins again."""
_LAST_NUMBER = 2**32 - 1
"""After it comes 1. Source: OPC UA Part 4, 7.9 (Counter)."""
_NO_FILTER = {0x80430000, 0x80440000, 0x80450000, 0x808E0000}
"""Answers to a deadband that a node or a server cannot keep: BadMonitoredItemFilterInvalid,
BadMonitoredItemFilterUnsupported, BadFilterNotAllowed, BadDeadbandFilterInvalid."""
_TOO_MUCH = {0x80080000, 0x80100000, 0x80B80000, 0x80B90000}
"""BadEncodingLimitsExceeded, BadTooManyOperations, BadRequestTooLarge, BadResponseTooLarge."""

Repair = Callable[[], Awaitable[None]]


class Listener(Protocol):
    """Who wants the events of a subscription."""

    def hear(self, told: Sequence[Any]) -> None:
        """EventFieldLists of one notification."""

    def renew(self) -> None:
        """A notification was lost. It is not asked for again: an old event behind a new one would be taken for news."""

    async def subscribe(self) -> None:
        """The subscription is gone: make another."""


@dataclass(slots=True, eq=False)
class Subscription:
    """What the server granted, and what it last said."""

    id: int
    publish_ms: float
    """As asked for."""
    cycle_s: float
    silence_s: float
    """Longer without a notification or keep-alive, and the subscription is dead though the session lives."""
    heard: float
    nodes: dict[int, ua.NodeId] = field(default_factory=dict)
    """Handle -> what is monitored."""
    expected: int = 1
    """Number of its next notification."""
    taken: float = math.inf
    """When it was taken over from a lost session, monotonic seconds, until it is sure that it speaks."""
    unheard: set[int] = field(default_factory=set)
    """Handles without a value since."""
    listener: Listener | None = None
    """It is one of events and not of values."""

    def gap(self, sequence: int) -> list[int]:
        """The numbers skipped before this one, which it follows from now on; empty for a repetition."""
        ahead = (sequence - self.expected) % _LAST_NUMBER
        if ahead >= _LAST_NUMBER // 2:
            return []
        skipped = [_number(self.expected + step) for step in range(min(ahead, LONGEST_GAP + 1))]
        self.expected = sequence
        return skipped


class Subscriptions:
    """Those of one session."""

    def __init__(self, wire: Wire, nodes: Nodes, items: Sequence[Item], columns: Columns, clock: Clock) -> None:
        self.all: dict[int, Subscription] = {}
        self._wire = wire
        self._nodes = nodes
        self._items = items
        self._columns = columns
        self._clock = clock
        self._publish: Publish = lambda batch: None
        self._acknowledged: list[ua.SubscriptionAcknowledgement] = []
        self._repairs: asyncio.Queue[Repair] = asyncio.Queue()
        self._any = asyncio.Event()
        self._listening = 0
        self._remade: list[float] = []
        """When subscriptions were made anew, monotonic seconds."""
        self._unfiltered: set[int] = set()
        """Handles whose deadband the server refused."""

    def work(self, publish: Publish) -> list[Coroutine[Any, Any, None]]:
        """The coroutines that keep them going; none ends but by LinkLost, or where there are enough without it."""
        self._publish = publish
        rates = {item.publish_ms for item in self._items}
        count = min(max(len(rates) + 1, LISTENERS[0]), LISTENERS[1])
        return [self._listen() for _ in range(count)] + [self._mend()]

    async def monitor(self, handles: Iterable[int]) -> None:
        """Subscribe to these items, whose nodes are known; what the server refuses is lost from the nodes."""
        rates: dict[float, list[Wish]] = {}
        for handle in handles:
            node = self._nodes.found.get(self._items[handle].where)
            if node is not None:
                wish = self._wish(handle, node)
                rates.setdefault(wish.publish_ms, []).append(wish)
        for publish_ms, wishes in rates.items():
            subscription = next((one for one in self._of_values() if one.publish_ms == publish_ms), None)
            if subscription is None:
                subscription = await self._create(publish_ms)
            try:
                await self._add(subscription, [wish for wish in wishes if wish.handle not in subscription.nodes])
            except Declined as declined:
                if declined.status & 0xFFFF0000 != ua.StatusCodes.BadSubscriptionIdInvalid:
                    raise LinkLost(f"the server does not let us subscribe: {declined}") from declined
                subscription.nodes |= {wish.handle: wish.node for wish in wishes}
                self._lost(subscription)

    def _of_values(self) -> list[Subscription]:
        return [one for one in self.all.values() if one.listener is None]

    async def listen(self, listener: Listener) -> Subscription:
        """A subscription for events, with nothing in it yet."""
        made = await self._create(self._wire.settings.publish_ms)
        made.listener = listener
        return made

    async def drop(self, subscription: Subscription) -> None:
        """End one that is not needed."""
        if self.all.pop(subscription.id, None) is not None:
            if not self.all:
                self._any.clear()
            await self._delete(subscription)

    def _wish(self, handle: int, node: ua.NodeId) -> Wish:
        filtered = handle not in self._unfiltered
        return wish_of(handle, self._items[handle], node, self._wire.settings.publish_ms, filtered)

    async def _create(self, publish_ms: float) -> Subscription:
        request = ua.CreateSubscriptionRequest()
        parameters = request.Parameters
        parameters.RequestedPublishingInterval = publish_ms
        parameters.RequestedMaxKeepAliveCount = KEEP_ALIVES
        parameters.RequestedLifetimeCount = max(6 * KEEP_ALIVES, math.ceil(60_000 / publish_ms))
        parameters.PublishingEnabled = True
        granted = (await self._wire.ask(request, ua.CreateSubscriptionResponse)).Parameters
        cycle_s = granted.RevisedPublishingInterval / 1000
        silence_s = 2 * cycle_s * max(granted.RevisedMaxKeepAliveCount, 1) + self._wire.settings.timeout_s
        made = Subscription(granted.SubscriptionId, publish_ms, cycle_s, silence_s, self._clock.monotonic())
        self.all[made.id] = made
        self._any.set()
        return made

    async def _add(self, subscription: Subscription, wishes: Sequence[Wish]) -> None:
        for chunk in chunks(wishes, self._nodes.limit("monitor")):
            refused: list[Wish] = []
            for wish, result in zip(chunk, await self._monitored(subscription, chunk), strict=True):
                status = int(result.StatusCode.value)
                if result.StatusCode.is_good():
                    subscription.nodes[wish.handle] = wish.node
                elif status & 0xFFFF0000 in _NO_FILTER and wish.handle not in self._unfiltered:
                    self._unfiltered.add(wish.handle)
                    refused.append(self._wish(wish.handle, wish.node))
                else:
                    self._nodes.lose(self._items[wish.handle].where, status)
            if refused:
                self._wire.traffic.count("filter")
                await self._add(subscription, refused)

    async def _monitored(self, subscription: Subscription, wishes: Sequence[Wish]) -> list[Any]:
        """What the server says to each; where it takes fewer at once than it said, in halves."""
        request = ua.CreateMonitoredItemsRequest()
        request.Parameters.SubscriptionId = subscription.id
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.Parameters.ItemsToCreate = [wish.request for wish in wishes]
        try:
            results = (await self._wire.try_ask(request, ua.CreateMonitoredItemsResponse)).Results
        except Declined as declined:
            if declined.status & 0xFFFF0000 not in _TOO_MUCH or len(wishes) == 1:
                raise
            half = len(wishes) // 2
            first = await self._monitored(subscription, wishes[:half])
            return first + await self._monitored(subscription, wishes[half:])
        return list(results)

    async def take_over(self, kept: Sequence[Subscription]) -> None:
        """Those that a lost session left on the server, where it lets us have them and the nodes are what they were.

        One of events is not among them: a refresh says more than what it kept.
        """
        kept = [one for one in kept if one.listener is None]
        if not kept:
            return
        request = ua.TransferSubscriptionsRequest()
        request.Parameters.SubscriptionIds = [subscription.id for subscription in kept]
        request.Parameters.SendInitialValues = True
        try:
            results = (await self._wire.try_ask(request, ua.TransferSubscriptionsResponse)).Parameters.Results
        except Declined:  # many servers do not know it: all is made anew
            return
        for subscription, result in zip(kept, results, strict=True):
            if not result.StatusCode.is_good():
                continue
            if self._moved(subscription.nodes):
                await self._delete(subscription)
                continue
            subscription.heard = subscription.taken = self._clock.monotonic()
            subscription.unheard = set(subscription.nodes)
            self.all[subscription.id] = subscription
            self._any.set()
            missed = [number for number in result.AvailableSequenceNumbers or [] if number >= subscription.expected]
            self._repairs.put_nowait(partial(self._fill, subscription, sorted(missed)))

    def _moved(self, nodes: Mapping[int, ua.NodeId]) -> bool:
        return any(self._nodes.found.get(self._items[handle].where) != node for handle, node in nodes.items())

    async def _listen(self) -> None:
        self._listening += 1
        while True:
            await self._any.wait()
            present = list(self.all.values())
            try:
                heard = await self._wire.hear(self._acknowledged)
            except Declined as declined:
                if self._enough(declined.status, present):
                    self._listening -= 1
                    return
                continue
            if heard is not None:
                self._take(heard)

    def _enough(self, status: int, present: Sequence[Subscription]) -> bool:
        """Whether this listener is one too many; raises LinkLost for what makes no sense of a publish request.

        `present` are the subscriptions there were when it was sent: one made since is not what the server misses.
        """
        code = status & 0xFFFF0000
        if code == ua.StatusCodes.BadNoSubscription:
            for subscription in present:
                self._lost(subscription)
            return False
        if code == ua.StatusCodes.BadTooManyPublishRequests and self._listening > 1:
            return True
        raise LinkLost(f"the server does not let us listen: {name(status)}")

    def _take(self, heard: Notification) -> None:
        """Publish what it says, acknowledge it, and see whether one before it was lost."""
        subscription = self.all.get(heard.subscription)
        if subscription is None:  # one that was made anew, or not ours
            return
        subscription.heard = self._clock.monotonic()
        if heard.status & 0x80000000:
            self._lost(subscription)
            return
        skipped = subscription.gap(heard.sequence)
        if skipped:
            self._wire.traffic.count("gap")
            self._repairs.put_nowait(partial(self._fill, subscription, skipped))
        if not heard.keep_alive:
            if heard.sequence == subscription.expected:
                subscription.expected = _number(heard.sequence + 1)
            self._acknowledged.append(ua.SubscriptionAcknowledgement(heard.subscription, heard.sequence))
        if subscription.unheard:
            subscription.unheard -= {row[0] for row in heard.rows()}
        for batch in self._columns.batches(heard.changes, self._clock.now()):
            self._publish(batch)
        if heard.events and subscription.listener is not None:
            subscription.listener.hear(heard.events)

    async def _fill(self, subscription: Subscription, skipped: Sequence[int]) -> None:
        if subscription.listener is not None:
            subscription.listener.renew()
            return
        if len(skipped) > LONGEST_GAP:
            await self._read(subscription, list(subscription.nodes))
            return
        for number in skipped:
            if not await self._republish(subscription, number):
                await self._read(subscription, list(subscription.nodes))
                return

    async def _republish(self, subscription: Subscription, number: int) -> bool:
        """Whether the server still had it. What has no time of its own is dated by the notification."""
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = subscription.id
        request.Parameters.RetransmitSequenceNumber = number
        try:
            message = (await self._wire.try_ask(request, ua.RepublishResponse)).NotificationMessage
        except Declined:
            return False
        if not message.NotificationData:
            return False
        heard = fallback.read(subscription.id, message)
        self._acknowledged.append(ua.SubscriptionAcknowledgement(subscription.id, number))
        made = (heard.published - EPOCH_TICKS) * 100 if heard.published > EPOCH_TICKS else self._clock.now()
        for batch in self._columns.batches(heard.changes, made):
            if not batch.loss:  # a bad value without a time is older than what is known by now
                self._publish(batch)
        return True

    async def _read(self, subscription: Subscription, handles: Sequence[int]) -> None:
        """The present values of items of a subscription."""
        known = [(handle, subscription.nodes[handle]) for handle in handles if handle in subscription.nodes]
        await self.read(known)

    async def read(self, wanted: Sequence[tuple[int, ua.NodeId]]) -> None:
        """The present values of items."""
        for chunk in chunks(wanted, self._nodes.limit("read")):
            values = await self._nodes.attributes([(node, ua.AttributeIds.Value.value) for _, node in chunk])
            rows: list[Row] = [fallback.row_of(at, value) for (at, _), value in zip(chunk, values, strict=True)]
            for batch in self._columns.batches([rows], self._clock.now()):
                self._publish(batch)

    def check(self) -> None:
        """A subscription that is silent for too long is made anew, and so is one that was taken over and is dumb."""
        now = self._clock.monotonic()
        for subscription in list(self.all.values()):
            quiet = now - subscription.heard
            if now > subscription.taken + 2 * subscription.cycle_s and subscription.heard > subscription.taken:
                unheard, subscription.taken = sorted(subscription.unheard), math.inf
                subscription.unheard = set()
                self._repairs.put_nowait(partial(self._read, subscription, unheard))
            dumb = subscription.taken + 2 * subscription.cycle_s + self._wire.settings.timeout_s
            if quiet > subscription.silence_s or now > dumb:
                self._lost(subscription)

    def _lost(self, subscription: Subscription) -> None:
        """Once: it is gone from here when the server ends it, and its repair is under way."""
        if self.all.get(subscription.id) is not subscription:
            return
        del self.all[subscription.id]
        if not self.all:
            self._any.clear()
        now = self._clock.monotonic()
        self._remade = [moment for moment in self._remade if now - moment < FLAP_S] + [now]
        if len(self._remade) > FLAPS:
            raise LinkLost("the server ends our subscriptions again and again", Quality.TIMEOUT)
        self._wire.traffic.count("subscription")
        self._repairs.put_nowait(partial(self._make_anew, subscription))

    async def _make_anew(self, subscription: Subscription) -> None:
        await self._delete(subscription)
        if subscription.listener is not None:
            await subscription.listener.subscribe()
        else:
            await self.monitor(list(subscription.nodes))

    async def _delete(self, subscription: Subscription) -> None:
        """Whether the server still had it or not."""
        request = ua.DeleteSubscriptionsRequest()
        request.Parameters.SubscriptionIds = [subscription.id]
        with suppress(Declined):
            await self._wire.try_ask(request, ua.DeleteSubscriptionsResponse)

    async def _mend(self) -> None:
        while True:
            await (await self._repairs.get())()


def _number(number: int) -> int:
    """Sequence numbers go from 1, and after the last comes 1 again."""
    return (number - 1) % _LAST_NUMBER + 1

"""Node: one Sparkplug B edge node as this host application knows it. Its rows are in `states`. Pure.

It publishes nothing: it says from when on it wants to be asked for a rebirth, and `Nodes` asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

from drivers.mqtt.datatypes import Type, value_of
from drivers.mqtt.device import Device
from drivers.mqtt.gather import Gather
from drivers.mqtt.order import Heard, Order
from drivers.mqtt.sparkplug import BDSEQ, MS
from drivers.mqtt.states import ROWS, Act, Event, State
from supervisor.clock import SECOND
from supervisor.model import Quality

ASK_AGAIN_S = 5.0
"""Between two requests for a rebirth of one node; twice as long each time the last one did not settle it."""
ASK_LAST_S = 60.0
"""The longest that becomes, and how long nothing may be amiss before it is short again."""
CONFIRM_AGAIN_S = 1.0
"""Between two requests that only confirm a write."""
ANSWER_S = 10.0
"""A node of the site that has not answered the first request for its birth by then is offline."""
REBORN_S = 5.0
"""Devices follow the birth of their node at once (tck-id-payloads-dbirth-order); one that has not by then is gone."""
REORDER_S = 2.0
"""tck-id-operational-behavior-host-reordering-param: "a couple of seconds"."""


class Node:
    """See the module."""

    def __init__(self, group: str, name: str, counts: Counter[str]) -> None:
        self.group = group
        self.name = name
        self.devices: dict[str, Device] = {"": Device()}
        """Those that carry tags, and "", the node itself."""
        self.awaited: dict[tuple[str, str], int] = {}
        """Device and metric of the writes that no data have answered yet -> when they were sent, ns UTC."""
        self._counts = counts
        self.forget(0, REORDER_S)

    def forget(self, now: int, reorder_s: float) -> None:
        """Back to unknown: what a new connection knows of it. Its birth is wanted at once; `now` 0 is no connection."""
        self.state = State.UNKNOWN
        self.due = now
        """ns UTC from when on it is to be asked for a rebirth; 0 for not at all."""
        self._order = Order()
        self._reorder = round(reorder_s * SECOND)
        self._bdseq: int | None = None
        """Of the last birth or death."""
        self._born_ms = 0
        """When the node says that its last birth was sent."""
        self._asked = 0
        self._patience_s = ASK_AGAIN_S
        self._faulty = False
        """The coming request follows a fault; the others are routine."""
        self._untold = False
        """Values are stale for a fault that is not counted yet."""
        self._answer_by = now + round(ANSWER_S * SECOND) if now else 0
        self._unborn: set[str] = set()
        """Devices that have not followed the last birth of the node yet."""
        self._reborn_by = 0
        self.awaited.clear()
        for device in self.devices.values():
            device.alive = False
            device.forget()

    def device(self, name: str) -> Device:
        """The device of this name, to be filled with tags."""
        return self.devices.setdefault(name, Device())

    def hear(self, heard: Heard, gather: Gather) -> int:
        """One message, in whatever state; returns how much of it was garbage."""
        event = self._death(heard) if heard.kind == "NDEATH" else self._order.turn(heard)
        return self._step(event, heard, gather)

    def wait(self, now: int, gather: Gather) -> None:
        """Time has passed: what was waited for long enough does not come."""
        if self._answer_by and now >= self._answer_by:
            self._answer_by = 0
            _say(self.devices.values(), 0.0, now, gather)
        if self._order.waiting and now >= self._order.since + self._reorder:
            self._step(Event.EXPIRY, _silence(now), gather)
        if self._reborn_by and now >= self._reborn_by:
            self._lose(self._unborn, now, gather)
            self._reborn_by = 0
            self._unborn = set()

    def restamp(self, now: int) -> None:
        """The station's clock was set back to `now`: nothing may be due later than it would be if it happened now."""
        self._order.restamp(now)
        self._asked = min(self._asked, now)
        self.due = min(self.due, now + round(self._patience_s * SECOND))
        self._answer_by = min(self._answer_by, now + round(ANSWER_S * SECOND))
        self._reborn_by = min(self._reborn_by, now + round(REBORN_S * SECOND))

    @property
    def next_at(self) -> int:
        """ns UTC of the next instant at which something of it is due; 0 for none."""
        held = self._order.since + self._reorder if self._order.waiting else 0
        return min((at for at in (held, self.due, self._answer_by, self._reborn_by) if at), default=0)

    def confirm(self, now: int) -> None:
        """Have it say everything anew because of a write: soon, but not twice in a second."""
        soon = max(now, self._asked + round(CONFIRM_AGAIN_S * SECOND))
        self.due = min(self.due, soon) if self.due else soon

    def asked(self, now: int) -> None:
        """The request has just been sent. In doubt it is sent until it is answered."""
        self._untold = False
        if self._faulty:
            self._counts["rebirth"] += 1
            calm = now - self._asked > round((self._patience_s + ASK_LAST_S) * SECOND)
            self._patience_s = ASK_AGAIN_S if calm else min(2 * self._patience_s, ASK_LAST_S)
        self._asked = now
        self._faulty = self.state is State.DOUBTFUL
        self.due = now + round(self._patience_s * SECOND) if self._faulty else 0

    def _ask(self, now: int) -> None:
        """A rebirth is wanted, as soon as it may be asked for again."""
        wanted = max(now, self._asked + round(self._patience_s * SECOND))
        self.due = min(self.due, wanted) if self.due else wanted
        self._faulty = True

    def _step(self, event: Event, heard: Heard, gather: Gather) -> int:
        self.state, act = ROWS[self.state, event]
        return _ACTS[act](self, heard, gather)

    def _death(self, heard: Heard) -> Event:
        """tck-id-payloads-nbirth-bdseq-repeat. Where either side lacks the number, nothing tells sessions apart."""
        born, died = self._bdseq, _bdseq(heard.payload)
        if self.state in (State.UNKNOWN, State.OFFLINE) or born is None or died is None or died == born:
            return Event.DEATH
        ahead = (died - born) % 256 if max(died, born) < 256 else died - born
        return Event.NEW_DEATH if 0 < ahead < 128 else Event.OLD_DEATH

    # The acts; each returns how much was garbage

    def _begin(self, heard: Heard, gather: Gather) -> int:
        now, bdseq = heard.since, _bdseq(heard.payload)
        devices = {name for name in self.devices if name}
        if self.devices[""].alive and bdseq != self._bdseq:  # another session, and nobody heard the death of the first
            self._lose({name for name in devices if self.devices[name].alive}, now, gather)
        self.due = self._answer_by = 0
        self._faulty = False
        if self._untold:  # a birth on its way for another reason settled it before anybody was asked
            self._counts["rebirth"] += 1
        self._untold = False
        if self._resurrected(heard, bdseq):
            self._ask(now)
        self._bdseq, self._born_ms = bdseq, heard.time_ms
        self._unborn = devices
        self._reborn_by = now + round(REBORN_S * SECOND) if devices else 0
        for device in self.devices.values():
            device.forget()
        self._order.begin(heard)
        return self._born(heard, gather) + self._go_on(now, gather)

    def _resurrected(self, heard: Heard, bdseq: int | None) -> bool:
        """A birth that may be an old one, delivered late: it counts, and one more will tell.

        It is dated before the birth it replaces, or of the session whose death was heard. Nodes whose clock was set
        back, and those that don't count their sessions, are asked once more than needed.
        """
        dead = not self.devices[""].alive and bdseq is not None and bdseq == self._bdseq
        return dead or 0 < heard.time_ms < self._born_ms

    def _end(self, heard: Heard, gather: Gather) -> int:
        """tck-id-operational-behavior-edge-node-termination-host-action-ndeath-…: the node and all its devices, now."""
        died, was = _bdseq(heard.payload), self.devices[""].alive
        self._lose(self.devices, heard.since, gather)
        self._order.end()
        self._unborn = set()
        self._reborn_by = self._answer_by = self.due = 0
        self._faulty = False
        if was and (died is None or self._bdseq is None):
            self._ask(heard.since)  # it may have been the will of a session before: one that lives answers
        self._bdseq = self._bdseq if died is None else died
        return 0

    def _take(self, heard: Heard, gather: Gather) -> int:
        self._order.take(heard)
        garbage = self._apply(heard, gather)
        return garbage + self._go_on(heard.since, gather) if self._order.waiting else garbage

    def _go_on(self, now: int, gather: Gather) -> int:
        """With what was held back and is due now (tck-id-operational-behavior-host-reordering-success)."""
        garbage = 0
        while held := self._order.next():
            garbage += self._apply(held._replace(since=now), gather)
        self.state = State.HOLDING if self._order.waiting else State.ONLINE
        return garbage

    def _hold(self, heard: Heard, gather: Gather) -> int:
        self._order.hold(heard)
        # no use in waiting for what comes after so many
        return self._step(Event.EXPIRY, heard, gather) if self._order.full else 0

    def _keep(self, heard: Heard, gather: Gather) -> int:
        self._order.hold(heard)
        self._ask(heard.since)
        return 0

    def _glean(self, heard: Heard, gather: Gather) -> int:
        self._order.hold(heard)
        return self._apply(heard, gather, doubtful=True)

    def _doubt(self, heard: Heard, gather: Gather) -> int:
        now, held = heard.since, self._order.flush()
        self._order.end()
        stale = [tag for device in self.devices.values() if device.alive for tag in device.carried]
        if stale:
            gather.lose(stale, Quality.STALE, now)
        self._ask(now)
        self._untold = True
        return sum(self._apply(each._replace(since=now), gather, doubtful=True) for each in held)

    def _tidy(self, heard: Heard, gather: Gather) -> int:
        self._order.forget(heard.since - self._reorder)
        return 0

    def _count(self, heard: Heard, gather: Gather) -> int:
        self._counts["duplicate"] += 1
        return 0

    def _nothing(self, heard: Heard, gather: Gather) -> int:
        return 0

    # What a message brings

    def _apply(self, heard: Heard, gather: Gather, doubtful: bool = False) -> int:
        """A message that has its place in the sequence; or, in doubt, one that may have lost it."""
        device = self.devices.get(heard.device)
        if device is None:
            return 0  # it carries none of our tags
        if heard.kind == "DBIRTH":
            return self._born(heard, gather)
        if not device.alive:
            self._ask(heard.since)
            return 0
        if heard.kind == "DDEATH":
            self._lose([heard.device], heard.since, gather)
            return 0
        if self.awaited:
            self._echo(heard.device, device, heard.payload)
        if doubtful:
            return device.glean(heard, gather)
        taken = device.take(heard, gather)
        if taken.unknown:
            self._ask(heard.since)
        return taken.garbage

    def _born(self, heard: Heard, gather: Gather) -> int:
        name, device = heard.device, self.devices[heard.device]
        device.alive = True
        self._unborn.discard(name)
        self.awaited = {place: sent for place, sent in self.awaited.items() if place[0] != name}
        missing, blamed = device.born(heard.payload)
        garbage = device.take(heard, gather).garbage
        _say([device], 1.0, heard.since, gather)
        if missing:
            gather.lose(missing, Quality.CONFIGURATION, heard.since)
        return garbage + blamed

    def _echo(self, name: str, device: Device, payload: Any) -> None:
        """Data that speak of a metric answer the write to it, provided that the node dates them after it: of what was
        measured before, nothing tells that it is not the value the order is to change."""
        spoken = {
            metric.name or device.name_of(metric.alias): (metric.timestamp or payload.timestamp) * MS
            for metric in payload.metrics
            if not metric.is_historical
        }
        self.awaited = {
            place: sent for place, sent in self.awaited.items() if place[0] != name or spoken.get(place[1], 0) <= sent
        }

    def _lose(self, names: Collection[str], now: int, gather: Gather) -> None:
        """These devices are not connected any more; what is not known of never was."""
        devices = [self.devices[name] for name in names]
        lost = [tag for device in devices for tag in device.carried]
        if lost:
            gather.lose(lost, Quality.NOT_CONNECTED, now)
        _say(devices, 0.0, now, gather)
        for device in devices:
            device.alive = False
            device.forget()


_ACTS: dict[Act, Callable[[Node, Heard, Gather], int]] = {
    Act.BEGIN: Node._begin,
    Act.END: Node._end,
    Act.TAKE: Node._take,
    Act.HOLD: Node._hold,
    Act.ASK: Node._keep,
    Act.GLEAN: Node._glean,
    Act.DOUBT: Node._doubt,
    Act.TIDY: Node._tidy,
    Act.COUNT: Node._count,
    Act.NOTHING: Node._nothing,
}


def _silence(now: int) -> Heard:
    """What is heard when nothing is."""
    return Heard("", "", None, 0, 0, now)


def _say(devices: Iterable[Device], value: float, now: int, gather: Gather) -> None:
    """Dated by the station on both sides: a node whose clock runs ahead could otherwise never be seen to die."""
    for device in devices:
        for tag in device.online:
            gather.live.add(tag, value, Quality.GOOD, now)


def _bdseq(payload: Any) -> int | None:
    """The number of the session; None where it is missing or no whole number."""
    metric = next((metric for metric in payload.metrics if metric.name == BDSEQ), None)
    try:
        value = value_of(metric, metric.datatype or Type.INT64) if metric else None
    except ValueError:
        return None
    return value if isinstance(value, int) else None

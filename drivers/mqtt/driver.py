"""MqttDriver: one broker, for the station. Messages are gathered and leave as one Batch every `batch_ms`.

    paho's thread ── inbox ──┐ every batch_ms
                             └─> Plan.read (loop) ── Gather ── Batch ──> publish

It connects once per `run` and raises LinkLost when that connection ends. A write leaves at once or not at all.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence

from drivers.mqtt.address import Settings, parse_url
from drivers.mqtt.examine import Ears
from drivers.mqtt.gather import Gather
from drivers.mqtt.keys import Keys, open_keys
from drivers.mqtt.orders import Order, Orders
from drivers.mqtt.plan import Plan
from drivers.mqtt.session import V5, V311, Hail, NotSpoken, Session
from drivers.mqtt.sparkplug import HostState
from drivers.mqtt.wire import NoBroker
from supervisor.clock import SECOND, Clock
from supervisor.driver import Examined, Publish, Traffic
from supervisor.errors import LinkLost, ReadFailed, WriteFailed, WriteUnknown
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Quality, Tag
from supervisor.vault import Vault

MOST = 1_000
"""Messages decoded at one go: some 10 ms of the loop. A greater rush waits for the next turn."""
MOST_BYTES = 1024 * 1024
"""Of payload, likewise; one message is always taken."""
SKEW_EVERY_S = 2.0

CONFIRM_S = 1.0
"""How long after a write its node is asked for its birth: by then it has acted."""

log = logging.getLogger(__name__)


class MqttDriver:
    """See the module, and `supervisor.driver.Driver`."""

    def __init__(self, spec: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> None:
        self._spec = spec
        self._broker = parse_url(spec.url)
        self._settings = spec.settings if isinstance(spec.settings, Settings) else Settings()
        self._plan = Plan(tags)
        self._clock = clock
        self._traffic = traffic
        self._vault = vault
        # a name of its own per process: two stations on one broker under one name would throw each other out for ever
        self._client_id = self._settings.client_id or f"{self._settings.host_id}-{spec.id}-{uuid.uuid4().hex[:8]}"
        self._orders = Orders()
        self._skew_at = 0
        self._session: Session | None = None
        """While it is open."""
        self._ears = Ears()
        self._alarm: asyncio.TimerHandle | None = None
        """Wakes the session when something of a Sparkplug node is due."""

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        try:
            keys = await self._keys()
            try:
                await self._connection(V5, keys, publish, up)
            except NotSpoken:
                # tried anew each time: a broker that merely fell over would otherwise never say again why it refuses
                await self._connection(V311, keys, publish, up)
        except LinkLost as lost:
            self._traffic.count(_kind(lost))
            raise

    async def _keys(self) -> Keys:
        if not (self._broker.user or self._broker.tls):
            return Keys()
        return await asyncio.to_thread(open_keys, self._broker, self._settings.server_name, self._spec.id, self._vault)

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """Returns once the broker has it, or where the pack gives a `response_topic`, once the device agrees."""
        session = self._session
        if session is None:
            raise WriteFailed(f"broker {self._broker.host}:{self._broker.port} is not connected")
        try:
            message = self._plan.command(tag, raw, self._clock.now())
            order = self._orders.expect(message.reply) if message.reply else None
        except (ValueError, OverflowError) as error:
            raise WriteFailed(f"{tag.id} cannot be written: {error}") from None
        self._traffic.requests += 1
        deadline = asyncio.get_running_loop().time() + timeout_s
        try:
            self._traffic.round_trips.append(await session.write(message, timeout_s))
            if order:
                await _answered(order, deadline)
        finally:
            if order:
                self._orders.forget(order)
        asyncio.get_running_loop().call_later(CONFIRM_S, self._confirm, session, tag)

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """See `supervisor.driver.Examiner`; waits for the next message of the tag."""
        if self._session is None:
            raise ReadFailed(f"broker {self._broker.host}:{self._broker.port} is not connected")
        return await self._ears.next(tag, timeout_s)

    def _confirm(self, session: Session, tag: Tag) -> None:
        """Have a Sparkplug node say everything anew: it is silent about an order that already stood."""
        if self._session is session:
            self._plan.nodes.introduce(tag, self._clock.now())
            session.wake.set()

    async def _connection(self, version: int, keys: Keys, publish: Publish, up: Callable[[], None]) -> None:
        host = HostState(self._settings.host_id, self._clock.now()) if len(self._plan.nodes) else None
        hail = Hail(self._client_id, self._settings.keepalive_s)
        if host:
            hail = hail._replace(will_topic=host.topic, will=host.will)
        session = Session(hail, version)
        try:
            self._plan.wills.forget()
            await session.open(self._broker, keys)
            await self._subscribe(session, host, publish)
            if host:
                self._greet(session, host)
            self._session = session
            session.watch()
            up()
            await self._serve(session, host, publish)
        finally:
            self._session = None
            self._orders.lose(session.reason or "closed")
            if self._alarm:
                self._alarm.cancel()
            await session.close((host.topic, host.death(self._clock.now())) if host else None)

    async def _subscribe(self, session: Session, host: HostState | None, publish: Publish) -> None:
        """The host's own STATE first, as the specification wants; a filter that is refused costs its own tags only."""
        filters = [host.topic] if host else []
        refused = await session.subscribe(filters + list(self._plan.filters), self._settings.qos)
        lost = list(self._plan.broken)
        for name in refused:
            log.error(
                "Link %s: the broker does not let us subscribe to %s: look at its access list", self._spec.id, name
            )
            self._traffic.count("subscription")
            lost += self._plan.filters.get(name, [])
        if lost:
            publish(Batch.lost(lost, Quality.CONFIGURATION, self._clock.now()))

    def _greet(self, session: Session, host: HostState) -> None:
        """This host is on line, and every node of the site is asked to introduce itself."""
        now = self._clock.now()
        self._plan.nodes.connected(now, self._settings.reorder_s)
        try:
            session.publish(host.topic, host.birth, qos=1, retain=True)
        except WriteFailed as error:
            raise LinkLost(str(error)) from None
        self._ask(session, now)

    async def _serve(self, session: Session, host: HostState | None, publish: Publish) -> None:
        behind = False
        while not session.reason:
            await session.wake.wait()
            # in a rush batches are as large as they may be: to wait as well would only let the inbox overflow
            await self._clock.sleep(0 if session.reason or behind else self._settings.batch_ms / 1000)
            session.wake.clear()
            for batch in self._read(session, host):
                publish(batch)
            behind = bool(session.inbox)
            if behind:
                session.wake.set()
        raise LinkLost(session.reason, session.quality)

    def _read(self, session: Session, host: HostState | None) -> list[Batch]:
        gather, now = Gather(), self._clock.now()
        for topic, payload, retained, correlation in session.take(MOST, MOST_BYTES):
            self._traffic.requests += 1
            if not retained:
                self._orders.hear(topic, payload, correlation)
            if host and topic == host.topic:
                self._defend(session, host, payload, retained)
            else:
                self._decode(topic, payload, retained, now, gather)
        self._plan.nodes.overdue(now, gather)
        self._ask(session, now)
        self._traffic.round_trips += session.pulses
        session.pulses.clear()
        for _ in range(session.overflow):
            self._traffic.count("overflow")
        session.overflow = 0
        if now >= self._skew_at:
            self._skew_at = now + round(SKEW_EVERY_S * SECOND)
            self._traffic.skew_s = self._plan.skew(now)
        return gather.finish()

    def _decode(self, topic: str, payload: bytes, retained: bool, now: int, gather: Gather) -> None:
        if self._ears:
            self._ears.hear(topic, payload)
        try:
            garbage = self._plan.read(topic, payload, retained, now, gather) if topic else 1
        except Exception:
            # a message that finds a bug of ours must not cost the link: it may be retained and come again
            log.exception("Link %s: a message on %s could not be read", self._spec.id, topic)
            self._traffic.count("bug")
            return
        for _ in range(garbage):
            self._traffic.count("garbage")

    def _defend(self, session: Session, host: HostState, payload: bytes, retained: bool) -> None:
        """An older session's will may call this host offline; what was retained is about to be replaced."""
        if not retained and not session.reason and host.denied(payload):
            self._send(session, host.topic, host.birth, 1, True)

    def _ask(self, session: Session, now: int) -> None:
        """Sparkplug nodes that are to be asked for their birth; and a look at them when something is next due."""
        nodes = self._plan.nodes
        for topic, payload in nodes.requests(now):
            self._send(session, topic, payload)
        for kind in nodes.counted():
            self._traffic.count(kind)
        if self._alarm:
            self._alarm.cancel()
        due = nodes.next_at()
        wait_s = max(due - now, 0) / SECOND
        self._alarm = asyncio.get_running_loop().call_later(wait_s, session.wake.set) if due else None

    def _send(self, session: Session, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        try:
            session.publish(topic, payload, qos, retain)
        except WriteFailed as error:
            log.debug("Link %s: %s", self._spec.id, error)  # the link is about to be lost, and says so itself


async def _answered(order: Order, deadline: float) -> None:
    """Until the device agrees; WriteFailed with its words, WriteUnknown where it says nothing in time."""
    try:
        async with asyncio.timeout_at(deadline):
            words = await order.answer
    except TimeoutError:
        raise WriteUnknown(f"it was published, but the device did not answer on {order.reply.topic} in time") from None
    if words:
        raise WriteFailed(f"the device refuses: {words}")


def _kind(lost: LinkLost) -> str:
    """The word under which a loss is counted."""
    if isinstance(lost, NoBroker):
        return "connect"
    return "timeout" if lost.quality is Quality.TIMEOUT else "lost"

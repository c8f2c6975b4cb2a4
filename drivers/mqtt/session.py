"""Session: one connection to a broker, from CONNECT to the end of paho's network thread; never a second one (law 4).

Only this module and `client` import paho. Its callbacks run in paho's thread: they put a message into `inbox`, or post
one call to the loop, and nothing else. An exception in a callback would kill that thread while paho still calls itself
connected, so paho is told to suppress them and `_trap` logs each.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, ParamSpec

from paho.mqtt import client as mqtt
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.mqtt.address import BrokerUrl
from drivers.mqtt.client import LONGEST, Client
from drivers.mqtt.keys import Keys
from drivers.mqtt.orders import Outgoing, Reply
from drivers.mqtt.wire import dial
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.model import Quality

ANSWER_S = 5.0
"""For CONNACK and for each round of SUBACK."""
LAST_S = 1.0
"""How long a session that ends waits for the broker to have its last word."""
FILTERS_AT_ONCE = 100
"""Per SUBSCRIBE packet: some brokers limit them."""
BACKLOG, BACKLOG_BYTES = 50_000, 128 * 1024 * 1024
"""Messages kept for a loop that does not keep up; beyond it the oldest go, and each counts as an overflow."""
PULSE = "vigie/pulse"
"""A filter nobody publishes to: subscribing to it again asks the broker for an answer and for nothing else."""
REFUSED = 0x80
"""From here up a reason code is a failure."""
NOBODY = 0x10
"""Version 5, "no matching subscribers": the broker took the message and nobody was there to get it."""
_UNSUPPORTED = 132
_STRANGERS = (0x86, 0x87)
"""Bad user name or password, not authorised; paho gives the codes 4 and 5 of version 3.1.1 these numbers."""
V5, V311 = int(MQTTProtocolVersion.MQTTv5), int(MQTTProtocolVersion.MQTTv311)

log = logging.getLogger(__name__)
P = ParamSpec("P")


class Message(NamedTuple):
    """One PUBLISH as it came in."""

    topic: str
    payload: bytes
    retained: bool
    correlation: bytes = b""
    """What MQTT 5 gave back of a request."""


class Hail(NamedTuple):
    """Who connects and what the broker says of him when he dies."""

    client_id: str
    keepalive_s: int
    will_topic: str = ""
    will: bytes = b""


class NotSpoken(LinkLost):
    """The broker closed the connection before a CONNACK, or does not speak this version of MQTT."""


def _trap(callback: Callable[P, None]) -> Callable[P, None]:
    @functools.wraps(callback)
    def trapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception:
            log.exception("%s failed", callback.__qualname__)

    return trapped


class Session:
    """See the module. Everything but the callbacks belongs to the loop."""

    def __init__(self, hail: Hail, version: int) -> None:
        self.inbox: deque[Message] = deque()
        self.wake = asyncio.Event()
        """Set when the inbox is no longer empty, and when the session is lost."""
        self.reason = ""
        """Why it is lost; empty while it is not."""
        self.quality: Quality | None = None
        """What the tags read then; None for not connected."""
        self.pulses: list[float] = []
        """Seconds that the broker took to answer, since the driver last looked."""
        self.overflow = 0
        self._hail = hail
        self._loop = asyncio.get_running_loop()
        self._called = False
        self._granted: asyncio.Future[None] = self._loop.create_future()
        self._subscribed: dict[int, asyncio.Future[list[int]]] = {}
        self._written: dict[int, asyncio.Future[int]] = {}
        self._pulse = 0
        """The question the broker has not answered yet; 0 for none."""
        self._asked = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._came = self._went = 0
        """Bytes of payload into the inbox, counted in paho's thread, and out of it, counted on the loop."""
        self._user = ""
        self._five = version == V5
        self._client = Client(hail.client_id, version, self._accept)
        self._prepare()

    async def open(self, broker: BrokerUrl, keys: Keys) -> None:
        """Connect; returns after a good CONNACK. LinkLost, or `NotSpoken` where another version is worth a try."""
        # no name for the client here: the failure of a handshake keeps this frame, and with it two sockets of paho's
        self._user = broker.user
        if broker.user:
            self._client.username_pw_set(broker.user, keys.password)
        self._client.wire = await dial(broker, keys)
        limits = _empty(PacketTypes.CONNECT) if self._five else None
        if limits is not None:
            limits.MaximumPacketSize = LONGEST
        self._client.connect(broker.host, broker.port, self._hail.keepalive_s, properties=limits)
        self._client.loop_start()
        await self._answer(self._granted)

    async def subscribe(self, filters: Sequence[str], qos: int) -> list[str]:
        """Returns the filters that the broker refuses."""
        refused: list[str] = []
        for start in range(0, len(filters), FILTERS_AT_ONCE):
            part = filters[start : start + FILTERS_AT_ONCE]
            code, mid = self._client.subscribe([(name, qos) for name in part])
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
                raise LinkLost(self.reason or f"cannot subscribe: {mqtt.error_string(code)}")
            future = self._subscribed[mid] = self._loop.create_future()
            codes = await self._answer(future)
            refused += [name for name, reason in zip(part, codes, strict=False) if reason >= REFUSED]
        return refused

    def watch(self) -> None:
        """Ask the broker for an answer now and again; the session is lost where none comes within its keep-alive.

        paho takes any byte for a sign of life: after one damaged length it put every later message into a packet that
        did not end, called itself connected as long as bytes came, and the values stood still.
        """
        if self.reason:
            return
        code, mid = self._client.subscribe(PULSE, 0)
        if code == MQTTErrorCode.MQTT_ERR_SUCCESS and mid is not None:
            self._pulse, self._asked = mid, time.perf_counter()
        self._timer = self._loop.call_later(self._hail.keepalive_s, self._judge)

    def _judge(self) -> None:
        if self._pulse:
            self.quality = Quality.TIMEOUT
            self._lose(f"the broker has not answered for {self._hail.keepalive_s} s")

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, reply: Reply | None = None
    ) -> int:
        """Hand a message to the network thread, or raise WriteFailed; returns its number."""
        if self.reason or not self._client.is_connected():
            raise WriteFailed("the broker is not connected")
        try:
            sent = self._client.publish(topic, payload, qos, retain, _request(reply) if self._five else None)
        except ValueError as error:
            raise WriteFailed(f"cannot be published: {error}") from None
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            # a new session is a new client: what paho kept dies with this one
            raise WriteFailed(f"cannot be published: {mqtt.error_string(sent.rc)}")
        return sent.mid

    async def write(self, message: Outgoing, timeout_s: float) -> float:
        """Publish and wait until the broker has it; returns the seconds it took. WriteFailed or WriteUnknown."""
        begun = time.perf_counter()
        mid = self.publish(*message)
        future = self._written[mid] = self._loop.create_future()
        try:
            async with asyncio.timeout(timeout_s):
                reason = await future
        except TimeoutError:
            raise WriteUnknown(f"the broker did not confirm within {timeout_s:g} s") from None
        finally:
            self._written.pop(mid, None)
        if reason >= REFUSED:
            raise WriteFailed(f"the broker refuses what is published on {message.topic}: {_words(reason)}")
        if reason == NOBODY:
            raise WriteFailed(f"no device listens on {message.topic}")
        return time.perf_counter() - begun

    async def close(self, last: tuple[str, bytes] | None = None) -> None:
        """End it and wait until thread and socket are gone, however often cancelled; `last` is published before."""
        self._lose("closed")
        if self._timer:
            self._timer.cancel()
        cancelled = False
        if self._client.wire is not None:
            if last and self._client.is_connected():
                told = self._client.publish(*last, qos=1, retain=True)
                # a broker whose acknowledgement finds the socket closed takes us for lost, and publishes the will
                if told.rc == mqtt.MQTT_ERR_SUCCESS:
                    cancelled = await _settle(self._loop.run_in_executor(None, told.wait_for_publish, LAST_S))
            self._client.disconnect()
            cancelled |= await _settle(self._loop.run_in_executor(None, self._client.loop_stop))
            self._client.wire.close()  # paho never had it where the session ended before CONNECT
        self._detach()
        if cancelled:
            raise asyncio.CancelledError

    async def _answer(self, future: asyncio.Future[Any]) -> Any:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await future
        except TimeoutError:
            raise LinkLost("the broker accepts the connection but does not answer", Quality.TIMEOUT) from None

    def _prepare(self) -> None:
        client = self._client
        if self._hail.will_topic:
            client.will_set(self._hail.will_topic, self._hail.will, qos=1, retain=True)
        client.on_connect = _trap(self._on_connect)
        client.on_disconnect = _trap(self._on_disconnect)
        client.on_subscribe = _trap(self._on_subscribe)
        client.on_publish = _trap(self._on_publish)
        client.on_message = _trap(self._on_message)

    def _detach(self) -> None:
        self._client.forget()
        del self._client

    # In paho's thread

    def _on_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        """One that is not plain: QoS 2, or with properties."""
        correlation = getattr(message.properties, "CorrelationData", b"")
        self._accept(message._topic, bytes(message.payload), message.retain, correlation)

    def _accept(self, topic: bytes, payload: bytes, retained: bool, correlation: bytes) -> None:
        try:
            name = topic.decode()
        except UnicodeDecodeError:
            name = ""  # counted as garbage by who reads the inbox
        self._came += len(payload)
        inbox = self.inbox
        while inbox and (len(inbox) >= BACKLOG or self._came - self._went > BACKLOG_BYTES):
            self._drop()
        inbox.append(Message(name, payload, retained, correlation))
        if not self._called:
            self._called = True
            self._post(self.wake.set)

    def _drop(self) -> None:
        try:
            dropped = self.inbox.popleft()
        except IndexError:  # the loop was faster
            return
        self._came -= len(dropped.payload)
        self.overflow += 1

    def _on_connect(self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if not reason.is_failure:
            self._post(_answered, self._granted, None)
            return
        kind = NotSpoken if reason.value == _UNSUPPORTED else LinkLost
        words = _strangers(self._user) if reason.value in _STRANGERS else f"the broker refuses the connection: {reason}"
        self._post(_failed, self._granted, kind(words))

    def _on_disconnect(self, client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        ours = client if isinstance(client, Client) else None
        failure = (ours.wire.failure if ours and ours.wire else "") or (ours.failure if ours else "")
        if failure:
            self._post(self._refuse, f"the connection to the broker ended: {failure}")
        self._post(self._lose, f"the broker closed the connection: {reason}")

    def _on_subscribe(
        self, client: mqtt.Client, userdata: Any, mid: int, reasons: Iterable[Any], properties: Any
    ) -> None:
        self._post(self._on_pulse, mid)
        self._post(self._on_answer, self._subscribed, mid, [reason.value for reason in reasons])

    def _on_publish(self, client: mqtt.Client, userdata: Any, mid: int, reason: Any, properties: Any) -> None:
        self._post(self._on_answer, self._written, mid, reason.value)

    def _post(self, call: Callable[..., Any], *args: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *args)

    # In the loop

    def take(self, most: int, bytes_: int) -> list[Message]:
        """At most so many messages, and no more of them once they hold so many bytes; oldest first."""
        self._called = False  # before the first is taken: one that arrives from here on wakes again
        taken: list[Message] = []
        went = 0
        while len(taken) < most and went < bytes_:
            try:
                taken.append(self.inbox.popleft())
            except IndexError:
                break
            went += len(taken[-1].payload)
        self._went += went
        return taken

    def _refuse(self, reason: str) -> None:
        """Lost for a reason that another version of MQTT would not mend."""
        _failed(self._granted, LinkLost(reason))
        self._lose(reason)

    def _on_pulse(self, mid: int) -> None:
        if mid != self._pulse or not self._timer:
            return
        self._pulse = 0
        self.pulses.append(time.perf_counter() - self._asked)
        self.wake.set()
        self._timer.cancel()
        self._timer = self._loop.call_later(self._hail.keepalive_s / 2, self.watch)

    def _on_answer(self, waiting: dict[int, asyncio.Future[Any]], mid: int, answer: Any) -> None:
        if mid in waiting:
            _answered(waiting[mid], answer)

    def _lose(self, reason: str) -> None:
        if self.reason:
            return
        self.reason = reason
        _failed(self._granted, NotSpoken(reason))
        if not self._granted.cancelled():
            self._granted.exception()  # asked for here, so that nobody warns of it
        for asked in self._subscribed.values():
            _failed(asked, LinkLost(reason))
        for written in self._written.values():
            _failed(written, WriteUnknown(f"the link was lost before the broker confirmed ({reason})"))
        self.wake.set()


def _strangers(user: str) -> str:
    if user:
        return f"the broker refuses the user {user} or his password: give it anew with `vigie secret`"
    return "the broker wants a user: write mqtt://user@host into the URL and give his password with `vigie secret`"


def _request(reply: Reply | None) -> Properties | None:
    """Where the device shall answer, in the words of MQTT 5. Source: MQTT 5.0, 4.10."""
    if reply is None:
        return None
    properties = _empty(PacketTypes.PUBLISH)
    properties.ResponseTopic = reply.topic
    properties.CorrelationData = reply.id.encode()
    return properties


def _empty(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]


def _answered(future: asyncio.Future[Any], answer: Any) -> None:
    if not future.done():
        future.set_result(answer)


def _failed(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


async def _settle(future: asyncio.Future[Any]) -> bool:
    """Wait until it is done, whatever its end; returns whether the waiting task was cancelled meanwhile."""
    cancelled = False
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


def _words(reason: int) -> str:
    if reason == 0x87:
        return "this station is not authorised to"
    try:
        return str(ReasonCode(PacketTypes.PUBACK, identifier=reason))
    except KeyError:
        return f"reason {reason}"

"""Peer: one MQTT client of a simulated device. It connects once; who owns it opens it again."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

Hear = Callable[[str, bytes], None]
"""Topic and payload, on the loop."""


class Peer:
    """See the module."""

    def __init__(self, name: str, port: int, filters: Sequence[str], hear: Hear) -> None:
        self._name = name
        self._port = port
        self._filters = filters
        self._hear = hear
        self._client: mqtt.Client | None = None

    @property
    def connected(self) -> bool:
        return self._client is not None and self._client.is_connected()

    async def open(self, will: tuple[str, bytes] | None = None) -> bool:
        """Connect with a will of QoS 1; False where the broker is not there."""
        await self.close()
        loop = asyncio.get_running_loop()
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self._name, protocol=MQTTProtocolVersion.MQTTv311, reconnect_on_failure=False
        )
        client.suppress_exceptions = True
        if will:
            client.will_set(*will, qos=1)
        ready = asyncio.Event()
        self._listen(client, loop, ready)
        try:
            await asyncio.to_thread(functools.partial(client.connect, "127.0.0.1", self._port, 10))
            client.loop_start()
            self._client = client
            async with asyncio.timeout(2.0):
                await ready.wait()
        except (OSError, TimeoutError):
            await self.close()
            return False
        return True

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Sent now or never: a device that is off line keeps nothing here."""
        if self._client is not None and self._client.is_connected():
            self._client.publish(topic, payload, qos, retain)

    async def close(self, abrupt: bool = False) -> None:
        """End the connection; `abrupt` without a word, so that the broker publishes the will."""
        client, self._client = self._client, None
        if client is None:
            return
        if abrupt:
            with contextlib.suppress(OSError, AttributeError):  # already gone
                client.socket().shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        else:
            client.disconnect()
        await asyncio.to_thread(client.loop_stop)
        client.on_connect = client.on_subscribe = client.on_message = None

    def _listen(self, client: mqtt.Client, loop: asyncio.AbstractEventLoop, ready: asyncio.Event) -> None:
        """Callbacks run in paho's thread: each posts one call to the loop."""

        def on_connect(client: mqtt.Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
            if reason.is_failure:
                return
            if self._filters:
                client.subscribe([(name, 1) for name in self._filters])
            else:
                loop.call_soon_threadsafe(ready.set)

        def on_subscribe(client: mqtt.Client, userdata: Any, mid: int, reasons: Any, properties: Any) -> None:
            loop.call_soon_threadsafe(ready.set)

        def on_message(client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
            loop.call_soon_threadsafe(self._hear, message.topic, bytes(message.payload))

        client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message

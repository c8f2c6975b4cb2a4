"""Outbox: publish a few messages on the broker of a link, by a connection of its own that lives as long as that takes.

Not the link's connection: a notice that is told must not depend on what a driver subscribes to, nor the reverse.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence

from drivers.mqtt.address import Settings, parse_url
from drivers.mqtt.keys import Keys, open_keys
from drivers.mqtt.orders import Outgoing
from drivers.mqtt.session import V5, V311, Hail, NotSpoken, Session
from supervisor.model import LinkSpec
from supervisor.vault import Vault

ANSWER_S = 10.0
KEEPALIVE_S = 30


class Outbox:
    """See the module."""

    def __init__(self, spec: LinkSpec, vault: Vault) -> None:
        self._spec, self._vault = spec, vault
        self._broker = parse_url(spec.url)
        self._settings = spec.settings if isinstance(spec.settings, Settings) else Settings()

    async def post(self, topic: str, payloads: Sequence[bytes], told: Callable[[], None]) -> None:
        """Returns once the broker has all of them (QoS 1); `told` is called after each.

        Raises LinkLost before the first byte of a message; WriteFailed and WriteUnknown as `Driver.write`.
        """
        keys = Keys()
        if self._broker.user or self._broker.tls:
            keys = await asyncio.to_thread(
                open_keys, self._broker, self._settings.server_name, self._spec.id, self._vault
            )
        session = await self._connected(keys)
        try:
            for payload in payloads:
                await session.write(Outgoing(topic, payload, qos=1), ANSWER_S)
                told()
        finally:
            await session.close()

    async def _connected(self, keys: Keys) -> Session:
        try:
            return await self._open(V5, keys)
        except NotSpoken:
            return await self._open(V311, keys)

    async def _open(self, version: int, keys: Keys) -> Session:
        session = Session(Hail(f"vigie-notices-{uuid.uuid4().hex[:8]}", KEEPALIVE_S), version)
        try:
            await session.open(self._broker, keys)
        except BaseException:
            await session.close()
            raise
        return session

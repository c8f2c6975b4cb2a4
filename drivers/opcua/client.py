"""asyncua's client as Vigie uses it: for one connection, with nothing of its own reconnection."""

from __future__ import annotations

import asyncio
from typing import Any

from asyncua import Client, ua

from drivers.opcua.address import parse_url

SESSION_MS = 60_000
"""How long a server keeps a session of ours after a cut; asyncua's own hour would exhaust a small controller."""
CHANNEL_MS = 3_600_000
"""Lifetime asked for a security token; renewed at three quarters of what the server grants."""


class ChannelRefused(Exception):
    """The server answered our request for a channel, and not by one."""


class SecureClient(Client):  # type: ignore[misc]  # asyncua is not typed
    """It comes with the token policy that was chosen, not with the first of its kind."""

    token: ua.UserTokenPolicy | None = None

    def server_policy(self, token_type: ua.UserTokenType) -> Any:
        return self.token or super().server_policy(token_type)

    async def open_secure_channel(self, renew: bool = False) -> None:
        """Open or renew the channel. Raises ChannelRefused, also for the AssertionError that asyncua makes of a refusal
        that is itself signed and encrypted; its StatusCode is lost in there."""
        try:
            await super().open_secure_channel(renew)
        except AssertionError as error:
            raise ChannelRefused from error


def new_client(url: str, timeout_s: float) -> SecureClient:
    """A client of the server at a link's URL, which may leave out the port; nothing is sent yet."""
    host, port = parse_url(url)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    client = SecureClient(f"opc.tcp://{authority}/{url.partition('://')[2].partition('/')[2]}", timeout=timeout_s)
    client.name = client.description = "Vigie"
    client.application_uri = client.product_uri = "urn:vigie:station"
    client.session_timeout = SESSION_MS
    client.secure_channel_timeout = CHANNEL_MS
    return client


async def endpoints(url: str, timeout_s: float) -> list[ua.EndpointDescription]:
    """What the server offers, over a connection of its own, for it is asked before anything is secured."""
    client = new_client(url, timeout_s)
    try:
        await client.connect_sessionless()
        return list(await client.get_endpoints())
    finally:
        await hang_up(client)


async def hang_up(client: SecureClient) -> None:
    """Without a word; the socket is gone when it returns."""
    protocol = client.uaclient.protocol
    if protocol is not None and protocol.transport is not None:
        protocol.transport.abort()
        await asyncio.sleep(0)  # the loop closes an aborted socket in its next turn

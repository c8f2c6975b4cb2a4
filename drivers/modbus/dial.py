"""Dial: makes the connection that an endpoint calls for. Failing, it says in one sentence what and where."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from pathlib import Path

from drivers.modbus.address import Settings
from drivers.modbus.client import Client
from drivers.modbus.endpoint import Endpoint, Framing
from drivers.modbus.framing import Ascii, Rtu
from drivers.modbus.line import LineClient, Timing
from drivers.modbus.mbap import MbapClient
from drivers.modbus.secure import Keys

HANDSHAKE_S = 5.0
"""A small controller needs some seconds for the arithmetic of TLS, however quick it answers afterwards."""
OPEN_S = 3.0
"""A serial port on USB may take this long to open."""


async def dial(endpoint: Endpoint, settings: Settings, pki: Path | None = None, link: str = "") -> Client:
    """Connect. `pki` and `link` say where the keys for TLS are (see `secure`).

    Raises ConnectionError with a whole sentence, for whatever reason.
    """
    try:
        if endpoint.device:
            return await _serial(endpoint, settings)
        if endpoint.framing is Framing.TLS:
            return await _secure(endpoint, settings, Keys(pki, link))
        async with asyncio.timeout(settings.timeout_s):
            return await _tcp(endpoint)
    except TimeoutError:
        raise ConnectionError(f"{endpoint} does not accept a connection (timeout)") from None
    except OSError as error:
        if isinstance(error, _Refusal):
            raise
        raise ConnectionError(f"{endpoint} does not accept a connection ({_words(error)})") from error


def _words(error: OSError) -> str:
    """asyncio says which call failed instead of why; a name that is not found has a negative number and own words."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or str(error)


class _Refusal(ConnectionError):
    """A sentence that needs no more words."""


async def _tcp(endpoint: Endpoint) -> Client:
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: _client(endpoint.framing, Timing()), endpoint.host, endpoint.port
    )
    return client


async def _serial(endpoint: Endpoint, settings: Settings) -> Client:
    # loaded only where there is such a port: pyserial looks at the system it finds itself on
    from drivers.modbus.port import open_port

    framing = Rtu() if endpoint.framing is Framing.RTU else Ascii()
    client = LineClient(framing, Timing.of(settings.serial, framing.bits))
    try:
        async with asyncio.timeout(OPEN_S):
            await open_port(endpoint.device, client, settings.serial, framing.bits)
    except TimeoutError:
        raise _Refusal(f"serial port {endpoint.device} does not open: unplug its adapter, plug it in") from None
    except OSError as error:
        raise _Refusal(f"serial port {endpoint.device} cannot be opened ({error})") from error
    return client


async def _secure(endpoint: Endpoint, settings: Settings, keys: Keys) -> Client:
    try:
        context = await asyncio.to_thread(keys.context)
        async with asyncio.timeout(max(HANDSHAKE_S, settings.timeout_s)):
            transport, client = await asyncio.get_running_loop().create_connection(
                lambda: MbapClient(keys.explain), endpoint.host, endpoint.port, ssl=context
            )
    except ssl.SSLError as error:
        raise _Refusal(f"{endpoint} is refused: {keys.explain(error)}") from error
    try:
        await _known(transport, endpoint, keys)
    except BaseException:  # a cancellation too must leave no connection behind
        client.close()
        await client.closed()
        raise
    return client


async def _known(transport: asyncio.Transport, endpoint: Endpoint, keys: Keys) -> None:
    """Raises where the device shows another certificate than the one it is known by."""
    try:
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    except ValueError:  # asyncio called a handshake done that was broken off in the same moment
        raise ConnectionResetError(errno.ECONNRESET, "") from None
    if await asyncio.to_thread(keys.strange, shown):
        raise _Refusal(f"{endpoint} is refused: it shows another certificate than {keys.device}")


def _client(framing: Framing, timing: Timing) -> Client:
    if framing is Framing.MBAP:
        return MbapClient()
    return LineClient(Rtu() if framing is Framing.RTU else Ascii(), timing)

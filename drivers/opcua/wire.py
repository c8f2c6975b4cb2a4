"""Wire: one connection to an OPC UA server, and every way it can fail, in our own words.

asyncua gives the transport, the security and the encoding. Its supervisor, watchdog, reconnection and publish loop
are not used: they would own reconnection twice (law 4) and make a task of every value. Only public names of asyncua
are used.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary
from asyncua.ua.uaerrors import BadTimeout
from cryptography.exceptions import InvalidSignature

from drivers.opcua import fallback
from drivers.opcua.address import Settings
from drivers.opcua.client import ChannelRefused, endpoints, hang_up, new_client
from drivers.opcua.notification import Notification
from drivers.opcua.security import Security
from drivers.opcua.trust import Unsafe
from supervisor.clock import Clock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost, StoreError, Unavailable, WriteFailed, WriteUnknown
from supervisor.model import LinkSpec, Quality
from supervisor.vault import Vault

GOODBYE_S = 0.5
"""A controller allows few sessions, so ours is closed politely; but nobody waits long for an answer to a goodbye."""

log = logging.getLogger(__name__)

_OURS_ENDED = {0x80220000, 0x80250000, 0x80260000, 0x80270000, 0x80860000, 0x80870000}
"""Answers that end a session or its channel, whatever was asked: BadSecureChannelIdInvalid, BadSessionIdInvalid,
BadSessionClosed, BadSessionNotActivated, BadSecureChannelClosed, BadSecureChannelTokenUnknown."""


class Declined(Exception):
    """The server answered a whole service call with a bad StatusCode, and the session lives on."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(name(status))


class Wire:
    """One connection: requests with a deadline, counted, and failures in our own words."""

    def __init__(self, link: LinkSpec, clock: Clock, traffic: Traffic, vault: Vault) -> None:
        self.settings = link.settings if isinstance(link.settings, Settings) else Settings()
        self.clock = clock
        self.traffic = traffic
        self.broken = False
        """Nobody answers any more: no goodbye is sent."""
        self._ended = False
        self._url = link.url
        self._security = Security(link, self.settings, vault, clock)
        self._client = new_client(link.url, self.settings.timeout_s)
        self._protocol: Any = None

    async def open(self) -> None:
        """Socket, secure channel and session."""
        asked = _cancellations()
        with self._failures():
            if self._security.asks:
                offered = await endpoints(self._url, self.settings.timeout_s)
                await self._security.prepare(self._client, offered)
                self.traffic.requests += 1
            await self._client.connect_sessionless()
            self._protocol = self._client.uaclient.protocol
            self._protocol.pre_request_hook = None  # it waits for asyncua's own reconnection, which is not used
            await self._security.enter(self._client, await self._client.create_session())
        # WORKAROUND: asyncua opens its socket inside asyncio.wait_for, which on Python 3.11 loses a cancellation that
        # meets the answer (https://github.com/python/cpython/issues/86296)
        if _cancellations() > asked:
            raise asyncio.CancelledError
        self.traffic.requests += 1

    async def ask(self, request: Any, answer: Any) -> Any:
        """One service call; raises LinkLost when it fails as a whole."""
        try:
            return await self.try_ask(request, answer)
        except Declined as declined:
            raise self._lost("refused", f"the server answers {declined}") from declined

    async def try_ask(self, request: Any, answer: Any) -> Any:
        """One service call that the server may decline; raises Declined, or LinkLost where nobody is left to ask."""
        started = self.clock.monotonic()
        with self._failures(), self._answers():
            body = await self._protocol.send_request(request, self.settings.timeout_s)
            response = struct_from_binary(answer, body)
            response.ResponseHeader.ServiceResult.check()
        self._count(started)
        return response

    async def hear(self, acknowledged: list[ua.SubscriptionAcknowledgement]) -> Notification | None:
        """The next notification; None where the server sent a publish request back unused. Raises as `try_ask`."""
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = acknowledged.copy()
        acknowledged.clear()
        with self._failures(), self._answers():
            try:
                body = await self._protocol.send_request(request, 0)
            except BadTimeout:
                return None
            heard = fallback.heard(body)
        self.traffic.requests += 1
        return heard

    async def renew(self) -> None:
        """For ever: a new security token before the present one is three quarters through."""
        while True:
            await self.clock.sleep(0.75 * self._client.secure_channel_timeout / 1000)
            with self._failures():
                await self._client.open_secure_channel(renew=True)
            self._client.uaclient.revolve_security_token()

    async def write(self, value: ua.WriteValue, timeout_s: float) -> int:
        """The StatusCode of one write; raises as `order`."""
        request = ua.WriteRequest()
        request.Parameters.NodesToWrite = [value]
        status, response = await self.order(request, ua.WriteResponse, timeout_s)
        return status or (int(response.Results[0].value) if response and response.Results else status)

    async def order(self, request: Any, answer: Any, timeout_s: float) -> tuple[int, Any]:
        """What the server says to a call that moves the field: StatusCode of the call, and the response where good.

        Raises WriteFailed where it never left, WriteUnknown where no clear answer came.
        """
        transport = self._protocol.transport
        if transport is None or transport.is_closing():
            raise WriteFailed("the connection has just been lost, nothing was sent")
        started = self.clock.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                body = await self._protocol.send_request(request, timeout_s)
            response = struct_from_binary(answer, body)
        except ua.UaStatusCodeError as error:
            if transport.is_closing():  # the channel broke: this is its epitaph, not the answer to the write
                raise WriteUnknown(f"the connection broke before the answer came: {name(error.code)}") from error
            return int(error.code), None
        except TimeoutError as error:
            self.traffic.count("timeout")
            raise WriteUnknown(f"no answer within {timeout_s:g} s") from error
        except Exception as error:
            raise WriteUnknown(f"no clear answer came: {_say(error)}") from error
        self._count(started)
        result = response.ResponseHeader.ServiceResult
        return int(result.value), response if result.is_good() else None

    async def close(self) -> None:
        """Leave nothing behind: the session on the server, the socket here."""
        transport = self._protocol.transport if self._protocol else None
        if transport is not None and not self.broken and not transport.is_closing():
            try:
                async with asyncio.timeout(GOODBYE_S):
                    await self._client.uaclient.close_session(True)
            except Exception as error:  # noqa: BLE001  asyncua raises nearly anything, and the socket goes anyway
                log.debug("%s did not answer our goodbye: %s", self._client, error)
        await hang_up(self._client)

    def _count(self, started: float) -> None:
        self.traffic.requests += 1
        self.traffic.round_trips.append(self.clock.monotonic() - started)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Whatever the library raises becomes a LinkLost with a cause; asyncua raises nearly anything on damage."""
        try:
            yield
        except (Unsafe, Unavailable, StoreError) as error:
            raise self._lost("security", str(error), Quality.CONFIGURATION) from error
        except TimeoutError as error:
            raise self._lost("timeout", f"no answer within {self.settings.timeout_s:g} s", Quality.TIMEOUT) from error
        except Declined:
            raise
        except ua.UaStatusCodeError as error:
            said = f"the server answers {name(error.code)}"
            if remedy := self._security.remedy(error.code):
                raise self._lost("security", said + remedy, Quality.CONFIGURATION) from error
            raise self._lost("refused", said) from error
        except ChannelRefused as error:
            said = f"the server refuses the channel{self._security.to_be_trusted()}"
            raise self._lost("security", said, Quality.CONFIGURATION) from error
        except InvalidSignature as error:
            said = "the server does not hold the key of its certificate: what answers is not what it claims to be"
            raise self._lost("security", said, Quality.CONFIGURATION) from error
        except OSError as error:
            kind = "connect" if isinstance(error, ConnectionRefusedError) else "lost"
            raise self._lost(kind, _say(error)) from error
        except Exception as error:
            raise self._lost("garbage", f"the server's answer makes no sense: {_say(error)}") from error

    @contextmanager
    def _answers(self) -> Iterator[None]:
        """A bad StatusCode of a service is an answer, unless it is the end of the session or of its channel."""
        try:
            yield
        except ua.UaStatusCodeError as error:
            transport = self._protocol.transport
            if transport is None or transport.is_closing() or int(error.code) & 0xFFFF0000 in _OURS_ENDED:
                raise
            raise Declined(int(error.code)) from error

    def _lost(self, kind: str, reason: str, quality: Quality | None = None) -> LinkLost:
        if not self._ended:  # everyone who waits meets the same end: it counts once
            self.traffic.count(kind)
        self._ended = True
        self.broken = self.broken or kind in ("timeout", "connect", "lost", "garbage")
        return LinkLost(reason, quality)


def name(code: int) -> str:
    """The standard's word for a StatusCode."""
    return f"{ua.StatusCode(ua.UInt32(code & 0xFFFF0000)).name} (0x{code:08X})"


def _say(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _cancellations() -> int:
    """How often the current task has been asked to end."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0

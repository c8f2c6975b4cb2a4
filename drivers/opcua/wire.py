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
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_from_binary
from asyncua.ua.uaerrors import BadNoSubscription, BadTimeout, BadTooManyPublishRequests

from drivers.opcua import notification
from drivers.opcua.address import Settings, parse_url
from drivers.opcua.notification import Notification, Row, Scalar
from supervisor.clock import Clock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.model import LinkSpec, Quality

GOODBYE_S = 0.5
"""A controller allows few sessions, so ours is closed politely; but nobody waits long for an answer to a goodbye."""
SESSION_MS = 60_000
"""How long a server keeps a session of ours after a cut; asyncua's own hour would exhaust a small controller."""
CHANNEL_MS = 3_600_000
"""Lifetime asked for a security token; renewed at three quarters of what the server grants."""

log = logging.getLogger(__name__)

_FIRST_TICKS = datetime(1601, 1, 1, tzinfo=UTC)


class Wire:
    """One connection: requests with a deadline, counted, and failures in our own words."""

    def __init__(self, link: LinkSpec, clock: Clock, traffic: Traffic) -> None:
        self.settings = link.settings if isinstance(link.settings, Settings) else Settings()
        self.clock = clock
        self.traffic = traffic
        self.broken = False
        """Nobody answers any more: no goodbye is sent."""
        self._ended = False
        host, port = parse_url(link.url)
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        path = link.url.partition("://")[2].partition("/")[2]
        self._client = Client(f"opc.tcp://{authority}/{path}", timeout=self.settings.timeout_s)
        self._client.name = self._client.description = "Vigie"
        self._client.application_uri = self._client.product_uri = "urn:vigie:station"
        self._client.session_timeout = SESSION_MS
        self._client.secure_channel_timeout = CHANNEL_MS
        self._protocol: Any = None

    async def open(self) -> None:
        """Socket, secure channel and session."""
        asked = _cancellations()
        with self._failures():
            await self._client.connect_sessionless()
            self._protocol = self._client.uaclient.protocol
            self._protocol.pre_request_hook = None  # it waits for asyncua's own reconnection, which is not used
            await self._client.create_session()
            await self._client.activate_session()
        # WORKAROUND: asyncua opens its socket inside asyncio.wait_for, which on Python 3.11 loses a cancellation that
        # meets the answer (https://github.com/python/cpython/issues/86296)
        if _cancellations() > asked:
            raise asyncio.CancelledError
        self.traffic.requests += 1

    async def ask(self, request: Any, answer: Any) -> Any:
        """One service call; raises LinkLost when it fails as a whole."""
        started = self.clock.monotonic()
        with self._failures():
            body = await self._protocol.send_request(request, self.settings.timeout_s)
            response = struct_from_binary(answer, body)
            response.ResponseHeader.ServiceResult.check()
        self._count(started)
        return response

    async def hear(self, acknowledged: list[ua.SubscriptionAcknowledgement]) -> Notification | None:
        """The next notification; None where the server sent a publish request back unused."""
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = acknowledged.copy()
        acknowledged.clear()
        with self._failures():
            try:
                body = await self._protocol.send_request(request, 0)
            except BadTimeout:
                return None
            heard = _heard(body)
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
        """The StatusCode of one write; WriteFailed where it never left, WriteUnknown where no clear answer came."""
        transport = self._protocol.transport
        if transport is None or transport.is_closing():
            raise WriteFailed("the connection has just been lost, nothing was sent")
        request = ua.WriteRequest()
        request.Parameters.NodesToWrite = [value]
        started = self.clock.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                body = await self._protocol.send_request(request, timeout_s)
            response = struct_from_binary(ua.WriteResponse, body)
        except ua.UaStatusCodeError as error:
            if transport.is_closing():  # the channel broke: this is its epitaph, not the answer to the write
                raise WriteUnknown(f"the connection broke before the answer came: {name(error.code)}") from error
            return int(error.code)
        except TimeoutError as error:
            self.traffic.count("timeout")
            raise WriteUnknown(f"no answer within {timeout_s:g} s") from error
        except Exception as error:
            raise WriteUnknown(f"no clear answer came: {_say(error)}") from error
        self._count(started)
        result = response.ResponseHeader.ServiceResult
        return int(result.value if not result.is_good() or not response.Results else response.Results[0].value)

    async def close(self) -> None:
        """Leave nothing behind: the session on the server, the socket here."""
        protocol = self._protocol or self._client.uaclient.protocol
        transport = protocol.transport if protocol else None
        if transport is None:
            return
        if not self.broken and not transport.is_closing():
            try:
                async with asyncio.timeout(GOODBYE_S):
                    await self._client.uaclient.close_session(True)
            except Exception as error:  # noqa: BLE001  asyncua raises nearly anything, and the socket goes anyway
                log.debug("%s did not answer our goodbye: %s", self._client, error)
        transport.abort()
        await asyncio.sleep(0)  # the loop closes an aborted socket in its next turn

    def _count(self, started: float) -> None:
        self.traffic.requests += 1
        self.traffic.round_trips.append(self.clock.monotonic() - started)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Whatever the library raises becomes a LinkLost with a cause; asyncua raises nearly anything on damage."""
        try:
            yield
        except TimeoutError as error:
            raise self._lost("timeout", f"no answer within {self.settings.timeout_s:g} s", Quality.TIMEOUT) from error
        except (BadNoSubscription, BadTooManyPublishRequests) as error:
            raise self._lost("refused", f"the server dropped the subscription: {name(error.code)}") from error
        except ua.UaStatusCodeError as error:
            raise self._lost("refused", f"the server answers {name(error.code)}") from error
        except OSError as error:
            raise self._lost("closed", _say(error)) from error
        except Exception as error:
            raise self._lost("garbage", f"the server's answer makes no sense: {_say(error)}") from error

    def _lost(self, kind: str, reason: str, quality: Quality | None = None) -> LinkLost:
        if not self._ended:  # everyone who waits meets the same end: it counts once
            self.traffic.count(kind)
        self._ended = True
        self.broken = self.broken or kind in ("timeout", "closed", "garbage")
        return LinkLost(reason, quality)


def _heard(body: Any) -> Notification:
    """The fast decoder, else the library's."""
    heard = notification.decode(bytes(body.copy().read(len(body))))
    return _slow(body) if heard is None else heard


def _slow(body: Any) -> Notification:
    response = struct_from_binary(ua.PublishResponse, body)
    response.ResponseHeader.ServiceResult.check()
    message = response.Parameters.NotificationMessage
    parts = message.NotificationData or []
    heard = Notification(response.Parameters.SubscriptionId, message.SequenceNumber, not parts)
    for part in parts:
        if isinstance(part, ua.DataChangeNotification):
            heard.rows += [row_of(each.ClientHandle, each.Value) for each in part.MonitoredItems]
        elif isinstance(part, ua.StatusChangeNotification):
            heard.status = int(part.Status.value)
    return heard


def row_of(handle: int, value: ua.DataValue) -> Row:
    status = int(value.StatusCode.value) if value.StatusCode else 0
    return handle, _scalar(value.Value.Value if value.Value else None), status, _ticks(value.SourceTimestamp)


def _scalar(value: Any) -> Scalar:
    if isinstance(value, ua.LocalizedText):
        return value.Text or ""
    if isinstance(value, datetime):
        return _aware(value).timestamp()
    return value


def _ticks(instant: datetime | None) -> int:
    return (_aware(instant) - _FIRST_TICKS) // timedelta(microseconds=1) * 10 if instant else 0


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def name(code: int) -> str:
    """The standard's word for a StatusCode."""
    return f"{ua.StatusCode(ua.UInt32(code & 0xFFFF0000)).name} (0x{code:08X})"


def _say(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _cancellations() -> int:
    """How often the current task has been asked to end."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0

"""Client: paho's client on a wire that was made for it, reading many packets at a time.

Three things of paho's are replaced, and it has no public way to replace them; a test looks whether they are still
there, and the release of paho is held back in pyproject.toml.

    _create_socket   its own `connect` blocks a thread for as long as an address stays silent: a hundred dead brokers
                     took every thread of the station's executor
    _loop            it waits with `select`, which knows no file above 1023: a station of a thousand links has more
    loop_read        it reads a packet byte by byte, and builds a dozen objects for each: 26 us of processor where this
                     needs 3. What is not a plain PUBLISH of QoS 0 or 1 goes to paho's own code, a packet at a time
"""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Callable
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MessageType, MQTTErrorCode, MQTTProtocolVersion

from drivers.mqtt.wire import Wire

LONGEST = 16 * 1024 * 1024
"""Bytes of a packet. A broker of version 5 is told, and keeps longer ones; from one of version 3 such a packet, or a
damaged length, ends the connection."""
_CHUNK = 262_144
_SUCCESS, _LOST = MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_CONN_LOST
_PUBLISH, _PUBACK = int(MessageType.PUBLISH), int(MessageType.PUBACK)

log = logging.getLogger(__name__)

Accept = Callable[[bytes, bytes, bool, bytes], None]
"""Topic, payload, whether it was retained, correlation data; called in paho's thread."""


class Client(mqtt.Client):
    """See the module."""

    def __init__(self, client_id: str, version: int, accept: Accept) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion(version),
            reconnect_on_failure=False,
        )
        self.suppress_exceptions = True
        self.wire: Wire | None = None
        self.failure = ""
        """Why the connection was given up, where paho does not know."""
        self._accept = accept
        self._five = version == MQTTProtocolVersion.MQTTv5
        self._rest = bytearray()
        """Bytes of packets that are not complete yet."""

    def forget(self) -> None:
        """Break the circle of callbacks, so that paho's own sockets close now, not at a later gc."""
        self.on_connect = self.on_disconnect = self.on_subscribe = self.on_publish = self.on_message = None
        self._accept = _nobody

    def _create_socket(self) -> Any:
        return self.wire

    def _loop(self, timeout: float = 1.0) -> MQTTErrorCode:
        """Wait for the broker or for somebody who publishes, and serve both."""
        if not hasattr(select, "poll"):  # Windows, whose `select` counts sockets rather than numbering them
            return super()._loop(timeout)
        wire, bell = self._sock, self._sockpairR
        if wire is None or bell is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        poll = select.poll()
        poll.register(wire, select.POLLIN | (select.POLLOUT if self.want_write() else 0))
        poll.register(bell, select.POLLIN)
        ready = dict(poll.poll(timeout * 1000))
        seen = ready.get(wire.fileno(), 0)
        if seen & ~select.POLLOUT:
            rc = self.loop_read()
            if rc or self._sock is None:
                return rc
        if bell.fileno() in ready:
            bell.recv(10_000)
        if self.want_write():
            rc = self.loop_write()
            if rc or self._sock is None:
                return rc
        return self.loop_misc()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Everything that has come."""
        if self._sock is None or self.wire is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            found = self.wire.recv(_CHUNK)
        except BlockingIOError:
            return _SUCCESS
        except OSError:
            return self._loop_rc_handle(_LOST)
        if not found:
            return self._loop_rc_handle(_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._rest += found
        rc = self._packets()
        return self._loop_rc_handle(rc) if rc > 0 else _SUCCESS

    def _packets(self) -> MQTTErrorCode:
        """Every whole packet of `_rest`, and one answer for all that want to be confirmed."""
        rest, place, end = self._rest, 0, len(self._rest)
        acks = bytearray()
        rc = _SUCCESS
        while rc <= 0 and self._sock is not None:
            length, body = _length(rest, place + 1, end)
            if length > LONGEST:
                self.failure = f"it sends a packet of {length} bytes: a damaged stream, or more than this station takes"
                rc = MQTTErrorCode.MQTT_ERR_PROTOCOL
            elif not body or body + length > end:
                break
            else:
                if rest[place] & 0xF0 != _PUBLISH or not self._publication(
                    rest, rest[place], body, body + length, acks
                ):
                    rc = self._other(rest[place], rest[body : body + length])
                place = body + length
        del rest[:place]
        if acks and self._sock is not None:
            self._packet_queue(_PUBACK, bytes(acks), 0, 0)
        return rc

    def _publication(self, rest: bytearray, command: int, body: int, after: int, acks: bytearray) -> bool:
        """A PUBLISH of QoS 0 or 1 without properties; False for any other, which paho then reads, or refuses."""
        certain = command & 0x06
        if certain > 0x02 or after - body < 2:
            return False
        at = body + 2 + (rest[body] << 8 | rest[body + 1])
        start = at + (2 if certain else 0)
        if self._five:
            if start >= after or rest[start]:
                return False
            start += 1
        if start > after:
            return False
        if certain:
            acks += b"\x40\x02" + rest[at : at + 2]
        self._accept(bytes(rest[body + 2 : at]), bytes(rest[start:after]), bool(command & 0x01), b"")
        return True

    def _other(self, command: int, packet: bytearray) -> MQTTErrorCode:
        """One packet that paho reads."""
        self._in_packet = {
            "command": command,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(packet),
            "packet": packet,
            "to_process": 0,
            "pos": 0,
        }
        try:
            return self._packet_handle()
        except Exception as error:  # noqa: BLE001 - of a malformed packet paho raises what comes, and its thread would end
            self.failure = f"it sends what is no packet of MQTT ({error})"
            return MQTTErrorCode.MQTT_ERR_PROTOCOL


def _length(rest: bytearray, place: int, end: int) -> tuple[int, int]:
    """Remaining length and where the packet's body begins, 0 where bytes are missing. Source: MQTT 5.0, 1.5.5."""
    length = shift = 0
    for at in range(place, min(place + 4, end)):
        byte = rest[at]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return length, at + 1
        shift += 7
    return (0, 0) if end - place < 4 else (LONGEST + length + 1, 0)


def _nobody(topic: bytes, payload: bytes, retained: bool, correlation: bytes) -> None:
    """Who hears a session that is over."""

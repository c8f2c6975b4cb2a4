"""paho on a wire of ours: packets however they are cut, packets that are none, and what of paho's is replaced."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt import client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from drivers.mqtt.client import LONGEST, Client
from drivers.mqtt.session import V5, V311, Hail, Session
from drivers.mqtt.wire import Wire

Heard = list[tuple[bytes, bytes, bool, bytes]]


def test_that_what_is_replaced_of_paho_is_still_there():
    for name in ("_create_socket", "_loop", "loop_read", "_packet_handle", "_packet_queue", "_loop_rc_handle"):
        assert callable(getattr(mqtt.Client, name))
    client = Client("x", V5, lambda *rest: None)
    for name in ("_sock", "_sockpairR", "_in_packet", "_msgtime_mutex", "_last_bytes_received", "_out_packet"):
        assert hasattr(client, name), name


class Desk:
    """A client with a socket pair for a broker."""

    def __init__(self, version: int) -> None:
        self.heard: Heard = []
        self.broker, raw = socket.socketpair()
        raw.setblocking(False)
        self.broker.setblocking(False)
        self.client = Client("x", version, lambda *message: self.heard.append(message))
        self.client.wire = self.client._sock = Wire(raw)
        self.client.on_message = lambda client, userdata, m: self.heard.append((m._topic, m.payload, m.retain, b"q2"))

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.forget()
        self.client._sock = None
        self.client.wire.close()
        self.broker.close()

    def feed(self, *parts: bytes) -> MQTTErrorCode:
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        for part in parts:
            if part and self.client._sock:
                self.broker.sendall(part)
                rc = self.client.loop_read()
        return rc

    def answered(self) -> bytes:
        self.client.loop_write()
        try:
            return self.broker.recv(65_536)
        except BlockingIOError:
            return b""


def packet(
    topic: bytes, payload: bytes, qos: int = 0, retained: bool = False, properties: bytes | None = None
) -> bytes:
    """A PUBLISH; `properties` for version 5, b"" for none."""
    body = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", 7) if qos else b"")
    if properties is not None:
        body += bytes([len(properties)]) + properties
    body += payload
    return bytes([0x30 | qos << 1 | retained]) + length(len(body)) + body


def length(number: int) -> bytes:
    digits = bytearray()
    while True:
        number, digit = divmod(number, 128)
        digits.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(digits)


MESSAGES = st.lists(
    st.tuples(st.text(min_size=1, max_size=40), st.binary(max_size=300), st.integers(0, 1), st.booleans()), max_size=8
)


@settings(deadline=None, max_examples=60)
@given(MESSAGES, st.sampled_from([V5, V311]), st.data())
def test_that_messages_arrive_whole_and_in_order_however_the_stream_is_cut(messages, version, data):
    rows = [(topic.encode("utf-8", "replace"), payload, qos, retained) for topic, payload, qos, retained in messages]
    stream = b"".join(packet(*row, b"" if version == V5 else None) for row in rows)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    with Desk(version) as desk:
        desk.feed(*(stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)))
        assert [message[:3] for message in desk.heard] == [(row[0], row[1], row[3]) for row in rows]
        assert desk.answered() == b"\x40\x02\x00\x07" * sum(row[2] for row in rows)


def test_that_a_message_with_properties_and_one_of_qos_2_go_through_paho():
    with Desk(V5) as desk:
        desk.feed(packet(b"a", b"1", 0, False, b"\x09\x00\x01x"))  # correlation data
        desk.feed(packet(b"b", b"2", 2, False, b""), b"\x62\x02\x00\x07")  # and its release
        desk.feed(packet(b"c", b"3", 1, False, b"\x01\x01"))  # payload format, QoS 1: confirmed by paho
        assert [(topic, bytes(payload)) for topic, payload, *_ in desk.heard] == [
            (b"a", b"1"),
            (b"b", b"2"),
            (b"c", b"3"),
        ]
        assert b"\x40\x02\x00\x07" in desk.answered()


@pytest.mark.parametrize(
    "stream",
    [
        b"\x30\xff\xff\xff\xff\x01",  # a length of five digits
        b"\x30" + length(LONGEST + 1),
        b"\x30\x03\x00\x09a",  # a topic longer than its packet
        b"\x00\x00",  # no command
        b"\x90\x00",  # SUBACK without anything
        b"\x40\x00",
        b"\x20\x00",
        b"\x30\x05\x00\x01a\xff\xff",  # properties longer than their packet
        b"\x36\x06\x00\x01a\x00\x01x",  # QoS 3
    ],
)
def test_that_what_is_no_packet_ends_the_connection_and_not_the_thread(stream):
    with Desk(V5) as desk:
        assert desk.feed(stream) > 0
        assert not desk.heard
        assert desk.client._sock is None


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80), st.sampled_from([V5, V311]))
def test_that_random_bytes_never_raise(stream, version):
    with Desk(version) as desk:
        desk.feed(stream[:20], stream[20:])


def test_that_a_flood_is_bounded_in_messages_and_in_bytes(monkeypatch):
    monkeypatch.setattr("drivers.mqtt.session.BACKLOG", 10)
    monkeypatch.setattr("drivers.mqtt.session.BACKLOG_BYTES", 1000)

    async def scenario() -> None:
        session = Session(Hail("x", 10), V5)
        for n in range(15):
            session._accept(b"t", b"%d" % n, False, b"")
        assert (len(session.inbox), session.overflow) == (10, 5)
        assert session.inbox[0].payload == b"5"  # the oldest go
        assert len(session.take(3, 10_000)) == 3
        for _ in range(4):
            session._accept(b"t", b"x" * 400, False, b"")
        assert sum(len(message.payload) for message in session.inbox) <= 1000
        assert [len(message.payload) for message in session.take(100, 1)][:1] == [400]
        session._accept(b"\xff", b"", False, b"")
        assert session.take(100, 10_000)[-1].topic == ""
        await session.close()

    asyncio.run(scenario())

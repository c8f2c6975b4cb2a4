"""Kits: how each protocol carries the same small plant, what damages its frames, and how soon a loss must be known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import drivers
from drivers.modbus.framing import Ascii, Rtu
from supervisor.model import Equipment, EquipmentType, Kind, LinkSpec, Site, Source, State, Tag, TagSpec, Text
from tests.drivers.contract.wires import USER

HERE = Text("ici", "here")
KINDS = {
    "level": Kind.NUMBER,
    "energy": Kind.COUNTER,
    "door": Kind.BOOLEAN,
    "mode": Kind.ENUM,
    "message": Kind.TEXT,
    "order": Kind.BOOLEAN,
    "goal": Kind.NUMBER,
}
SCALES = {"level": (0.1, -5.0), "goal": (0.01, 1.0)}
WRITABLE = ("order", "goal")
STATES = {
    "mode": (State(0, "auto", HERE), State(1, "manual", HERE), State(2, "off", HERE)),
    "order": (State(0, "off", HERE), State(1, "on", HERE)),
}
_JSON = {"format": "json", "topic": "thing/{name}", "time": "ts:ms"}


def _other_end(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _other_rtu(data: bytes) -> bytes:
    return Rtu().wrap(data[0], data[1:-3] + bytes([data[-3] ^ 1])) if len(data) > 4 else data


def _other_ascii(data: bytes) -> bytes:
    text = data[1:-4]
    if len(text) < 6 or len(text) % 2:
        return data
    plain = bytes.fromhex(text.decode("ascii"))
    return Ascii().wrap(plain[0], plain[1:-1] + bytes([plain[-1] ^ 1]))


@dataclass(frozen=True)
class Kit:
    """How a protocol carries the plant, and how soon it must notice a loss with these settings."""

    protocol: str
    url: str
    settings: Mapping[str, str]
    rows: Mapping[str, Mapping[str, str]]
    """Tag -> its row of a pack's tags.csv."""
    silent_s: float
    """Bound for a controller that falls silent, from drivers.md, with room for a busy machine."""
    mute_s: float
    """Bound for one that accepts a connection and says nothing."""
    texts: bool = True
    garbles: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)
    """Damage by name: where in a chunk, and what stands there then."""
    server: str = "simulator"
    """Who answers: the city's own servers, or a name of `foreign.SERVERS`."""
    frame: int = 64
    """A request damaged from here on is a good request for something else, and rightly answered."""
    wire: str = "bare"
    """What stands before the server: a name of `wires.WIRES`."""
    args: Mapping[str, str] = field(default_factory=lambda: {"name": "T"})
    """Of the equipment."""
    dear: bool = False
    """Each connection costs both sides a tenth of a second of arithmetic."""
    sealed: bool = False
    """A checksum or a signature tells of every byte that was changed on its way."""
    other: Callable[[bytes], bytes] = _other_end
    """An answer -> one that differs from it in its last value and is as well formed."""


_REGISTERS = {
    "level": {"table": "holding", "address": "10", "type": "int16"},
    "energy": {"table": "input", "address": "100", "type": "int64"},
    "door": {"table": "discrete", "address": "20"},
    "mode": {"table": "holding", "address": "12"},
    "order": {"table": "coil", "address": "3"},
    "goal": {"table": "holding", "address": "14", "type": "float32"},
}
_CLONE = {
    "level": {"table": "holding", "address": "#11", "type": "int16", "word_order": "DCBA"},
    "energy": {"address": "3x00101", "type": "int64", "word_order": "CDAB"},
    "door": {"address": "1x00021"},
    "mode": {"address": "4x00013", "type": "bcd16"},
    "message": {"address": "4x00041", "type": "string", "length": "31", "word_order": "BADC"},
    "order": {"address": "0x00004"},
    "goal": {"address": "4x00015", "type": "float32", "word_order": "BADC"},
}
"""The same plant as another maker carries it: every notation, other word orders, texts."""
_POLLS = {"timeout_s": "0.5", "fast_s": "0.15", "normal_s": "0.15"}
_FRAME = {
    "foreign transaction": (0, b"\x55\x55"),
    "foreign protocol": (2, b"\x12\x34"),
    "huge length": (4, b"\xff\xff"),
    "short length": (4, b"\x00\x01"),
    "length of one less": (5, b"\x04"),
    "wrong unit": (6, b"\x09"),
    "wrong function": (7, b"\x44"),
    "wrong byte count": (8, b"\x01"),
    "exception of another function": (7, b"\x99\x02"),
    "unknown exception": (7, b"\x83\x63"),
}
_LINE = {
    "wrong unit": (0, b"\x09"),
    "wrong function": (1, b"\x44"),
    "exception": (1, b"\x83\x02"),
    "wrong byte count": (2, b"\x01"),
    "greatest byte count": (2, b"\xff"),
    "wrong value": (4, b"\xee"),
    "wrong checksum": (-1, b"\xee"),
}
_TEXT = {
    "no colon": (0, b"X"),
    "a colon in the middle": (5, b":"),
    "no digit": (4, b"G"),
    "wrong unit": (1, b"09"),
    "wrong value": (8, b"E"),
    "wrong checksum": (-4, b"EE"),
    "no end": (-2, b"  "),
    "half an end": (-1, b"\r"),
}
_RECORD = {
    "unknown record": (0, b"\x63"),
    "alert": (0, b"\x15"),
    "other version": (1, b"\x02\x00"),
    "huge record": (3, b"\xff\xff"),
    "empty record": (3, b"\x00\x00"),
    "one bit": (9, b"\xee"),
    "wrong tag": (-1, b"\xee"),
}
_CHUNK = {
    "unknown message": (0, b"XYZ"),
    "aborted chunk": (3, b"A"),
    "unfinished chunk": (3, b"C"),
    "huge size": (4, b"\xff\xff\xff\x7f"),
    "tiny size": (4, b"\x02\x00\x00\x00"),
    "foreign channel": (8, b"\xee\xee\xee\xee"),
    "foreign token": (12, b"\xee\xee\xee\xee"),
    "foreign sequence": (16, b"\xee\xee\xee\xee"),
    "foreign request": (20, b"\xee\xee\xee\xee"),
    "foreign structure": (26, b"\xee\xee"),
}
_PACKET = {
    "reserved packet": (0, b"\xff"),
    "packet of a server's peer": (0, b"\x10"),
    "quality of service 3": (0, b"\x36"),
    "endless length": (1, b"\xff\xff\xff\xff\xff"),
    "long length": (1, b"\xff\x7f"),
    "greatest length": (0, b"\x30\xff\xff\xff\x7f"),
    "length nought": (1, b"\x00"),
    "foreign packet id": (2, b"\xee\xee"),
}

KITS = {
    "modbus": Kit("modbus", "modbus://127.0.0.1:{}", _POLLS, _REGISTERS, 2.5, 2.5, False, _FRAME, frame=8),
    "modbus pipelined": Kit(
        "modbus", "modbus://127.0.0.1:{}", {**_POLLS, "pipeline": "4"}, _CLONE, 2.5, 2.5, True, _FRAME, frame=8
    ),
    "opcua": Kit(
        "opcua",
        "opc.tcp://127.0.0.1:{}",
        {"publish_ms": "50", "timeout_s": "1"},
        {name: {"path": f"Thing/{name.title()}", "namespace": "urn:test:thing", "sampling_ms": "50"} for name in KINDS},
        3.5,
        2.0,
        garbles=_CHUNK,
    ),
    "mqtt": Kit(
        "mqtt",
        "mqtt://127.0.0.1:{}",
        {"keepalive_s": "2", "batch_ms": "20"},
        {
            name: {**_JSON, "path": name}
            | ({"write_topic": f"thing/{{name}}/{name}", "write_payload": "{value}"} if name in WRITABLE else {})
            for name in KINDS
        },
        6.0,
        7.0,
        garbles=_PACKET,
    ),
}


KITS |= {
    "modbus libmodbus": replace(KITS["modbus"], server="libmodbus"),
    "modbus libmodbus pipelined": replace(KITS["modbus pipelined"], server="libmodbus", rows=_REGISTERS, texts=False),
    "opcua node-opcua": replace(KITS["opcua"], server="node-opcua"),
}


_SECURE = {"security": "basic256sha256", "identity": "user", "user": USER}

KITS |= {
    "modbus rtu": replace(
        KITS["modbus"], url="modbus+rtu://127.0.0.1:{}", garbles=_LINE, frame=0, sealed=True, other=_other_rtu
    ),
    "modbus ascii": replace(
        KITS["modbus pipelined"],
        url="modbus+ascii://127.0.0.1:{}",
        settings=_POLLS,
        garbles=_TEXT,
        frame=0,
        sealed=True,
        other=_other_ascii,
    ),
    "modbus tls": replace(
        KITS["modbus libmodbus"], url="modbus+tls://127.0.0.1:{}", wire="tls", garbles=_RECORD, sealed=True, mute_s=8.0
    ),
    "opcua secure": replace(
        KITS["opcua node-opcua"],
        server="secure node-opcua",
        wire="trusted server",
        settings={**KITS["opcua"].settings, "timeout_s": "2", **_SECURE},
        dear=True,
        garbles={name: _CHUNK[name] for name in ("unknown message", "huge size", "foreign token", "foreign sequence")},
        silent_s=5.5,
        mute_s=10.0,
        sealed=True,
    ),
    "mqtt secure": replace(
        KITS["mqtt"], url=f"mqtts://{USER}@127.0.0.1:{{}}", wire="secure broker", garbles=_RECORD, sealed=True
    ),
    "sparkplug": replace(
        KITS["mqtt"],
        rows={name: {"format": "sparkplug", "path": f"Thing/{name}"} for name in KINDS},
        args={"name": "T", "group": "G", "node": "N", "device": "T"},
    ),
}


DEEP = ("modbus", "modbus libmodbus pipelined", "modbus rtu", "opcua", "mqtt")
"""A wire for each way through a driver: what takes long is tried on these. Every other differs from one of them in its
server, its framing or its keys, and is tried in what these change."""
SHAKING = (*DEEP, "modbus tls", "opcua secure", "mqtt secure")
"""The same, and those whose connections begin otherwise."""
BROKEN = (
    "modbus libmodbus", "modbus pipelined", "modbus rtu", "modbus ascii", "modbus tls", "opcua", "opcua secure", "mqtt",
    "mqtt secure", "sparkplug",
)  # fmt: skip
"""A wire for everything that makes sense of bytes."""
ASKED = ("modbus libmodbus pipelined", "modbus rtu", "opcua node-opcua", "mqtt")
"""Damage on its way to the server, which has to make something of it: one server of each make."""
FAULTY = ("opcua", "opcua node-opcua", "mqtt", "sparkplug")
"""Where a device has a word for a sensor that failed; a register has none."""
ANSWERING = tuple(name for name in KITS if name != "sparkplug")
"""Where somebody says what became of a write: an order to a Sparkplug node is sent with QoS 0, as the specification
wants (tck-id-payloads-dcmd-qos), and only the value that comes back tells."""


def site_of(kit: Kit, port: int) -> Site:
    """One equipment `T` with a tag of every kind that the protocol carries."""
    protocol = drivers.TABLE[kit.protocol]
    specs = {name: TagSpec(name, HERE, kind, states=STATES.get(name, ())) for name, kind in KINDS.items()}
    type_ = EquipmentType("thing", HERE, "water", specs)
    thing = Equipment(0, "T", HERE, type_, "", "water", "L", pack="thing", args=kit.args)
    tags: list[Tag] = []
    for name, row in kit.rows.items():
        scale, offset = SCALES.get(name, (1.0, 0.0))
        source = Source(name, True, name in WRITABLE, scale, offset, protocol.address(row))
        tags.append(Tag(len(tags), thing, specs[name], "L", source))
    link = LinkSpec("L", HERE, kit.protocol, kit.url.format(port), "", protocol.settings(kit.settings))
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"thing": type_}, {}, {"L": link},
        (thing,), tuple(tags), (), {}, "",
    )  # fmt: skip

"""Speakers: what devices without a session of their own say over MQTT: vehicles, LoRaWAN probes, plain JSON.

Each builds its payload from the very paths of the pack that Vigie reads it with, inside the full envelope that the
real thing sends, so that a pack which reads the simulator reads the field.
"""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

import msgspec

from drivers.mqtt.address import HFP_LEVELS, TOPIC, Address, Format, TimeForm, fill, parse_time
from drivers.mqtt.payload import steps_of
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Equipment, Kind, Tag

MS = 1_000_000


class Said(NamedTuple):
    """One message."""

    topic: str
    payload: bytes
    retain: bool = False


class Carried(NamedTuple):
    """A tag and how its pack carries it."""

    tag: Tag
    address: Address


class Speaker:
    """One equipment on one topic; speaks when `due`, in ns of the world's time."""

    period_s = 5.0
    """Seconds between two messages."""

    def __init__(self, equipment: Equipment, carried: Sequence[Carried], world: World) -> None:
        self.equipment = equipment
        self._carried = carried
        self._world = world
        self._filter = fill(carried[0].address.topic, equipment.args)
        self._due = 0

    def speak(self, late_s: float) -> list[Said]:
        """Messages due at the world's present time, dated `late_s` seconds back."""
        if self._world.time < self._due:
            return []
        self._due = self._world.time + round(self._pause_s() * SECOND)
        return self._say(self._world.time - round(late_s * SECOND))

    def hurry(self) -> None:
        """Speak at the next step: something changed by command."""
        self._due = 0

    def _pause_s(self) -> float:
        return self.period_s - 0.1  # the steps of the world tremble a little

    def _say(self, time: int) -> list[Said]:
        raise NotImplementedError

    def _raw(self, tag: Tag) -> Any:
        """A tag as the device would write it in JSON; None where the device has no value."""
        if tag.spec.kind is Kind.TEXT:
            return self._world.text.get(tag.index, "")
        source = tag.source
        value = float(self._world.value[tag.index])
        if source is None or value != value:
            return None
        raw = round((value - source.offset) / source.scale, 7)
        if tag.spec.kind is Kind.BOOLEAN:
            return bool(raw)
        return int(raw) if raw == int(raw) else raw


class Summary(Speaker):
    """A JSON object, or a plain value, retained so that who comes later reads it at once."""

    def _say(self, time: int) -> list[Said]:
        first = self._carried[0].address
        if first.format is Format.PLAIN:
            return [Said(self._filter, _plain(self._raw(self._carried[0].tag)), retain=True)]
        body: dict[str, Any] = {}
        for tag, address in self._carried:
            put(body, steps_of(address.format, address.path), self._raw(tag))
        if first.time:
            path, form = parse_time(first.time)
            put(body, tuple(path.split(".")), stamp(time, form))
        return [Said(self._filter, msgspec.json.encode(body), retain=True)]


class Vehicle(Speaker):
    """A tram or a bus over HFP v2, once a second."""

    period_s = 1.0

    def __init__(self, equipment: Equipment, carried: Sequence[Carried], world: World, zone: tzinfo) -> None:
        super().__init__(equipment, carried, world)
        self._zone = zone
        line = world.site.equipment_by_id.get(equipment.parent)
        self._line = line.args.get("line", line.id) if line else "0"
        self._journey: tuple[str, str] = ("", "")
        """Direction and start time: a new direction is a new journey."""
        self._place: tuple[str, ...] = ()
        self._speed = 0.0

    def _say(self, time: int) -> list[Said]:
        body: dict[str, Any] = {}
        topic: dict[str, str] = {}
        for tag, address in self._carried:
            if address.path.startswith(TOPIC):
                topic[address.path.removeprefix(TOPIC)] = word(str(self._raw(tag)))
            else:
                put(body, steps_of(address.format, address.path), self._raw(tag))
        now = datetime.fromtimestamp(time / SECOND, UTC)
        self._complete(body, now)
        topic = {"headsign": word(self._line), "next_stop": "EOL", **topic}
        return [Said(self._topic(body, topic), msgspec.json.encode({"VP": body}))]

    def _complete(self, body: dict[str, Any], now: datetime) -> None:
        """What every position says beside the tags of the pack. Source: HFP v2, payload."""
        direction = str(body.get("dir") or 1)
        if direction != self._journey[0]:
            self._journey = (direction, now.astimezone(self._zone).strftime("%H:%M"))
        speed = float(body.get("spd") or 0.0)
        args = self.equipment.args
        said = {
            "desi": self._line,
            "oper": _digits(args.get("operator", "0")),
            "veh": _digits(args.get("vehicle", "0")),
            "tst": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "tsi": int(now.timestamp()),
            "acc": round(speed - self._speed, 2),
            "oday": now.astimezone(self._zone).date().isoformat(),
            "jrn": _digits(args.get("vehicle", "0")) % 1000,
            "line": sum(self._line.encode()),
            "start": self._journey[1],
            "loc": "GPS",
            "stop": None,
            "route": self._line,
        }
        self._speed = speed
        if "drst" in body:
            body["drst"] = int(body["drst"] or 0)
        body.update({name: value for name, value in said.items() if name not in body}, dir=direction)

    def _topic(self, body: dict[str, Any], topic: dict[str, str]) -> str:
        """The filter's own words where it has them, then the whole topic of the specification."""
        place = _geohash(body.get("lat"), body.get("long"))
        args = self.equipment.args
        full = {
            "journey_type": "journey",
            "temporal_type": "ongoing",
            "event_type": "vp",
            "transport_mode": self.equipment.type.id,
            "operator": args.get("operator", "0"),
            "vehicle": args.get("vehicle", "0"),
            "route": word(self._line),
            "direction": str(body["dir"]),
            "start": self._journey[1],
            "geohash_level": str(self._level((topic["next_stop"], *place))),
            **topic,
        }
        levels = ["", "hfp", "v2"] + [full[name] for name in HFP_LEVELS]
        for number, level in enumerate(self._filter.split("/")):
            if level not in ("+", "#"):
                levels[number] = level
        return "/".join([*levels, *place, str(sum(self._line.encode()) % 100)])

    def _level(self, place: tuple[str, ...]) -> int:
        """The coarsest digit that moved: who subscribes up to level 2 hears a vehicle every 100 m or so."""
        before, self._place = self._place, place
        if place[:2] != before[:2]:
            return 0
        return next((n for n in range(2, 5) if place[n] != before[n]), 6) - 1


class Probe(Speaker):
    """A LoRaWAN device behind ChirpStack v4: an uplink every few tens of seconds, so that a demo is alive."""

    period_s = 30.0

    def __init__(self, equipment: Equipment, carried: Sequence[Carried], world: World) -> None:
        super().__init__(equipment, carried, world)
        self._dice = random.Random(equipment.id)
        self._count = self._dice.randrange(1000, 9000)

    def _pause_s(self) -> float:
        return self.period_s * self._dice.uniform(0.6, 1.3)

    def _say(self, time: int) -> list[Said]:
        self._count += 1
        body = self._envelope(stamp(time, TimeForm.ISO))
        for tag, address in self._carried:
            put(body, steps_of(address.format, address.path), self._raw(tag))
        frame = msgspec.msgpack.encode(list(body["object"].values()))
        body["data"] = base64.b64encode(frame).decode()
        said = Said(self._filter, msgspec.json.encode(body))
        # the gateway's network may deliver an uplink twice; the identity is what tells
        return [said, said] if self._dice.random() < 0.05 else [said]

    def _envelope(self, time: Any) -> dict[str, Any]:
        """Source: ChirpStack v4, event up."""
        args = self.equipment.args
        eui = args.get("dev_eui", "")
        return {
            "deduplicationId": str(uuid.UUID(int=self._dice.getrandbits(128), version=4)),
            "time": time,
            "deviceInfo": {
                "tenantName": "Angers Loire Métropole",
                "applicationName": args.get("application", ""),
                "deviceProfileName": self.equipment.pack,
                "deviceName": self.equipment.id,
                "devEui": eui,
                "tags": {},
            },
            "devAddr": eui[-8:],
            "adr": True,
            "dr": 5,
            "fCnt": self._count,
            "fPort": 2,
            "confirmed": False,
            "data": "",
            "object": {},
            "rxInfo": [{"gatewayId": "24e124fffef0a1b2", "rssi": -95, "snr": round(self._dice.uniform(-5, 10), 1)}],
            "txInfo": {"frequency": self._dice.choice((868_100_000, 868_300_000, 868_500_000))},
        }


def put(body: Any, steps: Sequence[str], value: Any) -> None:
    """Put `value` where a dotted path leads, making objects, and elements of a list, on the way."""
    for step in steps[:-1]:
        if isinstance(body, list):
            body += [{} for _ in range(int(step) + 1 - len(body))]
            body = body[int(step)]
        else:
            body = body.setdefault(step, {})
    if isinstance(body, list):
        body[int(steps[-1])] = value
    else:
        body[steps[-1]] = value


def _plain(raw: Any) -> bytes:
    return raw.encode() if isinstance(raw, str) else msgspec.json.encode(raw)


def stamp(time: int, form: TimeForm) -> str | int | float:
    """An instant as a device writes it."""
    if form is TimeForm.MS:
        return time // MS
    if form is TimeForm.S:
        return time // MS / 1000
    return datetime.fromtimestamp(time // MS / 1000, UTC).isoformat(timespec="milliseconds")


def word(text: str) -> str:
    """A text as one level of a topic."""
    return text.replace("/", "-").replace("+", " ").replace("#", " ")


def _geohash(latitude: Any, longitude: Any) -> tuple[str, str, str, str]:
    """`lat;lon`, then the first, second and third decimals of both. Empty levels without a position."""
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return ("", "", "", "")
    parts = [f"{each:.6f}".split(".") for each in (latitude, longitude)]  # cut, not rounded
    digits = (parts[0][1][n] + parts[1][1][n] for n in range(3))
    return (f"{parts[0][0]};{parts[1][0]}", *digits)  # type: ignore[return-value]


def _digits(text: str) -> int:
    return int(text) if text.isdecimal() else 0

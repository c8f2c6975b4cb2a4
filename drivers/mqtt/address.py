"""What a pack row and a link of an MQTT broker may say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """How a payload carries its values."""

    JSON = "json"
    PLAIN = "plain"
    """The payload is the value's text."""
    SPARKPLUG = "sparkplug"
    HFP = "hfp"
    """High-frequency positioning of public transport, version 2."""
    CHIRPSTACK = "chirpstack"
    """LoRaWAN uplinks of ChirpStack v4; `path` starts at its `object`."""


@dataclass(frozen=True, slots=True)
class Address:
    """One value in the messages of one topic. Words in braces are replaced by the equipment's arguments."""

    format: Format
    topic: str = ""
    """Topic filter, such as "/hfp/v2/journey/ongoing/vp/+/{operator}/{vehicle}/#". Empty for Sparkplug, whose topics
    are made of the arguments `group`, `node` and, where there is one, `device`."""
    path: str = ""
    """Where in the payload: a dotted JSON path ("VP.spd", "rxInfo.0.rssi"), or the name of a Sparkplug metric."""
    time: str = ""
    """Where the source time is and how it is written: "tst:iso", "ts:ms", "tsi:s"; empty for the format's own rule."""
    write_topic: str = ""
    """Where a write is published; Sparkplug writes by NCMD or DCMD without it."""
    write_payload: str = "{value}"
    """Template of what is published."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    keepalive_s: int = 10
    qos: int = 1
    batch_ms: int = 50
    host_id: str = "vigie"
    """Name of this Sparkplug host application."""

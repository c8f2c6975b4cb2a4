"""What a pack row and a link of an MQTT broker may say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Format(StrEnum):
    """How a payload carries its values."""

    JSON = "json"
    PLAIN = "plain"
    """The payload is the value's text."""
    SPARKPLUG = "sparkplug"
    HFP = "hfp"
    """High-frequency positioning of public transport, version 2. `path` starts inside the event, "spd" or "VP.spd";
    "topic.next_stop" is a level of the topic, one of `HFP_LEVELS`."""
    CHIRPSTACK = "chirpstack"
    """LoRaWAN uplinks of ChirpStack v4; `path` starts at its `object`, or at the envelope where its first word is one
    of the envelope's own: "rxInfo.0.rssi", "fCnt", "batteryLevel"."""


class TimeForm(StrEnum):
    """How a payload writes an instant."""

    ISO = "iso"
    MS = "ms"
    """Milliseconds since 1970, UTC."""
    S = "s"
    """Seconds since 1970, UTC; may have a fraction."""


ONLINE = "@online"
"""Path of the Sparkplug tag that reads 1 after a birth certificate and 0 after a death certificate."""
HFP_LEVELS = {
    name: place
    for place, name in enumerate(
        ("journey_type", "temporal_type", "event_type", "transport_mode", "operator", "vehicle", "route", "direction")
        + ("headsign", "start", "next_stop", "geohash_level"),
        start=3,
    )
}
"""Level of an HFP topic -> its place. Source: the topic's definition, `/hfp/v2/<journey_type>/...`."""
TOPIC = "topic."
"""How a path begins that is a level of the topic."""
COLUMNS = ("format", "topic", "path", "time", "write_topic", "write_payload")
VALUE = "value"
"""The word in braces that stands for what is written; all others are the equipment's arguments."""
STATE = "state"
"""The word in braces that stands for the id of the state that is written: "open" rather than 1."""
PAYLOAD = "{value}"
HOST_ID = "vigie"
_WORD = re.compile(r"\{([A-Za-z_]\w*)\}")


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
    write_payload: str = PAYLOAD
    """Template of what is published: "{value}" is the number, "{state}" the word of the state it stands for."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    keepalive_s: int = 10
    qos: int = 1
    batch_ms: int = 50
    host_id: str = HOST_ID
    """Name of this Sparkplug host application."""


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """Where a broker listens and as whom."""

    host: str
    port: int
    user: str = ""


def parse_address(row: Mapping[str, str]) -> Address:
    """One row of a pack's tags.csv; ValueError with one sentence for the engineer."""
    address = Address(
        Format(_one_of(row.get("format") or Format.JSON, list(Format), "format")),
        row.get("topic", ""),
        row.get("path", ""),
        row.get("time", ""),
        row.get("write_topic", ""),
        row.get("write_payload") or PAYLOAD,
    )
    if address.format is Format.SPARKPLUG:
        _check_sparkplug(address)
    else:
        _check_topics(address)
    if address.time:
        parse_time(address.time)
    return address


def parse_time(time: str) -> tuple[str, TimeForm]:
    """ "tst:iso" -> the path and how the instant is written there; ValueError with one sentence."""
    path, colon, form = time.rpartition(":")
    if not path or not colon:
        raise ValueError(f"time {time!r} lacks its form: write it path:iso, path:ms or path:s")
    return path, TimeForm(_one_of(form, list(TimeForm), "form of time"))


def parse_settings(words: Mapping[str, str]) -> Settings:
    """The settings of a link; ValueError with one sentence for the engineer."""
    for word in words:
        _one_of(word, list(_RANGES) + ["host_id"], "setting")
    host_id = words.get("host_id", HOST_ID)
    if not host_id or set(host_id) & set("/+#"):
        raise ValueError(f"host_id {host_id!r} is a level of a topic: it may hold no /, + or #")
    numbers = {word: _whole(words[word], word, *bounds) for word, bounds in _RANGES.items() if word in words}
    return Settings(host_id=host_id, **numbers)


_RANGES = {"keepalive_s": (1, 65535), "qos": (0, 2), "batch_ms": (1, 5000)}


def parse_url(url: str) -> BrokerUrl:
    """A link's URL `mqtt://[user@]host[:port]`; ValueError with one sentence for the engineer."""
    parts = urlsplit(url)
    if parts.scheme != "mqtt" or not parts.hostname:
        raise ValueError(f"{url!r} is not the address of an MQTT broker: write mqtt://host:1883")
    if parts.password is not None:
        raise ValueError("a password never stands in the site folder: write mqtt://user@host:port")
    try:
        port = parts.port or 1883
    except ValueError:
        raise ValueError(f"the port of {url!r} is not a number from 1 to 65535") from None
    return BrokerUrl(parts.hostname, port, parts.username or "")


def fill(template: str, args: Mapping[str, str]) -> str:
    """`template` with its words in braces replaced; ValueError with one sentence where the equipment lacks one."""

    def replace(match: re.Match[str]) -> str:
        word = match[1]
        if args.get(word):
            return args[word]
        close = difflib.get_close_matches(word, args, 1)
        hint = f"; did you mean {{{close[0]}}}?" if close else ""
        raise ValueError(f"{template!r} needs the argument {word}, which the equipment does not give{hint}")

    return _WORD.sub(replace, template)


def _check_sparkplug(address: Address) -> None:
    if not address.path:
        raise ValueError("a sparkplug tag needs the column path: the name of its metric")
    for column in ("topic", "write_topic", "time"):
        if getattr(address, column):
            raise ValueError(f"a sparkplug tag has no {column}: its topics are made of group, node and device")


def _check_topics(address: Address) -> None:
    if not address.topic and not address.write_topic:
        raise ValueError("column topic is empty: write the topic filter whose messages carry the tag")
    if address.topic and not address.path and address.format is not Format.PLAIN:
        raise ValueError(f"a {address.format} tag needs the column path: where in the payload the value is")
    if address.format is Format.PLAIN and (address.path or address.time):
        raise ValueError("a plain payload is the value itself: leave the columns path and time empty")
    if address.format is Format.HFP and address.path.startswith(TOPIC):
        _one_of(address.path.removeprefix(TOPIC), HFP_LEVELS, "level of the topic")
    levels = address.topic.split("/")
    if "#" in levels[:-1] or any(set(level) & set("+#") and len(level) > 1 for level in levels):
        raise ValueError(f"topic {address.topic!r}: + and # stand alone in a level, and # only in the last")
    if set(address.write_topic) & set("+#"):
        raise ValueError(f"write_topic {address.write_topic!r} may hold no + or #: a write goes to one topic")


def _one_of(text: str, allowed: Iterable[str], column: str) -> str:
    names = [str(name) for name in allowed]
    if text in names:
        return text
    close = difflib.get_close_matches(text, names, 1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(names)}."
    raise ValueError(f"{column} {text!r} does not exist; {hint}")


def _whole(text: str, word: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ValueError(f"{word}={text} is not a whole number from {low} to {high}")
    return int(text)

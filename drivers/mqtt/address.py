"""What a pack row and a link of an MQTT broker may say.

An answer to a command, as the columns `response_...` describe it, is in `orders`; paths are in `paths`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from drivers.mqtt.binary import parse_slot
from drivers.mqtt.paths import level_of, parse_path


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
    TTS = "tts"
    """LoRaWAN uplinks of The Things Stack v3; `path` starts at `uplink_message.decoded_payload`, or at
    `uplink_message` or the envelope where its first word is one of theirs: "rx_metadata.0.rssi", "f_cnt"."""
    BINARY = "binary"
    """`path` is a slot of the payload: "4:uint16:be", "0.3"; see `binary`."""


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
COLUMNS = (
    ("format", "topic", "path", "time", "each", "will_topic", "will_payload", "write_topic", "write_payload")
    + ("write_qos", "write_retain", "response_topic", "response_id", "response_ok", "response_error")
)  # fmt: skip
VALUE = "value"
"""The word in braces that stands for what is written; all others are the equipment's arguments."""
STATE = "state"
"""The word in braces that stands for the id of the state that is written: "open" rather than 1."""
ID = "id"
"""The word in braces that stands for a number no other write of this station has: digits, in quotes or not."""
TIME, TIME_MS = "time", "time_ms"
"""The words in braces that stand for the instant of the write: ISO 8601 UTC; milliseconds since 1970."""
PAYLOAD = "{value}"
OFFLINE = "offline"
"""What a will says where `will_payload` says nothing else."""
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
    """Template of what is published: "{value}" is the number, "{state}" the word of the state it stands for, "{id}",
    "{time}" and "{time_ms}" tell one write from another."""
    each: str = ""
    """Where the payload has an array of samples, "." for the payload itself; `path` and `time` then start in one of
    them. Per tag the newest is its value, the older ones are history."""
    will_topic: str = ""
    """Where the broker says that the device is gone: then the tag is not connected until its next news."""
    will_payload: str = OFFLINE
    """What is said there: a text, or a JSON object whose members the payload must have."""
    write_qos: int = 1
    write_retain: bool = False
    response_topic: str = ""
    """Where the device answers a write; empty where it does not."""
    response_id: str = ""
    """Where in the answer the "{id}" of the write comes back; empty where the topic or MQTT 5 says it."""
    response_ok: str = ""
    """What a yes is: "path=value", or the whole answer; empty where any answer is one."""
    response_error: str = ""
    """Where in the answer the device's words of refusal are; empty for the whole answer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    keepalive_s: int = 10
    qos: int = 1
    batch_ms: int = 50
    host_id: str = HOST_ID
    """Name of this Sparkplug host application."""
    client_id: str = ""
    """The name the broker must know us by; empty for one that no other station can have."""
    server_name: str = ""
    """The name the broker's certificate carries, where it is not the host of the URL."""
    reorder_s: int = 2
    """How long a Sparkplug message that is missing may still come before its node is asked for a rebirth."""


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """Where a broker listens and as whom."""

    host: str
    port: int
    user: str = ""
    tls: bool = False


def parse_address(row: Mapping[str, str]) -> Address:
    """One row of a pack's tags.csv; ValueError with one sentence for the engineer."""
    address = Address(
        Format(_one_of(row.get("format") or Format.JSON, list(Format), "format")),
        write_payload=row.get("write_payload") or PAYLOAD,
        will_payload=row.get("will_payload") or OFFLINE,
        write_qos=_whole(row.get("write_qos") or "1", "write_qos", 0, 2),
        write_retain=_one_of(row.get("write_retain") or "no", _YES_NO, "write_retain") in _YES,
        **{column: row.get(column, "") for column in _TEXTS},
    )
    if address.format is Format.SPARKPLUG:
        _check_sparkplug(address)
    else:
        _check_topics(address)
        _check_answer(address)
    if address.time:
        parse_time(address.time)
    return address


_TEXTS = ("topic", "path", "time", "each", "will_topic", "write_topic") + tuple(
    f"response_{word}" for word in ("topic", "id", "ok", "error")
)
_YES, _YES_NO = ("yes", "true", "1"), ("yes", "no", "true", "false", "1", "0")


def parse_time(time: str) -> tuple[str, TimeForm]:
    """ "tst:iso" -> the path and how the instant is written there; ValueError with one sentence."""
    path, colon, form = time.rpartition(":")
    if not path or not colon:
        raise ValueError(f"time {time!r} lacks its form: write it path:iso, path:ms or path:s")
    return path, TimeForm(_one_of(form, list(TimeForm), "form of time"))


def parse_settings(words: Mapping[str, str]) -> Settings:
    """The settings of a link; ValueError with one sentence for the engineer."""
    for word in words:
        _one_of(word, [*_RANGES, *_NAMES], "setting")
    host_id = words.get("host_id", HOST_ID)
    if not host_id or set(host_id) & set("/+#"):
        raise ValueError(f"host_id {host_id!r} is a level of a topic: it may hold no /, + or #")
    numbers = {word: _whole(words[word], word, *bounds) for word, bounds in _RANGES.items() if word in words}
    usual = Settings()
    return Settings(
        numbers.get("keepalive_s", usual.keepalive_s),
        numbers.get("qos", usual.qos),
        numbers.get("batch_ms", usual.batch_ms),
        host_id,
        words.get("client_id", ""),
        words.get("server_name", ""),
        numbers.get("reorder_s", usual.reorder_s),
    )


_NAMES = ("host_id", "client_id", "server_name")
_RANGES = {"keepalive_s": (1, 65535), "qos": (0, 2), "batch_ms": (1, 5000), "reorder_s": (0, 60)}


def parse_url(url: str) -> BrokerUrl:
    """A link's URL `mqtt[s]://[user@]host[:port]`; ValueError with one sentence for the engineer."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(
            f"{url!r} is not the address of an MQTT broker: write mqtt://host:1883, or mqtts://host:8883 for TLS"
        )
    if parts.password is not None:
        raise ValueError("a password never stands in the site folder: write mqtt://user@host:port")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError(f"the port of {url!r} is not a number from 1 to 65535") from None
    return BrokerUrl(parts.hostname, port, unquote(parts.username or ""), parts.scheme == "mqtts")


_PORTS = {"mqtt": 1883, "mqtts": 8883}
"""Source: IANA, Service Name and Transport Protocol Port Number Registry."""


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
    for column in _TEXTS:
        if column != "path" and getattr(address, column):
            raise ValueError(f"a sparkplug tag has no {column}: its topics are made of group, node and device")


def _check_topics(address: Address) -> None:
    if not address.topic and not address.write_topic:
        raise ValueError("column topic is empty: write the topic filter whose messages carry the tag")
    if address.topic and not address.path and address.format is not Format.PLAIN:
        raise ValueError(f"a {address.format} tag needs the column path: where in the payload the value is")
    _check_paths(address)
    for column in ("topic", "will_topic"):
        levels = getattr(address, column).split("/")
        if "#" in levels[:-1] or any(set(level) & set("+#") and len(level) > 1 for level in levels):
            raise ValueError(f"{column} {getattr(address, column)!r}: + and # stand alone in a level, # in the last")
    for column, what in (("write_topic", "a write goes"), ("response_topic", "an answer comes")):
        if set(getattr(address, column)) & set("+#"):
            raise ValueError(f"{column} {getattr(address, column)!r} may hold no + or #: {what} to one topic")


def _check_paths(address: Address) -> None:
    path = address.path
    if address.format is Format.PLAIN and ((path and level_of(path) is None) or address.time or address.each):
        raise ValueError("a plain payload is the value itself: leave the columns path, time and each empty")
    if address.format is Format.HFP and path.startswith(TOPIC) and level_of(path) is None:
        _one_of(path.removeprefix(TOPIC), HFP_LEVELS, "level of the topic")
    if address.each and (address.format not in (Format.JSON, Format.CHIRPSTACK, Format.TTS) or not address.time):
        raise ValueError("each is for an array of samples in JSON, and each sample needs a time: fill the column time")
    if level_of(path) is None:
        (parse_slot if address.format is Format.BINARY else parse_path)(path)
    if address.format is Format.BINARY and address.time:
        parse_slot(parse_time(address.time)[0])
    parse_path(address.each.removeprefix("."))


def _check_answer(address: Address) -> None:
    for column in ("response_id", "response_ok", "response_error"):
        if getattr(address, column) and not address.response_topic:
            raise ValueError(f"{column} is of use only with a response_topic: where the device answers")
    if address.response_topic and not address.write_topic:
        raise ValueError("response_topic is of use only with a write_topic: where a write is published")
    if address.response_id and f"{{{ID}}}" not in address.write_payload:
        raise ValueError("response_id says where the id comes back: put {id} into write_payload, so that it is sent")
    parse_path(address.response_id)
    parse_path(address.response_error)
    parse_path(address.response_ok.partition("=")[0] if "=" in address.response_ok else "")


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

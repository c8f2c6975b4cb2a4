"""Guesses: of which format the messages of a topic are, and which tags they would carry. Pure.

    spBv1.0/…                                        sparkplug: the metrics of the last birth
    /hfp/v2/…                                        hfp: one vehicle, whatever its position in the topic says
    application/…/device/…/event/up                  chirpstack
    v3/…/devices/…/up                                tts
    an object or an array in JSON                    json: its members, and the first elements of its arrays
    text                                             plain
    anything else                                    binary: nothing is proposed, for nobody can know

What is one device's own in a topic becomes a word in braces (`{dev_eui}`), so that the rows serve every such device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from drivers.mqtt import sparkplug
from drivers.mqtt.address import HFP_LEVELS, ONLINE, Format
from drivers.mqtt.datatypes import TEXTS, Type, value_of

ELEMENTS = 4
"""Of an array so many elements are proposed."""
DEPTH = 6
"""Objects within objects, to this depth."""
_CHIRPSTACK = re.compile(r"application/([^/]+)/device/([^/]+)/event/(up|status)")
_TTS = re.compile(r"v3/([^/]+)/devices/([^/]+)/up")
_HFP = "/hfp/v2/"
_TIMES = ("time", "timestamp", "ts", "t", "tst", "date", "datetime", "received_at")
"""Names under which devices state the instant."""
_FROM_S, _TO_S = 1_000_000_000, 4_102_444_800
"""2001 to 2100: a number between is an instant in seconds, a thousand times it one in milliseconds."""
_WORDS = {"true", "false", "on", "off"}
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Proposal:
    """One tag that a topic would carry."""

    path: str
    """As the column path wants it; empty for a plain payload."""
    value: str
    kind: str = "number"
    """A word of `supervisor.model.Kind`."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the messages of a topic seem to be."""

    format: str
    """A word of `Format`; "binary" also where nobody can tell."""
    topic: str = ""
    """Filter for the column topic, words in braces for what is one device's own; empty for Sparkplug."""
    args: Mapping[str, str] = field(default_factory=dict)
    """Those words for this device."""
    time: str = ""
    """For the column time; empty where the format has a rule of its own, or no instant is stated."""
    proposals: tuple[Proposal, ...] = ()
    name: str = ""
    """What the device calls itself."""


def group(topic: str) -> str:
    """What messages to take together: a vehicle's topics differ with every position and are one."""
    if topic.startswith(_HFP):
        levels = topic.split("/")
        return "/".join(levels[: HFP_LEVELS["vehicle"] + 1])
    if (place := sparkplug.parse_topic(topic)) is not None:
        return f"{sparkplug.NAMESPACE}/{place.group}/{place.node}/{place.device}".rstrip("/")
    return topic


def guess(topic: str, payload: bytes) -> Guess:
    """Never raises: what is nothing known is binary."""
    if (place := sparkplug.parse_topic(topic)) is not None:
        return _sparkplug(place, payload)
    root = _json(payload)
    if root is None:
        return _text(topic, payload)
    if topic.startswith(_HFP) and isinstance(root, dict) and len(root) == 1:
        return _hfp(topic, root)
    if found := _CHIRPSTACK.fullmatch(topic):
        return _chirpstack(found, root)
    if found := _TTS.fullmatch(topic):
        return _tts(found, root)
    time = _time(root)
    own = time.partition(":")[0]
    return Guess(Format.JSON, topic, {}, time, tuple(p for p in leaves(root) if p.path != own))


def leaves(node: Any, path: str = "", depth: int = DEPTH) -> Iterator[Proposal]:
    """The numbers, booleans and texts of a JSON value, with their paths."""
    if isinstance(node, bool):
        yield Proposal(path, str(node).lower(), "boolean")
    elif isinstance(node, int | float):
        yield Proposal(path, f"{node:.10g}")
    elif isinstance(node, str):
        yield Proposal(path, node, "text")
    elif depth and isinstance(node, dict):
        for name, inner in node.items():
            yield from leaves(inner, _joined(path, re.sub(r"([.\[\]\\])", r"\\\1", name)), depth - 1)
    elif depth and isinstance(node, list):
        for at, inner in enumerate(node[:ELEMENTS]):
            yield from leaves(inner, _joined(path, str(at)), depth - 1)


def _joined(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def _json(payload: bytes) -> Any:
    """An object or an array; None for anything else."""
    try:
        root = _decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return root if isinstance(root, dict | list) else None


def _text(topic: str, payload: bytes) -> Guess:
    try:
        text = payload.decode("utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable():
        return Guess(Format.BINARY, topic)
    if text.lower() in _WORDS:
        return Guess(Format.PLAIN, topic, proposals=(Proposal("", text, "boolean"),))
    try:
        float(text)
    except ValueError:
        return Guess(Format.PLAIN, topic, proposals=(Proposal("", text, "text"),))
    return Guess(Format.PLAIN, topic, proposals=(Proposal("", text),))


def _hfp(topic: str, root: dict[str, Any]) -> Guess:
    event, body = next(iter(root.items()))
    levels = topic.split("/")
    place = HFP_LEVELS["vehicle"]
    args = {"operator": levels[place - 1], "vehicle": levels[place]}
    shape = "/".join([*levels[: place - 1], "{operator}", "{vehicle}", "#"])
    inside = tuple(Proposal(f"{event}.{one.path}", one.value, one.kind) for one in leaves(body) if one.path != "tst")
    stop = (Proposal("topic.next_stop", levels[HFP_LEVELS["next_stop"]], "text"),) if len(levels) > 13 else ()
    return Guess(Format.HFP, shape, args, "", inside + stop)


def _chirpstack(found: re.Match[str], root: Any) -> Guess:
    body = root if isinstance(root, dict) else {}
    said = body.get("deviceInfo")
    inside = [*leaves(body.get("object") or {})]
    radio = [one for one in leaves({key: body.get(key) for key in ("rxInfo", "fCnt", "batteryLevel")}) if _radio(one)]
    return Guess(
        Format.CHIRPSTACK,
        f"application/{{application}}/device/{{dev_eui}}/event/{found[3]}",
        {"application": found[1], "dev_eui": found[2]},
        "",
        (*inside, *radio),
        str(said.get("deviceName", "")) if isinstance(said, dict) else "",
    )


def _tts(found: re.Match[str], root: Any) -> Guess:
    uplink = root.get("uplink_message") if isinstance(root, dict) else None
    body = uplink if isinstance(uplink, dict) else {}
    inside = [*leaves(body.get("decoded_payload") or {})]
    radio = [one for one in leaves({key: body.get(key) for key in ("rx_metadata", "f_cnt")}) if _radio(one)]
    args = {"application": found[1], "device": found[2]}
    return Guess(Format.TTS, "v3/{application}/devices/{device}/up", args, "", (*inside, *radio), found[2])


def _radio(one: Proposal) -> bool:
    """What of a gateway's report is worth a tag: how well the first one hears it."""
    first, _, rest = one.path.partition(".")
    return first in ("fCnt", "f_cnt", "batteryLevel") or rest in ("0.rssi", "0.snr")


def _sparkplug(place: sparkplug.Topic, payload: bytes) -> Guess:
    args = {"group": place.group, "node": place.node, **({"device": place.device} if place.device else {})}
    try:
        metrics = sparkplug.decode(payload).metrics
    except ValueError:
        metrics = ()
    birth = place.kind in ("NBIRTH", "DBIRTH")
    found = [_metric(metric) for metric in metrics if metric.name and metric.name != sparkplug.BDSEQ]
    online = [Proposal(ONLINE, "1", "boolean")] if birth else []
    return Guess(Format.SPARKPLUG, "", args, "", (*online, *(one for one in found if one)), place.device or place.node)


def _metric(metric: Any) -> Proposal | None:
    """None for a datatype that no tag can hold."""
    try:
        value = value_of(metric, metric.datatype)
    except ValueError:
        return None
    kind = "boolean" if metric.datatype == Type.BOOLEAN else "text" if metric.datatype in TEXTS else "number"
    return Proposal(
        metric.name, "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value), kind
    )


def _time(root: Any) -> str:
    """Where the payload says when, such as "ts:ms"; empty where it does not."""
    for name in _TIMES if isinstance(root, dict) else ():
        said = root.get(name)
        if isinstance(said, int | float) and not isinstance(said, bool):
            for form, unit in (("s", 1), ("ms", 1000)):
                if _FROM_S <= said / unit < _TO_S:
                    return f"{name}:{form}"
        elif isinstance(said, str) and _dated(said):
            return f"{name}:iso"
    return ""


def _dated(text: str) -> bool:
    try:
        return len(text) >= len("2026-11-22") and bool(datetime.fromisoformat(text))
    except ValueError:
        return False

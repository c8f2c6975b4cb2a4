"""Payloads that are text: JSON, HFP, ChirpStack, plain. One `Reader` per topic filter, compiled once.

A reader never raises on what it is given: it says how many pieces of it were garbage, and those leave no trace.
What is absent from a message is no news; what is `null` is a value that the device says it does not have.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from drivers.mqtt.address import HFP_LEVELS, TOPIC, Address, Format, TimeForm, parse_time
from drivers.mqtt.gather import Gather, Samples
from supervisor.clock import SECOND
from supervisor.model import Kind, Quality, Tag

ENVELOPE = frozenset(
    {"deduplicationId", "time", "deviceInfo", "devAddr", "adr", "dr", "fCnt", "fPort", "confirmed", "data", "rxInfo"}
    | {"txInfo", "object", "margin", "batteryLevel", "externalPowerSource", "batteryLevelUnavailable"}
)
"""First words of a ChirpStack path that start at the envelope and not at `object`. Source: ChirpStack v4 events."""
HFP_EVENTS = frozenset(
    {"VP", "DUE", "ARR", "DEP", "ARS", "PDE", "PAS", "WAIT", "DOO", "DOC", "TLR", "TLA", "DA", "DOUT", "BA", "BOUT"}
    | {"VJA", "VJOUT"}
)
END_OF_LINE = "EOL"
"""Next stop of a vehicle that has none: an operator reads an empty place."""
REMEMBERED = 16
"""Uplinks of one device whose identity is kept, to drop those that the broker or the network server sends again."""
LAST_INSTANT = 4_102_444_800 * SECOND
"""2100: an instant beyond it, or before 1970, is garbage."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING = object()
_WORDS = {"true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0}
_decode = msgspec.json.Decoder().decode


class Field(NamedTuple):
    """One tag in a payload."""

    tag: int
    """Index into the columns."""
    steps: tuple[str, ...]
    textual: bool
    words: Mapping[str, float]
    """Lower-case word -> raw value, for devices that say "open" rather than 1."""
    stale_ns: int
    """Age from which a retained value is no longer believed; 0 for never."""


class Reader:
    """Reads the messages of one topic filter into samples of the tags it carries."""

    def __init__(self, form: Format, time: str, tags: Sequence[Tag]) -> None:
        """`time` is the address column; all `tags` have this format, this time and this topic."""
        self._open = _OPEN[form]
        path, time_form = parse_time(time or _TIME[form]) if time or form in _TIME else ("", TimeForm.ISO)
        self._time_steps = steps_of(form, path) if path else ()
        self._instant = _INSTANT[time_form]
        self._fields, self._levels = _split(form, tags)
        self._seen: deque[str] | None = deque(maxlen=REMEMBERED) if form is Format.CHIRPSTACK else None

    def read(self, topic: str, payload: bytes, retained: bool, now: int, gather: Gather) -> int:
        """Samples of one message go to `gather`; returns how much of it was garbage. `now` in ns UTC."""
        try:
            root = self._open(payload)
            # what a broker kept comes again after every reconnection, and is then all that is known of the device
            if self._seen is not None and self._repeated(root) and not retained:
                return 0
            time = self._time(root, now)
        except (ValueError, TypeError, OverflowError, RecursionError):  # msgspec's DecodeError is a ValueError
            return 1
        # a retained value without a time of its own may be of any age; one with a time is judged by it, tag by tag
        quality = Quality.UNCERTAIN if retained and not time else Quality.GOOD
        if self._levels:
            self._fill_levels(topic, time or now, quality, gather.live)
        return self._fill(root, time or now, quality, now - time if retained and time else 0, gather.live)

    def _fill_levels(self, topic: str, time: int, quality: int, samples: Samples) -> None:
        levels = topic.split("/")
        for place, field in self._levels:
            level = levels[place] if place < len(levels) else ""
            text = "" if level == END_OF_LINE else level
            try:
                samples.add(field.tag, convert(text, field.textual, field.words), quality, time)
            except ValueError:  # a word where the tag wants a number: empty at the end of a journey
                samples.add(field.tag, None, quality, time)

    def _fill(self, root: Any, time: int, quality: int, age: int, samples: Samples) -> int:
        garbage = 0
        for index, steps, textual, words, stale_ns in self._fields:
            node = root
            for step in steps:
                node = node.get(step, _MISSING) if type(node) is dict else _element(node, step)
            if node is _MISSING:
                continue
            try:
                value = node if type(node) is float and not textual else convert(node, textual, words)
            except (ValueError, TypeError, OverflowError):
                garbage += 1
                continue
            samples.add(index, value, Quality.STALE if 0 < stale_ns < age else quality, time)
        return garbage

    def _time(self, root: Any, now: int) -> int:
        """The instant the payload states, 0 where it states none."""
        node = root if self._time_steps else _MISSING
        for step in self._time_steps:
            node = node.get(step, _MISSING) if type(node) is dict else _element(node, step)
        if node is _MISSING or node is None:
            return 0
        time = self._instant(node)
        if not 0 < time < LAST_INSTANT:
            raise ValueError("outside the years that a device may state")
        return time

    def _repeated(self, root: dict[str, Any]) -> bool:
        identity = root.get("deduplicationId")
        if not isinstance(identity, str):
            return False
        if self._seen is None or identity in self._seen:
            return True
        self._seen.append(identity)
        return False


def nanoseconds(text: str) -> int:
    """An ISO 8601 instant; one without an offset is UTC. Digits finer than a microsecond are dropped."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    span = moment - _EPOCH
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds * 1_000


def _from_ms(number: float) -> int:
    return int(number) * 1_000_000 if isinstance(number, int) else round(float(number) * 1e6)


def _from_s(number: float) -> int:
    return int(number) * SECOND if isinstance(number, int) else round(float(number) * 1e9)


_INSTANT: dict[TimeForm, Callable[[Any], int]] = {
    TimeForm.ISO: nanoseconds,
    TimeForm.MS: _from_ms,
    TimeForm.S: _from_s,
}
_TIME = {Format.HFP: "tst:iso", Format.CHIRPSTACK: "time:iso"}
"""Where the formats that have a rule of their own state the instant."""


def _open_object(payload: bytes) -> Any:
    root = _decode(payload)
    if type(root) is not dict and type(root) is not list:
        raise ValueError("neither an object nor an array")
    return root


def _open_hfp(payload: bytes) -> Any:
    """The payload is one object keyed by the upper-case event: `{"VP":{…}}`."""
    root = _decode(payload)
    body = next(iter(root.values())) if type(root) is dict and len(root) == 1 else None
    if type(body) is not dict:
        raise ValueError("no event inside")
    return body


def _open_chirpstack(payload: bytes) -> Any:
    root = _decode(payload)
    if type(root) is not dict:
        raise ValueError("no envelope")
    return root


def _open_plain(payload: bytes) -> Any:
    return payload.decode("utf-8").strip()


_OPEN: dict[Format, Callable[[bytes], Any]] = {
    Format.JSON: _open_object,
    Format.HFP: _open_hfp,
    Format.CHIRPSTACK: _open_chirpstack,
    Format.PLAIN: _open_plain,
}


def steps_of(form: Format, path: str) -> tuple[str, ...]:
    """A dotted path as steps from what `_OPEN` returns."""
    steps = tuple(path.split(".")) if path else ()
    if form is Format.CHIRPSTACK and steps and steps[0] not in ENVELOPE:
        return ("object", *steps)
    if form is Format.HFP and len(steps) > 1 and steps[0] in HFP_EVENTS:
        return steps[1:]
    return steps


def _split(form: Format, tags: Sequence[Tag]) -> tuple[list[Field], list[tuple[int, Field]]]:
    """The fields of the payload, and those that are levels of the topic with their place."""
    body, levels = [], []
    for tag in tags:
        address = tag.source.address if tag.source else None
        if not isinstance(address, Address):
            continue
        if form is Format.HFP and address.path.startswith(TOPIC):
            levels.append((HFP_LEVELS[address.path.removeprefix(TOPIC)], field_of(tag)))
        else:
            body.append(field_of(tag, steps_of(form, address.path)))
    return body, levels


def field_of(tag: Tag, steps: tuple[str, ...] = ()) -> Field:
    words = dict(_WORDS) if tag.spec.kind is Kind.BOOLEAN else {}
    if tag.source:  # a word stands for an engineering value; the table scales every raw value it is given
        words |= {s.id.lower(): (s.value - tag.source.offset) / tag.source.scale for s in tag.spec.states}
    return Field(tag.index, steps, tag.spec.kind is Kind.TEXT, words, round(tag.stale_s * SECOND))


def _element(node: Any, step: str) -> Any:
    if type(node) is list and step.isdecimal() and int(step) < len(node):
        return node[int(step)]
    return _MISSING


def convert(node: Any, textual: bool, words: Mapping[str, float]) -> float | str | None:
    """What a payload holds as what the tag wants; None for null. Raises where it is no such thing.

    ValueError, TypeError or OverflowError, and no other.
    """
    if node is None:
        return None
    if textual:
        return _text(node)
    if isinstance(node, str):
        word = words.get(node.lower())
        value = float(node) if word is None else word
    elif isinstance(node, (int, float)):
        value = float(node)
    else:
        raise TypeError("an object or an array is no number")
    return value if math.isfinite(value) else None


def _text(node: Any) -> str:
    if isinstance(node, (str, int, float)):
        return str(node)
    raise TypeError("an object or an array is no text")

"""Payloads: JSON, HFP, ChirpStack, The Things Stack, plain text, bytes. One `Reader` per topic filter, compiled once.

A reader never raises on what it is given: it says how many pieces of it were garbage, and those leave no trace, so a
tag that gets nothing but garbage grows stale. What is absent from a message is no news; what is `null` is a value that
the device says it does not have. Of two members of one name the last counts.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from drivers.mqtt import lorawan
from drivers.mqtt.address import HFP_LEVELS, TOPIC, Address, Format, TimeForm, parse_time
from drivers.mqtt.binary import Slot, parse_slot
from drivers.mqtt.gather import Gather, Samples
from drivers.mqtt.paths import MISSING, Step, element, find, level_of, parse_path
from supervisor.clock import SECOND
from supervisor.model import Kind, Quality, Tag

HFP_EVENTS = frozenset(
    {"VP", "DUE", "ARR", "DEP", "ARS", "PDE", "PAS", "WAIT", "DOO", "DOC", "TLR", "TLA", "DA", "DOUT", "BA", "BOUT"}
    | {"VJA", "VJOUT"}
)
END_OF_LINE = "EOL"
"""Next stop of a vehicle that has none: an operator reads an empty place."""
REMEMBERED = 16
"""Uplinks of one device whose identity is kept, to drop those that the broker or the network server sends again."""
LARGEST = 1024 * 1024
"""Bytes of a payload that is read at all; decoding a longer one would hold up the loop for longer than a frame."""
LAST_INSTANT = 4_102_444_800 * SECOND
"""2100: an instant beyond it, or before 1970, is garbage."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS = {"true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0}
_WRONG = (ValueError, TypeError, OverflowError, RecursionError)
"""What a payload that is none may raise; msgspec's DecodeError is a ValueError."""
_decode = msgspec.json.Decoder().decode


class Form(NamedTuple):
    """What the tags of one reader have in common."""

    format: Format
    time: str = ""
    """As in the column."""
    each: str = ""


class Field(NamedTuple):
    """One tag in a payload."""

    tag: int
    """Index into the columns."""
    steps: tuple[Any, ...]
    """Of JSON `Step`s, of a binary payload one `Slot`."""
    textual: bool
    words: Mapping[str, float]
    """Lower-case word -> raw value, for devices that say "open" rather than 1."""
    stale_ns: int
    """Age from which a retained value is no longer believed; 0 for never."""
    absent: float | None = None
    """What it means that it is not there; None for no news."""


class Reader:
    """Reads the messages of one topic filter into samples of the tags it carries."""

    def __init__(self, form: Form, tags: Sequence[Tag]) -> None:
        """All `tags` have this form and this topic."""
        kind = form.format
        path, time_form = parse_time(form.time or _TIME[kind]) if form.time or kind in _TIME else ("", TimeForm.ISO)
        relative = Format.JSON if form.each else kind
        self._open = _OPEN[kind]
        self._find = _slot if kind is Format.BINARY else find
        self._time_steps = steps_of(relative, path) if path else ()
        self._instant = _INSTANT[time_form]
        self._fields, self._levels = _split(kind, relative, tags)
        self._each = parse_path(form.each.removeprefix(".")) if form.each else None
        self._seen: deque[str] | None = deque(maxlen=REMEMBERED) if kind is Format.CHIRPSTACK else None
        self.ahead: int | None = None
        """ns by which the most advanced device is ahead of us, or least behind, since somebody set this to None."""
        self.dated = 0
        """Live messages with a time of their own, likewise."""

    def read(self, topic: str, payload: bytes, retained: bool, now: int, gather: Gather) -> int:
        """Samples of one message go to `gather`; returns how much of it was garbage. `now` in ns UTC."""
        try:
            root = self._open(payload)
            # what a broker kept comes again after every reconnection, and is then all that is known of the device
            if root is None or (self._seen is not None and self._repeated(root) and not retained):
                return 0
            if self._each is not None:
                return self._read_each(find(root, self._each), retained, now, gather)
            time = self._time(root)
        except _WRONG:
            return 1
        quality = self._judge(time, retained, now)
        if self._levels:
            self._fill_levels(topic, time or now, quality, gather.live)
        return self._fill(root, time or now, quality, now - time if retained and time else 0, gather.live)

    def _judge(self, time: int, retained: bool, now: int) -> Quality:
        """A retained value without a time of its own may be of any age; one with a time is judged by it, tag by tag."""
        if retained:
            return Quality.GOOD if time else Quality.UNCERTAIN
        if time:
            self.dated += 1
            if self.ahead is None or time - now > self.ahead:
                self.ahead = time - now
        return Quality.GOOD

    def _read_each(self, nodes: Any, retained: bool, now: int, gather: Gather) -> int:
        """An array of samples: per tag the newest is live, the older ones are history, which a retained one adds once
        too often."""
        if nodes is MISSING:
            return 0
        if type(nodes) is not list:
            return 1
        garbage, rows = 0, []
        for node in nodes:
            try:
                time = self._time(node)
            except _WRONG:
                time = 0
            if time:
                rows.append((time, node))
            else:
                garbage += 1
        rows.sort(key=lambda row: row[0])
        scratch = Samples()
        for time, node in rows:
            garbage += self._fill(node, time, Quality.GOOD, now - time if retained else 0, scratch)
        if rows:
            self._judge(rows[-1][0], retained, now)
        scratch.split(gather.live, None if retained else gather.history)
        return garbage

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
        kept = int(quality)  # numpy takes ten times as long over a list of enum members
        for index, steps, textual, words, stale_ns, absent in self._fields:
            node = root
            try:
                for step in steps:
                    node = node.get(step, MISSING) if type(node) is dict else _step(node, step)
                if node is MISSING:
                    if absent is None or find(root, steps[:-1]) is MISSING:
                        continue
                    node = absent
                value = node if type(node) is float and not textual else convert(node, textual, words)
            except (ValueError, TypeError, OverflowError):
                garbage += 1
                continue
            judged = int(Quality.STALE) if 0 < stale_ns < age else kept
            if type(value) is float and math.isfinite(value):
                samples.index.append(index)
                samples.value.append(value)
                samples.quality.append(judged)
                samples.time.append(time)
            else:  # a float of bytes may be none
                samples.add(index, None if type(value) is float else value, judged, time)
        return garbage

    def _time(self, root: Any) -> int:
        """The instant the payload states, 0 where it states none."""
        node = self._find(root, self._time_steps) if self._time_steps else MISSING
        if node is MISSING or node is None:
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


def _step(node: Any, step: Any) -> Any:
    """One step where the node is no object."""
    return step.read(node) if type(step) is Slot else element(node, step)


def _slot(root: Any, steps: tuple[Any, ...]) -> Any:
    return steps[0].read(root)


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
_TIME = {Format.HFP: "tst:iso", Format.CHIRPSTACK: "time:iso", Format.TTS: "received_at:iso"}
"""Where the formats that have a rule of their own state the instant."""


def _open_json(payload: bytes) -> Any:
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


def _open_object(payload: bytes) -> Any:
    root = _decode(payload)
    if type(root) is not dict:
        raise ValueError("no envelope")
    return root


def _open_tts(payload: bytes) -> Any:
    """None for a join, a location or what else is no uplink."""
    root = _open_object(payload)
    return root if "uplink_message" in root or "end_device_ids" not in root else None


def _open_plain(payload: bytes) -> Any:
    return payload.decode("utf-8").strip()


def _open_bytes(payload: bytes) -> Any:
    return payload


_OPEN: dict[Format, Callable[[bytes], Any]] = {
    Format.JSON: _open_json,
    Format.HFP: _open_hfp,
    Format.CHIRPSTACK: _open_object,
    Format.TTS: _open_tts,
    Format.PLAIN: _open_plain,
    Format.BINARY: _open_bytes,
}


def steps_of(form: Format, path: str) -> tuple[Any, ...]:
    """A path as steps from what `_OPEN` returns."""
    if form is Format.BINARY:
        return (parse_slot(path),)
    steps: tuple[Step, ...] = parse_path(path)
    if form is Format.CHIRPSTACK:
        return lorawan.chirpstack(steps)
    if form is Format.TTS:
        return lorawan.tts(steps)
    if form is Format.HFP and len(steps) > 1 and steps[0] in HFP_EVENTS:
        return steps[1:]
    return steps


def _split(kind: Format, relative: Format, tags: Sequence[Tag]) -> tuple[list[Field], list[tuple[int, Field]]]:
    """The fields of the payload, and those that are levels of the topic with their place."""
    body, levels = [], []
    for tag in tags:
        address = tag.source.address if tag.source else None
        if not isinstance(address, Address):
            continue
        place = level_of(address.path)
        if kind is Format.HFP and place is None and address.path.startswith(TOPIC):
            place = HFP_LEVELS[address.path.removeprefix(TOPIC)]
        if place is not None:
            levels.append((place, field_of(tag)))
            continue
        field = field_of(tag, steps_of(relative, address.path))
        body.append(field._replace(absent=lorawan.omitted(field.steps)) if relative is Format.TTS else field)
    return body, levels


def field_of(tag: Tag, steps: tuple[Any, ...] = ()) -> Field:
    words = dict(_WORDS) if tag.spec.kind is Kind.BOOLEAN else {}
    if tag.source:  # a word stands for an engineering value; the table scales every raw value it is given
        words |= {s.id.lower(): (s.value - tag.source.offset) / tag.source.scale for s in tag.spec.states}
    return Field(tag.index, steps, tag.spec.kind is Kind.TEXT, words, round(tag.stale_s * SECOND))


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
        value = _number(node) if word is None else word
    elif isinstance(node, (int, float)):
        value = float(node)
    else:
        raise TypeError("an object or an array is no number")
    return value if math.isfinite(value) else None


def _number(text: str) -> float:
    """Python reads 1_000 and digits of every script; no device means them, and 3,5 is nobody's number here."""
    if "_" in text or not text.isascii():
        raise ValueError("no number")
    return float(text)


def _text(node: Any) -> str:
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, (str, int, float)):
        return str(node)
    raise TypeError("an object or an array is no text")

"""Device: what one birth certificate says of its metrics, and the data that follow it. Pure.

A device here is also the edge node itself, under the name "". The hot road, one number of one tag by its alias, is in
`Device.take`; everything else that a metric may be goes through `_odd`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from drivers.mqtt.datatypes import ARRAYS, PLACES, TEXTS, Place, Value, element_of, spelt, value_of, whole
from drivers.mqtt.gather import Gather
from drivers.mqtt.order import Heard
from drivers.mqtt.payload import Field, convert
from drivers.mqtt.sparkplug import instant, quality_in
from supervisor.model import Quality

_LEAST = -sys.float_info.max
_ELEMENT = re.compile(r"(.+)\[(\d+)\]")


class Feed(NamedTuple):
    """One tag and the place in its metric."""

    field: Field
    element: int = -1
    """Of an array; -1 for the value itself."""


class Slot:
    """What a birth announces under one name, and the tags it feeds."""

    __slots__ = ("datatype", "feeds", "hot", "name")

    def __init__(self, name: str, datatype: int, feeds: tuple[Feed, ...] = ()) -> None:
        self.name = name
        self.datatype = datatype
        self.feeds = feeds
        self.hot: Hot | None = None
        """How to read it on the hot road; None where there is more to it than one number for one tag."""
        place = PLACES.get(datatype)
        if place and datatype not in TEXTS and len(feeds) == 1 and not feeds[0].field.textual:
            self.hot = Hot(feeds[0].field.tag, place.field, place.plain, place)


class Hot(NamedTuple):
    """One number for one tag."""

    tag: int
    field: str
    plain: float
    """See `Place.plain`."""
    place: Place


class Taken(NamedTuple):
    """What was wrong with a payload."""

    garbage: int = 0
    unknown: bool = False
    """It speaks of an alias that no birth announced."""


class Device:
    """See the module."""

    def __init__(self) -> None:
        self.alive = False
        self.online: list[int] = []
        """Tags that say whether it is alive."""
        self.carried: list[int] = []
        """All other tags of it."""
        self.names: dict[str, Slot] = {}
        """What the last birth announced."""
        self._aliases: dict[int, Slot] = {}
        """By device: where a node gives an alias twice, the topic still says which device is meant."""
        self._hot: dict[int, Hot] = {}
        """By alias, beside `_aliases`."""
        self._fields: dict[str, list[Field]] = {}
        """Metric, as a tag's address has it -> the tags."""
        self._elements: dict[str, list[Feed]] = {}

    def add(self, field: Field, metric: str) -> None:
        self.carried.append(field.tag)
        self._fields.setdefault(metric, []).append(field)
        if match := _ELEMENT.fullmatch(metric):
            self._elements.setdefault(match[1], []).append(Feed(field, int(match[2])))

    def forget(self) -> None:
        """Aliases and datatypes hold from one birth to the next, no longer."""
        self.names.clear()
        self._aliases.clear()
        self._hot.clear()

    def alias_of(self, name: str) -> int | None:
        """The alias that a birth gave this metric, and no other."""
        return next((alias for alias, slot in self._aliases.items() if name and slot.name == name), None)

    def name_of(self, alias: int) -> str:
        """The metric of an alias; empty where there is none."""
        return self._aliases[alias].name if alias in self._aliases else ""

    def born(self, payload: Any) -> tuple[list[int], int]:
        """Learn from a birth; returns the tags that it has no value for, and how many of its metrics are to blame.

        A tag has none where its metric is not named (nobody's fault), or is of a datatype that no tag can hold.
        """
        self.forget()
        announced = {metric.name: metric.datatype for metric in payload.metrics if metric.name}
        for name, datatype in announced.items():
            self.names[name] = Slot(name, datatype, tuple(self._feeds(name, datatype, announced)))
        for metric in payload.metrics:
            if metric.name and metric.HasField("alias"):
                slot = self.names[metric.name]
                former = self._aliases.setdefault(metric.alias, slot)
                if former is not slot:
                    self._aliases[metric.alias] = _CLASH
        self._hot = {alias: slot.hot for alias, slot in self._aliases.items() if slot.hot}
        fed = {feed.field.tag for slot in self.names.values() for feed in slot.feeds}
        blamed = sum(name in self._fields and not slot.feeds for name, slot in self.names.items())
        return [tag for tag in self.carried if tag not in fed], blamed

    def _feeds(self, name: str, datatype: int, announced: Iterable[str]) -> Iterable[Feed]:
        if datatype in PLACES:
            yield from (Feed(field) for field in self._fields.get(name, ()))
        elif datatype in ARRAYS:  # a metric that is really called "x[3]" comes before element 3 of x
            yield from (feed for feed in self._elements.get(name, ()) if f"{name}[{feed.element}]" not in announced)

    def take(self, heard: Heard, gather: Gather) -> Taken:
        """Data that came in their turn, or the values of a birth."""
        garbage, unknown, odd = 0, False, heard.odd
        hot, names, live = self._hot, self.names, gather.live
        add_index, add_value = live.index.append, live.value.append
        add_quality, add_time = live.quality.append, live.time.append
        before, time = -1, 0
        for metric in heard.payload.metrics:
            alias = metric.alias
            row = hot.get(alias) if alias else (slot := names.get(metric.name)) and slot.hot
            try:
                if (
                    not row
                    or (odd and (metric.is_historical or metric.is_null or metric.properties))
                    or not ((value := getattr(metric, row[1])) or metric.HasField(row[1]))
                ):
                    unknown |= self._odd(metric, heard, gather)
                    continue
                if not _LEAST <= value < row[2]:
                    if isinstance(value, float):  # infinite, or no number at all
                        self._odd(metric, heard, gather)
                        continue
                    value = whole(row[3], value)
            except (ValueError, OverflowError):
                garbage += 1
                continue
            if (ms := metric.timestamp) != before:  # most payloads have one for all of their metrics
                before, time = ms, instant(ms) or instant(heard.time_ms) or heard.since
            add_index(row[0])
            add_value(value)
            add_quality(0)
            add_time(time)
        return Taken(garbage, unknown)

    def glean(self, heard: Heard, gather: Gather) -> int:
        """Data out of turn: only what says by itself, by name and datatype, what it is. Returns what was garbage."""
        garbage = 0
        for metric in heard.payload.metrics:
            if metric.name and metric.datatype:
                try:
                    self._odd(metric, heard, gather)
                except (ValueError, OverflowError):
                    garbage += 1
        return garbage

    def _odd(self, metric: Any, heard: Heard, gather: Gather) -> bool:
        """A metric that is more than a number by its alias; returns whether its alias is unknown.

        ValueError or OverflowError where it is garbage.
        """
        slot = self._slot(metric)
        if slot is None:
            return True
        quality = quality_in(metric.properties) if metric.properties and slot.feeds else Quality.GOOD
        time = instant(metric.timestamp) or instant(heard.time_ms)
        if metric.is_historical and not time:
            raise ValueError("history without a time")
        samples = gather.history if metric.is_historical else gather.live
        values = [convert(_read(metric, slot, feed), feed.field.textual, feed.field.words) for feed in slot.feeds]
        for feed, value in zip(slot.feeds, values, strict=True):
            samples.add(feed.field.tag, value, quality, time or heard.since)
        return False

    def _slot(self, metric: Any) -> Slot | None:
        """What a metric is; None where only an alias that nobody announced says it. ValueError where nothing does."""
        if name := metric.name:
            return self.names.get(name) or Slot(name, metric.datatype, tuple(self._feeds(name, metric.datatype, ())))
        slot = self._aliases.get(metric.alias)
        if slot is _CLASH or not metric.HasField("alias"):
            raise ValueError("neither a name nor an alias that is one metric's alone")
        return slot


def is_element(metric: str) -> bool:
    """Whether a tag's address means one element of an array: "Levels[3]"."""
    return _ELEMENT.fullmatch(metric) is not None


def _read(metric: Any, slot: Slot, feed: Feed) -> Value:
    datatype = metric.datatype or slot.datatype
    value = value_of(metric, datatype) if feed.element < 0 else element_of(metric, datatype, feed.element)
    return spelt(value, datatype) if feed.field.textual else value


_CLASH = Slot("", 0)
"""An alias that a birth gives to two metrics of one device: it is neither's."""

"""Measures: one number for each rule that looks at more than one value, to be held against its limit.

    deviation       value - setpoint, to either side              disagrees      how far from what its command asks
    rising          change over the window, per minute            falling        the same, downwards
    is, is_not      of several states: 1 in them (not), else 0    formula        1 true, 0 false
    frozen          1 where it has not moved for the window       communication  1 silent, its link being up

The quality of a measure is the worst of what went into it. Bad is what is not known: it neither raises nor clears, so
what a window holds is let go, and a new one has to fill; a value that was frozen when it was lost still is.
A value is held until the next one: a rate is that of the steps, to an eighth of its window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from supervisor.calculated.layout import Layout
from supervisor.calculated.members import carries
from supervisor.columns import Columns
from supervisor.flow import Indices, Qualities, Values
from supervisor.formula import Formula
from supervisor.health import CONNECTED
from supervisor.model import BAD, Alarm, Condition, Quality, Site

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]

RATES = (Condition.RISING, Condition.FALLING)
SETS = (Condition.IS, Condition.IS_NOT)
SILENT = (Quality.NOT_CONNECTED, Quality.TIMEOUT, Quality.STALE)
"""Qualities that say nothing came, rather than that what came can't be believed."""
STEPS = 8
"""Into how many steps a window is divided."""
SLOTS = STEPS + 2
"""So that the oldest slot is always older than the window."""
MINUTE_S = 60.0
AWAKE_S = 1.0
"""How often what moves by time alone is looked at."""


class Measure(Protocol):
    """The measure of some rules; places are positions in `rows`."""

    rows: Rows
    """Rows of `site.alarms`."""

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        """Tags, and the places that each touches."""

    def begin(self, active: Marks) -> None:
        """Which of the rules' alarms were active when the station ended."""

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        """The number and its quality; `now` in monotonic seconds."""

    def turn(self, now: float) -> Rows:
        """Places that time alone may have moved."""


def measures(site: Site) -> list[Measure]:
    """Those of a site's rules; a rule that only holds one value against its limit needs none."""
    found: dict[object, list[Alarm]] = defaultdict(list)
    for alarm in site.alarms:
        make = KINDS.get(alarm.rule.condition)
        if make is None or (alarm.rule.condition in SETS and not alarm.rule.watch.limits):
            continue
        # an equipment may have another limit: its rule is another object, and looks at the same
        key = (alarm.rule.condition, id(alarm.rule.watch), alarm.rule.id)
        found[key if make in BY_RULE else make].append(alarm)
    made = [KINDS[alarms[0].rule.condition](alarms, site) for alarms in found.values()]
    return [one for one in made if len(one.rows)]


class Plain:
    """A measure that is worked out of what the tags are now."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        self.rows = np.array([alarm.index for alarm in alarms], np.intp)
        self.tag = np.array([alarm.tag.index for alarm in alarms], np.int32)

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        yield self.tag, np.arange(len(self.rows))

    def begin(self, active: Marks) -> None:
        """Nothing is kept."""

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        tag = self.tag[places]
        return seen["value"][tag], seen["quality"][tag]

    def turn(self, now: float) -> Rows:
        return self.rows[:0]


class OneOf(Plain):
    """An enumeration that means several states."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        super().__init__(alarms, site)
        rule = alarms[0].rule
        self._states, self._not = np.array(rule.watch.limits), rule.condition is Condition.IS_NOT

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        value, quality = super().measure(places, seen, now)
        inside = (value[:, None] == self._states).any(axis=1)  # np.isin costs ten times as much for a few states
        return (inside ^ self._not).astype(np.float64), quality


class Deviation(Plain):
    """How far from the setpoint, and to which side."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        both = [(alarm, site.tag(alarm.equipment, alarm.rule.watch.other)) for alarm in alarms]
        super().__init__([alarm for alarm, other in both if other], site)
        self.other = np.array([other.index for _, other in both if other], np.int32)

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        yield from super().inputs()
        yield self.other, np.arange(len(self.rows))

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        value, quality = super().measure(places, seen, now)
        other = self.other[places]
        return value - self.asked(seen["value"][other]), np.maximum(quality, seen["quality"][other])

    def asked(self, other: Values) -> Values:
        """What the value is held against."""
        return other


class Disagreement(Deviation):
    """How far from what the command asks for; nothing where the command asks for nothing in particular."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        super().__init__(alarms, site)
        self._pairs = sorted(alarms[0].rule.watch.expected)

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        off, quality = super().measure(places, seen, now)
        return np.where(np.isnan(off) & (quality < BAD), 0.0, np.abs(off)), quality

    def asked(self, other: Values) -> Values:
        if not self._pairs:
            return other
        commands = np.array([pair[0] for pair in self._pairs])
        expected = np.array([pair[1] for pair in self._pairs])
        place = np.minimum(np.searchsorted(commands, other), len(commands) - 1)
        return np.where(commands[place] == other, expected[place], np.nan)


class Silence(Plain):
    """Whether anything comes at all, though its link is there: the loss of the link is an alarm of the link. Here a
    bad quality is what is looked for; what says neither is not known."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        super().__init__(alarms, site)
        found = [site.tag_by_id.get(f"{alarm.equipment.link}.{CONNECTED}") for alarm in alarms]
        self._link = np.array([tag.index if tag else -1 for tag in found], np.int32)

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        yield from super().inputs()
        places = np.flatnonzero(self._link >= 0)
        yield self._link[places], places

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        _, quality = super().measure(places, seen, now)
        link = self._link[places]
        silent = np.isin(quality, SILENT)
        known = (silent & ((link < 0) | (seen["value"][link] == 1))) | (quality < BAD)
        return silent.astype(np.float64), np.where(known, Quality.GOOD, quality).astype(np.uint8)


class Truth(Plain):
    """A formula of a type, for all its equipment that has what it takes."""

    def __init__(self, alarms: Sequence[Alarm], site: Site, formula: Formula | None = None) -> None:
        """`formula` in the place of the rules' own."""
        formula = formula or alarms[0].rule.watch.formula
        tree = formula.tree if formula else None
        having = [alarm for alarm in alarms if tree is not None and carries(site, alarm.equipment, tree)]
        super().__init__(having, site)
        self._layout = Layout(tree, [alarm.equipment for alarm in having], site) if tree is not None else None

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        if self._layout:
            yield from self._layout.inputs()

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        if self._layout is None:
            return super().measure(places, seen, now)
        part = self._layout.part(seen, places)
        return part.value, part.quality


class Rate(Plain):
    """Change over the window, per minute; from a ring of the values of its steps."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        super().__init__(alarms, site)
        count = len(alarms)
        self._window = np.array([alarm.rule.watch.window_s for alarm in alarms])
        self._sign = np.array([-1.0 if alarm.rule.condition is Condition.FALLING else 1.0 for alarm in alarms])
        self._at = np.full((count, SLOTS), np.inf)
        self._held = np.full((count, SLOTS), np.nan)
        self._newest = np.zeros(count, np.intp)
        """The slot written last."""
        self._awake = np.zeros(count, np.bool_)
        """Time alone will move it."""
        self._looked = -np.inf

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        value, quality = super().measure(places, seen, now)
        known = (quality < BAD) & (value == value)
        self._at[places[~known]] = np.inf
        self._push(places[known], value[known], now)
        at = self._at[places]
        old = np.where(at <= now - self._window[places, None], at, -np.inf)
        slot = old.argmax(axis=1)
        row = np.arange(len(places))
        full = known & np.isfinite(old[row, slot])
        with np.errstate(invalid="ignore"):
            step = (value - self._held[places, slot]) * self._sign[places]
        rate = np.where(full, step / self._window[places] * MINUTE_S, np.nan)
        # not yet still where only the ends of the window are alike: a step between them is to come
        held = (self._held[places] == value[:, None]) | np.isposinf(self._at[places])
        self._awake[places] = known & ~(full & held.all(axis=1))
        return rate, np.where(full | (quality >= BAD), quality, Quality.BAD).astype(np.uint8)

    def _push(self, places: Rows, value: Values, now: float) -> None:
        """Into the next slot where a step is over; an empty ring begins."""
        newest = self._newest[places]
        since = now - self._at[places, newest]
        due = (since >= self._window[places] / STEPS) | ~np.isfinite(since)
        places, slot = places[due], (newest[due] + 1) % SLOTS
        self._newest[places] = slot
        self._at[places, slot], self._held[places, slot] = now, value[due]

    def turn(self, now: float) -> Rows:
        if now < self._looked + AWAKE_S:
            return self.rows[:0]
        self._looked = now
        return np.flatnonzero(self._awake)


class Frozen(Plain):
    """Whether a value has stayed where it was for the whole window."""

    def __init__(self, alarms: Sequence[Alarm], site: Site) -> None:
        super().__init__(alarms, site)
        self._window = np.array([alarm.rule.watch.window_s for alarm in alarms])
        self._band = np.array([alarm.rule.limit for alarm in alarms])
        self._from = np.full(len(alarms), np.nan)
        """Where it was when it moved last."""
        self._due = np.full(len(alarms), np.inf)
        """When it will have frozen, or did; infinite while nothing is known."""
        self._told = np.zeros(len(alarms), np.bool_)

    def begin(self, active: Marks) -> None:
        self._due[active] = -np.inf

    def measure(self, places: Rows, seen: Columns, now: float) -> tuple[Values, Qualities]:
        value, quality = super().measure(places, seen, now)
        known = (quality < BAD) & (value == value)
        lost = places[~known]
        self._due[lost[self._due[lost] > now]] = np.inf
        self._move(places[known], value[known], now)
        frozen = self._due[places] <= now
        self._told[places] = frozen
        return frozen.astype(np.float64), np.where(known | (quality >= BAD), quality, Quality.BAD).astype(np.uint8)

    def _move(self, places: Rows, value: Values, now: float) -> None:
        fresh = np.isnan(self._from[places])
        with np.errstate(invalid="ignore"):
            moved = ~fresh & (np.abs(value - self._from[places]) > self._band[places])
        begun = moved | np.isposinf(self._due[places])
        self._from[places] = np.where(fresh | moved, value, self._from[places])
        self._due[places] = np.where(begun, now + self._window[places], self._due[places])

    def turn(self, now: float) -> Rows:
        return np.flatnonzero((self._due <= now) & np.isfinite(self._due) & ~self._told)


KINDS: dict[Condition, Callable[[Sequence[Alarm], Site], Measure]] = {
    Condition.IS: OneOf,
    Condition.IS_NOT: OneOf,
    Condition.DEVIATION: Deviation,
    Condition.DISAGREES: Disagreement,
    Condition.RISING: Rate,
    Condition.FALLING: Rate,
    Condition.FROZEN: Frozen,
    Condition.COMMUNICATION: Silence,
    Condition.FORMULA: Truth,
}
BY_RULE: tuple[Callable[[Sequence[Alarm], Site], Measure], ...] = (OneOf, Disagreement, Truth)
"""Measures that are made for one rule of one type at a time; the others for all their rules of the site together."""

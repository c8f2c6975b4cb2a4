"""Fleet: all equipment of one type as columns, and Slot: where one of their tags lies in the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from simulator.city.chance import Flags, Floats, dice
from simulator.city.weather import Moment, Weather
from simulator.world import World
from supervisor.model import Equipment, Tag

Writer = Callable[[tuple[int, ...], float], None]
"""Place within the slot and the value somebody on the wire wants there; raises `Rejected`."""


class Slot:
    """One tag of every equipment of a fleet, or of every part: an array with holes where a pack has none."""

    def __init__(self, world: World, tags: Sequence[Tag | None], shape: tuple[int, ...]) -> None:
        self._world = world
        self._tags = tags
        self.shape = shape
        here = [place for place, tag in enumerate(tags) if tag]
        self._place = np.array(here, np.int64)
        self.index = np.array([tag.index for tag in tags if tag], np.int64)
        """Tag indices, holes left out."""
        self._whole = len(here) == len(tags)

    @property
    def exists(self) -> Flags:
        """Where the pack carries the tag."""
        flags = np.zeros(len(self._tags), np.bool_)
        flags[self._place] = True
        return flags.reshape(self.shape)

    def write(self, values: ArrayLike) -> None:
        """Into the world, engineering units."""
        full = np.asarray(values)
        if full.shape != self.shape:
            full = np.broadcast_to(full, self.shape)
        flat = full.reshape(-1)
        self._world.value[self.index] = flat if self._whole else flat[self._place]

    def read(self, default: float = 0.0) -> Floats:
        """What the world holds, which an operator may have written; `default` in the holes."""
        if self._whole:
            return self._world.value[self.index].reshape(self.shape)
        values = np.full(len(self._tags), default)
        values[self._place] = self._world.value[self.index]
        return values.reshape(self.shape)

    def say(self, words: Sequence[str]) -> None:
        """Texts, one for each place."""
        for place in self._place.tolist():
            tag = self._tags[place]
            if tag:
                self._world.text[tag.index] = words[place]

    def on_write(self, writer: Writer) -> None:
        """Give the physics a say in writes; without it a written value simply holds."""
        for place, tag in enumerate(self._tags):
            if tag:
                where = tuple(int(axis) for axis in np.unravel_index(place, self.shape))
                self._world.on_write(tag, lambda value, where=where: writer(where, value))  # type: ignore[misc]

    def put(self, where: tuple[int, ...], value: float) -> None:
        """One value into the world, if there is such a tag."""
        tag = self._tags[int(np.ravel_multi_index(where, self.shape))]
        if tag:
            self._world.value[tag.index] = value


class Physics:
    """The laws of one equipment type. Subclasses say in `FAULTS` what can go wrong and in how many places each."""

    FAULTS: ClassVar[Mapping[str, int]] = {}

    counting: ClassVar[bool] = False
    """Whether it moves counters that hang on all that happened, not on the instant alone."""

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        self.world = world
        self.weather = weather
        self.equipment = tuple(equipment)
        self.size = len(equipment)
        self.seed = seed
        self.rng = dice(seed, type(self).__name__)
        """For noise, drawn once a step."""
        self._until = {fault: np.zeros((self.size, places)) for fault, places in self.FAULTS.items()}

    def begin(self, moment: Moment) -> None:
        """Take up a state that is plausible at `moment`."""
        raise NotImplementedError

    def step(self, moment: Moment) -> None:
        """Live through the `moment.dt` seconds that end at `moment`."""
        raise NotImplementedError

    def strike(self, fault: str, victim: int, until: float) -> None:
        """Something goes wrong at one of the places of `fault` until an instant, seconds UTC."""
        places = self._until[fault].reshape(-1)
        places[victim % len(places)] = until

    def struck(self, fault: str, moment: Moment) -> Flags:
        """Where `fault` holds now: shape (equipment, places)."""
        flags: Flags = self._until[fault] > moment.t
        return flags

    def slot(self, path: str, of: Sequence[Equipment] | None = None) -> Slot:
        """The tag `path` of every equipment, or of every one `of` others."""
        fleet = self.equipment if of is None else of
        return Slot(self.world, [self.world.site.tag(equipment, path) for equipment in fleet], (len(fleet),))

    def slots(self, paths: Sequence[str]) -> Slot:
        """Several tags of every equipment side by side: shape (equipment, paths)."""
        tags = [self.world.site.tag(equipment, path) for equipment in self.equipment for path in paths]
        return Slot(self.world, tags, (self.size, len(paths)))

    def draw(self, low: float, high: float, word: str, places: int = 0) -> Floats:
        """A constant of each equipment, evenly spread, that hangs on its id alone; `places` > 0: so many each."""
        rows = [dice(self.seed, equipment.id, word).uniform(low, high, max(places, 1)) for equipment in self.equipment]
        drawn = np.array(rows, np.float64).reshape(self.size, max(places, 1))
        return drawn if places else drawn[:, 0]

    def noise(self, sigma: float, *shape: int) -> Floats:
        """Measuring noise, one draw per element."""
        return self.rng.normal(0.0, sigma, shape or (self.size,))

"""Incidents: what goes wrong, how often and for how long. The same seed tells the same story at the same hour.

Time is cut into slots of `3600 / rate` seconds; each slot holds one incident, drawn from `KINDS` by the seed and the
number of the slot alone. So incidents need no past either, and history has those that live watching would have seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulator.city.chance import dice
from simulator.city.fleet import Physics
from simulator.city.weather import Moment, Shower, Weather

DEMO_RATE = 20.0
"""Incidents an hour in a demo: something to see every few minutes."""
PAST_RATE = 3.0
"""Incidents an hour in history: an ordinary month."""
SHOWER = "shower"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can go wrong."""

    type: str
    """Equipment type; empty for the weather."""
    fault: str
    """A word of the physics' `FAULTS`."""
    weight: float
    low_s: float
    high_s: float


KINDS = (
    Kind("lighting_cabinet", "door", 10, 60, 420),
    Kind("lighting_cabinet", "breaker", 7, 120, 420),
    Kind("lighting_cabinet", "stuck", 2, 120, 400),
    Kind("lighting_cabinet", "lamps", 5, 240, 900),
    Kind("lighting_cabinet", "leak", 4, 120, 360),
    Kind("lighting_cabinet", "phase", 4, 90, 300),
    Kind("lighting_cabinet", "supply", 2, 60, 240),
    Kind("pumping_station", "trip", 11, 90, 360),
    Kind("pumping_station", "clogged", 5, 180, 600),
    Kind("pumping_station", "hot", 3, 300, 900),
    Kind("pumping_station", "surge", 3, 240, 600),
    Kind("pumping_station", "float", 2, 60, 200),
    Kind("pumping_station", "door", 4, 60, 400),
    Kind("pumping_station", "supply", 2, 60, 200),
    Kind("intersection", "lamp", 9, 120, 500),
    Kind("intersection", "conflict", 3, 120, 300),
    Kind("intersection", "power", 2, 60, 240),
    Kind("intersection", "door", 4, 60, 300),
    Kind("intersection", "loop", 7, 180, 900),
    Kind("transit_line", "stopped", 6, 120, 330),
    Kind("transit_line", "blocked", 2, 120, 300),
    Kind("waste_container", "fire", 2, 150, 360),
    Kind("waste_container", "tilt", 3, 120, 600),
    Kind("car_park", "barrier", 5, 90, 360),
    Kind("car_park", "payment", 6, 120, 500),
    Kind("", SHOWER, 3, 420, 900),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """One row of the story."""

    start: float
    """Seconds UTC."""
    end: float
    kind: Kind
    victim: int
    """Any number; the physics folds it onto its equipment."""


class Incidents:
    """See the module. `rate` per hour; 0 for none."""

    def __init__(self, seed: int, rate: float) -> None:
        self.rate = rate
        self.enabled = True
        self.showers = True
        """Whether it rains by incident too; the past has its weather alone, so that soil and gauges fit the present."""
        self._seed = seed
        self._drawn: dict[int, Incident] = {}
        self._seen = 0.0

    def begin(self, moment: Moment) -> None:
        """Forget what happened before `moment`."""
        self._seen = moment.t

    def step(self, moment: Moment, physics: Mapping[str, Physics], weather: Weather) -> None:
        """Let happen what began since the last step."""
        since, self._seen = max(self._seen, moment.t - 3600), moment.t
        if not self.enabled or self.rate <= 0:
            return
        for incident in self.between(since, moment.t):
            kind = incident.kind
            if kind.fault == SHOWER:
                self._pour(incident, weather)
            elif kind.type in physics:
                physics[kind.type].strike(kind.fault, incident.victim, incident.end)

    def _pour(self, incident: Incident, weather: Weather) -> None:
        if self.showers:
            weather.order(Shower(incident.start, incident.end - incident.start, 9.0 + incident.victim % 25))

    def between(self, since: float, until: float) -> Iterator[Incident]:
        """The incidents with `since < start <= until`, oldest first."""
        slot_s = 3600 / self.rate
        for slot in range(int(since // slot_s), int(until // slot_s) + 1):
            incident = self._incident(slot, slot_s)
            if since < incident.start <= until:
                yield incident

    def _incident(self, slot: int, slot_s: float) -> Incident:
        known = self._drawn.get(slot)
        if known is None:
            rng = dice(self._seed, "incident", slot)
            weights = [kind.weight for kind in KINDS]
            kind = KINDS[int(rng.choice(len(KINDS), p=[weight / sum(weights) for weight in weights]))]
            start = (slot + float(rng.random())) * slot_s
            known = Incident(
                start, start + float(rng.uniform(kind.low_s, kind.high_s)), kind, int(rng.integers(1 << 30))
            )
            self._drawn = {slot: known}
        return known

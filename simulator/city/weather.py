"""Weather over the site: sun, twilight, temperature and showers, all closed forms of the instant and the seed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from astral import Observer
from astral.sun import elevation

from simulator.city.chance import Floats, Wander, dice
from supervisor.clock import SECOND

DAY_S = 86_400.0
FIRST_DAY = 20_089
"""Days since 1970 of 2025-01-01, when the counters of the city were put in."""

SUN_DEG = (-18.0, -12.0, -8.0, -6.0, -4.0, -2.0, -0.8, 2.0, 6.0, 12.0, 25.0, 45.0, 66.0)
CLEAR_LUX = (0.001, 0.008, 0.5, 3.4, 25.0, 130.0, 400.0, 1_800.0, 7_000.0, 18_000.0, 45_000.0, 80_000.0, 105_000.0)
"""Horizontal illuminance of a clear sky by elevation of the sun. Source: the usual daylight tables (RECOM / CIE)."""

MONTH_RAIN = (0.46, 0.42, 0.38, 0.40, 0.40, 0.32, 0.28, 0.27, 0.32, 0.43, 0.47, 0.50)
"""Share of days with rain by month, about what Angers-Beaucouzé records."""

MEMORY_S = DAY_S
"""How far back the showers of the weather are looked at."""
WETNESS_S = 5_400.0
"""How long the ground stays wet: time constant of the memory of rain."""


@dataclass(frozen=True, slots=True)
class Sky:
    """The weather of one instant."""

    elevation: float
    """Of the sun, degrees."""
    lux: float
    cloud: float
    """0 clear to 1 overcast."""
    temperature: float
    """Of the air, °C."""
    rain: float
    """mm/h over the middle of the city."""
    wetness: float
    """mm of recent rain still lying about."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as physics needs it."""

    t: float
    """Seconds UTC since 1970 on the city's own clock."""
    dt: float
    """Seconds since the last step; 0 at the beginning."""
    hour: float
    """Local time of day, 0 to 24."""
    weekday: int
    """0 Monday to 6 Sunday, local."""
    service_day: int
    """Days since 1970 of the local day that began at 3 in the morning."""
    service_s: float
    """Seconds since that 3 in the morning."""
    sky: Sky


@dataclass(frozen=True, slots=True)
class Shower:
    """One shower: swells and dies like sin², or is flat when someone ordered it."""

    start: float
    length: float
    peak: float
    """mm/h."""
    flat: bool = False

    def intensity(self, times: Floats) -> Floats:
        """mm/h at `times`, seconds UTC."""
        x = (times - self.start) / self.length
        swell = np.ones_like(x) if self.flat else np.sin(np.pi * x) ** 2
        fall: Floats = np.where((x > 0) & (x < 1), self.peak * swell, 0.0)
        return fall

    def fallen(self, t: float) -> float:
        """mm from its beginning until `t`."""
        x = min(max((t - self.start) / self.length, 0.0), 1.0)
        share = x if self.flat else x / 2 - math.sin(2 * math.pi * x) / (4 * math.pi)
        return self.peak * self.length / 3600 * share


class Weather:
    """See the module. Ordered showers come on top of the seeded ones."""

    def __init__(self, latitude: float, longitude: float, zone: str, seed: int) -> None:
        self.zone = ZoneInfo(zone)
        self._ordered: list[Shower] = []
        self._forgotten = 0.0
        """mm of ordered showers that nobody looks back to any more."""
        self._observer = Observer(latitude, longitude)
        self._seed = seed
        rng = dice(seed, "weather")
        self._cloud = Wander(rng, (), 6 * 3600)
        self._season = Wander(rng, (), 4.3 * DAY_S)
        self._days: dict[int, tuple[Shower, ...]] = {}
        self._sums: list[float] = [0.0]
        self._lags = np.arange(0, 4 * WETNESS_S, 900.0)
        self._fade = np.exp(-self._lags / WETNESS_S) * 900 / 3600

    def moment(self, now: int, dt: float) -> Moment:
        """The instant `now`, ns UTC, after a step of `dt` seconds."""
        t = now / SECOND
        local = datetime.fromtimestamp(t, self.zone)
        hour = local.hour + local.minute / 60 + (local.second + local.microsecond / 1e6) / 3600
        early = hour < 3
        service_s = (hour + 21 if early else hour - 3) * 3600
        day = local.toordinal() - datetime(1970, 1, 1).toordinal() - early
        return Moment(t, dt, hour, local.weekday(), day, service_s, self.sky(t, local))

    def sky(self, t: float, local: datetime) -> Sky:
        """The weather at `t`."""
        sun = float(elevation(self._observer, datetime.fromtimestamp(t, UTC)))
        rain = float(self.rain(np.array([t]))[0])
        cloud = min(max(0.5 + 0.7 * float(self._cloud.at(t)), min(rain, 1.0)), 1.0)
        clear = math.exp(float(np.interp(sun, SUN_DEG, np.log(CLEAR_LUX))))
        wetness = float(self.rain(t - self._lags) @ self._fade)
        return Sky(sun, clear * (1 - 0.72 * cloud), cloud, self._temperature(t, local, cloud, rain), rain, wetness)

    def rain(self, times: Floats) -> Floats:
        """mm/h at `times`, seconds UTC; all within a day or two of each other."""
        fall = np.zeros_like(times)
        first, last = int(times.min() // DAY_S) - 1, int(times.max() // DAY_S)
        showers = [shower for day in range(first, last + 1) for shower in self._showers(day)]
        since, until = float(times.min()), float(times.max())
        for shower in showers + self._ordered:
            if shower.start < until and shower.start + shower.length > since:
                fall += shower.intensity(times)
        return fall

    def total(self, t: float) -> float:
        """mm fallen since `FIRST_DAY`; never falls."""
        day = int(t // DAY_S)
        while len(self._sums) <= day - 1 - FIRST_DAY:
            whole = sum(shower.fallen(math.inf) for shower in self._showers(FIRST_DAY + len(self._sums) - 1))
            self._sums.append(self._sums[-1] + whole)
        recent = (shower for each in (day - 1, day) for shower in self._showers(each))
        ordered = self._forgotten + sum(shower.fallen(t) for shower in self._ordered)
        return self._sums[max(day - 1 - FIRST_DAY, 0)] + sum(shower.fallen(t) for shower in recent) + ordered

    def order(self, shower: Shower) -> None:
        """Rain somebody asked for."""
        over = [old for old in self._ordered if old.start + old.length < shower.start - MEMORY_S]
        self._forgotten += sum(old.fallen(math.inf) for old in over)
        self._ordered = [old for old in self._ordered if old not in over] + [shower]

    def _showers(self, day: int) -> tuple[Shower, ...]:
        if day not in self._days:
            self._days[day] = self._imagine(day)
        return self._days[day]

    def _imagine(self, day: int) -> tuple[Shower, ...]:
        rng = dice(self._seed, "rain", day)
        month = datetime.fromtimestamp(day * DAY_S, UTC).month
        if rng.random() > MONTH_RAIN[month - 1]:
            return ()
        stormy = month in (5, 6, 7, 8, 9)
        count = int(rng.integers(1, 3 if stormy else 6))
        peaks = rng.gamma(1.3, 5.0 if stormy else 1.8, count) + 0.4
        lengths = rng.uniform(600, 3_600 if stormy else 9_000, count)
        starts = day * DAY_S + rng.uniform(0, DAY_S, count)
        return tuple(Shower(*row) for row in zip(starts.tolist(), lengths.tolist(), peaks.tolist(), strict=True))

    def _temperature(self, t: float, local: datetime, cloud: float, rain: float) -> float:
        year = (climate(t) - 12.3) / 7.4
        hour = local.hour + local.minute / 60 + local.second / 3600
        swing = (3.0 + 2.5 * max(year, 0.0)) * (1 - 0.5 * cloud)
        daily = swing * math.cos(2 * math.pi * (hour - 16) / 24)
        return climate(t) + 4.5 * float(self._season.at(t)) + daily - min(rain, 10.0) * 0.15


def climate(t: float) -> float:
    """°C that the season usually has at `t`, day and night together."""
    return 12.3 + 7.4 * math.sin(2 * math.pi * (t / DAY_S / 365.2425 - 0.304))

"""The rhythm of the city: how busy its streets, lines and car parks are by hour, on weekdays and at the weekend."""

from __future__ import annotations

import numpy as np

from simulator.city.chance import Floats
from simulator.city.weather import Moment

Curve = tuple[Floats, Floats]
"""Weekday and weekend, 24 hours each, share of the peak; straight lines in between."""


def _curve(weekday: str, weekend: str) -> Curve:
    return tuple(np.array([float(word) for word in text.split()]) / 100 for text in (weekday, weekend))  # type: ignore[return-value]


TRAFFIC = _curve(
    "8 5 4 4 6 15 38 78 100 72 60 63 70 72 65 70 88 100 92 65 42 30 22 14",
    "15 10 8 6 5 7 12 20 35 52 65 72 70 62 68 74 76 72 62 50 38 32 28 20",
)
EVENING_TRAFFIC = _curve(
    "9 5 4 4 5 10 24 50 66 58 55 62 72 70 66 76 96 100 90 62 44 33 25 16",
    "17 11 8 6 5 6 10 16 30 46 62 72 72 64 70 77 80 76 66 54 42 36 31 23",
)
PASSENGERS = _curve(
    "12 3 0 0 0 14 40 92 100 58 46 50 66 62 52 58 84 100 90 58 36 28 24 18",
    "16 6 0 0 0 6 10 18 30 40 52 58 56 54 64 70 72 66 56 44 34 28 26 20",
)
PARKED = _curve(
    "14 12 11 10 10 11 16 34 62 80 86 84 76 84 90 88 80 68 54 44 38 32 24 18",
    "20 16 14 12 11 11 12 16 28 46 64 74 70 72 88 94 90 76 60 52 48 42 34 26",
)
DROPS = _curve(
    "10 6 4 3 3 6 18 40 52 60 66 70 74 62 58 60 68 82 92 88 64 40 26 16",
    "16 10 6 4 4 6 14 34 70 110 140 150 130 96 88 92 104 112 110 92 66 44 30 20",
)


def busy(curve: Curve, moment: Moment) -> float:
    """Share of the peak at `moment`."""
    table = curve[moment.weekday >= 5]
    return float(np.interp(moment.hour, np.arange(25), np.append(table, table[0])))


def week(curve: Curve) -> Floats:
    """169 hourly values from Monday 0:00 to the next Monday 0:00."""
    hours = np.concatenate([np.tile(curve[0], 5), np.tile(curve[1], 2)])
    return np.append(hours, hours[0])

"""The sun by a second road: Meeus's formulas, written here from the book, and tables that others have published.

Source of the formulas: J. Meeus, Astronomical Algorithms, 2nd edition, chapters 12 (sidereal time), 13 (altitude), 22
(obliquity) and 25 (position of the sun, to 0.01 degrees). The library under test follows other ones (NOAA's).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

HORIZON, CIVIL, NAUTICAL = -0.8333, -6.0, -12.0
"""Altitudes of the centre of the sun, degrees: refraction of 34' and a radius of 16' at the horizon."""
ANGERS = (47.47, -0.55)
DELTA_T_S = 69.2
"""TT - UT1 of the 2020s."""
DAYS = tuple(
    date(2026, month, day) for month in range(1, 13) for day in (1, 15)
) + (date(2026, 3, 29), date(2026, 6, 21), date(2026, 10, 25), date(2026, 12, 21))  # fmt: skip
"""Twice a month, both changes of the clock and both solstices."""


def altitude(moment: datetime, place: tuple[float, float]) -> float:
    """Degrees above the horizon, without refraction."""
    days = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
    t = (days + DELTA_T_S / 86_400) / 36_525
    mean = 280.46646 + 36_000.76983 * t + 0.0003032 * t * t
    anomaly = math.radians(357.52911 + 35_999.05029 * t - 0.0001537 * t * t)
    centre = (
        (1.914602 - 0.004817 * t - 0.000014 * t * t) * math.sin(anomaly)
        + (0.019993 - 0.000101 * t) * math.sin(2 * anomaly)
        + 0.000289 * math.sin(3 * anomaly)
    )
    node = math.radians(125.04 - 1934.136 * t)
    longitude = math.radians(mean + centre - 0.00569 - 0.00478 * math.sin(node))
    obliquity = math.radians(23.43929111 - 0.013004167 * t + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    sidereal = math.radians(280.46061837 + 360.98564736629 * days)
    hour = sidereal + math.radians(place[1]) - ascension
    latitude = math.radians(place[0])
    sine = math.sin(latitude) * math.sin(declination)
    return math.degrees(math.asin(sine + math.cos(latitude) * math.cos(declination) * math.cos(hour)))


def crossing(day: date, height: float, place: tuple[float, float], morning: bool) -> datetime:
    """When the sun passes that height, to the second; for the longitudes of western Europe."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    low, high = (noon - timedelta(hours=11), noon) if morning else (noon + timedelta(hours=11), noon)
    while abs(high - low) > timedelta(seconds=0.5):
        middle = low + (high - low) / 2
        low, high = (middle, high) if altitude(middle, place) < height else (low, middle)
    return high


SUNRISES = {
    (50.287296, 3.1936, date(2024, 12, 1)): (
        "08:26 08:27 08:28 08:29 08:31 08:32 08:33 08:34 08:35 08:36 "
        "08:37 08:38 08:39 08:40 08:41 08:41 08:42 08:43 08:44"
    ),
    (45.70, -1.03, date(2024, 11, 1)): (
        "07:45 07:46 07:47 07:49 07:50 07:52 07:53 07:54 07:56 07:57 "
        "07:59 08:00 08:01 08:03 08:04 08:06 08:07 08:08 08:10"
    ),
    (47.2736, -2.2137, date(2026, 2, 1)): (
        "08:35 08:34 08:32 08:31 08:30 08:28 08:27 08:25 08:24 08:22 08:21 08:19 08:18 08:16 "
        "08:15 08:13 08:11 08:10 08:08 08:06 08:04 08:03 08:01 07:59 07:57 07:55 07:53 07:52"
    ),
    (47.5893, 7.5643, date(2026, 9, 1)): (
        "06:48 06:49 06:51 06:52 06:53 06:55 06:56 06:57 06:59 07:00 07:01 07:03 07:04 07:05 07:07 "
        "07:08 07:09 07:11 07:12 07:13 07:15 07:16 07:17 07:19 07:20 07:21 07:23 07:24 07:26 07:27"
    ),
}
"""Published times of sunrise (Paris time) of Fressain, north of Angers, and of a commune of the Charente-Maritime,
south of it: al-kanz.org, tables by commune, 2024; the position of the second one is that of its postcode. Then two
places on the parallel of Angers, where the sun rises by the same curve, only earlier or later by their longitude:
Saint-Nazaire, west of it, and Saint-Louis, east of it: horairesdepriere.fr, calendars by commune, 2026, the column
"Lever". None of the tables looked for was of Angers itself."""

DECORAH = (43.31, -91.79)
SEPTEMBER = (
    "6:32 19:41 6:02 20:11|6:33 19:40 6:04 20:09|6:34 19:38 6:05 20:07|6:35 19:36 6:06 20:05|6:36 19:34 6:07 20:03|"
    "6:37 19:33 6:08 20:02|6:38 19:31 6:09 20:00|6:40 19:29 6:11 19:58|6:41 19:27 6:12 19:56|6:42 19:25 6:13 19:54|"
    "6:43 19:24 6:14 19:52|6:44 19:22 6:15 19:51|6:45 19:20 6:16 19:49|6:46 19:18 6:17 19:47|6:47 19:16 6:19 19:45|"
    "6:48 19:15 6:20 19:43|6:49 19:13 6:21 19:41|6:51 19:11 6:22 19:39|6:52 19:09 6:23 19:38|6:53 19:07 6:24 19:36|"
    "6:54 19:05 6:25 19:34|6:55 19:04 6:26 19:32|6:56 19:02 6:28 19:30|6:57 19:00 6:29 19:28|6:58 18:58 6:30 19:27|"
    "6:59 18:56 6:31 19:25|7:01 18:55 6:32 19:23|7:02 18:53 6:33 19:21|7:03 18:51 6:34 19:19|7:04 18:49 6:36 19:18"
)
"""Published: sunrise, sunset, begin and end of civil twilight of each day of September at Decorah (Iowa), local summer
time, by the rules of the U.S. Naval Observatory: R. Bernatz, Luther College, "Decorah weather"; for no year."""


def september() -> Iterator[tuple[int, list[int]]]:
    """Day of the month, and the four times in minutes after midnight."""
    for day, row in enumerate(SEPTEMBER.split("|"), 1):
        yield day, [minutes(word) for word in row.split()]


def minutes(word: str) -> int:
    hours, _, rest = word.partition(":")
    return int(hours) * 60 + int(rest)

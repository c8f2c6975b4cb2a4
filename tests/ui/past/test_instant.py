"""What an operator may write for an instant."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from supervisor.clock import SECOND
from tests.ui.town import NOW
from ui.past.instant import read

PARIS = ZoneInfo("Europe/Paris")
"""NOW is Sunday 22 November 2026, 14:32:07 there."""


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=PARIS).timestamp()) * SECOND  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("22/11/2026 03:14", at(2026, 11, 22, 3, 14)),
        ("22/11 03:14:07", at(2026, 11, 22, 3, 14, 7)),
        ("22/11/26 3h14", at(2026, 11, 22, 3, 14)),
        ("2026-11-22T03:14:07", at(2026, 11, 22, 3, 14, 7)),
        ("2026-11-22", at(2026, 11, 22)),
        ("24/12", at(2025, 12, 24)),
        ("24/12 18h", at(2025, 12, 24, 18)),
        ("03:14", at(2026, 11, 22, 3, 14)),
        ("18:00", at(2026, 11, 21, 18)),
        ("hier 18:00", at(2026, 11, 21, 18)),
        ("Yesterday", at(2026, 11, 21)),
        ("-2h", NOW - 7200 * SECOND),
        ("- 1,5 h", NOW - 5400 * SECOND),
        ("-3j", NOW - 3 * 86_400 * SECOND),
        ("-10 min", NOW - 600 * SECOND),
        ("25/10/2026 02:30", 1_792_888_200 * SECOND),
    ],
)
def test_that_an_instant_is_read_as_it_is_meant(text: str, meant: int) -> None:
    assert read(text, NOW, PARIS) == meant


@pytest.mark.parametrize("text", ["", "31/02 10:00", "25:00", "demain", "-2 ans", "12", "10:60", "2026-13-01"])
def test_that_what_is_no_instant_is_none(text: str) -> None:
    assert read(text, NOW, PARIS) is None

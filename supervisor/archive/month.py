"""Month: how available each link was in a month of the site's calendar, and the holes it has left in the history."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from supervisor.availability import Share, availability, midnight, next_month
from supervisor.clock import SECOND
from supervisor.errors import Unavailable
from supervisor.historian.history import History
from supervisor.historian.samples import Span
from supervisor.holes import Hole, HoleReader

COLUMNS = (
    "link", "available_percent", "start", "end", "seconds", "cause", "state", "tags", "tags_filled", "samples",
)  # fmt: skip
"""Of the table. A link without holes has one row with its availability alone."""


@dataclass(frozen=True, slots=True)
class LinkMonth:
    """One link in one month."""

    link: str
    share: Share
    holes: tuple[Hole, ...]
    """Oldest first; some reach out of the month."""


def span_of(month: date, zone: ZoneInfo) -> Span:
    """start < t <= end of the month a day lies in, ns UTC."""
    first = month.replace(day=1)
    return midnight(first, zone), midnight(next_month(first), zone)


def months(history: History, ledger: HoleReader, links: Sequence[str], span: Span) -> list[LinkMonth]:
    """Of these links, in their order. What the history does not know yet counts as nothing. Raises StoreError."""
    end = min(span[1], history.known())
    found = dict[str, list[Hole]]()
    for hole in ledger.holes(*span):
        found.setdefault(hole.link, []).append(hole)
    shares = {link: availability(history, link, span[0], end) if end > span[0] else Share() for link in links}
    return [LinkMonth(link, shares[link], tuple(found.get(link, ()))) for link in links]


def write(told: Sequence[LinkMonth], to: Path, zone: ZoneInfo, overwrite: bool = False) -> int:
    """The table as CSV; how many holes it has. Unavailable where the file can't be made, or is there."""
    try:
        with to.open("w" if overwrite else "x", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for one in told:
                table.writerows(_rows(one, zone))
    except FileExistsError as error:
        raise Unavailable(f"{to} is there already: give --overwrite, or another name") from error
    except OSError as error:
        raise Unavailable(f"{to} cannot be written ({error.strerror})") from error
    return sum(len(one.holes) for one in told)


def _rows(told: LinkMonth, zone: ZoneInfo) -> Iterator[list[object]]:
    percent = "" if told.share.percent != told.share.percent else f"{told.share.percent:.4f}"
    if not told.holes:
        yield [told.link, percent, *[""] * (len(COLUMNS) - 2)]
    for hole in told.holes:
        seconds = "" if hole.end is None else f"{(hole.end - hole.start) / SECOND:.3f}"
        times = _iso(hole.start, zone), "" if hole.end is None else _iso(hole.end, zone)
        state = (hole.cause, hole.state.value, hole.tags, hole.filled, hole.samples)
        yield [told.link, percent, *times, seconds, *state]


def _iso(time: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(time / SECOND, zone).isoformat(timespec="milliseconds")

"""LinkBook: what a window asks of links that is in no tag: errors by kind, the reason, days and holes of a month."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from supervisor.availability import Share, day_of, days, midnight, next_month
from supervisor.clock import Clock
from supervisor.errors import Refused
from supervisor.historian.history import History
from supervisor.holes import Hole, HoleReader
from supervisor.link import Link
from supervisor.model import Site, Text

MOST_HOLES = 500
"""Of a month that are told one by one, the newest; all are counted."""


class LinkBook:
    """Answers in words of the socket. Reads; changes nothing, so nothing of it is journalled."""

    def __init__(
        self, site: Site, links: Mapping[str, Link], history: History, ledger: HoleReader, clock: Clock
    ) -> None:
        self._links = links
        self._history = history
        self._ledger = ledger
        self._clock = clock
        self._zone = ZoneInfo(site.zone)

    def good(self) -> Mapping[str, Any]:
        """When each link last brought a good value, ns UTC; without those that have not since the station began."""
        return {"good": {id_: link.last_good for id_, link in self._links.items() if link.last_good}}

    async def page(self, id_: str, month: str = "") -> Mapping[str, Any]:
        """One link. `month` as "2026-11", empty for the present one. Raises Refused and StoreError."""
        link = self._links.get(id_)
        if link is None:
            raise Refused("unknown", Text(f"La liaison « {id_} » n'existe pas.", f'There is no link "{id_}".'))
        now = self._clock.now()
        chosen = _month(month) if month else day_of(now, self._zone)
        found = await asyncio.to_thread(days, self._history, id_, chosen, self._zone, now)
        missed = await asyncio.to_thread(self._missed, id_, chosen)
        return {
            "connected": link.connected,
            "reason": link.reason,
            "cause": link.cause,
            "good": link.last_good,
            "reconnects": link.reconnects,
            "errors": dict(link.traffic.errors),
            "days": [[day.isoformat(), *_seconds(share)] for day, share in found],
            "holes": [_row(hole) for hole in reversed(missed[-MOST_HOLES:])],
            "hole_count": len(missed),
        }

    def _missed(self, id_: str, day: date) -> list[Hole]:
        """The holes of the month a day lies in, oldest first."""
        first = day.replace(day=1)
        span = midnight(first, self._zone), midnight(next_month(first), self._zone)
        return self._ledger.holes(*span, id_)


def _row(hole: Hole) -> list[Any]:
    """Start, end (0 while it goes on), cause, state, tags, how many of them were filled, samples."""
    return [hole.start, hole.end or 0, hole.cause, hole.state.value, hole.tags, hole.filled, hole.samples]


def _seconds(share: Share) -> tuple[float, float, float]:
    return round(share.up_s, 3), round(share.down_s, 3), round(share.unknown_s, 3)


def _month(words: str) -> date:
    try:
        return date.fromisoformat(f"{words}-01")
    except ValueError:
        raise Refused("range", Text(f"« {words} » n'est pas un mois.", f'"{words}" is no month.')) from None

"""LinkBook: what a window asks of the links that is in no tag: errors by kind, the reason, the days of the month."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from supervisor.availability import Share, day_of, days
from supervisor.clock import Clock
from supervisor.errors import Refused
from supervisor.historian.history import History
from supervisor.link import Link
from supervisor.model import Site, Text


class LinkBook:
    """Answers in words of the socket. Reads; changes nothing, so nothing of it is journalled."""

    def __init__(self, site: Site, links: Mapping[str, Link], history: History, clock: Clock) -> None:
        self._links = links
        self._history = history
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
        return {
            "connected": link.connected,
            "reason": link.reason,
            "cause": link.cause,
            "good": link.last_good,
            "reconnects": link.reconnects,
            "errors": dict(link.traffic.errors),
            "days": [[day.isoformat(), *_seconds(share)] for day, share in found],
        }


def _seconds(share: Share) -> tuple[float, float, float]:
    return round(share.up_s, 3), round(share.down_s, 3), round(share.unknown_s, 3)


def _month(words: str) -> date:
    try:
        return date.fromisoformat(f"{words}-01")
    except ValueError:
        raise Refused("range", Text(f"« {words} » n'est pas un mois.", f'"{words}" is no month.')) from None

"""What a window asks of the links: the holes of a month of the site's calendar, with what has become of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from supervisor.clock import SECOND, HandClock
from supervisor.driver import Traffic
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.holes import HoleReader
from supervisor.link import Link
from supervisor.link_book import LinkBook
from supervisor.texts import Texts
from tests.supervisor.test_holes import MINUTE, START, Ledger


def test_that_a_link_tells_the_holes_of_a_month_the_newest_first(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)
    for _ in range(2):
        one.wait(MINUTE)
        one.lose()
        one.wait(MINUTE)
        one.say(1.0)
    one.read()
    Historian(tmp_path, one.site.tags, Texts.create(), HandClock(START)).close()
    history = History(tmp_path)
    link = SimpleNamespace(connected=True, reason="", cause=0, last_good=0, reconnects=0, traffic=Traffic())
    book = LinkBook(one.site, cast(dict[str, Link], {"L": link}), history, HoleReader(tmp_path), one.clock)

    def page(month: str = "") -> Any:
        return asyncio.run(book.page("L", month))

    lost = one.clock.now() - MINUTE
    now = page()
    assert now["hole_count"] == 2
    assert now["holes"][0] == [lost, lost + MINUTE, "timeout", "empty", 5, 0, 0]
    assert now["holes"][1][0] == lost - 2 * MINUTE
    assert page("2020-01")["holes"] == []
    history.close()
    one.holes.close()

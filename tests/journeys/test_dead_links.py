"""Links whose controllers are not there, as a real station tells of them: over the socket, and over a kill -9."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import drivers
from supervisor.ask import Asker
from supervisor.errors import Refused, Unavailable
from supervisor.model import Quality, Site
from supervisor.site import load
from tests.journeys.conftest import Town, _keep, small_city, until
from tests.people import PASSWORD, enrol
from ui.folder import DataFolder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
LINK = "L-AP-001"


class Lonely(Town):
    """A station whose two cabinets were never built."""

    def __init__(self, to: Path) -> None:
        self.path = small_city(to)
        (self.path / "notify.toml").unlink()  # those on call are reached over a link that is not here
        _keep(self.path / "links.csv", lambda row: row["id"] in (LINK, "L-AP-004"), lambda row: row)
        for path in (self.path / "equipment").glob("*.csv"):
            rows = path.read_text("utf-8").splitlines()
            if any(",L-AP-001," in row for row in rows):
                _keep(path, lambda row: row["link"] in (LINK, "L-AP-004"), lambda row: row)
            else:
                path.unlink()
        self.site: Site = load(self.path, drivers.TABLE)
        self.folder = DataFolder(to / "data")
        self.folder.make()
        enrol(self.site, self.folder.root)
        self._children: list[subprocess.Popen[bytes]] = []
        self.station = self.start_station()

    def ask(self, act: str, user: str = "", **words: Any) -> dict[str, Any]:
        """In the name of a user, or of a seat that watches."""

        async def scenario() -> dict[str, Any]:
            asker = Asker(self.folder.station, "poste-1", proof=(user, PASSWORD) if user else None)
            try:
                return dict(await asker.ask(act, **words))
            finally:
                await asker.close()

        return asyncio.run(scenario())

    def page(self) -> dict[str, Any]:
        """What the station says of the link; empty while none answers."""
        with suppress(Unavailable):
            return self.ask("link", id=LINK)
        return {}

    def user(self, role: int) -> str:
        return next(user.id for user in self.site.users.values() if user.role >= role and not user.areas)

    def down_s(self) -> float:
        """Seconds the link was down today, as the station counts them."""
        days = self.page().get("days", [])
        return float(days[-1][2]) if days else 0.0


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lonely]:
    place = Lonely(tmp_path_factory.mktemp("lonely"))
    try:
        until(lambda: place.page().get("errors", {}).get("connect", 0) > 1, 60, "the station has tried twice")
        yield place
    finally:
        place.stop()


def test_that_a_window_is_told_why_a_link_is_down_and_how_often_it_was_tried(lonely: Lonely) -> None:
    page = lonely.page()
    assert not page["connected"]
    assert page["cause"] == Quality.NOT_CONNECTED
    assert page["reason"]
    assert page["good"] == 0
    assert lonely.ask("links", lonely.user(1)) == {"good": {}}


def test_that_a_link_nobody_knows_is_refused(lonely: Lonely) -> None:
    with pytest.raises(Refused, match="no link"):
        lonely.ask("link", lonely.user(1), id="L-NOWHERE")
    with pytest.raises(Refused, match="no month"):
        lonely.ask("link", lonely.user(1), id=LINK, month="2026-13")


def test_that_downtime_and_a_value_by_hand_outlive_a_kill(lonely: Lonely) -> None:
    tag = next(tag for tag in lonely.site.tags if tag.link == LINK and not tag.spec.states and tag.source)
    lonely.ask("substitute", lonely.user(2), tag=tag.id, value=4.5, reason="the cabinet is not built yet")
    until(lambda: lonely.value(tag.id) == 4.5, 10, "the value by hand stands")
    until(lambda: lonely.down_s() > 3, 60, "three seconds of downtime are on disk")
    time.sleep(1.5)  # what is less than a flush old may be lost
    before = lonely.down_s()
    lonely.station.kill()
    lonely.station.wait()
    assert lonely.page() == {}
    lonely.station = lonely.start_station()
    until(lambda: bool(lonely.page()), 60, "the station is back")
    until(lambda: lonely.down_s() >= before - 3, 30, "the downtime of before the kill is counted")
    up, down, unknown = lonely.page()["days"][-1][1:]
    assert up == 0
    assert down + unknown > before
    until(lambda: lonely.quality(tag.id) is Quality.SUBSTITUTED, 20, "the value by hand stands again")
    assert lonely.value(tag.id) == 4.5
    lonely.ask("substitute", lonely.user(2), tag=tag.id)
    until(lambda: lonely.quality(tag.id) is Quality.NOT_CONNECTED, 20, "what the link says stands again")
    until(lambda: lonely.value(f"{LINK}.availability_day") == 0.0, 20, "the running figure is that of the history")

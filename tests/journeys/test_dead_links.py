"""Links whose controllers are not there, as a real station tells of them: over the socket, and over a kill -9."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from supervisor.errors import Refused, Unavailable
from supervisor.model import Quality, Role
from tests.journeys.conftest import CABINETS, Town, small_city, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
LINK = "L-AP-001"


class Lonely(Town):
    """A station whose two cabinets were never built."""

    def __init__(self, to: Path) -> None:
        # those on call are reached over a link that is not here
        super().__init__(to, lambda to: small_city(to, CABINETS, lambda name: name != "notify.toml"), ("station",))

    def page(self) -> dict[str, Any]:
        """What the station says of the link; empty while none answers."""
        with suppress(Unavailable):
            return self.ask("link", id=LINK)
        return {}

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
    assert lonely.ask("links", lonely.people()[0]) == {"good": {}}


def test_that_a_link_nobody_knows_is_refused(lonely: Lonely) -> None:
    with pytest.raises(Refused, match="no link"):
        lonely.ask("link", lonely.people()[0], id="L-NOWHERE")
    with pytest.raises(Refused, match="no month"):
        lonely.ask("link", lonely.people()[0], id=LINK, month="2026-13")


def test_that_downtime_and_a_value_by_hand_outlive_a_kill(lonely: Lonely) -> None:
    tag = next(tag for tag in lonely.site.tags if tag.link == LINK and not tag.spec.states and tag.source)
    supervisor = lonely.people(Role.SUPERVISOR)[0]
    lonely.ask("substitute", supervisor, tag=tag.id, value=4.5, reason="the cabinet is not built yet")
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
    lonely.ask("substitute", supervisor, tag=tag.id)
    until(lambda: lonely.quality(tag.id) is Quality.NOT_CONNECTED, 20, "what the link says stands again")
    until(lambda: lonely.value(f"{LINK}.availability_day") == 0.0, 20, "the running figure is that of the history")

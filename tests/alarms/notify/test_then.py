"""Notices as they were: what waited then waits, whatever became of it; whose turn it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alarms.notify.acts import NotifyDesk
from alarms.notify.then import notices
from alarms.states import State as Alarmed
from supervisor.clock import SECOND
from supervisor.on_call import OnCall, Rota, wall_clock
from tests.alarms.notify.test_notifier import ANN, BEN, Room, scene

ZONE = ZoneInfo("Europe/Paris")


def brief(told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What the page lists."""
    return [(one["id"], one["contact"], one["step"], one["state"], one["made_at"]) for one in told["notices"]]


def test_that_notices_are_told_as_the_page_showed_them(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        desk = NotifyDesk(room.site, room.notifier, room.journal, room.clock)
        seen = [(room.clock.now(), await desk.shown())]
        room.turn(Alarmed.UNACKED)
        await room.look(1)
        seen.append((room.clock.now(), await desk.shown()))
        room.turn(Alarmed.UNACKED, row=1)
        await room.look(10)
        seen.append((room.clock.now(), await desk.shown()))
        await room.look(300)
        seen.append((room.clock.now(), await desk.shown()))
        path = room.store.path
        for at, told in seen:
            found = notices(room.on_call, path, at, ZONE)
            assert brief(found) == brief(told)
            assert (found["waiting"], found["contacts"]) == (told["waiting"], told["contacts"])
        assert [[row[3] for row in brief(told)] for _, told in seen] == [
            [], ["sent"], ["waiting", "sent"], ["sent", "sent"],
        ]  # fmt: skip
        assert notices(room.on_call, tmp_path / "none.db", seen[-1][0], ZONE)["notices"] == []

    scene(tmp_path, play, gap_s=200.0)


def test_that_the_turn_is_that_of_the_instant(tmp_path: Path) -> None:
    rota = Rota("nights", (ANN.id, BEN.id), 7, datetime(2026, 1, 5, 8))
    on_call = OnCall({ANN.id: ANN, BEN.id: BEN}, {rota.id: rota}, ())
    for day, who in ((6, ANN.id), (13, BEN.id), (20, ANN.id)):
        instant = round(datetime(2026, 1, day, 12, tzinfo=ZONE).timestamp()) * SECOND
        assert notices(on_call, tmp_path / "none.db", instant, ZONE)["rotas"][0]["contact"] == who
        assert rota.on(wall_clock(instant, ZONE)) == who

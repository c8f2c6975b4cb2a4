"""Holes as they stood: one that ended later goes on, one that was filled later is not filled by what had not come."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from supervisor.clock import SECOND, HandClock
from supervisor.historian.earlier import Earlier
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.holes import HoleReader, State
from supervisor.replay import HolesUntil
from tests.supervisor.test_holes import MINUTE, Ledger


def test_that_a_hole_is_as_it_was_known_at_the_instant(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    tag = next(tag for tag in one.site.tags_by_link["L"] if tag.source and tag.source.readable)
    one.wait(SECOND)
    one.say(1.0)
    one.wait(MINUTE)
    one.lose()
    lost = one.clock.now()
    one.wait(10 * MINUTE)
    one.say(1.0)
    back = one.clock.now()
    one.wait(10 * MINUTE)
    missed = [lost + MINUTE, lost + 2 * MINUTE]
    one.past(tag.id, *missed)
    filled = one.clock.now()
    one.read()
    one.holes.close()
    historian = Historian(tmp_path, one.site.tags, one.table.texts, HandClock(filled))
    arrival = np.full(2, filled)
    historian.put(np.full(2, tag.index, np.int32), np.array(missed), np.ones(2), np.zeros(2, np.uint8), arrival)
    historian.flush()
    historian.close()
    history = History(tmp_path)

    def told(instant: int, by_arrival: bool) -> list[tuple[int | None, State, int]]:
        ledger = HolesUntil(HoleReader(tmp_path), Earlier(history, instant, by_arrival))
        return [(hole.end, hole.state, hole.samples) for hole in ledger.of(tag, 0, filled + MINUTE)]

    for by_arrival in (False, True):
        assert told(lost - SECOND, by_arrival) == []
        assert told(filled + SECOND, by_arrival) == [(back, State.FILLED, 2)]
    assert told(lost + 5 * MINUTE, by_arrival=False) == [(None, State.OPEN, 2)]
    assert told(lost + 5 * MINUTE, by_arrival=True) == [(None, State.OPEN, 0)]
    assert told(back + MINUTE, by_arrival=False) == [(back, State.FILLED, 2)]
    assert told(back + MINUTE, by_arrival=True) == [(back, State.EMPTY, 0)]
    ledger = HolesUntil(HoleReader(tmp_path), Earlier(history, lost + MINUTE))
    assert [hole.end for hole in ledger.holes(0, filled)] == [None]
    history.close()

"""What the page is told of a span: from a real journal and a real ledger of holes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alarms.performance import DAY, HOUR
from supervisor.clock import HandClock
from supervisor.health import STATION_ID, STATION_TYPE
from supervisor.holes import DISK, HoleReader, Holes
from supervisor.journal import Entry, Journal
from supervisor.model import Equipment, LinkSpec, Site, Tag
from tests.alarms.hall import HERE
from tests.alarms.plant import plant
from ui.performance.study import Period, Reader

NOW = 1_793_487_600 * 10**9


def station() -> Site:
    """A plant with a link, and the station's own tags."""
    base = plant()
    own = Equipment(len(base.equipment), STATION_ID, HERE, STATION_TYPE, "", "network")
    tags = [Tag(n, own, spec) for n, spec in enumerate(STATION_TYPE.tags.values(), len(base.tags))]
    link = LinkSpec("L", HERE, "modbus", "modbus://127.0.0.1", "", None)
    return replace(base, equipment=(*base.equipment, own), tags=(*base.tags, *tags), links={"L": link})


def test_that_the_hours_in_which_the_station_was_down_are_not_covered(tmp_path: Path) -> None:
    site, path = station(), tmp_path / "journal.db"
    with_journal = Journal(path, HandClock(NOW))
    raises = [Entry("alarm", "raise", subject="L.communication_lost", time=NOW - DAY - at * HOUR) for at in range(12)]
    with_journal.extend([Entry("system", "start", time=NOW - 40 * DAY), *raises]).result()
    with_journal.close()
    holes = Holes(tmp_path, site, NOW, NOW - 20 * HOUR)  # off for twenty hours
    holes.miss(NOW - 100 * HOUR, NOW - 80 * HOUR)  # a full disk is no absence: alarms were told all the same
    holes._pay()
    holes.close()
    assert {one.cause for one in HoleReader(tmp_path).holes(0, NOW + DAY)} == {"station", DISK}
    figures = Reader(site, path, HoleReader(tmp_path)).study(Period(), None, NOW).figures
    assert figures.days_known * 24 == 30 * 24 - 20
    assert figures.per_hour == 12 / (30 * 24 - 20)
    assert Reader(site, path).study(Period(), None, NOW).figures.days_known == 30


def test_that_the_days_before_another_instant_are_read_as_if_it_were_now(tmp_path: Path) -> None:
    site, path = station(), tmp_path / "journal.db"
    journal = Journal(path, HandClock(NOW))
    raises = [Entry("alarm", "raise", subject="L.communication_lost", time=NOW - at * DAY) for at in range(80, 0, -2)]
    journal.extend([Entry("system", "start", time=NOW - 90 * DAY), *raises]).result()
    journal.close()
    reader = Reader(site, path)
    for days in (0, 40, 20, 0):
        then = NOW - days * DAY
        assert reader.study(Period(), None, then).figures == Reader(site, path).study(Period(), None, then).figures
    assert reader.study(Period(), None, NOW - 40 * DAY).figures.days_known == 30

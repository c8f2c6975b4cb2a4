"""What the journal says of alarms, read as columns: from real journals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alarms.performance import DAY, Span, measure
from alarms.record import Record, raises
from supervisor.clock import SECOND, HandClock
from supervisor.journal import Entry, Journal
from tests.alarms.test_performance import PARIS, slow_floods

NOW = 1_793_487_600 * SECOND
IDS = ("PR01.level_high", "PR02.level_high", "AR01.door_open")
Tell = Callable[..., None]


def write(path: Path, *rows: tuple[int, str, str]) -> None:
    """Rows of (seconds, kind, alarm) through the real journal."""
    journal = Journal(path, HandClock(NOW))
    made = [Entry("alarm", kind, subject=id_, detail={"priority": 2, "value": 4.5}, time=NOW + at * SECOND)
            for at, kind, id_ in rows]  # fmt: skip
    journal.extend([Entry("system", "start", time=NOW - 40 * DAY), *made]).result()
    journal.close()


def test_that_raises_are_paired_with_their_clears(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (10, "raise", IDS[0]), (20, "raise", IDS[1]), (30, "acknowledge", IDS[0]), (50, "clear", IDS[0]),
          (60, "raise", IDS[0]))  # fmt: skip
    record = Record(path, IDS, NOW)
    assert record.update()
    found = raises(record.events())
    assert ((found.time - NOW) // SECOND).tolist() == [10, 20, 60]
    assert [(end - NOW) // SECOND if end else 0 for end in found.end.tolist()] == [50, 0, 0]
    assert found.priority.tolist() == [2, 2, 2]
    assert not record.update(), "nothing came"


def test_that_only_what_came_since_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (10, "raise", IDS[0]))
    record = Record(path, IDS, NOW)
    record.update()
    write(path, (20, "clear", IDS[0]), (30, "raise", "XX.gone"))
    assert record.update()
    events = record.events()
    assert len(events.time) == 3
    assert events.ids[3] == "XX.gone", "an alarm of a rule the site no longer has is told by its id"


def test_that_what_stood_before_the_span_is_known_in_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (-9 * 86400, "raise", IDS[0]), (-8 * 86400, "shelve", IDS[1]), (-7 * 86400, "raise", IDS[2]),
          (-6 * 86400, "clear", IDS[2]), (100, "raise", IDS[1]))  # fmt: skip
    record = Record(path, IDS, NOW)
    record.update()
    figures = measure(record.events(), Span(NOW, NOW + DAY), PARIS)
    assert [one.id for one in figures.stale] == [IDS[0]]
    assert (figures.count, figures.hidden) == (0, 1), "raised while it was shelved"


def test_that_a_month_ends_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (10, "raise", IDS[0]), (2 * 86400, "clear", IDS[0]), (3 * 86400, "raise", IDS[1]))
    record = Record(path, IDS, NOW, NOW + DAY)
    record.update()
    assert len(record.events().time) == 1
    assert not record.update()


def test_that_a_month_without_a_row_knows_what_stood_and_nothing_of_what_came_after(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (-3 * 86400, "raise", IDS[0]), (5 * 86400, "clear", IDS[0]), (6 * 86400, "raise", IDS[1]))
    record = Record(path, IDS, NOW, NOW + DAY)
    record.update()
    figures = measure(record.events(), Span(NOW, NOW + DAY), PARIS)
    assert [one.id for one in figures.stale] == [IDS[0]]
    assert not record.update()


def test_that_an_empty_journal_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal(path, HandClock(NOW)).close()
    record = Record(path, IDS, NOW)
    assert not record.update()
    figures = measure(record.events(), Span(NOW, NOW + DAY), PARIS)
    assert figures.days_known == 0
    assert figures.count == 0
    write(path, (10, "raise", IDS[0]))
    assert record.update()
    assert measure(record.events(), Span(NOW, NOW + DAY), PARIS).days_known == 1, "it has begun meanwhile"


def test_that_rows_a_full_disk_owed_and_a_clock_set_back_are_in_their_span(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (100, "raise", IDS[0]), (200, "clear", IDS[0]),  # then the clock is set back by three minutes
          (50, "raise", IDS[1]), (60, "clear", IDS[1]),
          (86400 + 60, "raise", IDS[2]), (86400 - 60, "raise", IDS[1]))  # fmt: skip
    record = Record(path, IDS, NOW + 40 * SECOND, NOW + DAY)
    record.update()
    figures = measure(record.events(), Span(NOW + 40 * SECOND, NOW + DAY), PARIS)
    assert figures.count == 3, "what was written after the end is of the day it happened in"
    later = Record(path, IDS, NOW + 90 * SECOND, NOW + DAY)
    later.update()
    assert measure(later.events(), Span(NOW + 90 * SECOND, NOW + DAY), PARIS).count == 2


def test_that_an_alarm_that_ended_before_it_came_is_not_fleeting(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (3600, "raise", IDS[0]), (5, "clear", IDS[0]))
    record = Record(path, IDS, NOW)
    record.update()
    assert measure(record.events(), Span(NOW, NOW + DAY), PARIS).fleeting == ()


BURSTS = st.lists(
    st.tuples(st.integers(-9000, 6000), st.integers(1, 14), st.sampled_from([5, 40, 100, 149])), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BURSTS)
@example([(-951, 14, 5), (-446, 5, 40)])  # the oldest of five is ten minutes old to the second when the youngest comes
def test_that_a_flood_over_midnight_is_one_flood_in_both_months(
    tmp_path_factory: pytest.TempPathFactory, bursts: list[tuple[int, int, int]]
) -> None:
    """Against the sentence of the standard over all raises, of which each month has those that touch it, whole."""
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    seconds = sorted(first + n * each for first, many, each in bursts for n in range(many))
    write(path, *((at, "raise", IDS[n % 3]) for n, at in enumerate(seconds)))
    floods = slow_floods([NOW + at * SECOND for at in seconds], NOW + DAY)
    for span in (Span(NOW - 30 * DAY, NOW), Span(NOW, NOW + DAY)):
        record = Record(path, IDS, span.start, span.end)
        record.update()
        found = measure(record.events(), span, PARIS)
        wanted = [one for one in floods if one[0] <= span.end and one[1] > span.start]
        assert [(one.start, one.end) for one in found.floods] == wanted
        inside = sum(min(end, span.end) - max(start, span.start) for start, end in wanted)
        assert found.flood_share == pytest.approx(inside / (span.end - span.start))
        assert found.count == sum(span.start < NOW + at * SECOND <= span.end for at in seconds)


def test_that_what_chatters_over_midnight_does_in_both_months(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, (-20, "raise", IDS[0]), (-15, "clear", IDS[0]), (0, "raise", IDS[0]), (5, "clear", IDS[0]),
          (20, "raise", IDS[0]), (25, "clear", IDS[0]))  # fmt: skip
    for span, count in ((Span(NOW - 30 * DAY, NOW), 2), (Span(NOW, NOW + DAY), 1)):
        record = Record(path, IDS, span.start, span.end)
        record.update()
        found = measure(record.events(), span, PARIS)
        assert [(one.id, one.count) for one in found.chattering] == [(IDS[0], count)]
        assert found.fleeting == ()


def test_that_hidden_time_before_the_span_makes_nothing_stale_in_it(tmp_path: Path) -> None:
    path, day = tmp_path / "journal.db", 86_400
    write(path, (-12 * day, "suppress", IDS[0]), (-11 * day, "raise", IDS[0]), (-10 * day, "raise", IDS[1]),
          (-9 * day - 3600, "shelve", IDS[1]), (-9 * day, "raise", IDS[2]), (-3600, "unsuppress", IDS[0]),
          (-60, "unshelve", IDS[1]), (1800, "clear", IDS[1]), (3600, "clear", IDS[0]))  # fmt: skip
    record = Record(path, IDS, NOW)
    record.update()
    found = measure(record.events(), Span(NOW, NOW + DAY), PARIS)
    assert [(one.id, one.seen) for one in found.stale] == [(IDS[2], 10 * DAY)], (
        "the others were seen for less than a day"
    )
    whole = Record(path, IDS, NOW - 30 * DAY)
    whole.update()
    assert measure(whole.events(), Span(NOW, NOW + DAY), PARIS).stale == found.stale, "wherever the reading begins"

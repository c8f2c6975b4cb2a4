"""An alarm that a controller runs itself, in the list and beside its value: it has words, and no limit of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

import drivers
from supervisor.clock import HandClock
from supervisor.model import Condition, Native
from supervisor.site import load
from tests.ui.town import NOW, TownStation
from ui.board import Board
from ui.look import Look
from ui.models.alarm_list import ALARM, LIMIT, AlarmList
from ui.naming import limit
from ui.scales import scale_of
from ui.values import worded

ANGERS = Path(__file__).parents[2] / "sites" / "angers"
TAG = "PR-16.P1.protection"


@pytest.fixture
def angers(tmp_path: Path) -> Iterator[TownStation]:
    station = TownStation(load(ANGERS, drivers.TABLE), tmp_path, HandClock(NOW))
    yield station
    station.close()


@pytest.mark.parametrize(
    ("language", "said", "called"),
    [
        ("fr", "présente, non acquittée", "Protection du moteur déclenchée"),
        ("en", "active, unacknowledged", "Motor protection tripped"),
    ],
)
def test_that_an_alarm_of_a_controller_stands_in_the_list_with_its_words_and_without_a_limit(
    angers: TownStation, language: str, said: str, called: str
) -> None:
    angers.publish({TAG: Native.UNACKED})
    board = Board(angers.site, angers.alarms)
    board.pull()
    look = Look("Europe/Paris", language=language)
    model = AlarmList(angers.site, board, look)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    assert [angers.site.alarms[row].id for row in model.rows] == ["PR-16.P1.protection"]

    def cell(column: int) -> str:
        return str(model.data(model.index(0, column), Qt.ItemDataRole.DisplayRole) or "")

    assert called in cell(ALARM)
    assert cell(LIMIT) == ""
    tag = angers.site.tag_by_id[TAG]
    assert worded(tag.spec, Native.UNACKED, angers.texts, look) == (said, "")


def test_that_no_bar_and_no_limit_is_drawn_for_any_alarm_of_a_controller(angers: TownStation) -> None:
    native = [alarm for alarm in angers.site.alarms if alarm.rule.condition is Condition.NATIVE]
    assert len(native) == 6, "one for each pump of the two stations on OPC UA"
    for alarm in native:
        assert limit(alarm, Look("Europe/Paris")) == ""
        assert scale_of(alarm.tag.spec, native) is None
